/* SPDX-License-Identifier: BSD-3-Clause */
/* A store in a directory of the test's own, records for it, and what SQL says of it. */
#ifndef TANDEM_CONTROL_STORE_TEST_FIXTURE_H
#define TANDEM_CONTROL_STORE_TEST_FIXTURE_H

#include <control/store/store.h>
#include <tandem/event.h>

#define WALL 1732220776123456789ull /* of the first record, less a second */

extern char fixture_dir[];
extern char fixture_path[64], fixture_journal[64]; /* the store, and a journal, below it */
extern const struct td_ev_cdr fixture_call;        /* "1732220776.1" */

int fixture_setup(void **state); /* of each test: a new directory */
int fixture_teardown(void **state);
void fixture_shell(const char *command);
struct store *fixture_open(void);
/* The single value of a query, as text. */
const char *fixture_value(const char *sql);
/* For what gives no value. */
void fixture_run(const char *sql);
/* A record, `seq` seconds after WALL. */
void fixture_put(struct store *s, uint64_t seq, uint16_t type, const void *payload, uint32_t len);

#endif
