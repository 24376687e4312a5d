/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a file is a sound that the engine can play: WAV, mono, 8 kHz, 16 bit linear. */
#ifndef TANDEM_CONTROL_CONFIG_WAV_H
#define TANDEM_CONTROL_CONFIG_WAV_H

#define WAV_ERROR 128

/* 0, or a negative errno and in why what is wrong and what to do. */
int wav_check(const char *file, char why[static WAV_ERROR]);

#endif
