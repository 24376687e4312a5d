/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <stdbool.h>
#include <strings.h>
#include <tools/headers/places.h>

/* Factors tried for one number of places. With twice as many places as names, one in 500 serves. */
#define TRIES 1000000

static bool is_one_of(const char *word, const char *const *words, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static const char *columns_check(const struct header_row *row)
{
	static const char *const times[] = {"ONCE", "FIRST", "LIST", "LINES"}, *const needs[] = {
										       "MUST",
										       "MAY"};

	if (!is_one_of(row->times, times, sizeof(times) / sizeof(times[0])))
		return "it says wrongly how often it may stand; write ONCE, FIRST, LIST or LINES";
	if (!is_one_of(row->need, needs, sizeof(needs) / sizeof(needs[0])))
		return "it says wrongly whether each message has it; write MUST or MAY";
	if (!row->rfc[0] || !row->use[0])
		return "its document says nothing; write where it is defined and what we do with "
		       "it";
	return NULL;
}

static const char *name_check(const struct header_row *row)
{
	if (!row->name[0])
		return "it has no name; write the header field's name as its RFC does";
	if (!row->name[1])
		return "its name is one letter, which would be a compact form; write the whole "
		       "name";
	if (strlen(row->name) > UINT8_MAX)
		return "its name is longer than 255 bytes, which the table of places cannot hold";
	for (const char *p = row->name; *p; p++)
		if (!isascii((unsigned char)*p) || (!isalnum((unsigned char)*p) && *p != '-'))
			return "its name has a character that is no letter, digit or '-'; write "
			       "the "
			       "name alone, without the colon";
	if (row->compact[0] && (row->compact[0] < 'a' || row->compact[0] > 'z'))
		return "its compact form is not a lower-case letter; write 0 when there is none";
	return NULL;
}

const char *rows_check(const struct header_row *rows, unsigned count, unsigned *bad)
{
	for (*bad = 0; *bad < count; (*bad)++) {
		const struct header_row *row = &rows[*bad];
		const char *fault = name_check(row);

		if (!fault)
			fault = columns_check(row);
		if (fault)
			return fault;
		for (unsigned i = 0; i < *bad; i++) {
			if (strcmp(rows[i].id, row->id) == 0)
				return "its id stands in a row above; each row has its own";
			if (strcasecmp(rows[i].name, row->name) == 0)
				return "its name stands in a row above; one of the two must go";
			if (row->compact[0] && rows[i].compact[0] == row->compact[0])
				return "its compact form stands in a row above; a letter is one "
				       "header field";
		}
		if (*bad >= ROWS_MAX)
			return "it is the 64th, and a set of header fields is 64 bits; widen "
			       "struct sip_msg.present and all that takes such a set";
	}
	return NULL;
}

static int place_add(struct header_places *p, const char *text, size_t length, unsigned id)
{
	struct header_place *at = &p->place[header_hash(text, length, p->factor) >> p->shift];

	if (at->text)
		return -1;
	*at = (struct header_place){text, (uint8_t)length, (uint8_t)id};
	return 0;
}

static int rows_place(struct header_places *p, const struct header_row *rows, unsigned count)
{
	memset(p->place, 0, p->count * sizeof(p->place[0]));
	for (unsigned i = 0; i < count; i++) {
		if (place_add(p, rows[i].name, strlen(rows[i].name), i + 1) != 0)
			return -1;
		if (rows[i].compact[0] && place_add(p, rows[i].compact, 1, i + 1) != 0)
			return -1;
	}
	return 0;
}

int places_search(struct header_places *p, const struct header_row *rows, unsigned count)
{
	uint64_t state = 1; /* the same table gives the same hash */
	unsigned names = count, bits = 1;

	for (unsigned i = 0; i < count; i++)
		names += rows[i].compact[0] != 0;
	while (1u << bits < 2 * names)
		bits++;
	for (; 1u << bits <= PLACES_MAX; bits++) {
		p->count = 1u << bits;
		p->shift = 64 - bits;
		for (unsigned i = 0; i < TRIES; i++) {
			/* Knuth's MMIX generator; a factor must be odd to lose no bit */
			state = state * 6364136223846793005u + 1442695040888963407u;
			p->factor = state | 1;
			if (rows_place(p, rows, count) == 0)
				return 0;
		}
	}
	return -1;
}
