/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <tests/scenario/peer.h>

void peer_what(const char *msg, char *out, size_t size)
{
	const char *at = strncmp(msg, "SIP/2.0 ", 8) == 0 ? msg + 8 : msg;
	size_t n = strcspn(at, " \r\n");

	snprintf(out, size, "%.*s", (int)n, at);
}

void peer_header(const char *msg, const char *name, char *out, size_t size)
{
	size_t n = strlen(name);

	out[0] = '\0';
	for (const char *line = strstr(msg, "\r\n"); line; line = strstr(line, "\r\n")) {
		line += 2;
		if (strncmp(line, "\r\n", 2) == 0)
			return;
		if (strncasecmp(line, name, n) != 0)
			continue;
		const char *at = line + n + strspn(line + n, " \t");

		if (*at != ':')
			continue;
		at += 1 + strspn(at + 1, " \t");
		snprintf(out, size, "%.*s", (int)strcspn(at, "\r"), at);
		return;
	}
}

void peer_sdp(const char *text, char *out, size_t size)
{
	char host[64], pts[64], words[512] = "sendrecv";
	bool savp;
	bool v6 = text[0] == '[';
	unsigned port;
	size_t n;

	out[0] = '\0';
	if (sscanf(text, v6 ? "[%63[^]]]:%u/%63[0-9,] %511[^\n]" : "%63[^:]:%u/%63[0-9,] %511[^\n]",
		    host, &port, pts, words) < 3)
		return;
	savp = strncmp(words, "savp", 4) == 0;
	n = (size_t)snprintf(out, size,
		"v=0\r\no=- 1 1 IN IP%d %s\r\ns=-\r\nc=IN IP%d %s\r\nt=0 0\r\nm=audio %u RTP/%s",
		v6 ? 6 : 4, host, v6 ? 6 : 4, host, port, savp ? "SAVP" : "AVP");
	for (char *save, *pt = strtok_r(pts, ",", &save); pt; pt = strtok_r(NULL, ",", &save))
		n += (size_t)snprintf(out + n, size - n, " %s", pt);
	n += (size_t)snprintf(
		out + n, size - n, "\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n");
	for (char *save, *word = strtok_r(words, " ", &save); word;
		word = strtok_r(NULL, " ", &save)) {
		for (char *tilde; (tilde = strchr(word, '~'));)
			*tilde = ' ';
		if (strcmp(word, "savp") != 0)
			n += (size_t)snprintf(out + n, size - n, "a=%s\r\n", word);
	}
}

static void identity(struct peer *p)
{
	snprintf(p->call_id, sizeof(p->call_id), "%s-%u@%s", p->name, p->calls, p->host);
	snprintf(p->local_tag, sizeof(p->local_tag), "t%s%u", p->name, p->calls);
	snprintf(p->local_uri, sizeof(p->local_uri), "<sip:%s@%s>",
		p->caller[0] ? p->caller : "4930123", p->host);
}

void peer_pass_on(struct peer *p, const struct peer *from)
{
	char value[PEER_FIELD], *tag;

	peer_header(from->invite, "From", value, sizeof(value));
	tag = strstr(value, ";tag=");
	if (tag)
		*tag = '\0';
	snprintf(p->local_tag, sizeof(p->local_tag), "%s", tag ? tag + strlen(";tag=") : "");
	snprintf(p->local_uri, sizeof(p->local_uri), "%s", value);
	snprintf(p->call_id, sizeof(p->call_id), "%s", from->call_id);
	p->passes_on = true;
}

static void new_call(struct peer *p, const char *number)
{
	p->outgoing = true;
	++p->calls;
	if (!p->passes_on)
		identity(p);
	p->passes_on = false;
	snprintf(p->remote, sizeof(p->remote), "<sip:%s@%s>", number, p->engine_host);
	snprintf(p->invite_to, sizeof(p->invite_to), "%s", p->remote);
	snprintf(p->target, sizeof(p->target), "sip:%s@%s:5060", number, p->engine_host);
}

static const char *contact_transport(const struct peer *p)
{
	return p->transport == TD_TRANSPORT_UDP ? "" : ";transport=tcp";
}

void peer_request(struct peer *p, const char *method, const char *number, const char *headers,
	const char *type, const char *body, char *out, size_t size)
{
	bool ack = strcmp(method, "ACK") == 0, cancel = strcmp(method, "CANCEL") == 0;
	bool invite = strcmp(method, "INVITE") == 0;
	bool failed = ack && p->final[0] && strncmp(p->final + 8, "2", 1) != 0;
	char branch[PEER_FIELD], to[PEER_FIELD], type_line[64] = "";

	if (number[0])
		new_call(p, number);
	if (!ack && !cancel)
		p->cseq++;
	snprintf(branch, sizeof(branch), "z9hG4bK%s%u", p->name, ++p->branches);
	if (invite) {
		p->invite_cseq = p->cseq;
		p->final[0] = '\0';
		snprintf(p->branch, sizeof(p->branch), "%s", branch);
	}
	if (cancel || failed) /* belong to the INVITE's transaction */
		snprintf(branch, sizeof(branch), "%s", p->branch);
	snprintf(to, sizeof(to), "%s", cancel ? p->invite_to : p->remote);
	if (failed)
		peer_header(p->final, "To", to, sizeof(to));
	if (body[0])
		snprintf(type_line, sizeof(type_line), "Content-Type: %s\r\n", type);
	snprintf(out, size,
		"%s %s SIP/2.0\r\nVia: SIP/2.0/%s %s:%u;branch=%s;rport\r\nMax-Forwards: %u\r\n"
		"From: %s;tag=%s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %u %s\r\n"
		"Contact: <sip:%s@%s:%u%s>\r\n%s%sContent-Length: %zu\r\n\r\n%s",
		method, p->target, p->transport == TD_TRANSPORT_UDP ? "UDP" : "TCP", p->host,
		p->addr.port, branch, PEER_HOPS - p->hops, p->local_uri, p->local_tag, to,
		p->call_id, ack || cancel ? p->invite_cseq : p->cseq, method, p->name, p->host,
		p->addr.port, contact_transport(p), headers, type_line, strlen(body), body);
}

void peer_add_headers(char *msg, size_t size, const char *headers)
{
	size_t line = strcspn(msg, "\n") + 1, n = strlen(headers), len = strlen(msg);

	if (!n || len + n >= size)
		return;
	memmove(msg + line + n, msg + line, len - line + 1);
	memcpy(msg + line, headers, n);
}

void peer_response(struct peer *p, int code, bool to_invite, const char *type, const char *body,
	char *out, size_t size)
{
	const char *msg = to_invite ? p->invite : p->request;
	char via[PEER_FIELD], from[PEER_FIELD], to[PEER_FIELD], id[PEER_FIELD], cseq[64];
	const char *tag = "";

	peer_header(msg, "Via", via, sizeof(via));
	peer_header(msg, "From", from, sizeof(from));
	peer_header(msg, "To", to, sizeof(to));
	peer_header(msg, "Call-ID", id, sizeof(id));
	peer_header(msg, "CSeq", cseq, sizeof(cseq));
	if (!strstr(to, ";tag="))
		tag = p->local_tag;
	snprintf(out, size,
		"SIP/2.0 %d Whatever\r\nVia: %s\r\nFrom: %s\r\nTo: %s%s%s\r\nCall-ID: %s\r\nCSeq: "
		"%s\r\n"
		"Contact: <sip:%s@%s:%u%s>\r\n%s%s%sContent-Length: %zu\r\n\r\n%s",
		code, via, from, to, tag[0] ? ";tag=" : "", tag, id, cseq, p->name, p->host,
		p->addr.port, contact_transport(p), body[0] ? "Content-Type: " : "",
		body[0] ? type : "", body[0] ? "\r\n" : "", strlen(body), body);
}

static void learn_target(struct peer *p, const char *msg)
{
	char contact[PEER_FIELD];
	char *open, *close;

	peer_header(msg, "Contact", contact, sizeof(contact));
	open = strchr(contact, '<');
	close = open ? strchr(open, '>') : NULL;
	if (!close)
		return;
	*close = '\0';
	snprintf(p->target, sizeof(p->target), "%s", open + 1);
}

static void learn_request(struct peer *p, const char *msg, const char *what)
{
	snprintf(p->request, sizeof(p->request), "%s", msg);
	if (strcmp(what, "INVITE") != 0)
		return;
	snprintf(p->invite, sizeof(p->invite), "%s", msg);
	learn_target(p, msg);
	if (p->call_id[0])
		return; /* a re-INVITE */
	p->outgoing = false;
	peer_header(msg, "Call-ID", p->call_id, sizeof(p->call_id));
	peer_header(msg, "To", p->local_uri, sizeof(p->local_uri));
	peer_header(msg, "From", p->remote, sizeof(p->remote));
	snprintf(p->local_tag, sizeof(p->local_tag), "t%s%u", p->name, ++p->calls);
}

void peer_learn(struct peer *p, const char *msg)
{
	char what[32], cseq[64];

	peer_what(msg, what, sizeof(what));
	peer_header(msg, "CSeq", cseq, sizeof(cseq));
	if (!isdigit((unsigned char)what[0])) {
		learn_request(p, msg, what);
		return;
	}
	if (!strstr(cseq, "INVITE") || atoi(what) < 200)
		return;
	snprintf(p->final, sizeof(p->final), "%s", msg);
	if (what[0] != '2')
		return;
	peer_header(msg, "To", p->remote, sizeof(p->remote));
	learn_target(p, msg);
}
