#include <string.h>

#include "CNumPyIOKernels.h"
#include "Halves.h"
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

// Integers become halves by way of single precision, as in NumPy. Floats become integers by the instructions that C compilers for this processor use; what they make of numbers that do
// not fit is the processor's, not C's, so they are named.
#if defined(__x86_64__)
#include <immintrin.h>

// A vector of floats to one of integers of 32 bits, and what is left one by one.
#define DEFINE_TO_I32(NAME, TARGET, S, LANES, LOAD, CONVERT, STORE, ONE)                              \
  TARGET static void NAME(const void *source, void *target, size_t count) {                           \
    typedef S from __attribute__((aligned(1), may_alias));                                            \
    const from *x = source;                                                                           \
    char *y = target;                                                                                 \
    size_t i = 0;                                                                                     \
    for (; i + LANES <= count; i += LANES) STORE((void *)(y + 4 * i), CONVERT(LOAD((const void *)(x + i)))); \
    for (; i < count; i++) {                                                                          \
      int32_t number = ONE;                                                                           \
      memcpy(y + 4 * i, &number, 4);                                                                  \
    }                                                                                                 \
  }
#define OF_F64 _mm_cvttsd_si32(_mm_set_sd(x[i]))
#define OF_F32 _mm_cvttss_si32(_mm_set_ss(x[i]))
DEFINE_TO_I32(f64_to_i32_16, , double, 2, _mm_loadu_pd, _mm_cvttpd_epi32, _mm_storel_epi64, OF_F64)
DEFINE_TO_I32(f64_to_i32_32, NPYIO_AVX2, double, 4, _mm256_loadu_pd, _mm256_cvttpd_epi32, _mm_storeu_si128, OF_F64)
DEFINE_TO_I32(f64_to_i32_64, NPYIO_AVX512, double, 8, _mm512_loadu_pd, _mm512_cvttpd_epi32, _mm256_storeu_si256, OF_F64)
DEFINE_TO_I32(f32_to_i32_16, , float, 4, _mm_loadu_ps, _mm_cvttps_epi32, _mm_storeu_si128, OF_F32)
DEFINE_TO_I32(f32_to_i32_32, NPYIO_AVX2, float, 8, _mm256_loadu_ps, _mm256_cvttps_epi32, _mm256_storeu_si256, OF_F32)
DEFINE_TO_I32(f32_to_i32_64, NPYIO_AVX512, float, 16, _mm512_loadu_ps, _mm512_cvttps_epi32, _mm512_storeu_si512, OF_F32)

// The lower halves and quarters of those integers, written at once: by AVX-512's own narrowing instruction, without a block between.
#define DEFINE_TO_NARROW(NAME, S, LANES, LOAD, CONVERT, NARROW, STORE, MASK)                           \
  NPYIO_AVX512 static void NAME(const void *source, char *target, size_t count, size_t size) {         \
    typedef S from __attribute__((aligned(1), may_alias));                                             \
    const from *x = source;                                                                            \
    for (size_t i = 0; i < count; i += LANES) {                                                        \
      MASK mask = (MASK)(count - i >= LANES ? ~0u : (1u << (count - i)) - 1);                          \
      STORE(target + i * size, mask, NARROW(CONVERT(LOAD(mask, (const void *)(x + i)))));              \
    }                                                                                                  \
  }
DEFINE_TO_NARROW(f32_to_i16_64, float, 16, _mm512_maskz_loadu_ps, _mm512_cvttps_epi32, _mm512_cvtepi32_epi16, _mm256_mask_storeu_epi16, __mmask16)
DEFINE_TO_NARROW(f32_to_i8_64, float, 16, _mm512_maskz_loadu_ps, _mm512_cvttps_epi32, _mm512_cvtepi32_epi8, _mm_mask_storeu_epi8, __mmask16)
DEFINE_TO_NARROW(f64_to_i16_64, double, 8, _mm512_maskz_loadu_pd, _mm512_cvttpd_epi32, _mm256_cvtepi32_epi16, _mm_mask_storeu_epi16, __mmask8)
DEFINE_TO_NARROW(f64_to_i8_64, double, 8, _mm512_maskz_loadu_pd, _mm512_cvttpd_epi32, _mm256_cvtepi32_epi8, _mm_mask_storeu_epi8, __mmask8)

static inline int64_t int64_of_f64(double x) { return _mm_cvttsd_si64(_mm_set_sd(x)); }
static inline int64_t int64_of_f32(float x) { return _mm_cvttss_si64(_mm_set_ss(x)); }

#define DEFINE_TO_64(NAME, S)                                                                         \
  DEFINE_LOOP(NAME##_to_i64, 16, , S, int64_t, int64_of_##NAME(x[i]))                                 \
  DEFINE_LOOP(NAME##_to_u32, 16, , S, uint32_t, (uint32_t)int64_of_##NAME(x[i]))                      \
  DEFINE_LOOP(                                                                                        \
      NAME##_to_u64, 16, , S, uint64_t,                                                               \
      x[i] >= (S)0x1p63 ? (uint64_t)int64_of_##NAME(x[i] - (S)0x1p63) ^ 1ull << 63 : (uint64_t)int64_of_##NAME(x[i]))
DEFINE_TO_64(f64, double)
DEFINE_TO_64(f32, float)
DEFINE_CONVERSION(f64_to_bool, double, uint8_t, x[i] != 0)
DEFINE_CONVERSION(f32_to_bool, float, uint8_t, x[i] != 0)

// Goes by a number type between, block by block.
static int convert_by(
    npyio_number from, npyio_number between, npyio_number to, int width, size_t from_size, size_t to_size,
    const void *source, void *target, size_t count) {
  float block[512];
  for (size_t done = 0; done < count || count == 0; done += 512) {
    size_t part = count - done < 512 ? count - done : 512;
    const void *x = (const char *)source + done * from_size;
    void *y = (char *)target + done * to_size;
    if (!npyio_convert(from, between, width, x, block, part) || !npyio_convert(between, to, width, block, y, part)) return 0;
    if (count == 0) break;
  }
  return 1;
}

#define FROM_FLOAT(NAME)                                                                              \
  switch (to) {                                                                                       \
    case NPYIO_BOOL: NAME##_to_bool(width, source, target, count); return 1;                          \
    case NPYIO_INT32: NPYIO_CALL(NAME##_to_i32, width, source, target, count); return 1;              \
    case NPYIO_INT64: NAME##_to_i64(source, target, count); return 1;                                 \
    case NPYIO_UINT32: NAME##_to_u32(source, target, count); return 1;                                \
    case NPYIO_UINT64: NAME##_to_u64(source, target, count); return 1;                                \
    case NPYIO_INT8: case NPYIO_UINT8: case NPYIO_INT16: case NPYIO_UINT16:                           \
      if (width == 64) {                                                                              \
        if (npyio_size_of(to) == 2) NAME##_to_i16_64(source, target, count, 2);                       \
        else NAME##_to_i8_64(source, target, count, 1);                                               \
        return 1;                                                                                     \
      }                                                                                               \
      return convert_by(from, NPYIO_INT32, to, width, npyio_size_of(from), npyio_size_of(to), source, target, count); \
    default: return 0;                                                                                \
  }

// What only this processor's instructions do; 0 for all else.
static int convert_here(
    npyio_number from, npyio_number to, int width, const void *source, void *target, size_t count) {
  if (from == NPYIO_FLOAT16 || to == NPYIO_FLOAT16) {
    if (!npyio_has_halves(width) || from == to) return 0;
    if (to == NPYIO_FLOAT32) {
      npyio_halves_to_floats(source, target, count);
    } else if (from == NPYIO_FLOAT32) {
      npyio_floats_to_halves(source, target, count);
    } else if (from == NPYIO_FLOAT64) {
      npyio_doubles_to_halves(source, target, count);
    } else {
      return convert_by(from, NPYIO_FLOAT32, to, width, npyio_size_of(from), npyio_size_of(to), source, target, count);
    }
    return 1;
  }
  if (from == NPYIO_FLOAT64) FROM_FLOAT(f64)
  if (from == NPYIO_FLOAT32) FROM_FLOAT(f32)
  return 0;
}
#else
static int convert_here(
    npyio_number from, npyio_number to, int width, const void *source, void *target, size_t count) {
  (void)from, (void)to, (void)width, (void)source, (void)target, (void)count;
  return 0;
}
#endif

int npyio_convert(npyio_number from, npyio_number to, int width, const void *source, void *target, size_t count) {
  if (convert_here(from, to, width, source, target, count)) return 1;
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
