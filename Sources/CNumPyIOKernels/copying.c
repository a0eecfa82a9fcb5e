#include "CNumPyIOKernels.h"
#include "Widths.h"

typedef uint64_t pair __attribute__((vector_size(16)));
static inline uint8_t swapped_1(uint8_t x) { return x; }
static inline uint16_t swapped_2(uint16_t x) { return __builtin_bswap16(x); }
static inline uint32_t swapped_4(uint32_t x) { return __builtin_bswap32(x); }
static inline uint64_t swapped_8(uint64_t x) { return __builtin_bswap64(x); }
static inline pair swapped_16(pair x) { return (pair){__builtin_bswap64(x[1]), __builtin_bswap64(x[0])}; }
#define AS_IT_IS(x) x

// Every second item of a row: as the lower half of a word of twice the size, which compilers make vectors of, or itself.
#define HALF_OF(T) (T)wide[i]
#define SECOND_OF(T) wide[2 * i]

#define DEFINE_COPY(NAME, TARGET, T, W, VALUE, SECOND)                                                \
  TARGET static void NAME(const void *source, ptrdiff_t from_step, void *target, ptrdiff_t to_step, size_t count) {\
    typedef T NPYIO_LOOSE(item);                                                                      \
    typedef W NPYIO_LOOSE(word);                                                                      \
    if (from_step == sizeof(T) && to_step == sizeof(T)) {                                             \
      const item *restrict x = source;                                                                \
      item *restrict y = target;                                                                      \
      for (size_t i = 0; i < count; i++) y[i] = VALUE(x[i]);                                          \
      return;                                                                                         \
    }                                                                                                 \
    const char *p = source;                                                                           \
    char *q = target;                                                                                 \
    size_t i = 0;                                                                                     \
    if (from_step == 2 * sizeof(T) && to_step == sizeof(T) && count > 0) {                            \
      const word *restrict wide = source;                                                             \
      item *restrict y = target;                                                                      \
      /* The last word may reach beyond what may be read. */                                          \
      for (; i < count - 1; i++) y[i] = VALUE(SECOND(T));                                             \
      p += (ptrdiff_t)i * from_step, q += (ptrdiff_t)i * to_step;                                     \
    }                                                                                                 \
    for (; i + 4 <= count; i += 4, p += 4 * from_step, q += 4 * to_step) {                            \
      T a = *(const item *)p, b = *(const item *)(p + from_step);                                     \
      T c = *(const item *)(p + 2 * from_step), d = *(const item *)(p + 3 * from_step);               \
      *(item *)q = VALUE(a);                                                                          \
      *(item *)(q + to_step) = VALUE(b);                                                              \
      *(item *)(q + 2 * to_step) = VALUE(c);                                                          \
      *(item *)(q + 3 * to_step) = VALUE(d);                                                          \
    }                                                                                                 \
    for (; i < count; i++, p += from_step, q += to_step) *(item *)q = VALUE(*(const item *)p);        \
  }
#define DEFINE_COPIES(SIZE, T, W, SECOND)                                                             \
  NPYIO_FOR_TWO_WIDTHS(DEFINE_COPY, copy_##SIZE, T, W, AS_IT_IS, SECOND)                              \
  NPYIO_FOR_TWO_WIDTHS(DEFINE_COPY, swap_##SIZE, T, W, swapped_##SIZE, SECOND)

DEFINE_COPIES(1, uint8_t, uint16_t, HALF_OF)
DEFINE_COPIES(2, uint16_t, uint32_t, HALF_OF)
DEFINE_COPIES(4, uint32_t, uint64_t, HALF_OF)
DEFINE_COPIES(8, uint64_t, uint64_t, SECOND_OF)
DEFINE_COPIES(16, pair, pair, SECOND_OF)

#define COPY_CASE(SIZE)                                                                               \
  case SIZE:                                                                                          \
    if (swap) NPYIO_CALL_TWO(swap_##SIZE, width, source, source_step, target, target_step, count);    \
    else NPYIO_CALL_TWO(copy_##SIZE, width, source, source_step, target, target_step, count);         \
    return 1;

int npyio_copy_items(
    int size, int swap, int width, const void *source, ptrdiff_t source_step, void *target, ptrdiff_t target_step,
    size_t count) {
  switch (size) {
    COPY_CASE(1)
    COPY_CASE(2)
    COPY_CASE(4)
    COPY_CASE(8)
    COPY_CASE(16)
    default: return 0;
  }
}

#define DEFINE_PAIRS(NAME, BYTES, TARGET, T)                                                                 \
  TARGET static void NAME(const void *source, void *target, size_t count) {                           \
    typedef T NPYIO_LOOSE(item);                                                                      \
    const item *restrict x = source;                                                                  \
    item *restrict y = target;                                                                        \
    for (size_t i = 0; i < count; i++) y[2 * i] = x[i], y[2 * i + 1] = 0;                             \
  }
NPYIO_FOR_WIDTHS(DEFINE_PAIRS, pairs_4, uint32_t)
NPYIO_FOR_WIDTHS(DEFINE_PAIRS, pairs_8, uint64_t)

int npyio_pair_with_zeros(int size, int width, const void *source, void *target, size_t count) {
  if (size == 4) NPYIO_CALL(pairs_4, width, source, target, count);
  if (size == 8) NPYIO_CALL(pairs_8, width, source, target, count);
  return size == 4 || size == 8;
}

// Transposition of blocks of as many rows and columns as a vector has lanes: that many vectors are zipped as often as two goes
// into their number.
typedef uint8_t bytes __attribute__((vector_size(16)));
#define LOOSE_VECTOR(T) __attribute__((vector_size(16), aligned(1), may_alias)) T

#define LOW_1(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH_1(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define LOW_2(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH_2(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define LOW_4(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH_4(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define LOW_8(a, b) __builtin_shufflevector(a, b, 0, 2)
#define HIGH_8(a, b) __builtin_shufflevector(a, b, 1, 3)

#define SWAP_1(v) v
#define SWAP_2(v) __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
#define SWAP_4(v) __builtin_shufflevector(v, v, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
#define SWAP_8(v) __builtin_shufflevector(v, v, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8)

// The parts of a tile that are no whole blocks.
#define REST(T, SIZE, ROWS, COLUMNS)                                                                  \
  for (size_t r = ROWS; r < end_row; r++)                                                             \
    for (size_t c = COLUMNS; c < end_column; c++) {                                                   \
      T x = *(const item *)(from + (ptrdiff_t)c * from_step + r * SIZE);                              \
      *(item *)(to + (ptrdiff_t)r * to_step + c * SIZE) = swap ? swapped_##SIZE(x) : x;               \
    }

#define DEFINE_TRANSPOSITION(NAME, TARGET, SIZE, T, HEIGHT)                                           \
  TARGET static void NAME(                                                                            \
      int swap, const char *from, ptrdiff_t from_step, char *to, ptrdiff_t to_step, size_t rows, size_t columns) {\
    typedef T vector __attribute__((vector_size(16)));                                                \
    typedef T LOOSE_VECTOR(loose);                                                                    \
    typedef T NPYIO_LOOSE(item);                                                                      \
    enum { lanes = 16 / SIZE };                                                                       \
    /* A line of the cache is read at once, as a rule, and the rows that it has items of are written without a gap. */\
    for (size_t row = 0; row < rows; row += HEIGHT)                                                   \
      for (size_t column = 0; column < columns; column += 1024) {                                     \
        size_t end_row = rows - row < HEIGHT ? rows : row + HEIGHT;                                   \
        size_t end_column = columns - column < 1024 ? columns : column + 1024;                        \
        size_t whole_rows = end_row - (end_row - row) % lanes;                                        \
        size_t whole_columns = end_column - (end_column - column) % lanes;                            \
        for (size_t c = column; c < whole_columns; c += lanes)                                        \
          for (size_t r = row; r < whole_rows; r += lanes) {                                          \
            vector v[lanes], w[lanes];                                                                \
            const char *source = from + (ptrdiff_t)c * from_step + r * SIZE;                          \
            char *target = to + (ptrdiff_t)r * to_step + c * SIZE;                                    \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < lanes; i++) {                      \
              vector x = *(const loose *)(source + i * from_step);                                    \
              v[i] = swap ? (vector)SWAP_##SIZE((bytes)x) : x;                                        \
            }                                                                                         \
            _Pragma("clang loop unroll(full)") for (int done = 1; done < lanes; done *= 2) {          \
              _Pragma("clang loop unroll(full)") for (int i = 0; i < lanes / 2; i++) {                \
                w[2 * i] = LOW_##SIZE(v[i], v[i + lanes / 2]);                                        \
                w[2 * i + 1] = HIGH_##SIZE(v[i], v[i + lanes / 2]);                                   \
              }                                                                                       \
              _Pragma("clang loop unroll(full)") for (int i = 0; i < lanes; i++) v[i] = w[i];         \
            }                                                                                         \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < lanes; i++)                        \
              *(loose *)(target + i * to_step) = v[i];                                                \
          }                                                                                           \
        REST(T, SIZE, whole_rows, column)                                                             \
        end_row = whole_rows;                                                                         \
        REST(T, SIZE, row, whole_columns)                                                             \
      }                                                                                               \
  }
NPYIO_FOR_TWO_WIDTHS(DEFINE_TRANSPOSITION, transpose_1, 1, uint8_t, 32)
NPYIO_FOR_TWO_WIDTHS(DEFINE_TRANSPOSITION, transpose_2, 2, uint16_t, 16)
NPYIO_FOR_TWO_WIDTHS(DEFINE_TRANSPOSITION, transpose_4, 4, uint32_t, 8)
NPYIO_FOR_TWO_WIDTHS(DEFINE_TRANSPOSITION, transpose_8, 8, uint64_t, 4)

// Where an item is a vector: two rows at a time, which are written without a gap. The lines of so many columns stay in the second
// cache until the next rows need them.
static void transpose_16(
    int swap, const char *from, ptrdiff_t from_step, char *to, ptrdiff_t to_step, size_t rows, size_t columns) {
  typedef pair NPYIO_LOOSE(item);
  enum { tile = 1024 };
  size_t whole = swap ? 0 : rows - rows % 2;
  for (size_t column = 0; column < columns; column += tile) {
    size_t end_column = columns - column < tile ? columns : column + tile, end_row = rows;
    for (size_t row = 0; row < whole; row += 2) {
      const char *source = from + (ptrdiff_t)column * from_step + row * sizeof(pair);
      char *target = to + (ptrdiff_t)row * to_step + column * sizeof(pair);
      for (size_t c = column; c < end_column; c++, source += from_step, target += sizeof(pair)) {
        *(item *)target = *(const item *)source;
        *(item *)(target + to_step) = *(const item *)(source + sizeof(pair));
      }
    }
    REST(pair, 16, whole, column)
  }
}

#define TRANSPOSE_CASE(SIZE)                                                                          \
  case SIZE:                                                                                          \
    NPYIO_CALL_TWO(transpose_##SIZE, width, swap, source, source_step, target, target_step, rows, columns);\
    return 1;

int npyio_transpose(
    int size, int swap, int width, const void *source, ptrdiff_t source_step, void *target, ptrdiff_t target_step,
    size_t rows, size_t columns) {
  switch (size) {
    TRANSPOSE_CASE(1)
    TRANSPOSE_CASE(2)
    TRANSPOSE_CASE(4)
    TRANSPOSE_CASE(8)
    case 16: transpose_16(swap, source, source_step, target, target_step, rows, columns); return 1;
    default: return 0;
  }
}
