/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_cycles.h>
#include <stdlib.h>
#include <string.h>
#include <bench/bench.h>
#include <dataplane/port/eal.h>
#include <engine/base/buf.h>

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

void report_values(struct bench_result *r, double *values, unsigned n)
{
	qsort(values, n, sizeof(*values), by_value);
	r->median = n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
	r->min = values[0];
	r->runs = n;
}

static struct str cpu_name(char *line, int size)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	struct str name = STR("unknown");

	if (!f)
		return name;
	while (fgets(line, size, f))
		if (!strncmp(line, "model name", 10) && strchr(line, ':')) {
			name = str_trim(str_of(strchr(line, ':') + 1));
			break;
		}
	fclose(f);
	return name;
}

static const char *pages(void)
{
	return eal_hugepages() ? "hugetlbfs" : "transparent";
}

void report_machine(struct td_buf *b, unsigned frame_bytes)
{
	char line[256];

	if (rte_get_tsc_hz()) /* without EAL no one has measured it, and no figure is in cycles */
		json_u64(b, "tsc_hz", rte_get_tsc_hz());
	json_str(b, "cpu", cpu_name(line, sizeof(line)));
	json_str(b, "compiler", str_of("gcc " __VERSION__));
	json_u64(b, "frame_bytes", frame_bytes);
	json_str(b, "pages", str_of(pages()));
}

static void print_json(const struct bench_result *r)
{
	struct td_buf b;

	buf_init(&b);
	json_object_start(&b, NULL);
	json_str(&b, "bench", str_of(r->bench));
	json_object_start(&b, "case");
	if (r->legs)
		json_u64(&b, "legs", r->legs);
	for (const struct bench_value *v = r->of; v < r->of + BENCH_VALUES && v->name; v++) {
		if (v->word)
			json_str(&b, v->name, str_of(v->word));
		else
			json_f64(&b, v->name, v->number);
	}
	json_object_end(&b);
	json_str(&b, "metric", str_of(r->metric));
	json_str(&b, "unit", str_of(r->unit));
	json_f64(&b, "median", r->median);
	json_f64(&b, "min", r->min);
	json_u64(&b, "runs", r->runs);
	report_machine(&b, r->frame_bytes);
	json_object_end(&b);
	if (!b.error)
		printf("%.*s\n", (int)b.len, b.data);
	buf_free(&b);
}

/* The words and numbers of a case in one: "tx gcm 1000". */
static const char *case_text(const struct bench_result *r, char *text, size_t size)
{
	size_t n = 0;

	text[0] = '\0';
	if (r->legs)
		n += (size_t)snprintf(text, size, "%u", r->legs);
	for (const struct bench_value *v = r->of; v < r->of + BENCH_VALUES && v->name && n < size;
		v++)
		n += (size_t)(v->word ? snprintf(text + n, size - n, "%s%s", n ? " " : "", v->word)
				      : snprintf(text + n, size - n, "%s%g %s", n ? " " : "",
						v->number, v->name));
	return text;
}

static void print_table(const struct bench_result *r)
{
	static bool headed;
	char line[256], text[64];

	if (!headed) {
		struct str cpu = cpu_name(line, sizeof(line));

		printf("%.*s, TSC %.3f GHz, gcc %s, frames of %u bytes with FCS, %s pages\n\n"
		       "%-8s %-30s  %-26s %10s %10s %5s\n",
			STR_FMT(cpu), (double)rte_get_tsc_hz() / 1e9, __VERSION__, r->frame_bytes,
			pages(), "bench", "legs or case", "metric", "median", "min", "runs");
		headed = true;
	}
	printf("%-8s %-30s  %-26s %10.1f %10.1f %5u  %s\n", r->bench,
		case_text(r, text, sizeof(text)), r->metric, r->median, r->min, r->runs, r->unit);
}

void report_result(const struct bench_options *o, const struct bench_result *r)
{
	if (o->json)
		print_json(r);
	else
		print_table(r);
	fflush(stdout);
}
