/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of engine/sip/msg/header_list.h, checked, and a perfect hash over their names. */
#ifndef TANDEM_TOOLS_HEADERS_PLACES_H
#define TANDEM_TOOLS_HEADERS_PLACES_H

#include <engine/sip/msg/header_hash.h>

#define ROWS_MAX   63 /* a set of header fields is 64 bits, and bit 0 is for those without a row */
#define PLACES_MAX 1024

struct header_row {
	const char *id; /* "CALL_ID" */
	const char *name;
	char compact[2];                      /* a letter; empty: none */
	const char *times, *need, *rfc, *use; /* the columns as they are written */
};

/* NULL when all rows can be; else what is wrong with row *bad (from 0), and what to do. */
const char *rows_check(const struct header_row *rows, unsigned count, unsigned *bad);

/* A perfect hash: place[header_hash(name, factor) >> shift] is the name's. */
struct header_places {
	uint64_t factor;
	unsigned shift, count; /* of places: a power of two */
	struct header_place place[PLACES_MAX];
};

/* For rows that are checked; ids count from 1 in their order. 0, or -1: none was found. */
int places_search(struct header_places *p, const struct header_row *rows, unsigned count);

#endif
