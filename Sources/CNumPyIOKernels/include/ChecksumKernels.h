// CRC-32 by multiplication without carry, for which Swift has no name.
#ifndef NPYIO_CHECKSUM_KERNELS_H
#define NPYIO_CHECKSUM_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Whether this processor has what npyio_crc32 needs.
int npyio_has_crc32(void);

// The CRC-32 of `count` bytes that follow others whose checksum is `previous`: zlib's crc32. Only where npyio_has_crc32().
uint32_t npyio_crc32(uint32_t previous, const void *_Nonnull bytes, size_t count);

#endif
