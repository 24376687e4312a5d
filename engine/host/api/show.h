/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows that main makes itself: what the dataplane and the host's threads count. */
#ifndef TANDEM_ENGINE_HOST_API_SHOW_H
#define TANDEM_ENGINE_HOST_API_SHOW_H

#include <engine/base/buf.h>

struct ops;

/* Appends all rows: ports drops memory workers stats. 0, -EINVAL for another word; out->error. */
int show_rows(const struct ops *o, const char *what, struct td_buf *out);

#endif
