/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The codecs: one row each, and all that Tandem knows of a codec follows from its row, but how its
 * samples are made (dataplane/dsp/convert.c). engine/base/codec.h looks rows up.
 *
 * A row's place is the codec's number. Journals, stores and recordings' logs keep it: add at the
 * end, never take out, never reorder.
 *
 *     id, name   enum td_codec; what people write and read: site.yaml, store, commands
 *     encoding   the name in SDP's a=rtpmap (RFC 8866 section 6.6), case ignored
 *     pt         the RTP payload type that we offer: static below 96, and then a peer need not
 *                write a=rtpmap (RFC 3551 table 4); else dynamic, 96..127 but TD_PT_DTMF
 *     clock      Hz of RTP time stamps, a multiple of 100 (G.722's are 8000, RFC 3551 section
 *                4.5.2). Packets take the fast lane where it is 8000
 *     bps        bits a second of payload at most: for packets' sizes, bandwidth and limits
 *     silence    the octet that fills what nobody says
 *     wav        the format tag of a WAV file that has its octets as they are, one a sample at
 *                8 kHz (RFC 2361); 0: there is none, recordings are TD_CODEC_DEFAULT's then
 *     ie, bpl    impairment, and robustness to random loss, of the E-model: ITU-T G.113 (11/2007)
 *                Appendix I
 *     bpl_raw    bpl for a listener that conceals no loss
 *     help       one line for people
 */
#ifndef TANDEM_CODEC_H
#define TANDEM_CODEC_H

/* clang-format off */
/*        id    name  encoding  pt clock  bps  silence wav ie   bpl bpl_raw help */
#define TD_CODECS(X)                                                                              \
	X(PCMU, pcmu, "PCMU",    0, 8000, 64000, 0xff, 7, 0.0, 25.1, 4.3, "ITU-T G.711, mu-law")  \
	X(PCMA, pcma, "PCMA",    8, 8000, 64000, 0xd5, 6, 0.0, 25.1, 4.3, "ITU-T G.711, A-law")   \
	/* the next row goes above this line */
/* clang-format on */

#define TD_CODEC_ENUM(id, ...)       TD_CODEC_##id,
#define TD_CODEC_WORD(id, name, ...) " " #name /* TD_CODECS(TD_CODEC_WORD): " pcmu pcma" */
enum td_codec { TD_CODEC_NONE, TD_CODECS(TD_CODEC_ENUM) TD_CODEC_COUNT };

#define TD_CODEC_DEFAULT TD_CODEC_PCMA /* where no one has said which */
#define TD_CODEC_LIST    8             /* places of a list of codecs, one for its end */
#define TD_PT_DTMF       101           /* telephone-event (RFC 4733) in our offers */
#define TD_DTMF_CLOCK    8000 /* Hz of its durations there, and in the offers that we take */

#endif
