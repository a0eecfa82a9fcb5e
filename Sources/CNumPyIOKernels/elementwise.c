#include "CNumPyIOKernels.h"
#include "Halves.h"
#include "Widths.h"

// Each pair is read before its result is written, so that results may take the place of operands.
#define LOOP(...) _Pragma("clang loop vectorize(assume_safety)") for (size_t i = 0; i < count; i++) __VA_ARGS__

// The loops that become vectors, for elements that follow each other and one that stands for all; and the one for the rest.
#define DEFINE_LOOPS(NAME, TARGET, T, R, X)                                                           \
  TARGET static void NAME(npyio_operand a, npyio_operand b, void *results, ptrdiff_t step, size_t count) {\
    typedef T NPYIO_LOOSE(item);                                                                            \
    typedef R NPYIO_LOOSE(result);                                                                          \
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
    } else if (sizeof(T) == 8 && sizeof(R) == 8 && step == 8 && a.step == 16 && b.step == 16) {          \
      /* Every second item, as of a complex number's parts: the compiler knows how to take vectors apart. */\
      LOOP({ T x = left[2 * i], y = right[2 * i]; r[i] = X; })                                        \
    } else if (sizeof(T) == 8 && sizeof(R) == 8 && step == 8 && a.step == 16 && b.step == 0) {          \
      T y = *right;                                                                                   \
      LOOP({ T x = left[2 * i]; r[i] = X; })                                                          \
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
  NPYIO_FOR_TWO_WIDTHS(DEFINE_LOOPS, NAME, T, R, X)                                                         \
  static int NAME(int width, npyio_operand a, npyio_operand b, void *r, ptrdiff_t step, size_t count) {\
    NPYIO_CALL_TWO(NAME, width, a, b, r, step, count);                                                          \
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

// Halves by way of single precision, each result rounded, block by block.
enum { block = 256 };

static void read_halves(npyio_operand operand, size_t start, size_t count, float *floats) {
  uint16_t halves[block];
  const char *from = (const char *)operand.items + (ptrdiff_t)start * operand.step;
  if (operand.step != 2) npyio_copy_items(2, 0, 16, from, operand.step, halves, 2, count);
  npyio_halves_to_floats(operand.step == 2 ? (const void *)from : halves, floats, count);
}

static int of_halves(
    npyio_operation operation, int width, npyio_operand left, npyio_operand right, void *results, ptrdiff_t step,
    size_t count) {
  if (!npyio_has_halves(width) || operation >= NPYIO_AND) return 0;
  float a[block], b[block];
  npyio_operand x = {a, 4}, y = {b, 4};
  for (size_t start = 0; start < count; start += block) {
    size_t part = count - start < block ? count - start : block;
    char *to = (char *)results + (ptrdiff_t)start * step;
    read_halves(left, start, part, a);
    read_halves(right, start, part, b);
    if (operation >= NPYIO_EQUAL) {
      npyio_elementwise(operation, NPYIO_FLOAT32, width, x, y, to, step, part);
      continue;
    }
    npyio_elementwise(operation, NPYIO_FLOAT32, width, x, y, a, 4, part);
    npyio_floats_to_halves(a, b, part);
    npyio_copy_items(2, 0, width, b, 2, to, step, part);
  }
  return 1;
}

static int calculate(
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
    case NPYIO_FLOAT16: return of_halves(operation, width, left, right, results, step, count);
    case NPYIO_FLOAT32: NUMBER(f32, f32, CASE(NPYIO_DIVIDE, divide_f32))
    case NPYIO_FLOAT64: NUMBER(f64, f64, CASE(NPYIO_DIVIDE, divide_f64))
    default: return 0;
  }
}

int npyio_elementwise(
    npyio_operation operation, npyio_number type, int width, npyio_operand left, npyio_operand right, void *results,
    ptrdiff_t step, size_t count) {
  ptrdiff_t size = (ptrdiff_t)npyio_size_of(type);
  ptrdiff_t made = operation >= NPYIO_EQUAL ? 1 : size;
  int x_apart = left.step != size && left.step != 0, y_apart = right.step != size && right.step != 0;
  // Of eight bytes each, vectors would hold too few to be worth it.
  if (type == NPYIO_FLOAT16 || size == 8 || (!x_apart && !y_apart) || step != made)
    return calculate(operation, type, width, left, right, results, step, count);
  // Operands that lie apart are brought together, block by block.
  uint64_t rooms[2][block];
  for (size_t start = 0; start < count; start += block) {
    size_t part = count - start < block ? count - start : block;
    npyio_operand x = {(const char *)left.items + (ptrdiff_t)start * left.step, left.step};
    npyio_operand y = {(const char *)right.items + (ptrdiff_t)start * right.step, right.step};
    if (x_apart) npyio_copy_items((int)size, 0, width, x.items, x.step, rooms[0], size, part), x = (npyio_operand){rooms[0], size};
    if (y_apart) npyio_copy_items((int)size, 0, width, y.items, y.step, rooms[1], size, part), y = (npyio_operand){rooms[1], size};
    if (!calculate(operation, type, width, x, y, (char *)results + (ptrdiff_t)start * step, step, part)) return 0;
  }
  return count > 0 || calculate(operation, type, width, left, right, results, step, 0);
}

// Blocks without a way out within, so that they become vectors; after each the loop may end.
#define DEFINE_EQUALITY(NAME, TARGET, T, DIFFERS)                                                     \
  TARGET static int NAME(npyio_operand a, npyio_operand b, size_t count) {                            \
    typedef T NPYIO_LOOSE(item);                                                                            \
    for (size_t start = 0; start < count; start += 1024) {                                            \
      size_t end = count - start < 1024 ? count : start + 1024;                                       \
      T different = 0;                                                                                \
      const item *left = a.items, *right = b.items;                                                   \
      for (size_t i = start; i < end; i++) { T x = left[i], y = right[i]; different |= (T)(DIFFERS); }\
      if (different) return 0;                                                                        \
    }                                                                                                 \
    return 1;                                                                                         \
  }
#define DEFINE_ALL_EQUAL(NAME, T, DIFFERS)                                                            \
  NPYIO_FOR_TWO_WIDTHS(DEFINE_EQUALITY, NAME, T, DIFFERS)                                                   \
  static int NAME(int width, npyio_operand a, npyio_operand b, size_t count) {                        \
    return NPYIO_CALL_TWO(NAME, width, a, b, count);                                                            \
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

static int all_equal(npyio_number type, int width, npyio_operand left, npyio_operand right, size_t count);

// Brings items that lie apart together, in this machine's byte order.
static const void *gathered(npyio_operand operand, int size, int swap, int width, size_t start, size_t count, void *room) {
  const void *from = (const char *)operand.items + (ptrdiff_t)start * operand.step;
  if (operand.step == size && !swap) return from;
  npyio_copy_items(size, swap, width, from, operand.step, room, size, count);
  return room;
}

int npyio_all_equal(
    npyio_number type, int parts, int swap, int width, npyio_operand left, npyio_operand right, size_t count) {
  int size = (int)npyio_size_of(type) * parts;
  if ((left.step == size && right.step == size && !swap) || count == 0)
    return all_equal(type, width, left, right, count * (size_t)parts);
  uint64_t rooms[2][2 * block];
  for (size_t start = 0; start < count; start += block) {
    size_t part = count - start < block ? count - start : block;
    npyio_operand x = {gathered(left, size, swap, width, start, part, rooms[0]), size};
    npyio_operand y = {gathered(right, size, swap, width, start, part, rooms[1]), size};
    int answer = all_equal(type, width, x, y, part * (size_t)parts);
    if (answer != 1) return answer;
  }
  return 1;
}

static int all_equal(npyio_number type, int width, npyio_operand left, npyio_operand right, size_t count) {
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
