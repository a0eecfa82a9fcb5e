// Products of matrices that are not packed, compiled for several instruction sets.
#ifndef NPYIO_PRODUCT_KERNELS_H
#define NPYIO_PRODUCT_KERNELS_H

#include <stddef.h>

#include "ExtremumKernels.h"

// A matrix as it lies in memory; the steps are in bytes.
typedef struct {
  const void *_Nonnull items;
  ptrdiff_t row_step, column_step;
} npyio_matrix;

// Writes the product of two small or thin matrices, of which the columns of the right one follow each other, in C order; each
// element is summed in the order of the steps. Returns 0, having done nothing, for types and processors without such a loop.
int npyio_small_product(
    npyio_number type, int width, size_t rows, size_t steps, size_t columns, npyio_matrix left, npyio_matrix right,
    void *_Nonnull product);

#endif
