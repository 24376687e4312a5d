/* SPDX-License-Identifier: BSD-3-Clause */
/* `top` at a terminal: a picture that fits it, keys, and what is said while nobody answers. */
#ifndef TANDEM_CONTROL_CLI_TOP_H
#define TANDEM_CONTROL_CLI_TOP_H

struct cli;

/* Until q, Ctrl-C, or `times` pictures have been asked for (0: no end). */
int top_run(const struct cli *cli, double seconds, double times);

#endif
