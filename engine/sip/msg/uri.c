/* SPDX-License-Identifier: BSD-3-Clause */
/* SIP and SIPS URIs, RFC 3261 section 19.1; of tel URIs the number, RFC 3966. */
#include <errno.h>
#include <engine/base/addr.h>
#include <engine/base/hex.h>
#include <engine/sip/msg/lex.h>
#include <engine/sip/msg/msg.h>

/* ";name[=value]" without white space; values are wider than those of header fields. */
static bool params_valid(struct str s)
{
	while (s.n > 0) {
		if (!lex_char(&s, ';'))
			return false;
		size_t n = 0;

		while (n < s.n && s.p[n] != ';') {
			if (!lex_is(s.p[n], LEX_PARAM))
				return false;
			n++;
		}
		if (n == 0 || s.p[0] == '=')
			return false;
		s.p += n;
		s.n -= n;
	}
	return true;
}

/* user[:password]; an escape is % and two hexadecimal digits. */
static bool user_valid(struct str user, bool *has_password)
{
	*has_password = false;
	for (size_t i = 0; i < user.n; i++) {
		char c = user.p[i];

		if (c == ':' && i > 0 && !*has_password) {
			*has_password = true;
			continue;
		}
		if (!lex_is(c, LEX_USER))
			return false;
		if (c != '%')
			continue;
		if (user.n - i < 3)
			return false;
		for (size_t k = i + 1; k <= i + 2; k++) {
			char h = user.p[k] | 0x20;

			if (!lex_is(user.p[k], LEX_DIGIT) && (h < 'a' || h > 'f'))
				return false;
		}
	}
	return user.n > 0;
}

/* [ user [ ":" password ] "@" ]; '@' cannot be in what follows without being escaped */
static bool userinfo(struct str *s, struct sip_uri *out)
{
	const char *at = memchr(s->p, '@', s->n);
	bool has_password;

	if (!at)
		return true;
	struct str user = {s->p, (size_t)(at - s->p)};

	if (!user_valid(user, &has_password))
		return false;
	out->user = user;
	if (has_password) {
		out->password = user;
		out->user = str_cut(&out->password, ':');
	}
	s->p = at + 1;
	s->n -= user.n + 1;
	return true;
}

/* host [ ":" port ], without white space */
static bool hostport(struct str *s, struct sip_uri *out)
{
	return lex_host(s, &out->host) && (!lex_char(s, ':') || lex_port(s, &out->port));
}

/* Of a URI that is neither sip nor sips, what follows the scheme. */
static int other_decode(struct sip_uri *out, struct str rest)
{
	bool has_password;

	if (str_caseeq(out->scheme, STR("tel")) && user_valid(rest, &has_password) && !has_password)
		out->user = rest;
	return lex_all(rest, LEX_URI) ? 0 : -EBADMSG;
}

int sip_uri_decode(struct sip_uri *out, struct str text)
{
	struct str s = text;

	*out = (struct sip_uri){.text = text};
	/* LEX_TOKEN is wider than a scheme; only those we know get further */
	out->scheme = lex_run(&s, LEX_TOKEN);
	if (out->scheme.n == 0 || !lex_char(&s, ':') || s.n == 0)
		return -EBADMSG;
	if (!str_caseeq(out->scheme, STR("sip")) && !str_caseeq(out->scheme, STR("sips")))
		return other_decode(out, s);
	if (!userinfo(&s, out) || !hostport(&s, out))
		return -EBADMSG;
	const char *headers = s.n ? memchr(s.p, '?', s.n) : NULL;

	if (headers) {
		out->headers = (struct str){headers + 1, s.n - (size_t)(headers - s.p) - 1};
		s.n = (size_t)(headers - s.p);
		if (!lex_all(out->headers, LEX_URI))
			return -EBADMSG;
	}
	out->params = s;
	return params_valid(s) ? 0 : -EBADMSG;
}

bool sip_user_plain(struct str user, char *out, size_t size)
{
	size_t n = 0;
	uint64_t c;

	while (user.n > 0) {
		size_t from = *user.p == '%' && user.n >= 3 ? 3 : 1, to = from;
		char one = *user.p;

		if (from == 3 && hex_decode((struct str){user.p + 1, 2}, &c) && c < 0x80 &&
			lex_is((char)c, LEX_USER) && c != '%' && c != ';') {
			one = (char)c;
			to = 1;
		}
		if (n + to >= size)
			break;
		memcpy(out + n, to == 1 ? &one : user.p, to);
		n += to;
		user.p += from;
		user.n -= from;
	}
	out[n] = '\0';
	return user.n == 0;
}

/* The next letter of a user: an escape is the letter that it stands for, except of a reserved one
 * (section 19.1.4), which counts as another letter. */
static int user_letter(struct str *s)
{
	static const char reserved[] = ";/?:@&=+$,";
	size_t n = *s->p == '%' && s->n >= 3 ? 3 : 1;
	int letter = (unsigned char)*s->p;
	uint64_t c;

	if (n == 3 && hex_decode((struct str){s->p + 1, 2}, &c))
		letter = (int)c | (c && strchr(reserved, (int)c) ? 0x100 : 0);
	s->p += n;
	s->n -= n;
	return letter;
}

bool sip_user_equal(struct str a, struct str b)
{
	while (a.n > 0 && b.n > 0)
		if (user_letter(&a) != user_letter(&b))
			return false;
	return a.n == 0 && b.n == 0;
}

bool sip_hostport_equal(const struct sip_uri *a, const struct sip_uri *b)
{
	struct td_addr x, y;

	if (a->port != b->port)
		return false;
	if (sip_uri_addr(a, &x) && sip_uri_addr(b, &y)) /* one IPv6 address has many texts */
		return addr_equal(&x, &y);
	return str_caseeq(a->host, b->host);
}

/* Every parameter of one that the other has too has the same value, and those of which no default
 * is meant stand in both or in none. */
static bool params_match(struct str a, struct str b)
{
	static const struct str both[] = {
		{"user", 4}, {"ttl", 3}, {"method", 6}, {"maddr", 5}, {"transport", 9}};
	struct str name, value, other;

	while (lex_param(&a, &name, &value) > 0) {
		bool needed = false;

		for (unsigned i = 0; i < sizeof(both) / sizeof(both[0]); i++)
			needed |= str_caseeq(name, both[i]);
		if (sip_param(b, name, &other) ? !str_caseeq(value, other) : needed)
			return false;
	}
	return true;
}

bool sip_uri_equal(struct str a, struct str b)
{
	struct sip_uri x, y;

	if (str_eq(a, b))
		return true;
	return sip_uri_decode(&x, a) == 0 && sip_uri_decode(&y, b) == 0 && x.host.p && y.host.p &&
	       str_caseeq(x.scheme, y.scheme) && sip_user_equal(x.user, y.user) &&
	       sip_user_equal(x.password, y.password) && sip_hostport_equal(&x, &y) &&
	       params_match(x.params, y.params) && params_match(y.params, x.params);
}

bool sip_uri_addr(const struct sip_uri *u, struct td_addr *out)
{
	/* addr_decode() would take a port out of an unbracketed host, which has none here */
	if (u->host.n == 0 || addr_decode(out, u->host) != 0)
		return false;
	out->port = u->port ? u->port : SIP_PORT;
	return true;
}

int sip_param_once(struct str params, struct str name, struct str *value)
{
	struct str n, v;
	int found = 0;

	while (lex_param(&params, &n, &v) > 0) {
		if (!str_caseeq(n, name))
			continue;
		if (found)
			return -EBADMSG;
		*value = v;
		found = 1;
	}
	return found;
}

bool sip_param(struct str params, struct str name, struct str *value)
{
	struct str n, v;

	while (lex_param(&params, &n, &v) > 0) {
		if (str_caseeq(n, name)) {
			*value = v;
			return true;
		}
	}
	return false;
}
