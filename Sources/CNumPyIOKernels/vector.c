#include "CNumPyIOKernels.h"
#include "Widths.h"

// A matrix times a vector: bound by reading the matrix once, so rows, or columns, go side by side through the vector. What an
// element of the product is made of, and in which order, does not depend on which rows it is calculated with.

// The sums of a row: four vectors of them, so that no addition waits for the one before.
enum { sums = 4 };
// Products are written as `1u * a * b`: those of short integers are then unsigned, and nothing changes for others.
#define ALL(INDEX, COUNT) _Pragma("clang loop unroll(full)") for (int INDEX = 0; INDEX < COUNT; INDEX++)

// The last items of a row that fill no vector are read with those before, of which zeros are made. Two vectors, of which each has
// its products, share what is read of the matrix: they are the two parts of a complex one.
#define DEFINE_DOTS(NAME, BYTES, TARGET, T, WORD, ABREAST)                                           \
  TARGET static inline __attribute__((always_inline)) void NAME##_some(                              \
      const int rows, const int vectors, const char *from, ptrdiff_t row_step, size_t steps, size_t second, const T *x,\
      T *product, size_t apart) {                                                                    \
    typedef T vector __attribute__((vector_size(BYTES)));                                            \
    typedef T loose __attribute__((vector_size(BYTES), aligned(1), may_alias));                      \
    typedef WORD words __attribute__((vector_size(BYTES)));                                          \
    typedef T NPYIO_LOOSE(item);                                                                     \
    enum { lanes = BYTES / sizeof(T) };                                                              \
    vector found[ABREAST][2][sums];                                                                  \
    ALL(i, rows) ALL(v, vectors) ALL(j, sums) found[i][v][j] = (vector){0};                          \
    size_t step = 0;                                                                                 \
    for (; step + sums * lanes <= steps; step += sums * lanes)                                       \
      ALL(j, sums) {                                                                                 \
        vector y[2];                                                                                 \
        ALL(v, vectors) y[v] = *(const loose *)(x + (size_t)v * second + step + (size_t)j * lanes);  \
        ALL(i, rows) {                                                                               \
          vector a = *(const loose *)(from + i * row_step + (step + (size_t)j * lanes) * sizeof(T)); \
          ALL(v, vectors) found[i][v][j] += a * y[v];                                                \
        }                                                                                            \
      }                                                                                              \
    for (; step + lanes <= steps; step += lanes)                                                     \
      ALL(i, rows) {                                                                                 \
        vector a = *(const loose *)(from + i * row_step + step * sizeof(T));                         \
        ALL(v, vectors) found[i][v][0] += a * *(const loose *)(x + (size_t)v * second + step);       \
      }                                                                                              \
    if (step < steps && steps >= lanes) {                                                            \
      words kept;                                                                                    \
      for (size_t lane = 0; lane < lanes; lane++) kept[lane] = steps - lanes + lane >= step ? (WORD)-1 : 0;\
      ALL(i, rows) {                                                                                 \
        vector a = *(const loose *)(from + i * row_step + (steps - lanes) * sizeof(T));              \
        ALL(v, vectors) {                                                                            \
          vector y = *(const loose *)(x + (size_t)v * second + steps - lanes);                       \
          found[i][v][1] += (vector)((words)a & kept) * (vector)((words)y & kept);                   \
        }                                                                                            \
      }                                                                                              \
      step = steps;                                                                                  \
    }                                                                                                \
    ALL(i, rows) ALL(v, vectors) {                                                                   \
      vector all = (found[i][v][0] + found[i][v][2]) + (found[i][v][1] + found[i][v][3]);            \
      T parts[lanes];                                                                                \
      *(loose *)parts = all;                                                                         \
      _Pragma("clang loop unroll(full)") for (int half = lanes / 2; half > 0; half /= 2)             \
        for (int lane = 0; lane < half; lane++) parts[lane] = (T)(parts[lane] + parts[lane + half]); \
      T sum = parts[0];                                                                              \
      for (size_t rest = step; rest < steps; rest++)                                                 \
        sum += (T)(1u * *(const item *)(from + i * row_step + rest * sizeof(T)) * *(const item *)(x + (size_t)v * second + rest));\
      product[(size_t)v * apart + (size_t)i] = sum;                                                  \
    }                                                                                                \
  }                                                                                                  \
  TARGET static void NAME(                                                                           \
      const char *from, ptrdiff_t row_step, size_t rows, size_t steps, size_t second, const T *x, T *product) {\
    size_t apart = rows, abreast = second > 0 ? ABREAST / 2 : ABREAST;                               \
    for (; rows >= abreast; rows -= abreast, from += (ptrdiff_t)abreast * row_step, product += abreast)\
      if (second > 0) NAME##_some(ABREAST / 2, 2, from, row_step, steps, second, x, product, apart); \
      else NAME##_some(ABREAST, 1, from, row_step, steps, second, x, product, apart);                \
    for (; rows > 0; rows--, from += row_step, product++)                                            \
      if (second > 0) NAME##_some(1, 2, from, row_step, steps, second, x, product, apart);           \
      else NAME##_some(1, 1, from, row_step, steps, second, x, product, apart);                      \
  }

// Columns, each times a number of one vector, or of each of two, added up in their order, several of them at a time.
#define DEFINE_COLUMNS(NAME, BYTES, TARGET, T)                                                       \
  TARGET static inline __attribute__((always_inline)) void NAME##_some(                              \
      const int columns, const int vectors, const char *from, ptrdiff_t column_step, size_t rows, size_t second,\
      const T *x, T *product) {                                                                      \
    typedef T NPYIO_LOOSE(item);                                                                     \
    T y[2][8];                                                                                       \
    ALL(v, vectors) ALL(i, columns) y[v][i] = *(const item *)(x + (size_t)v * second + i);           \
    _Pragma("clang loop vectorize(assume_safety)") for (size_t row = 0; row < rows; row++) {         \
      T first = product[row], second = vectors == 2 ? product[rows + row] : 0;                       \
      ALL(i, columns) {                                                                              \
        T a = ((const item *)(from + i * column_step))[row];                                         \
        first += (T)(1u * a * y[0][i]);                                                               \
        if (vectors == 2) second += (T)(1u * a * y[1][i]);                                            \
      }                                                                                              \
      product[row] = first;                                                                          \
      if (vectors == 2) product[rows + row] = second;                                                \
    }                                                                                                \
  }                                                                                                  \
  TARGET static void NAME(                                                                           \
      const char *from, ptrdiff_t column_step, size_t rows, size_t steps, size_t second, const T *x, T *product) {\
    for (size_t row = 0; row < (second > 0 ? 2 : 1) * rows; row++) product[row] = 0;                 \
    size_t step = 0, abreast = second > 0 ? 4 : 8;                                                   \
    for (; step + abreast <= steps; step += abreast, from += (ptrdiff_t)abreast * column_step)       \
      if (second > 0) NAME##_some(4, 2, from, column_step, rows, second, x + step, product);         \
      else NAME##_some(8, 1, from, column_step, rows, second, x + step, product);                    \
    for (; step < steps; step++, from += column_step)                                                \
      if (second > 0) NAME##_some(1, 2, from, column_step, rows, second, x + step, product);         \
      else NAME##_some(1, 1, from, column_step, rows, second, x + step, product);                    \
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
    if (by_columns) NPYIO_CALL(columns_##NAME, width, matrix, step, rows, steps, second, factors, product);\
    else NPYIO_CALL(dots_##NAME, width, matrix, step, rows, steps, second, factors, product);        \
    return 1;

int npyio_vector_product(
    npyio_number type, int width, int by_columns, const void *matrix, ptrdiff_t step, size_t rows, size_t steps,
    size_t second, const void *factors, void *product) {
  switch (type) {
    CASE(NPYIO_UINT16, u16)
    CASE(NPYIO_UINT32, u32)
    CASE(NPYIO_UINT64, u64)
    CASE(NPYIO_FLOAT32, f32)
    CASE(NPYIO_FLOAT64, f64)
    default: return 0;
  }
}
