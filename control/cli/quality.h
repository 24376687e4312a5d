/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TANDEM_CONTROL_CLI_QUALITY_H
#define TANDEM_CONTROL_CLI_QUALITY_H

#include <control/cli/cli.h>

/* A CDR's media as a table, a line a direction of each leg; what it has shown is taken out of it.
 */
void quality_show(const struct cli *cli, json_t *cdr);

#endif
