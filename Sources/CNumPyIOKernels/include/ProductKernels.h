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

// Writes the product of a matrix and a vector of `steps` packed items, and after it that of a second vector, which lies `second`
// items after the first, unless that is 0. If `by_columns` is not zero, the rows of the matrix follow each other, its columns lie `step` bytes apart, and each element is summed
// in the order of the steps; else the columns follow each other, the rows lie `step` bytes apart, and each element is summed in
// several parts, whichever rows are asked for. Knows unsigned integers of 16 bits and more, and floats of 32 and 64; returns 0,
// having done nothing, for other types.
int npyio_vector_product(
    npyio_number type, int width, int by_columns, const void *_Nonnull matrix, ptrdiff_t step, size_t rows, size_t steps,
    size_t second, const void *_Nonnull factors, void *_Nonnull product);

#endif
