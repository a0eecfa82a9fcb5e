// The smallest and largest of packed numbers, compiled for several instruction sets.
#ifndef NPYIO_EXTREMUM_KERNELS_H
#define NPYIO_EXTREMUM_KERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  NPYIO_INT8, NPYIO_INT16, NPYIO_INT32, NPYIO_INT64, NPYIO_UINT8, NPYIO_UINT16, NPYIO_UINT32, NPYIO_UINT64, NPYIO_FLOAT32,
  NPYIO_FLOAT64,
  // Not known to all kernels.
  NPYIO_BOOL, NPYIO_FLOAT16
} npyio_number;

// Makes `best` the smallest (or largest) of itself and `count` numbers from `items` on, which need not be aligned. NaN is
// passed over; returns whether there was one. `width` must be npyio_vector_width() or less.
int npyio_extremum(
    npyio_number type, int width, int is_maximum, const void *_Nonnull items, size_t count, void *_Nonnull best);

#endif
