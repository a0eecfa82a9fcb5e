#include "CNumPyIOKernels.h"
#include "Widths.h"

// Four vectors abreast, so that no comparison waits for the one before. A vector of truths is all ones or zeros in each
// lane, and selects by `&` and `|`, which compilers make the processor's own minimum and maximum.
#define DEFINE_EXTREMUM(NAME, BYTES, TARGET, T, I, BETTER)                                            \
  TARGET static int NAME(const char *items, size_t count, T *best) {                                  \
    typedef T vector __attribute__((vector_size(BYTES)));                                             \
    typedef I truths __attribute__((vector_size(BYTES)));                                             \
    typedef T loose __attribute__((vector_size(BYTES), aligned(1), may_alias));                       \
    typedef T loose_item __attribute__((aligned(1), may_alias));                                      \
    enum { lanes = BYTES / sizeof(T) };                                                               \
    size_t index = 0;                                                                                 \
    int has_nan = 0;                                                                                  \
    if (count >= 4 * lanes) {                                                                         \
      vector found[4];                                                                                \
      truths strange = {0};                                                                           \
      for (int i = 0; i < 4; i++) found[i] = *(const loose *)items;                                   \
      for (; index + 4 * lanes <= count; index += 4 * lanes) {                                        \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < 4; i++) {                              \
          vector x = *(const loose *)(items + (index + (size_t)i * lanes) * sizeof(T));               \
          truths better = (truths)(x BETTER found[i]);                                                \
          found[i] = (vector)(((truths)x & better) | ((truths)found[i] & ~better));                   \
          strange |= (truths)(x != x);                                                                \
        }                                                                                             \
      }                                                                                               \
      for (int i = 0; i < 4; i++)                                                                     \
        for (int lane = 0; lane < lanes; lane++) {                                                    \
          if (found[i][lane] BETTER *best) *best = found[i][lane];                                    \
          has_nan |= strange[lane] != 0;                                                              \
        }                                                                                             \
    }                                                                                                 \
    for (; index < count; index++) {                                                                  \
      T x = *(const loose_item *)(items + index * sizeof(T));                                         \
      if (x BETTER *best) *best = x;                                                                  \
      has_nan |= x != x;                                                                              \
    }                                                                                                 \
    return has_nan;                                                                                   \
  }

#define DEFINE_WIDTHS(NAME, T, I, BETTER)                                                             \
  NPYIO_FOR_WIDTHS(DEFINE_EXTREMUM, NAME, T, I, BETTER)                                               \
  static int NAME(int width, const char *items, size_t count, T *best) {                              \
    return NPYIO_CALL(NAME, width, items, count, best);                                               \
  }

#define DEFINE_TYPE(NAME, T, I)                                                                       \
  DEFINE_WIDTHS(minimum_##NAME, T, I, <)                                                              \
  DEFINE_WIDTHS(maximum_##NAME, T, I, >)

DEFINE_TYPE(i8, int8_t, int8_t)
DEFINE_TYPE(i16, int16_t, int16_t)
DEFINE_TYPE(i32, int32_t, int32_t)
DEFINE_TYPE(i64, int64_t, int64_t)
DEFINE_TYPE(u8, uint8_t, int8_t)
DEFINE_TYPE(u16, uint16_t, int16_t)
DEFINE_TYPE(u32, uint32_t, int32_t)
DEFINE_TYPE(u64, uint64_t, int64_t)
DEFINE_TYPE(f32, float, int32_t)
DEFINE_TYPE(f64, double, int64_t)

#define CASE(TYPE, NAME)                                                                              \
  case TYPE: return is_maximum ? maximum_##NAME(width, items, count, best) : minimum_##NAME(width, items, count, best);

int npyio_extremum(npyio_number type, int width, int is_maximum, const void *items, size_t count, void *best) {
  switch (type) {
    CASE(NPYIO_INT8, i8)
    CASE(NPYIO_INT16, i16)
    CASE(NPYIO_INT32, i32)
    CASE(NPYIO_INT64, i64)
    CASE(NPYIO_UINT8, u8)
    CASE(NPYIO_UINT16, u16)
    CASE(NPYIO_UINT32, u32)
    CASE(NPYIO_UINT64, u64)
    CASE(NPYIO_FLOAT32, f32)
    CASE(NPYIO_FLOAT64, f64)
    default: return 0;
  }
}
