#include "CNumPyIOKernels.h"

#define ROWS NPYIO_TILE_ROWS

// Both loops over ROWS have constant bounds, are unrolled, and leave the twelve sums in registers.
#define DEFINE_TILE(NAME, T, BYTES, TARGET)                                                          \
  TARGET static void NAME(ptrdiff_t k, const T *a, const T *b, T *c, ptrdiff_t row) {                \
    typedef T vector __attribute__((vector_size(BYTES)));                                            \
    typedef T loose __attribute__((vector_size(BYTES), aligned(sizeof(T)), may_alias));              \
    enum { lanes = BYTES / sizeof(T) };                                                              \
    vector left[ROWS], right[ROWS];                                                                  \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < ROWS; i++) {                              \
      left[i] = *(const loose *)(c + i * row);                                                       \
      right[i] = *(const loose *)(c + i * row + lanes);                                              \
    }                                                                                                \
    for (ptrdiff_t p = 0; p < k; p++, a += ROWS, b += 2 * lanes) {                                   \
      vector b0 = *(const loose *)b, b1 = *(const loose *)(b + lanes);                               \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < ROWS; i++) {                            \
        left[i] += b0 * a[i];                                                                        \
        right[i] += b1 * a[i];                                                                       \
      }                                                                                              \
    }                                                                                                \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < ROWS; i++) {                              \
      *(loose *)(c + i * row) = left[i];                                                             \
      *(loose *)(c + i * row + lanes) = right[i];                                                    \
    }                                                                                                \
  }

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))

int npyio_vector_width(void) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 16;
  int wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return wide ? 64 : 32;
}

#define DEFINE_TILES(NAME, T)                                                                        \
  DEFINE_TILE(NAME##_16, T, 16, )                                                                    \
  DEFINE_TILE(NAME##_32, T, 32, AVX2)                                                                \
  DEFINE_TILE(NAME##_64, T, 64, AVX512)                                                              \
  void NAME(int width, ptrdiff_t k, const T *a, const T *b, T *c, ptrdiff_t row) {                   \
    if (width == 64) NAME##_64(k, a, b, c, row);                                                     \
    else if (width == 32) NAME##_32(k, a, b, c, row);                                                \
    else NAME##_16(k, a, b, c, row);                                                                 \
  }

#else

// 128 bits are what every 64-bit ARM has.
int npyio_vector_width(void) { return 16; }

#define DEFINE_TILES(NAME, T)                                                                        \
  DEFINE_TILE(NAME##_16, T, 16, )                                                                    \
  void NAME(int width, ptrdiff_t k, const T *a, const T *b, T *c, ptrdiff_t row) {                   \
    (void)width;                                                                                     \
    NAME##_16(k, a, b, c, row);                                                                      \
  }

#endif

DEFINE_TILES(npyio_tile_f64, double)
DEFINE_TILES(npyio_tile_f32, float)
DEFINE_TILES(npyio_tile_u64, uint64_t)
DEFINE_TILES(npyio_tile_u32, uint32_t)
DEFINE_TILES(npyio_tile_u16, uint16_t)
