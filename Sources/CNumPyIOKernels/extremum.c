#include "CNumPyIOKernels.h"
#include "Halves.h"
#include "Widths.h"

// Four vectors abreast, so that no comparison waits for the one before; then single ones, of which the last may begin among
// items that have been looked at, which changes nothing. A vector of truths is all ones or zeros in each lane, and selects by `&`
// and `|`, which compilers make the processor's own minimum and maximum. The lanes
// are folded onto half as many until there is one. Of every second item, those between are looked at with the others, and what
// comes of their lanes is left out: that is faster than taking them apart.
#define LOOK(ITEMS, FOUND, BETTER)                                                                    \
    {                                                                                                 \
      vector x = *(const loose *)(ITEMS);                                                             \
      truths better = (truths)(x BETTER FOUND);                                                       \
      FOUND = (vector)(((truths)x & better) | ((truths)FOUND & ~better));                             \
      strange |= (truths)(x != x);                                                                    \
    }
#define DEFINE_EXTREMUM(NAME, BYTES, TARGET, T, I, BETTER)                                            \
  TARGET static inline __attribute__((always_inline)) int NAME##_every(                               \
      const int every, const char *items, size_t count, T *best) {                                    \
    typedef T vector __attribute__((vector_size(BYTES)));                                             \
    typedef I truths __attribute__((vector_size(BYTES)));                                             \
    typedef T loose __attribute__((vector_size(BYTES), aligned(1), may_alias));                       \
    typedef T loose_item __attribute__((aligned(1), may_alias));                                      \
    typedef I truths_in_words __attribute__((vector_size(BYTES), aligned(8), may_alias));             \
    enum { lanes = BYTES / sizeof(T) };                                                               \
    int has_nan = 0;                                                                                  \
    if (count < lanes) {                                                                              \
      for (size_t index = 0; index < count; index += (size_t)every) {                                                \
        T x = *(const loose_item *)(items + index * sizeof(T));                                       \
        if (x BETTER *best) *best = x;                                                                \
        has_nan |= x != x;                                                                            \
      }                                                                                               \
      return has_nan;                                                                                 \
    }                                                                                                 \
    T left[lanes];                                                                                    \
    for (int lane = 0; lane < lanes; lane++) left[lane] = *best;                                      \
    vector start = *(const loose *)left, found[4] = {start, start, start, start};                     \
    truths strange = {0};                                                                             \
    size_t index = 0;                                                                                 \
    for (; index + 4 * lanes <= count; index += 4 * lanes)                                            \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < 4; i++)                                  \
        LOOK(items + (index + (size_t)i * lanes) * sizeof(T), found[i], BETTER)                       \
    for (; index + lanes <= count; index += lanes) LOOK(items + index * sizeof(T), found[0], BETTER)  \
    if (every == 1) LOOK(items + (count - lanes) * sizeof(T), found[0], BETTER)                       \
    /* What is left of every second item; looked at last, so that a NaN among them is seen here. */   \
    for (; every > 1 && index < count; index += (size_t)every) {                                      \
      T x = *(const loose_item *)(items + index * sizeof(T));                                         \
      if (x BETTER *best) *best = x;                                                                  \
      has_nan |= x != x;                                                                              \
    }                                                                                                 \
    LOOK(&found[1], found[0], BETTER)                                                                 \
    LOOK(&found[3], found[2], BETTER)                                                                 \
    LOOK(&found[2], found[0], BETTER)                                                                 \
    *(loose *)left = found[0];                                                                        \
    /* As lanes are folded onto others so far away, those of items that are not asked for stay apart. */\
    _Pragma("clang loop unroll(full)") for (int half = lanes / 2; half >= every; half /= 2)           \
      for (int lane = 0; lane < half; lane++)                                                         \
        left[lane] = left[lane + half] BETTER left[lane] ? left[lane + half] : left[lane];            \
    if (left[0] BETTER *best) *best = left[0];                                                        \
    if (every > 1)                                                                                    \
      _Pragma("clang loop unroll(full)") for (int lane = 1; lane < lanes; lane += 2) strange[lane] = 0;\
    uint64_t words[BYTES / 8], any = 0;                                                               \
    *(truths_in_words *)words = strange;                                                              \
    for (int word = 0; word < BYTES / 8; word++) any |= words[word];                                  \
    return has_nan | (any != 0);                                                                      \
  }                                                                                                   \
  TARGET static int NAME(const char *items, int every, size_t count, T *best) {                       \
    return every == 2 ? NAME##_every(2, items, 2 * count - 1, best) : NAME##_every(1, items, count, best);\
  }

#define DEFINE_WIDTHS(NAME, T, I, BETTER)                                                             \
  NPYIO_FOR_WIDTHS(DEFINE_EXTREMUM, NAME, T, I, BETTER)                                               \
  static int NAME(int width, const char *items, int every, size_t count, T *best) {                   \
    return NPYIO_CALL(NAME, width, items, every, count, best);                                               \
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
  case TYPE: return is_maximum ? maximum_##NAME(width, items, every, count, best) : minimum_##NAME(width, items, every, count, best);

static int extremum_of_halves(int width, int is_maximum, const char *items, int every, size_t count, void *best) {
  if (!npyio_has_halves(width)) return 0;
  uint16_t halves[512];
  float floats[512], found;
  int has_nan = 0;
  npyio_halves_to_floats(best, &found, 1);
  for (size_t start = 0; start < count; start += 512) {
    size_t part = count - start < 512 ? count - start : 512;
    const char *from = items + 2 * (size_t)every * start;
    if (every > 1) npyio_copy_items(2, 0, width, from, 2 * every, halves, 2, part);
    npyio_halves_to_floats(every > 1 ? (const void *)halves : from, floats, part);
    has_nan |= npyio_extremum(NPYIO_FLOAT32, width, is_maximum, floats, 1, part, &found);
  }
  npyio_floats_to_halves(&found, best, 1);
  return has_nan;
}

int npyio_extremum(
    npyio_number type, int width, int is_maximum, const void *items, int every, size_t count, void *best) {
  if (count == 0) return 0;
  switch (type) {
    CASE(NPYIO_INT8, i8)
    CASE(NPYIO_INT16, i16)
    CASE(NPYIO_INT32, i32)
    CASE(NPYIO_INT64, i64)
    CASE(NPYIO_UINT8, u8)
    CASE(NPYIO_UINT16, u16)
    CASE(NPYIO_UINT32, u32)
    CASE(NPYIO_UINT64, u64)
    case NPYIO_FLOAT16: return extremum_of_halves(width, is_maximum, items, every, count, best);
    CASE(NPYIO_FLOAT32, f32)
    CASE(NPYIO_FLOAT64, f64)
    default: return 0;
  }
}
