/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A growing byte buffer and a JSON writer on it. Errors stick: after a failed allocation every
 * call does nothing and buf.error is -ENOMEM, so callers check once, at the end.
 * With fixed storage (buf_init_fixed) it never allocates and fails with -ENOSPC.
 */
#ifndef TANDEM_ENGINE_BASE_BUF_H
#define TANDEM_ENGINE_BASE_BUF_H

#include <engine/base/str.h>

struct td_buf {
	char *data; /* not NUL-terminated */
	size_t len, cap;
	int error;
	bool fixed;
	bool comma; /* the JSON writer's: a value precedes at this level */
};

void buf_init(struct td_buf *b);
void buf_init_fixed(struct td_buf *b, void *storage, size_t size);
void buf_free(struct td_buf *b);
void buf_reset(struct td_buf *b); /* len 0, error 0, storage kept */
void buf_put(struct td_buf *b, const void *data, size_t n);
void buf_str(struct td_buf *b, struct str s);
/* Fixed storage needs a byte to spare, for vsnprintf's NUL. */
void buf_printf(struct td_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* JSON: open and close objects and arrays; the writer puts the commas. key NULL inside arrays. */
void json_object_start(struct td_buf *b, const char *key);
void json_object_end(struct td_buf *b);
void json_array_start(struct td_buf *b, const char *key);
void json_array_end(struct td_buf *b);
void json_str(
	struct td_buf *b, const char *key, struct str value); /* escaped, bad UTF-8 -> U+FFFD */
void json_u64(struct td_buf *b, const char *key, uint64_t value);
void json_i64(struct td_buf *b, const char *key, int64_t value);
void json_f64(struct td_buf *b, const char *key, double value); /* 3 decimals; NaN: null */
void json_bool(struct td_buf *b, const char *key, bool value);

#endif
