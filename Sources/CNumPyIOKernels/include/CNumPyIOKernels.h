// The innermost loop of matrix multiplication, compiled for several instruction sets.
//
// Why C: Swift has no way to compile one function for AVX2 or AVX-512 and choose at run time, and a package may not
// ask for a newer processor as a whole. Everything around this loop is Swift.
#ifndef C_NUMPY_IO_KERNELS_H
#define C_NUMPY_IO_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "ChecksumKernels.h"
#include "ConversionKernels.h"
#include "CopyingKernels.h"
#include "DestructorDepth.h"
#include "ElementwiseKernels.h"
#include "ExtremumKernels.h"
#include "MemoCells.h"
#include "ProductKernels.h"
#include "ReductionKernels.h"
#include "ReferenceCounts.h"
#include "TextKernels.h"

// The rows of a tile. Its columns are those of two vectors: 2 * width / sizeof(element).
#define NPYIO_TILE_ROWS 6

// The widest vectors of this processor that there are kernels for: 64, 32 or 16 bytes.
int npyio_vector_width(void);

// Adds to a tile of C, whose rows are `row` elements apart, the product of a packed panel of A (for each of k steps,
// a column of NPYIO_TILE_ROWS elements) and a packed panel of B (for each step, a row of two vectors). Each element
// is summed in the order of the steps. `width` must be npyio_vector_width() or less.
void npyio_tile_f64(int width, ptrdiff_t k, const double *a, const double *b, double *c, ptrdiff_t row);
void npyio_tile_f32(int width, ptrdiff_t k, const float *a, const float *b, float *c, ptrdiff_t row);
void npyio_tile_u64(int width, ptrdiff_t k, const uint64_t *a, const uint64_t *b, uint64_t *c, ptrdiff_t row);
void npyio_tile_u32(int width, ptrdiff_t k, const uint32_t *a, const uint32_t *b, uint32_t *c, ptrdiff_t row);
void npyio_tile_u16(int width, ptrdiff_t k, const uint16_t *a, const uint16_t *b, uint16_t *c, ptrdiff_t row);

#endif
