/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/hex.h>
#include <engine/base/utf8.h>

/* Well-formed UTF-8 of more than one byte, by its first byte (Unicode 15, table 3-7: no overlong
 * forms, no surrogates, nothing above U+10FFFF). All bytes after the second are 80..BF. */
static const struct {
	unsigned char first_min, first_max, second_min, second_max, len;
} utf8[] = {
	{0xc2, 0xdf, 0x80, 0xbf, 2},
	{0xe0, 0xe0, 0xa0, 0xbf, 3},
	{0xe1, 0xec, 0x80, 0xbf, 3},
	{0xed, 0xed, 0x80, 0x9f, 3},
	{0xee, 0xef, 0x80, 0xbf, 3},
	{0xf0, 0xf0, 0x90, 0xbf, 4},
	{0xf1, 0xf3, 0x80, 0xbf, 4},
	{0xf4, 0xf4, 0x80, 0x8f, 4},
};

static bool in_range(unsigned char c, unsigned char min, unsigned char max)
{
	return c >= min && c <= max;
}

size_t utf8_len(struct str text)
{
	const unsigned char *s = (const unsigned char *)text.p;
	size_t row = 0, rows = sizeof(utf8) / sizeof(utf8[0]);

	if (s[0] < 0x80)
		return 1;
	while (row < rows && !in_range(s[0], utf8[row].first_min, utf8[row].first_max))
		row++;
	if (row == rows || text.n < utf8[row].len ||
		!in_range(s[1], utf8[row].second_min, utf8[row].second_max))
		return 0;
	for (size_t i = 2; i < utf8[row].len; i++)
		if (!in_range(s[i], 0x80, 0xbf))
			return 0;
	return utf8[row].len;
}

bool utf8_valid(struct str s)
{
	while (s.n) {
		size_t len = utf8_len(s);

		if (len == 0)
			return false;
		s.p += len;
		s.n -= len;
	}
	return true;
}

void utf8_cut(char *text)
{
	size_t end = strlen(text), at = end;

	while (at > 0 && end - at < 4 && in_range((unsigned char)text[at - 1], 0x80, 0xbf))
		at--;
	if (at == 0 || (unsigned char)text[at - 1] < 0x80)
		return; /* all of it is ASCII, or no UTF-8 */
	at--;
	if (utf8_len((struct str){text + at, end - at}) != end - at)
		text[at] = '\0';
}

void utf8_copy(char *dst, size_t size, const char *text)
{
	if (!str_copy(dst, size, str_of(text)))
		utf8_cut(dst);
}

static bool is_control(const unsigned char *s, size_t len)
{
	return s[0] < 0x20 || s[0] == 0x7f || (len == 2 && s[0] == 0xc2 && s[1] < 0xa0);
}

/* Characters that show nothing, or turn what follows round (bidirectional controls): in them two
 * names differ and look alike. The joiners U+200C and U+200D are not among them; Persian, Hindi and
 * many emoji are written with them. */
static const uint32_t unseen[][2] = {
	{0xad, 0xad},
	{0x61c, 0x61c},
	{0x180e, 0x180e},
	{0x200b, 0x200b},
	{0x200e, 0x200f},
	{0x2028, 0x202e},
	{0x2060, 0x206f},
	{0xfeff, 0xfeff},
	{0xfff9, 0xfffb},
	{0xe0000, 0xe007f},
};

/* Of well-formed UTF-8. */
static uint32_t code_point(const unsigned char *s, size_t len)
{
	uint32_t c = len == 1 ? s[0] : s[0] & (0xff >> (len + 1));

	for (size_t i = 1; i < len; i++)
		c = c << 6 | (s[i] & 0x3f);
	return c;
}

static bool is_unseen(uint32_t c)
{
	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		if (c >= unseen[i][0] && c <= unseen[i][1])
			return true;
	return false;
}

static void put_code_point(struct td_buf *out, uint32_t c)
{
	char text[10] = {'\\', c > 0xffff ? 'U' : 'u'};
	unsigned digits = c > 0xffff ? 8 : 4;

	hex_encode(c, digits, text + 2);
	buf_put(out, text, 2 + digits);
}

static bool line_stays(struct str text)
{
	return text.p[0] == '\n' || text.p[0] == '\t' || str_has_prefix(text, STR("\r\n"));
}

static void put_escape(struct td_buf *out, unsigned char c)
{
	char text[4] = "\\x";

	if (c == '\n' || c == '\t') {
		buf_str(out, c == '\n' ? STR("\\n") : STR("\\t"));
		return;
	}
	hex_encode(c, 2, text + 2);
	buf_put(out, text, sizeof(text));
}

void utf8_printable(struct td_buf *out, struct str text, enum utf8_lines lines)
{
	while (text.n) {
		const unsigned char *s = (const unsigned char *)text.p;
		size_t len = utf8_len(text);

		if (len == 0 || (is_control(s, len) && !(lines == UTF8_LINES && line_stays(text))))
			put_escape(out, len == 2 ? s[1] : s[0]);
		else if (is_unseen(code_point(s, len)))
			put_code_point(out, code_point(s, len));
		else
			buf_put(out, text.p, len);
		text.p += len ? len : 1;
		text.n -= len ? len : 1;
	}
}
