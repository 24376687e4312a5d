/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes the recordings that a crash left only in the log. */
#ifndef TANDEM_ENGINE_HOST_RECORD_RECOVER_H
#define TANDEM_ENGINE_HOST_RECORD_RECOVER_H

#include <engine/host/journal/journal.h>

/* The numbers of the log segments there are, ascending, in *list (free() it); count or -errno. */
long recover_list(int logfd, uint64_t **list);

/*
 * Reads these segments, writes every recording that was not done, journals each as recovered,
 * and removes the segments. Returns how many; or a negative errno, and the segments stay.
 */
long recover_run(int dirfd, int logfd, const uint64_t *list, size_t count, struct journal *journal);

#endif
