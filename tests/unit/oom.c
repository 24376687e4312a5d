/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <tests/unit/unit.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_aligned_alloc(size_t alignment, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_aligned_alloc(size_t alignment, size_t n);
char *__wrap_strdup(const char *s);
void __wrap_free(void *p);

static long until_failure = -1; /* allocations that still succeed; negative: all do */
static long failed, live, made;

static int refuse(void)
{
	made++;
	if (until_failure < 0)
		return 0;
	if (until_failure-- > 0)
		return 0;
	until_failure = -1;
	failed++;
	errno = ENOMEM;
	return 1;
}

void *__wrap_malloc(size_t n)
{
	void *p = refuse() ? NULL : __real_malloc(n);

	live += p != NULL;
	return p;
}

void *__wrap_calloc(size_t n, size_t size)
{
	void *p = refuse() ? NULL : __real_calloc(n, size);

	live += p != NULL;
	return p;
}

void *__wrap_realloc(void *old, size_t n)
{
	void *p = refuse() ? NULL : __real_realloc(old, n);

	live += p != NULL && old == NULL;
	return p;
}

void *__wrap_aligned_alloc(size_t alignment, size_t n)
{
	void *p = refuse() ? NULL : __real_aligned_alloc(alignment, n);

	live += p != NULL;
	return p;
}

char *__wrap_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = __wrap_malloc(n);

	if (p)
		memcpy(p, s, n);
	return p;
}

void __wrap_free(void *p)
{
	live -= p != NULL;
	__real_free(p);
}

long oom_live(void)
{
	return live;
}

long oom_made(void)
{
	return made;
}

void oom_each(int (*fn)(void), int expected)
{
	for (long i = 0; i < 1000000; i++) {
		long before = live;

		failed = 0;
		until_failure = i;
		int rc = fn();
		until_failure = -1;
		assert_int_equal(live, before);
		if (!failed) {
			assert_int_equal(rc, 0);
			assert_true(i > 0);
			return;
		}
		assert_int_equal(rc, expected);
	}
	fail_msg("a million allocations and no end");
}
