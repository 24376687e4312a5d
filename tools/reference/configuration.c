/* SPDX-License-Identifier: BSD-3-Clause */
/* docs/configuration.md and site.yaml(5) point here: every section and key, from the schema. */
#include <tools/reference/reference.h>
#include <engine/conf/schema.h>

static const char *type_text(const struct conf_key *k, char *out, size_t size)
{
	static const char *const names[CONF_TYPE_COUNT] = {
		[CONF_STRING] = "text",
		[CONF_PATH] = "path",
		[CONF_NAME] = "name",
		[CONF_INT] = "number",
		[CONF_BOOL] = "true or false",
		[CONF_DURATION] = "duration",
		[CONF_SIZE] = "size",
		[CONF_RATE] = "bit rate",
		[CONF_ADDRESS] = "address:port",
		[CONF_SERVER] = "address or host name, :port",
		[CONF_IP] = "address",
		[CONF_PREFIXES] = "list of addresses or networks",
		[CONF_CODECS] = "list of codecs",
		[CONF_PORTS] = "range of ports",
		[CONF_DSCP] = "DSCP",
		[CONF_CORE] = "CPU or `none`",
		[CONF_CORES] = "list of CPUs",
		[CONF_WORD] = "text",
	};
	struct str rest = str_of(k->words);
	size_t n = 0;

	if (k->ref != TD_KIND_SITE) { /* nothing can refer to the site */
		snprintf(out, size, "%s%s%s", k->list_max ? "list of " : "", td_kinds[k->ref].name,
			k->list_max ? "s" : "");
	} else if (k->words) {
		snprintf(out, size, "%s", k->type == CONF_SET ? "list of" : "");
		n = strlen(out);
		for (const char *before = n ? " " : ""; rest.n && n < size; before = ", ") {
			struct str word = str_cut(&rest, ' ');

			n += snprintf(out + n, size - n, "%s`%.*s`", before, STR_FMT(word));
		}
	} else if (k->type == CONF_INT && (k->min || k->max)) {
		snprintf(out, size, "number, %lu to %lu", k->min, k->max);
	} else {
		snprintf(out, size, "%s", names[k->type]);
	}
	return out;
}

static void key_row(struct doc *d, const struct conf_key *k)
{
	char type[256], value[256] = "", help[1024];
	bool list = conf_key_is_list(k);

	if (k->value)
		snprintf(value, sizeof(value), list ? "`[%s]`" : "`%s`", k->value);
	else if (k->flags & CONF_REQUIRED)
		snprintf(value, sizeof(value), "required");
	snprintf(help, sizeof(help), "%s%s", k->help,
		k->flags & CONF_RESTART ? " Takes effect at the next start." : "");
	DOC_ROW(d, k->name, type_text(k, type, sizeof(type)), value, help);
}

static void section(
	struct doc *d, const char *name, const char *help, enum td_kind kind, bool engine)
{
	doc_section(d, name);
	doc_text(d, help);
	DOC_TABLE(d, "key", "value", "default", "meaning");
	for (unsigned i = 0; i < td_schema_count; i++) {
		const struct conf_key *k = &td_schema[i];

		if (k->kind == kind && !(k->flags & CONF_DERIVED) &&
			engine == !!(k->flags & CONF_ENGINE))
			key_row(d, k);
	}
}

void reference_configuration(struct doc *d)
{
	for (unsigned kind = 0; kind < TD_KIND_COUNT; kind++) {
		section(d, td_kinds[kind].section, td_kinds[kind].help, kind, false);
		if (kind == TD_KIND_SITE)
			section(d, "engine", "The engine's cores, memory, files and limits.", kind,
				true);
	}
}
