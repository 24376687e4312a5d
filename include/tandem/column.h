/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a column of a view (include/tandem/view.h) can be. Its type says how its row has the value,
 * its unit what the value counts. JSON, the tables of tandemctl and the documents go by both.
 */
#ifndef TANDEM_COLUMN_H
#define TANDEM_COLUMN_H

/*
 * X(ID, name): TD_COLUMN_`ID`; what documents call the value. A row of a view has
 *
 *     TEXT     const char *, UTF-8; NULL is ""
 *     COUNT    uint64_t
 *     NUMBER   double, three decimals; NaN is null
 *     BOOL     bool
 *     SECTION  an object, whose columns are another list
 */
#define TD_COLUMN_TYPES(X)       \
	X(TEXT, "text")          \
	X(COUNT, "whole number") \
	X(NUMBER, "number")      \
	X(BOOL, "true or false") \
	X(SECTION, "object")

/* X(ID, name): TD_UNIT_`ID`; what documents call it. */
#define TD_UNITS(X)                      \
	X(NONE, "")                      \
	X(SECONDS, "seconds")            \
	X(BYTES, "bytes")                \
	X(PACKETS, "packets")            \
	X(BITS_S, "bits a second")       \
	X(PACKETS_S, "packets a second") \
	X(RATIO, "0 to 1")               \
	X(MOS, "MOS")                    \
	X(PLACE, "from 1") /* in a queue; 0: in none */

#define TD_COLUMN_TYPE(id, name) TD_COLUMN_##id,
#define TD_UNIT(id, name)        TD_UNIT_##id,
enum td_column_type { TD_COLUMN_TYPES(TD_COLUMN_TYPE) TD_COLUMN_TYPE_COUNT };
enum td_unit { TD_UNITS(TD_UNIT) TD_UNIT_COUNT };

#endif
