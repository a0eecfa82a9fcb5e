#include "CNumPyIOKernels.h"
#include "Widths.h"

// Products of matrices that are so small, or so thin, that packing them would take longer than it saves: the right one is read
// as it lies. Tiles of up to six rows and as many vectors as there are registers for, of which the last is masked, are summed there.
#if defined(__x86_64__)
#include <immintrin.h>

enum { tallest = 6 };

// A tile of `vectors` vectors, of which the last one is masked; and the tiles of a height.
#define DEFINE_PRODUCT(NAME, TARGET, WIDEST, T, LANES, VECTOR, MASK, MASK_OF, LOAD, STORE, LOAD_ALL, STORE_ALL, FMA, ALL, ZERO) \
  TARGET static inline __attribute__((always_inline)) void NAME##_tile(                                \
      const int height, const int vectors, size_t steps, npyio_matrix a, npyio_matrix b, char *c, ptrdiff_t row,\
      MASK mask) {                                                                                     \
    VECTOR sums[tallest][WIDEST];                                                                      \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < height; i++)                                \
      _Pragma("clang loop unroll(full)") for (int j = 0; j < vectors; j++) sums[i][j] = ZERO();        \
    const char *p = a.items, *q = b.items;                                                             \
    for (size_t step = 0; step < steps; step++, p += a.column_step, q += b.row_step) {                 \
      VECTOR x[WIDEST];                                                                                \
      _Pragma("clang loop unroll(full)") for (int j = 0; j < vectors - 1; j++) x[j] = LOAD_ALL((const T *)q + j * LANES);\
      x[vectors - 1] = LOAD(mask, (const T *)q + (vectors - 1) * LANES);                               \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < height; i++) {                            \
        typedef T NPYIO_LOOSE(item);                                                                   \
        VECTOR factor = ALL(*(const item *)(p + i * a.row_step));                                      \
        _Pragma("clang loop unroll(full)") for (int j = 0; j < vectors; j++) sums[i][j] = FMA(factor, x[j], sums[i][j]);\
      }                                                                                                \
    }                                                                                                  \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < height; i++) {                              \
      T *to = (T *)(c + i * row);                                                                      \
      _Pragma("clang loop unroll(full)") for (int j = 0; j < vectors - 1; j++) STORE_ALL(to + j * LANES, sums[i][j]);\
      STORE(to + (vectors - 1) * LANES, mask, sums[i][vectors - 1]);                                   \
    }                                                                                                  \
  }                                                                                                    \
  TARGET static inline __attribute__((always_inline)) void NAME##_tiles(                               \
      const int vectors, size_t rows, size_t steps, npyio_matrix a, npyio_matrix b, char *c, ptrdiff_t row, MASK mask) {\
    size_t height = 0;                                                                                 \
    npyio_matrix left = a;                                                                             \
    for (size_t done = 0; done < rows; done += height) {                                               \
      /* As few tiles as there may be, of about the same height. */                                    \
      size_t tiles = (rows - done + tallest - 1) / tallest;                                            \
      height = (rows - done + tiles - 1) / tiles;                                                      \
      left.items = (const char *)a.items + (ptrdiff_t)done * a.row_step;                               \
      char *to = c + (ptrdiff_t)done * row;                                                            \
      switch (height) {                                                                                \
        case 1: NAME##_tile(1, vectors, steps, left, b, to, row, mask); break;                         \
        case 2: NAME##_tile(2, vectors, steps, left, b, to, row, mask); break;                         \
        case 3: NAME##_tile(3, vectors, steps, left, b, to, row, mask); break;                         \
        case 4: NAME##_tile(4, vectors, steps, left, b, to, row, mask); break;                         \
        case 5: NAME##_tile(5, vectors, steps, left, b, to, row, mask); break;                         \
        default: NAME##_tile(6, vectors, steps, left, b, to, row, mask); break;                        \
      }                                                                                                \
    }                                                                                                  \
  }                                                                                                    \
  TARGET static void NAME(size_t rows, size_t steps, size_t columns, npyio_matrix a, npyio_matrix b, char *c) {\
    ptrdiff_t row = (ptrdiff_t)(columns * sizeof(T));                                                  \
    size_t width = 0;                                                                                  \
    for (size_t column = 0; column < columns; column += width) {                                       \
      /* The columns, too, in as few tiles as there may be. */                                         \
      size_t left = (columns - column + LANES - 1) / LANES, tiles = (left + WIDEST - 1) / WIDEST;      \
      size_t vectors = (left + tiles - 1) / tiles;                                                     \
      width = columns - column < vectors * LANES ? columns - column : vectors * LANES;                 \
      MASK mask = MASK_OF(width - (vectors - 1) * LANES);                                              \
      npyio_matrix right = b;                                                                          \
      right.items = (const T *)b.items + column;                                                       \
      char *to = c + column * sizeof(T);                                                               \
      switch (vectors) {                                                                               \
        case 1: NAME##_tiles(1, rows, steps, a, right, to, row, mask); break;                          \
        case 2: NAME##_tiles(2, rows, steps, a, right, to, row, mask); break;                          \
        case 3: NAME##_tiles(WIDEST > 2 ? 3 : 2, rows, steps, a, right, to, row, mask); break;         \
        default: NAME##_tiles(WIDEST, rows, steps, a, right, to, row, mask); break;                    \
      }                                                                                                \
    }                                                                                                  \
  }

#define BITS_8(COUNT) (__mmask8)((1u << (COUNT)) - 1)
#define BITS_16(COUNT) (__mmask16)((1u << (COUNT)) - 1)
#define LANES_4(COUNT) _mm256_cmpgt_epi64(_mm256_set1_epi64x((int64_t)(COUNT)), _mm256_setr_epi64x(0, 1, 2, 3))
#define LANES_8(COUNT) _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(COUNT)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
#define LOAD_4(MASK, FROM) _mm256_maskload_pd(FROM, MASK)
#define LOAD_8(MASK, FROM) _mm256_maskload_ps(FROM, MASK)

DEFINE_PRODUCT(f64_64, NPYIO_AVX512, 4, double, 8, __m512d, __mmask8, BITS_8, _mm512_maskz_loadu_pd, _mm512_mask_storeu_pd,
               _mm512_loadu_pd, _mm512_storeu_pd, _mm512_fmadd_pd, _mm512_set1_pd, _mm512_setzero_pd)
DEFINE_PRODUCT(f32_64, NPYIO_AVX512, 4, float, 16, __m512, __mmask16, BITS_16, _mm512_maskz_loadu_ps, _mm512_mask_storeu_ps,
               _mm512_loadu_ps, _mm512_storeu_ps, _mm512_fmadd_ps, _mm512_set1_ps, _mm512_setzero_ps)
DEFINE_PRODUCT(f64_32, NPYIO_AVX2, 2, double, 4, __m256d, __m256i, LANES_4, LOAD_4, _mm256_maskstore_pd, _mm256_loadu_pd,
               _mm256_storeu_pd, _mm256_fmadd_pd, _mm256_set1_pd, _mm256_setzero_pd)
DEFINE_PRODUCT(f32_32, NPYIO_AVX2, 2, float, 8, __m256, __m256i, LANES_8, LOAD_8, _mm256_maskstore_ps, _mm256_loadu_ps,
               _mm256_storeu_ps, _mm256_fmadd_ps, _mm256_set1_ps, _mm256_setzero_ps)

int npyio_small_product(
    npyio_number type, int width, size_t rows, size_t steps, size_t columns, npyio_matrix left, npyio_matrix right,
    void *product) {
  if (width < 32 || (type != NPYIO_FLOAT32 && type != NPYIO_FLOAT64)) return 0;
  if (type == NPYIO_FLOAT64)
    (width == 64 ? f64_64 : f64_32)(rows, steps, columns, left, right, product);
  else
    (width == 64 ? f32_64 : f32_32)(rows, steps, columns, left, right, product);
  return 1;
}

#else

int npyio_small_product(
    npyio_number type, int width, size_t rows, size_t steps, size_t columns, npyio_matrix left, npyio_matrix right,
    void *product) {
  (void)type, (void)width, (void)rows, (void)steps, (void)columns, (void)left, (void)right, (void)product;
  return 0;
}

#endif
