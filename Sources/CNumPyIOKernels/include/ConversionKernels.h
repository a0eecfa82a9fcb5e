// Conversions between packed numbers that C does by one instruction each, compiled for several instruction sets.
#ifndef NPYIO_CONVERSION_KERNELS_H
#define NPYIO_CONVERSION_KERNELS_H

#include <stddef.h>

#include "ExtremumKernels.h"

// Makes `count` numbers of one type those of another: integers to integers, modulo two to their bits, to floats and to truth
// values; floats to each other, and on x86 to integers; there, with AVX2, half precision too. Neither side need be aligned.
// Returns 0, having done nothing, for other types: `count` may be 0 to ask. `width` must be npyio_vector_width() or less.
int npyio_convert(
    npyio_number from, npyio_number to, int width, const void *_Nonnull source, void *_Nonnull target, size_t count);

#endif
