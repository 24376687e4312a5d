/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/when.h>
#include <engine/base/number.h>
#include <stddef.h>
#include <string.h>

/* Exactly n digits. */
static bool digits(const char **p, int n, int *value)
{
	for (*value = 0; n > 0; n--, ++*p) {
		if (**p < '0' || **p > '9')
			return false;
		*value = *value * 10 + (**p - '0');
	}
	return true;
}

static bool skip(const char **p, const char *any)
{
	if (!**p || !strchr(any, **p))
		return false;
	++*p;
	return true;
}

/* 15:04, 15:04:05, 15:04:05.25 */
static bool clock_decode(const char **p, struct tm *tm, double *fraction)
{
	double tenth = 0.1;

	if (!digits(p, 2, &tm->tm_hour) || !skip(p, ":") || !digits(p, 2, &tm->tm_min))
		return false;
	if (skip(p, ":") && !digits(p, 2, &tm->tm_sec))
		return false;
	if (skip(p, ".,"))
		for (; **p >= '0' && **p <= '9'; ++*p, tenth /= 10)
			*fraction += (**p - '0') * tenth;
	return tm->tm_hour < 24 && tm->tm_min < 60 && tm->tm_sec < 61;
}

/* Z, +01:00, +0100, +01; nothing is local time. False: what stands there is no zone. */
static bool zone_decode(const char **p, bool *local, long *east)
{
	bool west = **p == '-';
	int hours, minutes = 0;

	*local = !**p;
	*east = 0;
	if (*local || skip(p, "Zz"))
		return true;
	if (!skip(p, "+-") || !digits(p, 2, &hours))
		return false;
	skip(p, ":");
	if (**p && !digits(p, 2, &minutes))
		return false;
	*east = (hours * 60L + minutes) * (west ? -60 : 60);
	return hours < 24 && minutes < 60;
}

/* False: the calendar has no such day. */
static bool day_is(const struct tm *asked)
{
	struct tm tm = {
		.tm_year = asked->tm_year, .tm_mon = asked->tm_mon, .tm_mday = asked->tm_mday};

	return timegm(&tm) != -1 && tm.tm_mon == asked->tm_mon && tm.tm_mday == asked->tm_mday;
}

static bool date_decode(const char *p, double *t)
{
	struct tm tm = {.tm_isdst = -1};
	double fraction = 0;
	bool local = true;
	long east = 0;

	if (!digits(&p, 4, &tm.tm_year) || !skip(&p, "-") || !digits(&p, 2, &tm.tm_mon) ||
		!skip(&p, "-") || !digits(&p, 2, &tm.tm_mday))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	if (!day_is(&tm))
		return false;
	if (*p && (!skip(&p, "Tt ") || !clock_decode(&p, &tm, &fraction) ||
			  !zone_decode(&p, &local, &east)))
		return false;
	*t = (double)(local ? mktime(&tm) : timegm(&tm) - east) + fraction;
	return !*p;
}

/* The last time that it was so late. */
static bool today_decode(const char *p, time_t now, double *t)
{
	double fraction = 0;
	struct tm tm;

	localtime_r(&now, &tm);
	tm.tm_sec = 0;
	tm.tm_isdst = -1;
	if (!clock_decode(&p, &tm, &fraction) || *p)
		return false;
	*t = (double)mktime(&tm) + fraction;
	if (*t > (double)now) {
		tm.tm_mday--;
		tm.tm_isdst = -1;
		*t = (double)mktime(&tm) + fraction;
	}
	return true;
}

static bool ago_decode(const char *p, time_t now, double *t)
{
	static const struct {
		char letter;
		double seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
	double n = 0;
	const char *unit = number_decode(p, &n);

	if (!unit || !*unit || unit[1] || n < 0)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (*unit == units[i].letter) {
			*t = (double)now - n * units[i].seconds;
			return true;
		}
	return false;
}

bool when_decode(const char *text, time_t now, double *t)
{
	return (date_decode(text, t) || today_decode(text, now, t) || ago_decode(text, now, t)) &&
	       *t > 0;
}
