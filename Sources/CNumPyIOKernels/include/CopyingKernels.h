// Items moved from one layout to another, compiled for several instruction sets.
#ifndef NPYIO_COPYING_KERNELS_H
#define NPYIO_COPYING_KERNELS_H

#include <stddef.h>

// Copies `count` items of 1, 2, 4, 8 or 16 bytes, and reverses the bytes of each if `swap` is not 0. Returns 0, having done
// nothing, for another size. The steps are in bytes. `width`, here and below, must be npyio_vector_width() or less.
int npyio_copy_items(
    int size, int swap, int width, const void *_Nonnull source, ptrdiff_t source_step, void *_Nonnull target,
    ptrdiff_t target_step, size_t count);

// The same for a matrix whose columns run on in the source, `source_step` bytes apart, and whose rows run on in the target,
// `target_step` bytes apart.
int npyio_transpose(
    int size, int swap, int width, const void *_Nonnull source, ptrdiff_t source_step, void *_Nonnull target,
    ptrdiff_t target_step, size_t rows, size_t columns);

// Copies packed items of 4 or 8 bytes, each followed by a zero. Returns 0, having done nothing, for another size.
int npyio_pair_with_zeros(int size, int width, const void *_Nonnull source, void *_Nonnull target, size_t count);

#endif
