#include "CNumPyIOKernels.h"
#include "Widths.h"

// Two widths do: what is read and written, not what is calculated, takes the time.
#if defined(__x86_64__)
#define FOR_TWO_WIDTHS(DEFINE, NAME, ...)                                                             \
  DEFINE(NAME##_16, , __VA_ARGS__)                                                                    \
  DEFINE(NAME##_32, NPYIO_AVX2, __VA_ARGS__)
#define CALL(NAME, WIDTH, ...) ((WIDTH) >= 32 ? NAME##_32(__VA_ARGS__) : NAME##_16(__VA_ARGS__))
#else
#define FOR_TWO_WIDTHS(DEFINE, NAME, ...) DEFINE(NAME##_16, , __VA_ARGS__)
#define CALL(NAME, WIDTH, ...) ((void)(WIDTH), NAME##_16(__VA_ARGS__))
#endif

#define LOOSE(T) __attribute__((aligned(1), may_alias)) T

// Each pair is read before its result is written, so that results may take the place of operands.
#define LOOP(...) _Pragma("clang loop vectorize(assume_safety)") for (size_t i = 0; i < count; i++) __VA_ARGS__

// The loops that become vectors, for elements that follow each other and one that stands for all; and the one for the rest.
#define DEFINE_LOOPS(NAME, TARGET, T, R, X)                                                           \
  TARGET static void NAME(npyio_operand a, npyio_operand b, void *results, ptrdiff_t step, size_t count) {\
    typedef T LOOSE(item);                                                                            \
    typedef R LOOSE(result);                                                                          \
    const item *left = a.items, *right = b.items;                                                     \
    result *r = results;                                                                              \
    if (step == sizeof(R) && a.step == sizeof(T) && b.step == sizeof(T)) {                            \
      LOOP({ T x = left[i], y = right[i]; r[i] = X; })                                                \
    } else if (step == sizeof(R) && a.step == sizeof(T) && b.step == 0) {                             \
      T y = *right;                                                                                   \
      LOOP({ T x = left[i]; r[i] = X; })                                                              \
    } else if (step == sizeof(R) && a.step == 0 && b.step == sizeof(T)) {                             \
      T x = *left;                                                                                    \
      LOOP({ T y = right[i]; r[i] = X; })                                                             \
    } else {                                                                                          \
      const char *p = a.items, *q = b.items;                                                          \
      char *to = results;                                                                             \
      for (size_t i = 0; i < count; i++, p += a.step, q += b.step, to += step) {                      \
        T x = *(const item *)p, y = *(const item *)q;                                                 \
        *(result *)to = X;                                                                            \
      }                                                                                               \
    }                                                                                                 \
  }

#define DEFINE(NAME, T, R, X)                                                                         \
  FOR_TWO_WIDTHS(DEFINE_LOOPS, NAME, T, R, X)                                                         \
  static int NAME(int width, npyio_operand a, npyio_operand b, void *r, ptrdiff_t step, size_t count) {\
    CALL(NAME, width, a, b, r, step, count);                                                          \
    return 1;                                                                                         \
  }

// Of unsigned types, as the sign does not show in sums and products modulo two to their bits.
#define DEFINE_ARITHMETIC(NAME, T)                                                                    \
  DEFINE(add_##NAME, T, T, (T)(x + y))                                                                \
  DEFINE(subtract_##NAME, T, T, (T)(x - y))                                                           \
  DEFINE(multiply_##NAME, T, T, (T)((uint64_t)x * y))
#define DEFINE_ORDER(NAME, T)                                                                         \
  DEFINE(less_##NAME, T, uint8_t, x < y)                                                              \
  DEFINE(less_equal_##NAME, T, uint8_t, x <= y)                                                       \
  DEFINE(minimum_##NAME, T, T, x < y || x != x ? x : y)                                               \
  DEFINE(maximum_##NAME, T, T, x > y || x != x ? x : y)
#define DEFINE_FLOAT(NAME, T)                                                                         \
  DEFINE(add_##NAME, T, T, x + y)                                                                     \
  DEFINE(subtract_##NAME, T, T, x - y)                                                                \
  DEFINE(multiply_##NAME, T, T, x *y)                                                                 \
  DEFINE(divide_##NAME, T, T, x / y)                                                                  \
  DEFINE(equal_##NAME, T, uint8_t, x == y)                                                            \
  DEFINE_ORDER(NAME, T)

DEFINE_ARITHMETIC(u8, uint8_t)
DEFINE_ARITHMETIC(u16, uint16_t)
DEFINE_ARITHMETIC(u32, uint32_t)
DEFINE_ARITHMETIC(u64, uint64_t)
DEFINE(equal_u8, uint8_t, uint8_t, x == y)
DEFINE(equal_u16, uint16_t, uint8_t, x == y)
DEFINE(equal_u32, uint32_t, uint8_t, x == y)
DEFINE(equal_u64, uint64_t, uint8_t, x == y)
DEFINE(and_u8, uint8_t, uint8_t, x &y)
DEFINE(or_u8, uint8_t, uint8_t, x | y)
DEFINE(xor_u8, uint8_t, uint8_t, x ^ y)
DEFINE_ORDER(u8, uint8_t)
DEFINE_ORDER(u16, uint16_t)
DEFINE_ORDER(u32, uint32_t)
DEFINE_ORDER(u64, uint64_t)
DEFINE_ORDER(i8, int8_t)
DEFINE_ORDER(i16, int16_t)
DEFINE_ORDER(i32, int32_t)
DEFINE_ORDER(i64, int64_t)
DEFINE_FLOAT(f32, float)
DEFINE_FLOAT(f64, double)

#define CASE(CODE, NAME)                                                                              \
  case CODE: return NAME(width, left, right, results, step, count);
// Of integers the sign shows in the order only. What is left are cases that not all types have.
#define NUMBER(ORDERED, PLAIN, ...)                                                                   \
  switch (operation) {                                                                                \
    CASE(NPYIO_ADD, add_##PLAIN)                                                                      \
    CASE(NPYIO_SUBTRACT, subtract_##PLAIN)                                                            \
    CASE(NPYIO_MULTIPLY, multiply_##PLAIN)                                                            \
    CASE(NPYIO_EQUAL, equal_##PLAIN)                                                                  \
    CASE(NPYIO_LESS, less_##ORDERED)                                                                  \
    CASE(NPYIO_LESS_EQUAL, less_equal_##ORDERED)                                                      \
    CASE(NPYIO_MINIMUM, minimum_##ORDERED)                                                            \
    CASE(NPYIO_MAXIMUM, maximum_##ORDERED)                                                            \
    __VA_ARGS__                                                                                       \
    default: return 0;                                                                                \
  }

int npyio_elementwise(
    npyio_operation operation, npyio_number type, int width, npyio_operand left, npyio_operand right, void *results,
    ptrdiff_t step, size_t count) {
  switch (type) {
    case NPYIO_BOOL:
      switch (operation) {
        CASE(NPYIO_AND, and_u8)
        CASE(NPYIO_OR, or_u8)
        CASE(NPYIO_XOR, xor_u8)
        CASE(NPYIO_EQUAL, equal_u8)
        CASE(NPYIO_LESS, less_u8)
        CASE(NPYIO_LESS_EQUAL, less_equal_u8)
        default: return 0;
      }
    case NPYIO_INT8: NUMBER(i8, u8, )
    case NPYIO_INT16: NUMBER(i16, u16, )
    case NPYIO_INT32: NUMBER(i32, u32, )
    case NPYIO_INT64: NUMBER(i64, u64, )
    case NPYIO_UINT8: NUMBER(u8, u8, )
    case NPYIO_UINT16: NUMBER(u16, u16, )
    case NPYIO_UINT32: NUMBER(u32, u32, )
    case NPYIO_UINT64: NUMBER(u64, u64, )
    case NPYIO_FLOAT32: NUMBER(f32, f32, CASE(NPYIO_DIVIDE, divide_f32))
    case NPYIO_FLOAT64: NUMBER(f64, f64, CASE(NPYIO_DIVIDE, divide_f64))
    default: return 0;
  }
}

// Blocks without a way out within, so that they become vectors; after each the loop may end.
#define DEFINE_EQUALITY(NAME, TARGET, T, DIFFERS)                                                     \
  TARGET static int NAME(npyio_operand a, npyio_operand b, size_t count) {                            \
    typedef T LOOSE(item);                                                                            \
    for (size_t start = 0; start < count; start += 1024) {                                            \
      size_t end = count - start < 1024 ? count : start + 1024;                                       \
      T different = 0;                                                                                \
      if (a.step == sizeof(T) && b.step == sizeof(T)) {                                               \
        const item *left = a.items, *right = b.items;                                                 \
        for (size_t i = start; i < end; i++) { T x = left[i], y = right[i]; different |= (T)(DIFFERS); }\
      } else {                                                                                        \
        const char *p = (const char *)a.items + (ptrdiff_t)start * a.step;                            \
        const char *q = (const char *)b.items + (ptrdiff_t)start * b.step;                            \
        for (size_t i = start; i < end; i++, p += a.step, q += b.step) {                              \
          T x = *(const item *)p, y = *(const item *)q;                                               \
          different |= (T)(DIFFERS);                                                                  \
        }                                                                                             \
      }                                                                                               \
      if (different) return 0;                                                                        \
    }                                                                                                 \
    return 1;                                                                                         \
  }
#define DEFINE_ALL_EQUAL(NAME, T, DIFFERS)                                                            \
  FOR_TWO_WIDTHS(DEFINE_EQUALITY, NAME, T, DIFFERS)                                                   \
  static int NAME(int width, npyio_operand a, npyio_operand b, size_t count) {                        \
    return CALL(NAME, width, a, b, count);                                                            \
  }

DEFINE_ALL_EQUAL(same_u8, uint8_t, x ^ y)
DEFINE_ALL_EQUAL(same_u16, uint16_t, x ^ y)
DEFINE_ALL_EQUAL(same_u32, uint32_t, x ^ y)
DEFINE_ALL_EQUAL(same_u64, uint64_t, x ^ y)
// Truth values are any byte but zero.
DEFINE_ALL_EQUAL(same_bool, uint8_t, (x != 0) ^ (y != 0))
// Floats by their bits: the same and no NaN, or both zero.
DEFINE_ALL_EQUAL(same_f16, uint16_t, (x != y || (x & 0x7FFF) > 0x7C00) && ((x | y) & 0x7FFF))
DEFINE_ALL_EQUAL(same_f32, uint32_t, (x != y || (x & 0x7FFFFFFF) > 0x7F800000) && ((x | y) & 0x7FFFFFFF))
DEFINE_ALL_EQUAL(
    same_f64, uint64_t, (x != y || (x & ~(1ull << 63)) > 0x7FFull << 52) && ((x | y) & ~(1ull << 63)))

int npyio_all_equal(npyio_number type, int width, npyio_operand left, npyio_operand right, size_t count) {
  switch (type) {
    case NPYIO_INT8: case NPYIO_UINT8: return same_u8(width, left, right, count);
    case NPYIO_INT16: case NPYIO_UINT16: return same_u16(width, left, right, count);
    case NPYIO_INT32: case NPYIO_UINT32: return same_u32(width, left, right, count);
    case NPYIO_INT64: case NPYIO_UINT64: return same_u64(width, left, right, count);
    case NPYIO_BOOL: return same_bool(width, left, right, count);
    case NPYIO_FLOAT16: return same_f16(width, left, right, count);
    case NPYIO_FLOAT32: return same_f32(width, left, right, count);
    case NPYIO_FLOAT64: return same_f64(width, left, right, count);
    default: return -1;
  }
}

typedef struct { uint64_t low, high; } pair;
static inline uint8_t swapped_1(uint8_t x) { return x; }
static inline uint16_t swapped_2(uint16_t x) { return __builtin_bswap16(x); }
static inline uint32_t swapped_4(uint32_t x) { return __builtin_bswap32(x); }
static inline uint64_t swapped_8(uint64_t x) { return __builtin_bswap64(x); }
static inline pair swapped_16(pair x) { return (pair){__builtin_bswap64(x.high), __builtin_bswap64(x.low)}; }
#define AS_IT_IS(x) x

#define DEFINE_COPY(NAME, TARGET, T, VALUE)                                                           \
  TARGET static void NAME(const void *source, ptrdiff_t from_step, void *target, ptrdiff_t to_step, size_t count) {\
    typedef T LOOSE(item);                                                                            \
    if (from_step == sizeof(T) && to_step == sizeof(T)) {                                             \
      const item *restrict x = source;                                                                \
      item *restrict y = target;                                                                      \
      for (size_t i = 0; i < count; i++) y[i] = VALUE(x[i]);                                          \
      return;                                                                                         \
    }                                                                                                 \
    if (from_step == 2 * sizeof(T) && to_step == sizeof(T)) {                                         \
      const item *restrict x = source;                                                                \
      item *restrict y = target;                                                                      \
      for (size_t i = 0; i < count; i++) y[i] = VALUE(x[2 * i]);                                      \
      return;                                                                                         \
    }                                                                                                 \
    const char *p = source;                                                                           \
    char *q = target;                                                                                 \
    size_t i = 0;                                                                                     \
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
#define DEFINE_COPIES(SIZE, T)                                                                        \
  FOR_TWO_WIDTHS(DEFINE_COPY, copy_##SIZE, T, AS_IT_IS)                                               \
  FOR_TWO_WIDTHS(DEFINE_COPY, swap_##SIZE, T, swapped_##SIZE)

DEFINE_COPIES(1, uint8_t)
DEFINE_COPIES(2, uint16_t)
DEFINE_COPIES(4, uint32_t)
DEFINE_COPIES(8, uint64_t)
DEFINE_COPIES(16, pair)

#define COPY_CASE(SIZE)                                                                               \
  case SIZE:                                                                                          \
    if (swap) CALL(swap_##SIZE, width, source, source_step, target, target_step, count);              \
    else CALL(copy_##SIZE, width, source, source_step, target, target_step, count);                   \
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
