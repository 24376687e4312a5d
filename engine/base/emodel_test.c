/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/emodel.h>
#include <math.h>
#include <tests/unit/unit.h>

/*
 * All of G.107 (06/2015) clause 7, with the defaults of its table 2 as they stand there: the module
 * has constants where those make some.
 */
static double whole_model(double t, double ppl, double bpl)
{
	const double slr = 8, rlr = 2, ds = 3, dr = 3, stmr = 15, telr = 65, wepl = 110, nc = -70,
		     nfor = -64, ps = 35, pr = 35, qdu = 1, ie = 0;
	double olr = slr + rlr, lstr = stmr + dr;
	double nos = ps - slr - ds - 100 + 0.004 * pow(ps - olr - ds - 14, 2);
	double pre = pr + 10 * log10(1 + pow(10, (10 - lstr) / 10));
	double nor = rlr - 121 + pre + 0.008 * pow(pre - 35, 2);
	double nfo = nfor + rlr;
	double no = 10 * log10(pow(10, nc / 10) + pow(10, nos / 10) + pow(10, nor / 10) +
				 pow(10, nfo / 10));
	double ro = 15 - 1.5 * (slr + no);
	double xolr = olr + 0.2 * (64 + no - rlr);
	double iolr = 20 * (pow(1 + pow(xolr / 8, 8), 1 / 8.0) - xolr / 8);
	/* sidetone with T = 0, as the default connection has it */
	double stmro = -10 * log10(pow(10, -stmr / 10) + pow(10, -telr / 10));
	double ist = 12 * pow(1 + pow((stmro - 13) / 6, 8), 1 / 8.0) -
		     28 * pow(1 + pow((stmro + 1) / 19.4, 35), 1 / 35.0) -
		     13 * pow(1 + pow((stmro - 3) / 33, 13), 1 / 13.0) + 29;
	double q = 37 - 15 * log10(qdu), g = 1.07 + 0.258 * q + 0.0602 * q * q;
	double y = (ro - 100) / 15 + 46 / 8.4 - g / 9, z = 46 / 30.0 - g / 40;
	double iq = 15 * log10(1 + pow(10, y) + pow(10, z));
	double terv = telr - 40 * log10((1 + t / 10) / (1 + t / 150)) + 6 * exp(-0.3 * t * t);
	double roe = -1.5 * (no - rlr), re = 80 + 2.5 * (terv - 14);
	double idte = ((roe - re) / 2 + sqrt(pow(roe - re, 2) / 4 + 100) - 1) * (1 - exp(-t));
	double rle = 10.5 * (wepl + 7) * pow(2 * t + 1, -0.25);
	double idle = (ro - rle) / 2 + sqrt(pow(ro - rle, 2) / 4 + 169);
	double idd = 0;

	if (t > 100) {
		double x = log10(t / 100) / log10(2);

		idd = 25 * (pow(1 + pow(x, 6), 1 / 6.0) - 3 * pow(1 + pow(x / 3, 6), 1 / 6.0) + 2);
	}
	return ro - iolr - ist - iq - idte - idle - idd - ie - (95 - ie) * ppl / (ppl + bpl);
}

static uint16_t rate(unsigned delay_ms, unsigned lost, unsigned expected, bool no_plc)
{
	struct emodel_path p = {.lost = lost,
		.expected = expected,
		.delay_us = delay_ms * 1000,
		.codec = TD_CODEC_PCMA,
		.no_plc = no_plc};

	return emodel_r(&p);
}

static void agrees_with_the_whole_model(void **state)
{
	for (unsigned ms = 0; ms <= 1000; ms += 5) {
		for (unsigned lost = 0; lost <= 30; lost++) {
			for (int no_plc = 0; no_plc <= 1; no_plc++) {
				double r = whole_model(ms, lost, no_plc ? 4.3 : 25.1) * 100;
				double is = rate(ms, lost, 100, no_plc);

				r = r > 0 ? r : 0;
				if (fabs(is - r) > 0.51)
					fail_msg("%u ms, %u %%: %.0f, not %.2f", ms, lost, is, r);
			}
		}
	}
}

/* G.107 says of its defaults: R = 93.2, MOS 4.41. */
static void the_default_connection_is_the_standards(void **state)
{
	assert_int_equal(rate(0, 0, 0, false), 9321);
	assert_int_equal(emodel_mos(9321), 441);
}

/* Annex B: the borders of its table B.1 (which has 4.03 for R = 80: 4.024 by its formula), and both
 * ends. */
static void scores_are_annex_b(void **state)
{
	static const uint16_t pairs[][2] = {{0, 100}, {300, 100}, {5000, 258}, {6000, 310},
		{7000, 360}, {8000, 402}, {9000, 434}, {10000, 450}, {10100, 450}};

	for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_int_equal(emodel_mos(pairs[i][0]), pairs[i][1]);
	for (uint16_t r = 1; r <= 10000; r++)
		assert_true(emodel_mos(r) >= emodel_mos((uint16_t)(r - 1)));
}

static void worse_never_rates_better(void **state)
{
	/* G.107's talker echo itself turns at 1 ms. */
	for (unsigned ms = 2; ms <= 2000; ms++)
		assert_true(rate(ms, 1, 50, false) <= rate(ms - 1, 1, 50, false));
	for (unsigned lost = 1; lost <= 300; lost++) {
		assert_true(rate(60, lost, 300, false) < rate(60, lost - 1, 300, false));
		assert_true(rate(60, lost, 300, true) < rate(60, lost, 300, false));
	}
	assert_int_equal(rate(60, 301, 300, false), rate(60, 300, 300, false));
	assert_int_equal(rate(UINT32_MAX / 1000, 300, 300, true), 0);
}

static void delay_is_the_sum_of_its_parts(void **state)
{
	assert_int_equal(emodel_buffer_us(0), 40000);
	assert_int_equal(emodel_buffer_us(35000), 70000);
	assert_int_equal(emodel_buffer_us(60000), 120000);
	assert_int_equal(emodel_buffer_us(UINT32_MAX), 120000);
	assert_int_equal(emodel_delay_us(0, 20, 40000), 60000);
	assert_int_equal(emodel_delay_us(80000, 30, 70000), 140000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_whole_model),
		cmocka_unit_test(the_default_connection_is_the_standards),
		cmocka_unit_test(scores_are_annex_b),
		cmocka_unit_test(worse_never_rates_better),
		cmocka_unit_test(delay_is_the_sum_of_its_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
