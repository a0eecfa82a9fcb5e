#include <string.h>

#include "CNumPyIOKernels.h"
#include "Halves.h"
#include "Widths.h"

// Sums in halves of halves, eight numbers abreast in the leaves, as NumPy's `pairwise_sum`. Two leaves are summed side by side,
// so that no addition waits for the one before.
enum { leaf = 128, few = 8 };

#define DEFINE_PAIRWISE(NAME, BYTES, TARGET, T)                                                       \
  typedef T NAME##_eight __attribute__((vector_size(few * sizeof(T))));                               \
  typedef T NAME##_loose __attribute__((vector_size(few * sizeof(T)), aligned(1), may_alias));        \
  typedef T NAME##_item __attribute__((aligned(1), may_alias));                                       \
  TARGET static inline __attribute__((always_inline)) void NAME##_load(NAME##_eight *x, const char *p, ptrdiff_t step) {\
    if (step == 2 * sizeof(T)) {                                                                      \
      /* Every second of fifteen. */                                                                  \
      NAME##_eight low = *(const NAME##_loose *)p, high = *(const NAME##_loose *)(p + 7 * sizeof(T)); \
      *x = __builtin_shufflevector(low, high, 0, 2, 4, 6, 9, 11, 13, 15);                             \
    } else {                                                                                          \
      *x = *(const NAME##_loose *)p;                                                                  \
    }                                                                                                 \
  }                                                                                                   \
  TARGET static inline __attribute__((always_inline)) void NAME##_add(NAME##_eight *sum, const char *p, ptrdiff_t step) {\
    NAME##_eight x;                                                                                   \
    NAME##_load(&x, p, step);                                                                         \
    *sum += x;                                                                                        \
  }                                                                                                   \
  TARGET static inline __attribute__((always_inline)) T NAME##_end(                                   \
      const NAME##_eight *r, const char *p, ptrdiff_t step, size_t count) {                           \
    T sum = (((*r)[0] + (*r)[1]) + ((*r)[2] + (*r)[3])) + (((*r)[4] + (*r)[5]) + ((*r)[6] + (*r)[7]));\
    for (size_t i = 0; i < count; i++, p += step) sum += *(const NAME##_item *)p;                     \
    return sum;                                                                                       \
  }                                                                                                   \
  /* Leaves of at least eight items, the second not shorter than the first, or without any. */        \
  TARGET static inline __attribute__((always_inline)) T NAME##_leaves(                                \
      const char *p, ptrdiff_t step, size_t first, size_t second) {                                   \
    NAME##_eight a, b;                                                                                \
    const char *q = p + (ptrdiff_t)first * step;                                                      \
    size_t i = few;                                                                                   \
    NAME##_load(&a, p, step);                                                                         \
    if (second == 0) {                                                                                \
      for (; i + few <= first; i += few) NAME##_add(&a, p + (ptrdiff_t)i * step, step);               \
      return NAME##_end(&a, p + (ptrdiff_t)i * step, step, first - i);                                \
    }                                                                                                 \
    NAME##_load(&b, q, step);                                                                         \
    for (; i + few <= first; i += few) {                                                              \
      NAME##_add(&a, p + (ptrdiff_t)i * step, step);                                                  \
      NAME##_add(&b, q + (ptrdiff_t)i * step, step);                                                  \
    }                                                                                                 \
    T sum = NAME##_end(&a, p + (ptrdiff_t)i * step, step, first - i);                                 \
    for (; i + few <= second; i += few) NAME##_add(&b, q + (ptrdiff_t)i * step, step);                \
    return sum + NAME##_end(&b, q + (ptrdiff_t)i * step, step, second - i);                           \
  }                                                                                                   \
  /* A leaf of at least eight items that lie apart. */                                                \
  TARGET static T NAME##_apart(const char *p, ptrdiff_t step, size_t count) {                         \
    if (step == 2 * sizeof(T)) return NAME##_leaves(p, 2 * sizeof(T), count, 0);                      \
    T r[few];                                                                                         \
    _Pragma("clang loop unroll(full)") for (int k = 0; k < few; k++) r[k] = *(const NAME##_item *)(p + k * step);\
    size_t i = few;                                                                                   \
    for (; i + few <= count; i += few)                                                                \
      _Pragma("clang loop unroll(full)") for (int k = 0; k < few; k++)                                \
        r[k] += *(const NAME##_item *)(p + ((ptrdiff_t)i + k) * step);                                \
    NAME##_eight sums = *(const NAME##_loose *)r;                                                     \
    return NAME##_end(&sums, p + (ptrdiff_t)i * step, step, count - i);                               \
  }                                                                                                   \
  TARGET static T NAME(const char *items, ptrdiff_t step, size_t count) {                             \
    if (count < few) {                                                                                \
      T sum = (T)-0.0;                                                                                \
      for (size_t i = 0; i < count; i++, items += step) sum += *(const NAME##_item *)items;           \
      return sum;                                                                                     \
    }                                                                                                 \
    size_t half = count <= leaf ? count : count / 2 - count / 2 % few;                                \
    if (count - half <= leaf)                                                                         \
      return step == sizeof(T)  ? NAME##_leaves(items, sizeof(T), half, count - half)                 \
             : count == half    ? NAME##_apart(items, step, count)                                    \
                                : NAME##_apart(items, step, half)                                     \
                                   + NAME##_apart(items + (ptrdiff_t)half * step, step, count - half);\
    return NAME(items, step, half) + NAME(items + (ptrdiff_t)half * step, step, count - half);        \
  }
NPYIO_FOR_WIDTHS(DEFINE_PAIRWISE, sum_f32, float)
NPYIO_FOR_WIDTHS(DEFINE_PAIRWISE, sum_f64, double)

// As single precision, two leaves at a time.
static float sum_f16(int width, const char *items, ptrdiff_t step, size_t count) {
  if (count > 2 * leaf) {
    size_t half = count / 2 - count / 2 % few;
    return sum_f16(width, items, step, half) + sum_f16(width, items + (ptrdiff_t)half * step, step, count - half);
  }
  uint16_t halves[2 * leaf];
  float floats[2 * leaf];
  if (step != 2) npyio_copy_items(2, 0, width, items, step, halves, 2, count);
  npyio_halves_to_floats(step == 2 ? (const void *)items : halves, floats, count);
  return NPYIO_CALL(sum_f32, width, (const char *)floats, sizeof(float), count);
}

int npyio_pairwise_sum(
    npyio_number type, int width, const void *items, ptrdiff_t step, size_t count, double *sum) {
  ptrdiff_t size = (ptrdiff_t)npyio_size_of(type);
  // Wide vectors are gathered more slowly than numbers are read one by one.
  if (type != NPYIO_FLOAT16 && step != size && step != 2 * size) width = 16;
  switch (type) {
    case NPYIO_FLOAT16:
      if (!npyio_has_halves(width)) return 0;
      *sum = sum_f16(width, items, step, count);
      return 1;
    case NPYIO_FLOAT32: *sum = NPYIO_CALL(sum_f32, width, items, step, count); return 1;
    case NPYIO_FLOAT64: *sum = NPYIO_CALL(sum_f64, width, items, step, count); return 1;
    default: return 0;
  }
}

// The same of complex numbers, counted by their parts: four of them abreast.
#define DEFINE_PAIRS(NAME, BYTES, TARGET, T)                                                          \
  TARGET static void NAME(const char *items, size_t count, T *sum) {                                  \
    typedef T eight __attribute__((vector_size(8 * sizeof(T))));                                      \
    typedef T loose __attribute__((vector_size(8 * sizeof(T)), aligned(1), may_alias));               \
    typedef T item __attribute__((aligned(1), may_alias));                                            \
    if (count > leaf / 2) {                                                                           \
      size_t half = (count - count % 8) / 2;                                                          \
      T rest[2];                                                                                      \
      NAME(items, half, sum);                                                                         \
      NAME(items + half * 2 * sizeof(T), count - half, rest);                                         \
      sum[0] += rest[0], sum[1] += rest[1];                                                           \
      return;                                                                                         \
    }                                                                                                 \
    size_t i = 0;                                                                                     \
    T real = (T)-0.0, imaginary = (T)-0.0;                                                            \
    if (count >= 4) {                                                                                 \
      eight r = *(const loose *)items;                                                                \
      for (i = 4; i + 4 <= count; i += 4) r += *(const loose *)(items + i * 2 * sizeof(T));           \
      real = (r[0] + r[2]) + (r[4] + r[6]), imaginary = (r[1] + r[3]) + (r[5] + r[7]);                \
    }                                                                                                 \
    for (; i < count; i++) {                                                                          \
      const item *x = (const item *)(items + i * 2 * sizeof(T));                                      \
      real += x[0], imaginary += x[1];                                                                \
    }                                                                                                 \
    sum[0] = real, sum[1] = imaginary;                                                                \
  }
NPYIO_FOR_WIDTHS(DEFINE_PAIRS, pairs_f32, float)
NPYIO_FOR_WIDTHS(DEFINE_PAIRS, pairs_f64, double)

int npyio_pairwise_sum_of_pairs(npyio_number type, int width, const void *items, size_t count, void *sum) {
  if (type == NPYIO_FLOAT32) NPYIO_CALL(pairs_f32, width, items, count, sum);
  if (type == NPYIO_FLOAT64) NPYIO_CALL(pairs_f64, width, items, count, sum);
  return type == NPYIO_FLOAT32 || type == NPYIO_FLOAT64;
}

// Sums of integers in narrower ones as long as these cannot overflow.
#define DEFINE_SUM(NAME, BYTES, TARGET, T, NARROW, BLOCK)                                             \
  TARGET static uint64_t NAME(const char *items, ptrdiff_t step, size_t count) {                      \
    typedef T NPYIO_LOOSE(item);                                                                      \
    uint64_t sum = 0;                                                                                 \
    if (step == sizeof(T)) {                                                                          \
      const item *x = (const item *)items;                                                            \
      for (size_t start = 0; start < count; start += BLOCK) {                                         \
        size_t end = count - start < BLOCK ? count : start + BLOCK;                                   \
        NARROW part = 0;                                                                              \
        for (size_t i = start; i < end; i++) part += (NARROW)x[i];                                    \
        sum += (uint64_t)part;                                                                        \
      }                                                                                               \
      return sum;                                                                                     \
    }                                                                                                 \
    if (step == 2 * sizeof(T) && count > 0) {                                                         \
      const item *x = (const item *)items;                                                            \
      for (size_t i = 0; i < count; i++) sum += (uint64_t)x[2 * i];                                   \
      return sum;                                                                                     \
    }                                                                                                 \
    for (size_t i = 0; i < count; i++, items += step) sum += (uint64_t)*(const item *)items;          \
    return sum;                                                                                       \
  }
NPYIO_FOR_WIDTHS(DEFINE_SUM, sum_i8, int8_t, int32_t, ((size_t)1 << 20))
NPYIO_FOR_WIDTHS(DEFINE_SUM, sum_i16, int16_t, int32_t, ((size_t)1 << 15))
NPYIO_FOR_WIDTHS(DEFINE_SUM, sum_i32, int32_t, int64_t, SIZE_MAX)
NPYIO_FOR_WIDTHS(DEFINE_SUM, sum_u8, uint8_t, uint32_t, ((size_t)1 << 20))
NPYIO_FOR_WIDTHS(DEFINE_SUM, sum_u16, uint16_t, uint32_t, ((size_t)1 << 15))
NPYIO_FOR_WIDTHS(DEFINE_SUM, sum_u32, uint32_t, uint64_t, SIZE_MAX)
NPYIO_FOR_WIDTHS(DEFINE_SUM, sum_u64, uint64_t, uint64_t, SIZE_MAX)

int npyio_integer_sum(npyio_number type, int width, const void *items, ptrdiff_t step, size_t count, uint64_t *sum) {
  switch (type) {
    case NPYIO_INT8: *sum = NPYIO_CALL(sum_i8, width, items, step, count); return 1;
    case NPYIO_INT16: *sum = NPYIO_CALL(sum_i16, width, items, step, count); return 1;
    case NPYIO_INT32: *sum = NPYIO_CALL(sum_i32, width, items, step, count); return 1;
    case NPYIO_UINT8: *sum = NPYIO_CALL(sum_u8, width, items, step, count); return 1;
    case NPYIO_UINT16: *sum = NPYIO_CALL(sum_u16, width, items, step, count); return 1;
    case NPYIO_UINT32: *sum = NPYIO_CALL(sum_u32, width, items, step, count); return 1;
    case NPYIO_INT64: case NPYIO_UINT64: *sum = NPYIO_CALL(sum_u64, width, items, step, count); return 1;
    default: return 0;
  }
}

// Rows taken one after the other into as many states as they have items, four at a time, so that states are read and written
// less often.
#define DEFINE_ROWS(NAME, BYTES, TARGET, T, S, STEP)                                                  \
  TARGET static void NAME(void *states, const char *items, ptrdiff_t row_step, size_t rows, size_t count) {\
    typedef T NPYIO_LOOSE(item);                                                                      \
    typedef S NPYIO_LOOSE(state);                                                                     \
    state *restrict s = states;                                                                       \
    for (; rows >= 4; rows -= 4, items += 4 * row_step) {                                             \
      const item *restrict a = (const item *)items, *restrict b = (const item *)(items + row_step);   \
      const item *restrict c = (const item *)(items + 2 * row_step);                                  \
      const item *restrict d = (const item *)(items + 3 * row_step);                                  \
      for (size_t i = 0; i < count; i++) {                                                            \
        S x = s[i];                                                                                   \
        x = STEP(T, x, a[i]), x = STEP(T, x, b[i]), x = STEP(T, x, c[i]), x = STEP(T, x, d[i]);       \
        s[i] = x;                                                                                     \
      }                                                                                               \
    }                                                                                                 \
    for (; rows > 0; rows--, items += row_step) {                                                     \
      const item *restrict a = (const item *)items;                                                   \
      for (size_t i = 0; i < count; i++) s[i] = STEP(T, s[i], a[i]);                                  \
    }                                                                                                 \
  }
#define PLUS(T, x, y) ((x) + (y))
#define PLUS_WIDE(T, x, y) ((x) + (uint64_t)(y))
// In this order, of which the second choice is the processor's own minimum or maximum.
#define LESSER(T, x, y) ((y) != (y) ? (y) : (y) < (x) ? (y) : (x))
#define GREATER(T, x, y) ((y) != (y) ? (y) : (y) > (x) ? (y) : (x))

#define DEFINE_NUMBER(NAME, T, S, ADDING)                                                             \
  NPYIO_FOR_WIDTHS(DEFINE_ROWS, add_##NAME, T, S, ADDING)                                             \
  NPYIO_FOR_WIDTHS(DEFINE_ROWS, least_##NAME, T, T, LESSER)                                           \
  NPYIO_FOR_WIDTHS(DEFINE_ROWS, most_##NAME, T, T, GREATER)                                           \
  static void fold_##NAME(                                                                            \
      npyio_operation fold, int width, void *states, const char *items, ptrdiff_t row_step, size_t rows, size_t count) {\
    if (fold == NPYIO_ADD) NPYIO_CALL(add_##NAME, width, states, items, row_step, rows, count);       \
    else if (fold == NPYIO_MINIMUM) NPYIO_CALL(least_##NAME, width, states, items, row_step, rows, count);\
    else NPYIO_CALL(most_##NAME, width, states, items, row_step, rows, count);                        \
  }
DEFINE_NUMBER(i8, int8_t, uint64_t, PLUS_WIDE)
DEFINE_NUMBER(i16, int16_t, uint64_t, PLUS_WIDE)
DEFINE_NUMBER(i32, int32_t, uint64_t, PLUS_WIDE)
DEFINE_NUMBER(i64, int64_t, uint64_t, PLUS_WIDE)
DEFINE_NUMBER(u8, uint8_t, uint64_t, PLUS_WIDE)
DEFINE_NUMBER(u16, uint16_t, uint64_t, PLUS_WIDE)
DEFINE_NUMBER(u32, uint32_t, uint64_t, PLUS_WIDE)
DEFINE_NUMBER(u64, uint64_t, uint64_t, PLUS_WIDE)
DEFINE_NUMBER(f32, float, float, PLUS)
DEFINE_NUMBER(f64, double, double, PLUS)

// The same of complex numbers, by real part and then by imaginary part; the first with NaN stays.
#define DEFINE_PAIR_ROWS(NAME, BYTES, TARGET, T, BETTER)                                              \
  TARGET static void NAME(void *states, const char *items, ptrdiff_t row_step, size_t rows, size_t count) {\
    typedef T NPYIO_LOOSE(item);                                                                      \
    item *restrict s = states;                                                                        \
    for (; rows > 0; rows--, items += row_step) {                                                     \
      const item *restrict x = (const item *)items;                                                   \
      for (size_t i = 0; i < 2 * count; i += 2) {                                                     \
        T a = x[i], b = x[i + 1], p = s[i], q = s[i + 1];                                             \
        int better = (a BETTER p) | ((a == p) & (b BETTER q)) | (a != a) | (b != b);                  \
        int takes = better & (p == p) & (q == q);                                                     \
        s[i] = takes ? a : p, s[i + 1] = takes ? b : q;                                               \
      }                                                                                               \
    }                                                                                                 \
  }
NPYIO_FOR_WIDTHS(DEFINE_PAIR_ROWS, least_pair_f32, float, <)
NPYIO_FOR_WIDTHS(DEFINE_PAIR_ROWS, most_pair_f32, float, >)
NPYIO_FOR_WIDTHS(DEFINE_PAIR_ROWS, least_pair_f64, double, <)
NPYIO_FOR_WIDTHS(DEFINE_PAIR_ROWS, most_pair_f64, double, >)

int npyio_fold_rows_of_pairs(
    int is_maximum, npyio_number type, int width, void *states, const void *items, ptrdiff_t row_step, size_t rows,
    size_t count) {
  if (type == NPYIO_FLOAT32) {
    if (is_maximum) NPYIO_CALL(most_pair_f32, width, states, items, row_step, rows, count);
    else NPYIO_CALL(least_pair_f32, width, states, items, row_step, rows, count);
  } else if (type == NPYIO_FLOAT64) {
    if (is_maximum) NPYIO_CALL(most_pair_f64, width, states, items, row_step, rows, count);
    else NPYIO_CALL(least_pair_f64, width, states, items, row_step, rows, count);
  }
  return type == NPYIO_FLOAT32 || type == NPYIO_FLOAT64;
}

// Each sum is rounded to half precision.
static void fold_f16(
    npyio_operation fold, int width, void *states, const char *items, ptrdiff_t row_step, size_t rows, size_t count) {
  float sums[512], row[512];
  for (size_t start = 0; start < count; start += 512) {
    size_t part = count - start < 512 ? count - start : 512;
    char *place = (char *)states + 2 * start;
    npyio_halves_to_floats(place, sums, part);
    for (size_t r = 0; r < rows; r++) {
      npyio_halves_to_floats(items + (ptrdiff_t)r * row_step + 2 * start, row, part);
      fold_f32(fold, width, sums, (const char *)row, 0, 1, part);
      if (fold != NPYIO_ADD) continue;
      npyio_floats_to_halves(sums, place, part);
      npyio_halves_to_floats(place, sums, part);
    }
    npyio_floats_to_halves(sums, place, part);
  }
}

#define ROWS_CASE(CODE, NAME)                                                                         \
  case CODE: fold_##NAME(fold, width, states, items, row_step, rows, count); return 1;

static int fold_packed(
    npyio_operation fold, npyio_number type, int width, void *states, const void *items, ptrdiff_t row_step,
    size_t rows, size_t count) {
  switch (type) {
    ROWS_CASE(NPYIO_INT8, i8)
    ROWS_CASE(NPYIO_INT16, i16)
    ROWS_CASE(NPYIO_INT32, i32)
    ROWS_CASE(NPYIO_INT64, i64)
    ROWS_CASE(NPYIO_UINT8, u8)
    ROWS_CASE(NPYIO_UINT16, u16)
    ROWS_CASE(NPYIO_UINT32, u32)
    ROWS_CASE(NPYIO_UINT64, u64)
    ROWS_CASE(NPYIO_FLOAT32, f32)
    ROWS_CASE(NPYIO_FLOAT64, f64)
    case NPYIO_FLOAT16:
      if (!npyio_has_halves(width)) return 0;
      fold_f16(fold, width, states, items, row_step, rows, count);
      return 1;
    default: return 0;
  }
}

int npyio_fold_rows(
    npyio_operation fold, npyio_number type, int width, void *states, const void *items, ptrdiff_t step,
    ptrdiff_t row_step, size_t rows, size_t count) {
  if (fold != NPYIO_ADD && fold != NPYIO_MINIMUM && fold != NPYIO_MAXIMUM) return 0;
  size_t size = npyio_size_of(type);
  if (step == (ptrdiff_t)size || count == 0) return fold_packed(fold, type, width, states, items, row_step, rows, count);
  // Rows of items that lie apart are brought together.
  size_t state_size = fold == NPYIO_ADD && type != NPYIO_FLOAT16 && type != NPYIO_FLOAT32 ? 8 : size;
  uint64_t row[512];
  for (size_t start = 0; start < count; start += 512) {
    size_t part = count - start < 512 ? count - start : 512;
    for (size_t r = 0; r < rows; r++) {
      const char *from = (const char *)items + (ptrdiff_t)r * row_step + (ptrdiff_t)start * step;
      npyio_copy_items((int)size, 0, width, from, step, row, (ptrdiff_t)size, part);
      if (!fold_packed(fold, type, width, (char *)states + start * state_size, row, 0, 1, part)) return 0;
    }
  }
  return 1;
}
