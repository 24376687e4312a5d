/* SPDX-License-Identifier: BSD-3-Clause */
/* A check that goes on; for fault.c, calls.c and check.c. */
#ifndef TANDEM_ENGINE_CONF_CHECK_H
#define TANDEM_ENGINE_CONF_CHECK_H

#include <engine/conf/schema.h>

struct check {
	const struct td_conf *conf;
	const struct conf_checker *by;
	unsigned faults;
};

/* struct conf_checker.unsure; key NULL: of any object of the kind. */
bool check_unsure(const struct check *c, enum td_kind kind, uint32_t object, const char *key);
/* Reports it, unless the value itself is unsure. `key` NULL: of the object; item -1: of the value.
 */
void check_fault(struct check *c, enum td_kind kind, uint32_t object, const char *key, int item,
	const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* calls.c. 0 or -ENOMEM. */
int calls_check(struct check *c);

#endif
