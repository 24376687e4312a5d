/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a file is a sound that the engine can play, read as the engine reads it. */
#ifndef TANDEM_CONTROL_CONFIG_WAV_H
#define TANDEM_CONTROL_CONFIG_WAV_H

#include <tandem/text.h>

/* 0, or a negative errno and in why what is wrong and what to do. */
int wav_check(const char *file, struct td_text *why);

#endif
