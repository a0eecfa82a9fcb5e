// Numbers of half precision, by instructions that every processor with AVX2 has.
#ifndef NPYIO_HALVES_H
#define NPYIO_HALVES_H

#include <stddef.h>
#include <stdint.h>

// Whether the functions below may be called.
int npyio_has_halves(int width);

// Neither side need be aligned. From doubles they are rounded once.
void npyio_halves_to_floats(const void *source, void *target, size_t count);
void npyio_floats_to_halves(const void *source, void *target, size_t count);
void npyio_doubles_to_halves(const void *source, void *target, size_t count);

#endif
