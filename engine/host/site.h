/* SPDX-License-Identifier: BSD-3-Clause */
/* The last-good file: the compiled configuration that the engine starts from. */
#ifndef TANDEM_ENGINE_HOST_SITE_H
#define TANDEM_ENGINE_HOST_SITE_H

#include <engine/conf/conf.h>

/* 0, or -errno and "FILE: line N: what; what to do" in err. */
int site_read(const char *path, struct td_conf **conf, struct td_text *err);

/* "FILE:LINE: " in out, where the object stands with which a reason begins ("port carrier: ...");
 * "" when it begins otherwise. */
void site_place(const char *path, const char *reason, char *out, size_t size);

#endif
