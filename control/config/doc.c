/* SPDX-License-Identifier: BSD-3-Clause */
/* The manual's tables, from the schema. */
#include <control/config/config.h>
#include <engine/conf/schema.h>
#include <stdio.h>

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

	if (k->type == CONF_REF || k->type == CONF_REFS || k->list_max == TD_CONF_AGENTS) {
		snprintf(out, size, "%s%s%s", k->list_max ? "list of " : "", td_kinds[k->ref].name,
			k->list_max ? "s" : "");
	} else if (k->type == CONF_ENUM) {
		out[0] = '\0';
		while (rest.n && n < size) {
			struct str word = str_cut(&rest, ' ');

			n += snprintf(out + n, size - n, "%s`%.*s`", n ? ", " : "", STR_FMT(word));
		}
	} else if (k->type == CONF_INT && (k->min || k->max)) {
		snprintf(out, size, "number, %lu to %lu", k->min, k->max);
	} else {
		snprintf(out, size, "%s", names[k->type]);
	}
	return out;
}

static void keys_put(struct td_buf *buf, enum td_kind kind, bool engine)
{
	char type[256];

	buf_str(buf, STR("| key | value | default | meaning |\n|---|---|---|---|\n"));
	for (unsigned i = 0; i < td_schema_count; i++) {
		const struct conf_key *k = &td_schema[i];
		bool required = k->flags & CONF_REQUIRED, list = conf_key_is_list(k);

		if (k->kind != kind || k->flags & CONF_DERIVED ||
			engine != !!(k->flags & CONF_ENGINE))
			continue;
		buf_printf(buf, "| `%s` | %s | %s%s%s | %s%s |\n", k->name,
			type_text(k, type, sizeof(type)), k->value ? list ? "`[" : "`" : "",
			k->value   ? k->value
			: required ? "required"
				   : "",
			k->value ? list ? "]`" : "`" : "", k->help,
			k->flags & CONF_RESTART ? " Takes effect at the next start." : "");
	}
}

void config_schema_doc(struct td_buf *buf)
{
	for (unsigned kind = 0; kind < TD_KIND_COUNT; kind++) {
		buf_printf(buf, "%s### %s\n%s\n\n", kind ? "\n" : "", td_kinds[kind].section,
			td_kinds[kind].help);
		keys_put(buf, kind, false);
		if (kind != TD_KIND_SITE)
			continue;
		buf_str(buf,
			STR("\n### engine\nThe engine's cores, memory, files and limits.\n\n"));
		keys_put(buf, kind, true);
	}
}
