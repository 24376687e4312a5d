/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The views of include/tandem/view.h at run time: their columns, and the one writer that makes a
 * row's JSON out of its struct. All of it is constant; any thread may use it.
 */
#ifndef TANDEM_ENGINE_BASE_VIEW_H
#define TANDEM_ENGINE_BASE_VIEW_H

#include <engine/base/buf.h>
#include <engine/base/column.h>
#include <tandem/view.h>

enum view_source { VIEW_SIGNALLING, VIEW_JOINED, VIEW_HOST, VIEW_TANDEMD };
enum view_shape { VIEW_ROWS, VIEW_OLDEST, VIEW_ONE, VIEW_PART };

struct td_view {
	const char *name;
	enum view_source source;
	enum view_shape shape;
	const char *help, *empty;
	struct td_columns columns;
};

extern const struct td_view td_views[TD_VIEW_COUNT];

const struct td_view *view_lookup(const char *name); /* NULL: there is none */
/* One that `tandemctl show` has: the engine answers it, and it is no part of another. */
bool view_is_shown(const struct td_view *v);
/* Appends the names of those that are shown, with this between two. */
void view_names(const char *between, struct td_buf *out);

/* Appends a row, the view's struct, as a JSON object. */
void view_row_encode(enum td_view_id id, const void *row, struct td_buf *out);
/* The same without its end, for a part that tells those who join it more than people see. */
void view_row_start(enum td_view_id id, const void *row, struct td_buf *out);

#define VIEW_ONE_MORE(...) +1
#define VIEW_WIDTH(ID, id, name, shape, help, empty) \
	VIEW_WIDTH_##id = 0 TD_VIEW_##ID(VIEW_ONE_MORE, ),
enum { TD_VIEWS(VIEW_WIDTH) };

#define VIEW_ARGUMENTS(...)                                                                       \
	VIEW_ARGUMENT_41(__VA_ARGS__, 40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, \
		25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, \
		3, 2, 1, 0)
#define VIEW_ARGUMENT_41(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16,   \
	_17, _18, _19, _20, _21, _22, _23, _24, _25, _26, _27, _28, _29, _30, _31, _32, _33, _34, \
	_35, _36, _37, _38, _39, _40, _41, ...)                                                   \
	_41

/*
 * VIEW_PUT(trunks, out, {.name = ..., .address = ...,}): a row by its columns' names. A name that
 * is no column's, a value of another type and a column without a value fail the build. A section's
 * value is a variable, and a comma stands behind the last one.
 */
#define VIEW_PUT_BY(encode, view, out, ...)                                               \
	do {                                                                              \
		const struct td_view_##view view_row = __VA_ARGS__;                       \
		_Static_assert(VIEW_ARGUMENTS(__VA_ARGS__) == (int)VIEW_WIDTH_##view + 1, \
			"each column of the view has one value here, then a comma");      \
		encode((enum td_view_id)VIEW_ID_##view, &view_row, out);                  \
	} while (0)
#define VIEW_PUT(view, out, ...)   VIEW_PUT_BY(view_row_encode, view, out, __VA_ARGS__)
#define VIEW_START(view, out, ...) VIEW_PUT_BY(view_row_start, view, out, __VA_ARGS__)

#define VIEW_ID(ID, id, name, shape, help, empty) VIEW_ID_##id = (int)TD_VIEW_ID_##ID,
enum { TD_VIEWS(VIEW_ID) };

#endif
