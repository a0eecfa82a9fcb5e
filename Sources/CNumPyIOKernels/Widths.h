// How a loop is compiled for each width of vectors, and the one for the processor chosen.
#ifndef NPYIO_WIDTHS_H
#define NPYIO_WIDTHS_H

#if defined(__x86_64__)

#define NPYIO_AVX2 __attribute__((target("avx2,fma")))
#define NPYIO_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))

// DEFINE(name, bytes of a vector, target, ...) for each width that npyio_vector_width() may tell.
#define NPYIO_FOR_WIDTHS(DEFINE, NAME, ...)                                                          \
  DEFINE(NAME##_16, 16, , __VA_ARGS__)                                                               \
  DEFINE(NAME##_32, 32, NPYIO_AVX2, __VA_ARGS__)                                                     \
  DEFINE(NAME##_64, 64, NPYIO_AVX512, __VA_ARGS__)

// Calls what NPYIO_FOR_WIDTHS has defined for a width.
#define NPYIO_CALL(NAME, WIDTH, ...)                                                                 \
  ((WIDTH) == 64   ? NAME##_64(__VA_ARGS__)                                                          \
   : (WIDTH) == 32 ? NAME##_32(__VA_ARGS__)                                                          \
                   : NAME##_16(__VA_ARGS__))

#else

// 128 bits are what every 64-bit ARM has.
#define NPYIO_FOR_WIDTHS(DEFINE, NAME, ...) DEFINE(NAME##_16, 16, , __VA_ARGS__)
#define NPYIO_CALL(NAME, WIDTH, ...) ((void)(WIDTH), NAME##_16(__VA_ARGS__))

#endif

// Two widths do: what is read and written, not what is calculated, takes the time.
#if defined(__x86_64__)
#define NPYIO_FOR_TWO_WIDTHS(DEFINE, NAME, ...)                                                             \
  DEFINE(NAME##_16, , __VA_ARGS__)                                                                    \
  DEFINE(NAME##_32, NPYIO_AVX2, __VA_ARGS__)
#define NPYIO_CALL_TWO(NAME, WIDTH, ...) ((WIDTH) >= 32 ? NAME##_32(__VA_ARGS__) : NAME##_16(__VA_ARGS__))
#else
#define NPYIO_FOR_TWO_WIDTHS(DEFINE, NAME, ...) DEFINE(NAME##_16, , __VA_ARGS__)
#define NPYIO_CALL_TWO(NAME, WIDTH, ...) ((void)(WIDTH), NAME##_16(__VA_ARGS__))
#endif

// A type of items that need not be aligned.
#define NPYIO_LOOSE(T) __attribute__((aligned(1), may_alias)) T

#endif
