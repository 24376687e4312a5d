/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the kernel's programs lie, which the build makes from *.bpf.c. Main only. */
#ifndef TANDEM_DATAPLANE_XDP_OBJECT_H
#define TANDEM_DATAPLANE_XDP_OBJECT_H

#include <stddef.h>
#include <tandem/text.h>

/*
 * The path of NAME.bpf.o for the executable `program`, an absolute path: of the build tree or of
 * the installation in which the executable lies. So a tree that was copied or moved works with its
 * own objects. 0, -ENOENT when there is none, or -ENAMETOOLONG.
 */
int bpf_object_find(const char *program, const char *name, char *path, size_t size);
/* The same for the running program; err says what to do. */
int bpf_object_path(const char *name, char *path, size_t size, struct td_text *err);

#endif
