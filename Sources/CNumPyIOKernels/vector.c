#include "CNumPyIOKernels.h"
#include "Widths.h"

// A matrix times a vector: bound by reading the matrix once, so rows, or columns, go side by side through the vector. What an
// element of the product is made of, and in which order, does not depend on which rows it is calculated with.

// The sums of a row: four vectors of them, so that no addition waits for the one before.
enum { sums = 4 };

// The last items of a row that fill no vector are read with those before, of which zeros are made.
#define DEFINE_DOTS(NAME, BYTES, TARGET, T, WORD, ABREAST)                                           \
  TARGET static inline __attribute__((always_inline)) void NAME##_some(                              \
      const int rows, const char *from, ptrdiff_t row_step, size_t steps, const T *x, T *product) {  \
    typedef T vector __attribute__((vector_size(BYTES)));                                            \
    typedef T loose __attribute__((vector_size(BYTES), aligned(1), may_alias));                      \
    typedef WORD words __attribute__((vector_size(BYTES)));                                          \
    typedef T NPYIO_LOOSE(item);                                                                     \
    enum { lanes = BYTES / sizeof(T) };                                                              \
    vector found[ABREAST][sums];                                                                     \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++)                                \
      _Pragma("clang loop unroll(full)") for (int j = 0; j < sums; j++) found[i][j] = (vector){0};   \
    size_t step = 0;                                                                                 \
    for (; step + sums * lanes <= steps; step += sums * lanes) {                                     \
      vector y[sums];                                                                                \
      _Pragma("clang loop unroll(full)") for (int j = 0; j < sums; j++) y[j] = *(const loose *)(x + step + j * lanes);\
      _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++)                              \
        _Pragma("clang loop unroll(full)") for (int j = 0; j < sums; j++)                            \
          found[i][j] += *(const loose *)(from + i * row_step + (step + (size_t)j * lanes) * sizeof(T)) * y[j];\
    }                                                                                                \
    for (; step + lanes <= steps; step += lanes) {                                                   \
      vector y = *(const loose *)(x + step);                                                         \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++)                              \
        found[i][0] += *(const loose *)(from + i * row_step + step * sizeof(T)) * y;                 \
    }                                                                                                \
    if (step < steps && steps >= lanes) {                                                            \
      words kept;                                                                                    \
      for (size_t lane = 0; lane < lanes; lane++) kept[lane] = steps - lanes + lane >= step ? (WORD)-1 : 0;\
      vector y = (vector)((words) * (const loose *)(x + steps - lanes) & kept);                      \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++) {                            \
        vector z = *(const loose *)(from + i * row_step + (steps - lanes) * sizeof(T));              \
        found[i][1] += (vector)((words)z & kept) * y;                                                \
      }                                                                                              \
      step = steps;                                                                                  \
    }                                                                                                \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++) {                              \
      vector all = (found[i][0] + found[i][2]) + (found[i][1] + found[i][3]);                        \
      T parts[lanes];                                                                                \
      *(loose *)parts = all;                                                                         \
      _Pragma("clang loop unroll(full)") for (int half = lanes / 2; half > 0; half /= 2)             \
        for (int lane = 0; lane < half; lane++) parts[lane] = (T)(parts[lane] + parts[lane + half]); \
      T sum = parts[0];                                                                              \
      for (size_t rest = step; rest < steps; rest++)                                                 \
        sum += (T)(*(const item *)(from + i * row_step + rest * sizeof(T)) * *(const item *)(x + rest));\
      product[i] = sum;                                                                              \
    }                                                                                                \
  }                                                                                                  \
  TARGET static void NAME(const char *from, ptrdiff_t row_step, size_t rows, size_t steps, const T *x, T *product) {\
    for (; rows >= ABREAST; rows -= ABREAST, from += ABREAST * row_step, product += ABREAST)         \
      NAME##_some(ABREAST, from, row_step, steps, x, product);                                       \
    for (; rows > 0; rows--, from += row_step, product++) NAME##_some(1, from, row_step, steps, x, product);\
  }

// Columns, each times a number, added up in their order, eight of them at a time.
enum { columns_abreast = 8 };

#define DEFINE_COLUMNS(NAME, BYTES, TARGET, T)                                                       \
  TARGET static void NAME(const char *from, ptrdiff_t column_step, size_t rows, size_t steps, const T *x, T *product) {\
    typedef T NPYIO_LOOSE(item);                                                                     \
    for (size_t row = 0; row < rows; row++) product[row] = 0;                                        \
    for (; steps >= columns_abreast; steps -= columns_abreast, from += columns_abreast * column_step, x += columns_abreast) {\
      T y[columns_abreast];                                                                          \
      for (int i = 0; i < columns_abreast; i++) y[i] = *(const item *)(x + i);                       \
      _Pragma("clang loop vectorize(assume_safety)") for (size_t row = 0; row < rows; row++) {       \
        T sum = product[row];                                                                        \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < columns_abreast; i++)                 \
          sum += (T)(((const item *)(from + i * column_step))[row] * y[i]);                          \
        product[row] = sum;                                                                          \
      }                                                                                              \
    }                                                                                                \
    for (; steps > 0; steps--, from += column_step, x++) {                                           \
      T y = *(const item *)x;                                                                        \
      const item *column = (const item *)from;                                                       \
      _Pragma("clang loop vectorize(assume_safety)") for (size_t row = 0; row < rows; row++)         \
        product[row] += (T)(column[row] * y);                                                        \
    }                                                                                                \
  }

// Only AVX-512 has registers for the sums of four rows.
#if defined(__x86_64__)
#define DEFINE_VECTOR_PRODUCT(NAME, T, WORD)                                                         \
  DEFINE_DOTS(dots_##NAME##_16, 16, , T, WORD, 2)                                                    \
  DEFINE_DOTS(dots_##NAME##_32, 32, NPYIO_AVX2, T, WORD, 2)                                          \
  DEFINE_DOTS(dots_##NAME##_64, 64, NPYIO_AVX512, T, WORD, 4)                                        \
  NPYIO_FOR_WIDTHS(DEFINE_COLUMNS, columns_##NAME, T)
#else
#define DEFINE_VECTOR_PRODUCT(NAME, T, WORD)                                                         \
  DEFINE_DOTS(dots_##NAME##_16, 16, , T, WORD, 2)                                                    \
  NPYIO_FOR_WIDTHS(DEFINE_COLUMNS, columns_##NAME, T)
#endif

DEFINE_VECTOR_PRODUCT(u16, uint16_t, uint16_t)
DEFINE_VECTOR_PRODUCT(u32, uint32_t, uint32_t)
DEFINE_VECTOR_PRODUCT(u64, uint64_t, uint64_t)
DEFINE_VECTOR_PRODUCT(f32, float, uint32_t)
DEFINE_VECTOR_PRODUCT(f64, double, uint64_t)

#define CASE(CODE, NAME)                                                                             \
  case CODE:                                                                                         \
    if (by_columns) NPYIO_CALL(columns_##NAME, width, matrix, step, rows, steps, vector, product);   \
    else NPYIO_CALL(dots_##NAME, width, matrix, step, rows, steps, vector, product);                 \
    return 1;

int npyio_vector_product(
    npyio_number type, int width, int by_columns, const void *matrix, ptrdiff_t step, size_t rows, size_t steps,
    const void *vector, void *product) {
  switch (type) {
    CASE(NPYIO_UINT16, u16)
    CASE(NPYIO_UINT32, u32)
    CASE(NPYIO_UINT64, u64)
    CASE(NPYIO_FLOAT32, f32)
    CASE(NPYIO_FLOAT64, f64)
    default: return 0;
  }
}
