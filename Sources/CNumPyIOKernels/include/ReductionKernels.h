// Many numbers to one or a few, compiled for several instruction sets.
#ifndef NPYIO_REDUCTION_KERNELS_H
#define NPYIO_REDUCTION_KERNELS_H

#include <stddef.h>

#include "ElementwiseKernels.h"

// All return 0, having done nothing, for types that they do not know: `count` may be 0 to ask. Items need not be aligned, steps are
// in bytes, and `width` must be npyio_vector_width() or less.

// The sum of floats in their own type (halves in single precision), pair by pair, with the very bits of NumPy's.
int npyio_pairwise_sum(
    npyio_number type, int width, const void *_Nonnull items, ptrdiff_t step, size_t count, double *_Nonnull sum);

// The same of packed complex numbers whose parts are of a type; the sum has two parts of that type.
int npyio_pairwise_sum_of_pairs(
    npyio_number type, int width, const void *_Nonnull items, size_t count, void *_Nonnull sum);

// The sum of integers modulo 2 to the 64.
int npyio_integer_sum(
    npyio_number type, int width, const void *_Nonnull items, ptrdiff_t step, size_t count, uint64_t *_Nonnull sum);

// Takes `rows` rows of `count` items, `row_step` apart, one after the other into as many states: NPYIO_ADD, of integers in 64 bits;
// NPYIO_MINIMUM and NPYIO_MAXIMUM, of which NaN wins.
int npyio_fold_rows(
    npyio_operation fold, npyio_number type, int width, void *_Nonnull states, const void *_Nonnull items, ptrdiff_t step,
    ptrdiff_t row_step, size_t rows, size_t count);

// The smallest or largest of rows of packed complex numbers, by real part and then by imaginary part; of those with NaN the first.
int npyio_fold_rows_of_pairs(
    int is_maximum, npyio_number type, int width, void *_Nonnull states, const void *_Nonnull items, ptrdiff_t row_step,
    size_t rows, size_t count);

#endif
