/* SPDX-License-Identifier: BSD-3-Clause */
/* From a member, which a list, table or heap holds, to the struct that contains it. */
#ifndef TANDEM_ENGINE_BASE_CONTAINER_H
#define TANDEM_ENGINE_BASE_CONTAINER_H

#include <stddef.h>

#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#endif
