// Loops over elements, compiled for several instruction sets.
#ifndef NPYIO_ELEMENTWISE_KERNELS_H
#define NPYIO_ELEMENTWISE_KERNELS_H

#include <stddef.h>

#include "ExtremumKernels.h"

typedef enum {
  // Results of the operands' type. Integers wrap around; of the extremes NaN wins.
  NPYIO_ADD, NPYIO_SUBTRACT, NPYIO_MULTIPLY, NPYIO_DIVIDE, NPYIO_MINIMUM, NPYIO_MAXIMUM,
  // Results are truth values of a byte each, for the last three also operands.
  NPYIO_EQUAL, NPYIO_LESS, NPYIO_LESS_EQUAL, NPYIO_AND, NPYIO_OR, NPYIO_XOR
} npyio_operation;

// Elements at equal distances, in bytes; 0 for one that stands for all. They need not be aligned.
typedef struct {
  const void *_Nonnull items;
  ptrdiff_t step;
} npyio_operand;

// Makes of `count` pairs of elements as many results, which may take the place of either. Returns 0, having done nothing,
// for a type that has no such operation. `width` must be npyio_vector_width() or less.
int npyio_elementwise(
    npyio_operation operation, npyio_number type, int width, npyio_operand left, npyio_operand right, void *_Nonnull results,
    ptrdiff_t step, size_t count);

// Whether `count` pairs of elements are equal; as floats NaN equals nothing. An element is one number, or two, of a type; if
// `swap` is not 0 it is one, and both sides are in the other byte order. Returns -1 for a type that it does not know.
int npyio_all_equal(
    npyio_number type, int parts, int swap, int width, npyio_operand left, npyio_operand right, size_t count);

#endif
