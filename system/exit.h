/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TANDEM_SYSTEM_EXIT_H
#define TANDEM_SYSTEM_EXIT_H

/* The status of both programs when an option, the configuration, or what it names cannot be used.
 * systemd does not start them again then: RestartPreventExitStatus in control/systemd. */
#define EXIT_CONFIG 2

#endif
