/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The last-good file: replaced as a whole or not at all, power cuts included. First the new text is
 * safe beside it; what can fail (space, rights) fails there, before the engine is asked to change.
 */
#ifndef TANDEM_CONTROL_COMPILED_H
#define TANDEM_CONTROL_COMPILED_H

#include <engine/conf/conf.h>
#include <limits.h>

/* The name of the new text; false: it is too long. */
bool compiled_beside(const char *path, char out[static PATH_MAX]);
/* `head`: lines of comment in front of the objects. 0 or a negative errno. */
int compiled_prepare(const char *path, const struct td_buf *head, const struct td_conf *conf);
int compiled_commit(const char *path); /* 0 or a negative errno */
void compiled_abandon(const char *path);

#endif
