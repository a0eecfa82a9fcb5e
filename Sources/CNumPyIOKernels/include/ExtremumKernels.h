// The smallest and largest of packed numbers, compiled for several instruction sets.
#ifndef NPYIO_EXTREMUM_KERNELS_H
#define NPYIO_EXTREMUM_KERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  NPYIO_INT8, NPYIO_INT16, NPYIO_INT32, NPYIO_INT64, NPYIO_UINT8, NPYIO_UINT16, NPYIO_UINT32, NPYIO_UINT64, NPYIO_FLOAT32,
  NPYIO_FLOAT64,
  // Not known to all kernels; halves on x86 only, where there is AVX2.
  NPYIO_BOOL, NPYIO_FLOAT16
} npyio_number;

static inline size_t npyio_size_of(npyio_number type) {
  switch (type) {
    case NPYIO_INT8: case NPYIO_UINT8: case NPYIO_BOOL: return 1;
    case NPYIO_INT16: case NPYIO_UINT16: case NPYIO_FLOAT16: return 2;
    case NPYIO_INT32: case NPYIO_UINT32: case NPYIO_FLOAT32: return 4;
    default: return 8;
  }
}

// Makes `best` the smallest (or largest) of itself and `count` numbers from `items` on, which need not be aligned: of each one if
// `every` is 1, of every second one if it is 2. NaN is passed over; returns whether there was one. `width` must be
// npyio_vector_width() or less.
int npyio_extremum(
    npyio_number type, int width, int is_maximum, const void *_Nonnull items, int every, size_t count,
    void *_Nonnull best);

#endif
