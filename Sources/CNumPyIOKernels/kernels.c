#include "CNumPyIOKernels.h"
#include "Widths.h"

#define ROWS NPYIO_TILE_ROWS

// Both loops over ROWS have constant bounds, are unrolled, and leave the twelve sums in registers.
#define DEFINE_TILE(NAME, BYTES, TARGET, T)                                                          \
  TARGET static void NAME(ptrdiff_t k, const T *a, const T *b, T *c, ptrdiff_t row) {                \
    typedef T vector __attribute__((vector_size(BYTES)));                                            \
    typedef T loose __attribute__((vector_size(BYTES), aligned(sizeof(T)), may_alias));              \
    enum { lanes = BYTES / sizeof(T) };                                                              \
    vector left[ROWS], right[ROWS];                                                                  \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < ROWS; i++) {                              \
      left[i] = *(const loose *)(c + i * row);                                                       \
      right[i] = *(const loose *)(c + i * row + lanes);                                              \
      /* The tile below is the next one, as a rule; asked for now, its rows are there when it begins. */\
      __builtin_prefetch(c + (ROWS + i) * row, 1);                                                   \
      __builtin_prefetch(c + (ROWS + i) * row + lanes, 1);                                           \
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

int npyio_vector_width(void) {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 16;
  int wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return wide ? 64 : 32;
#else
  return 16;
#endif
}

#define DEFINE_TILES(NAME, T)                                                                        \
  NPYIO_FOR_WIDTHS(DEFINE_TILE, NAME, T)                                                             \
  void NAME(int width, ptrdiff_t k, const T *a, const T *b, T *c, ptrdiff_t row) {                   \
    NPYIO_CALL(NAME, width, k, a, b, c, row);                                                        \
  }

DEFINE_TILES(npyio_tile_f64, double)
DEFINE_TILES(npyio_tile_f32, float)
DEFINE_TILES(npyio_tile_u64, uint64_t)
DEFINE_TILES(npyio_tile_u32, uint32_t)
DEFINE_TILES(npyio_tile_u16, uint16_t)
