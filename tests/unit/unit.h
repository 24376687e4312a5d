/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every unit test includes: cmocka, and `oom_each`, which runs a function again and again
 * with the first, the second, ... allocation failing until it passes with none failing. The
 * function must undo all it did; what it leaves allocated fails the test.
 *
 *     static int build(void)                  // 0, or a negative errno
 *     {
 *             struct queue *q = queue_alloc();
 *             if (!q) return -errno;
 *             queue_free(q);
 *             return 0;
 *     }
 *     static void alloc_survives_oom(void **state) { oom_each(build, -ENOMEM); }
 */
#ifndef TANDEM_TESTS_UNIT_UNIT_H
#define TANDEM_TESTS_UNIT_UNIT_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* Fails the test when fn returns neither `expected` while an allocation fails, nor 0 at the end,
 * when fn never allocates, or when it leaks. */
void oom_each(int (*fn)(void), int expected);
/* Allocations not freed yet, made since the program started in wrapped code. */
long oom_live(void);
/* Allocations asked for since then: the same before and after what must not allocate. */
long oom_made(void);

#endif
