/* SPDX-License-Identifier: BSD-3-Clause */
/* For value.c alone: values that are a number in their field. */
#ifndef TANDEM_ENGINE_CONF_NUMBER_H
#define TANDEM_ENGINE_CONF_NUMBER_H

#include <engine/conf/schema.h>

/* Sets *err. Always false, for a return. */
bool conf_fail(struct td_text *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* As conf_value_decode() and conf_value_encode(). field: where the value is, k->size bytes. */
bool conf_number_decode(
	const struct conf_key *k, void *field, struct str text, bool yaml, struct td_text *err);
/* The place of a word in `words`, and the word of a place. */
bool conf_word_decode(const struct conf_key *k, struct str text, uint64_t *v, struct td_text *err);
struct str conf_word(const struct conf_key *k, uint64_t v);
void conf_number_encode(const struct conf_key *k, const void *field, struct td_buf *buf);
/* As conf_value_print(). */
void conf_number_print(const struct conf_key *k, const void *field, struct td_buf *buf);

#endif
