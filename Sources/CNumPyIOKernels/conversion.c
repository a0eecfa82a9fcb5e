#include "CNumPyIOKernels.h"
#include "Widths.h"

// Loops that compilers turn into vectors by themselves.
#define DEFINE_LOOP(NAME, BYTES, TARGET, S, T, VALUE)                                                 \
  TARGET static void NAME(const void *source, void *target, size_t count) {                           \
    typedef S from __attribute__((aligned(1), may_alias));                                            \
    typedef T to __attribute__((aligned(1), may_alias));                                              \
    const from *restrict x = source;                                                                  \
    to *restrict y = target;                                                                          \
    for (size_t i = 0; i < count; i++) y[i] = VALUE;                                                  \
  }

#define DEFINE_CONVERSION(NAME, S, T, VALUE)                                                          \
  NPYIO_FOR_WIDTHS(DEFINE_LOOP, NAME, S, T, VALUE)                                                    \
  static void NAME(int width, const void *source, void *target, size_t count) {                       \
    NPYIO_CALL(NAME, width, source, target, count);                                                   \
  }

// An integer to each size of integer, whose sign does not show, to floats, and to truth.
#define DEFINE_FROM_INTEGER(S) DEFINE_FROM(S, S, x[i])
#define DEFINE_FROM(S, STORED, X)                                                                     \
  DEFINE_CONVERSION(S##_to_8, STORED, uint8_t, (uint8_t)(X))                                          \
  DEFINE_CONVERSION(S##_to_16, STORED, uint16_t, (uint16_t)(X))                                       \
  DEFINE_CONVERSION(S##_to_32, STORED, uint32_t, (uint32_t)(X))                                       \
  DEFINE_CONVERSION(S##_to_64, STORED, uint64_t, (uint64_t)(X))                                       \
  DEFINE_CONVERSION(S##_to_f32, STORED, float, (float)(X))                                            \
  DEFINE_CONVERSION(S##_to_f64, STORED, double, (double)(X))                                          \
  DEFINE_CONVERSION(S##_to_bool, STORED, uint8_t, (X) != 0)                                           \
  static int from_##S(npyio_number to, int width, const void *source, void *target, size_t count) {   \
    switch (to) {                                                                                     \
      case NPYIO_INT8: case NPYIO_UINT8: S##_to_8(width, source, target, count); return 1;            \
      case NPYIO_INT16: case NPYIO_UINT16: S##_to_16(width, source, target, count); return 1;         \
      case NPYIO_INT32: case NPYIO_UINT32: S##_to_32(width, source, target, count); return 1;         \
      case NPYIO_INT64: case NPYIO_UINT64: S##_to_64(width, source, target, count); return 1;         \
      case NPYIO_FLOAT32: S##_to_f32(width, source, target, count); return 1;                         \
      case NPYIO_FLOAT64: S##_to_f64(width, source, target, count); return 1;                         \
      case NPYIO_BOOL: S##_to_bool(width, source, target, count); return 1;                           \
      default: return 0;                                                                              \
    }                                                                                                 \
  }

DEFINE_FROM_INTEGER(int8_t)
DEFINE_FROM_INTEGER(int16_t)
DEFINE_FROM_INTEGER(int32_t)
DEFINE_FROM_INTEGER(int64_t)
DEFINE_FROM_INTEGER(uint8_t)
DEFINE_FROM_INTEGER(uint16_t)
DEFINE_FROM_INTEGER(uint32_t)
DEFINE_FROM_INTEGER(uint64_t)
// A truth value is any byte but zero.
DEFINE_FROM(truth, uint8_t, (uint8_t)(x[i] != 0))
DEFINE_CONVERSION(f32_to_f64, float, double, (double)x[i])
DEFINE_CONVERSION(f64_to_f32, double, float, (float)x[i])

int npyio_convert(npyio_number from, npyio_number to, int width, const void *source, void *target, size_t count) {
  switch (from) {
    case NPYIO_INT8: return from_int8_t(to, width, source, target, count);
    case NPYIO_INT16: return from_int16_t(to, width, source, target, count);
    case NPYIO_INT32: return from_int32_t(to, width, source, target, count);
    case NPYIO_INT64: return from_int64_t(to, width, source, target, count);
    case NPYIO_UINT8: return from_uint8_t(to, width, source, target, count);
    case NPYIO_UINT16: return from_uint16_t(to, width, source, target, count);
    case NPYIO_UINT32: return from_uint32_t(to, width, source, target, count);
    case NPYIO_UINT64: return from_uint64_t(to, width, source, target, count);
    case NPYIO_BOOL: return from_truth(to, width, source, target, count);
    case NPYIO_FLOAT32:
      if (to != NPYIO_FLOAT64) return 0;
      f32_to_f64(width, source, target, count);
      return 1;
    case NPYIO_FLOAT64:
      if (to != NPYIO_FLOAT32) return 0;
      f64_to_f32(width, source, target, count);
      return 1;
    default: return 0;
  }
}
