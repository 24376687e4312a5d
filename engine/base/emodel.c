/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/codec.h>
#include <engine/base/emodel.h>
#include <math.h>

/* What the defaults of G.107 table 2 make of clauses 7.2 and 7.3: noise referred to the 0 dBr
 * point, the basic signal-to-noise ratio, and simultaneous impairment. emodel_test.c derives them.
 */
#define NO   (-61.179214) /* dBm0p */
#define RO   94.768822
#define IS   1.413568
#define RLR  2.0
#define TELR 65.0
#define WEPL 110.0

#define MS_US         1000
#define BUFFER_MIN_US (40 * MS_US)
#define BUFFER_MAX_US (120 * MS_US)

/* Clause 7.4: talker echo, listener echo, and the delay itself; `t` in ms one way. */
static double delay_impairment(double t)
{
	double terv = TELR - 40 * log10((1 + t / 10) / (1 + t / 150)) + 6 * exp(-0.3 * t * t);
	double roe = -1.5 * (NO - RLR);
	double re = 80 + 2.5 * (terv - 14);
	double rle = 10.5 * (WEPL + 7) * pow(2 * t + 1, -0.25);
	double talker =
		((roe - re) / 2 + sqrt((roe - re) * (roe - re) / 4 + 100) - 1) * (1 - exp(-t));
	double listener = (RO - rle) / 2 + sqrt((RO - rle) * (RO - rle) / 4 + 169);
	double x = t > 100 ? log2(t / 100) : 0;

	return talker + listener +
	       25 * (pow(1 + pow(x, 6), 1.0 / 6) - 3 * pow(1 + pow(x / 3, 6), 1.0 / 6) + 2);
}

/* Clause 7.5 with BurstR 1: Ie-eff = Ie + (95 - Ie) Ppl / (Ppl + Bpl). */
static double loss_impairment(const struct emodel_path *p)
{
	const struct codec *codec = codec_get(p->codec);
	double bpl = p->no_plc ? codec->bpl_raw : codec->bpl;
	double lost = p->lost < p->expected ? p->lost : p->expected;
	double ppl = p->expected ? 100 * lost / p->expected : 0;

	return codec->ie + (95 - codec->ie) * ppl / (ppl + bpl);
}

uint16_t emodel_r(const struct emodel_path *p)
{
	double r = RO - IS - delay_impairment((double)p->delay_us / MS_US) - loss_impairment(p);

	return r > 0 ? (uint16_t)lround(r * 100) : 0;
}

uint16_t emodel_mos(uint16_t r)
{
	int64_t x = r < 10000 ? r : 10000;
	/* 1 + 0.035 R + R (R - 60) (100 - R) 7e-6, in ten-thousand-millionths of a hundredth. */
	int64_t mos = 1000000000000 + 350000000 * x + 7 * x * (x - 6000) * (10000 - x);

	/* Below R = 6.5 the cubic dips under 1, which no listener can say. */
	return mos < 1000000000000 ? 100 : (uint16_t)((mos + 5000000000) / 10000000000);
}

uint32_t emodel_buffer_us(uint32_t jitter_us)
{
	uint32_t buffer = jitter_us < BUFFER_MAX_US / 2 ? 2 * jitter_us : BUFFER_MAX_US;

	return buffer < BUFFER_MIN_US ? BUFFER_MIN_US : buffer;
}

uint32_t emodel_delay_us(uint32_t rtt_us, unsigned ptime_ms, uint32_t buffer_us)
{
	return rtt_us / 2 + ptime_ms * MS_US + buffer_us;
}
