/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a column of a view (include/tandem/view.h) or of the store (include/tandem/event.h) can be.
 * Its type says how its row has the value, its unit what the value counts. JSON, the store, the
 * tables of tandemctl and the documents go by both.
 */
#ifndef TANDEM_COLUMN_H
#define TANDEM_COLUMN_H

#include <stddef.h>

/*
 * X(ID, name): TD_COLUMN_`ID`; what documents call the value. A row of a view has
 *
 *     TEXT     const char *, UTF-8; NULL is ""
 *     COUNT    uint64_t
 *     LIMIT    uint64_t; 0, which is no limit, is null
 *     NUMBER   double, three decimals; NaN is null
 *     BOOL     bool
 *     SECTION  an object, whose columns are another list
 *     PAIRS    struct td_pairs; an object, whose keys and values are the row's own texts
 *
 * and a record of the journal
 *
 *     TEXT     char[], NUL-terminated UTF-8
 *     COUNT    an unsigned number of any size
 *     INT      int32_t, int64_t
 *     FLAG     uint8_t, 0 or 1
 *     TIME     uint64_t, nanoseconds since 1970 UTC, 0: it did not happen; the store has seconds,
 *              or NULL
 *     SCORE    uint16_t, hundredths, 0: not known; the store has a number, or NULL
 *     WORD     uint8_t; the store has the word of this number
 *     CODE     an unsigned number; the store has it, people read its word
 *     BYTES    all of it
 */
#define TD_COLUMN_TYPES(X)       \
	X(TEXT, "text")          \
	X(COUNT, "whole number") \
	X(LIMIT, "whole number") \
	X(NUMBER, "number")      \
	X(BOOL, "true or false") \
	X(SECTION, "object")     \
	X(PAIRS, "object")       \
	X(INT, "whole number")   \
	X(FLAG, "0 or 1")        \
	X(TIME, "number")        \
	X(SCORE, "number")       \
	X(WORD, "word")          \
	X(CODE, "whole number")  \
	X(BYTES, "bytes")

/* Key, NUL, value, NUL, and so on, all UTF-8. */
struct td_pairs {
	const char *text;
	size_t bytes;
};

/* X(ID, name): TD_UNIT_`ID`; what documents call it. */
#define TD_UNITS(X)                                       \
	X(NONE, "")                                       \
	X(TIME, "seconds since 1970 UTC")                 \
	X(SECONDS, "seconds")                             \
	X(MS, "ms")                                       \
	X(US, "us")                                       \
	X(NS, "ns")                                       \
	X(BYTES, "bytes")                                 \
	X(PACKETS, "packets")                             \
	X(SAMPLES, "samples")                             \
	X(RECORDS, "records")                             \
	X(OBJECTS, "objects")                             \
	X(BITS_S, "bits a second")                        \
	X(PACKETS_S, "packets a second")                  \
	X(RATIO, "0 to 1")                                \
	X(R, "R")          /* of the E-model, 0 to 100 */ \
	X(MOS, "MOS")      /* 1 to 5 */                   \
	X(PLACE, "from 1") /* in a queue; 0: in none */

#define TD_COLUMN_TYPE(id, name) TD_COLUMN_##id,
#define TD_UNIT(id, name)        TD_UNIT_##id,
enum td_column_type { TD_COLUMN_TYPES(TD_COLUMN_TYPE) TD_COLUMN_TYPE_COUNT };
enum td_unit { TD_UNITS(TD_UNIT) TD_UNIT_COUNT };

/* A column's place in a table for people: 0 is none, those of one place keep the order of their
 * list. TD_TOP + place: `tandemctl top` has the column too. */
#define TD_TOP 100

/* How rows of the store are found by a column. All but NONE and THEN make an index. */
enum td_index {
	TD_INDEX_NONE,
	TD_INDEX_PLAIN,
	TD_INDEX_CALL,   /* those of a call, by its id */
	TD_INDEX_QUEUE,  /* those of a queue, by its name */
	TD_INDEX_UNIQUE, /* each value has one row, the latest */
	TD_INDEX_THEN,   /* second, within the index of a column above it */
};

#endif
