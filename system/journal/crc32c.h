/* SPDX-License-Identifier: BSD-3-Clause */
/* CRC32C (Castagnoli, RFC 3720 appendix B.4), by the processor's instruction where it is there. */
#ifndef TANDEM_SYSTEM_JOURNAL_CRC32C_H
#define TANDEM_SYSTEM_JOURNAL_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* crc: 0 at first, or the result so far. */
uint32_t crc32c(uint32_t crc, const void *data, size_t n);

#endif
