#include "Halves.h"

#include <string.h>

#include "CNumPyIOKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2_F16C __attribute__((target("avx2,fma,f16c")))

int npyio_has_halves(int width) { return width >= 32; }

AVX2_F16C void npyio_halves_to_floats(const void *source, void *target, size_t count) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m128i halves = _mm_loadu_si128((const __m128i *)((const char *)source + 2 * i));
    _mm256_storeu_ps((float *)((char *)target + 4 * i), _mm256_cvtph_ps(halves));
  }
  for (; i < count; i++) {
    uint16_t half;
    memcpy(&half, (const char *)source + 2 * i, 2);
    float value = _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(half)));
    memcpy((char *)target + 4 * i, &value, 4);
  }
}

AVX2_F16C void npyio_floats_to_halves(const void *source, void *target, size_t count) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m256 values = _mm256_loadu_ps((const float *)((const char *)source + 4 * i));
    _mm_storeu_si128((__m128i *)((char *)target + 2 * i), _mm256_cvtps_ph(values, _MM_FROUND_TO_NEAREST_INT));
  }
  for (; i < count; i++) {
    float value;
    memcpy(&value, (const char *)source + 4 * i, 4);
    uint16_t half = (uint16_t)_mm_cvtsi128_si32(_mm_cvtps_ph(_mm_set_ss(value), _MM_FROUND_TO_NEAREST_INT));
    memcpy((char *)target + 2 * i, &half, 2);
  }
}

// NaN keeps the upper bits of what it carries, as in NumPy.
static uint16_t half_of_nan(uint64_t bits) {
  uint16_t carried = (uint16_t)(bits >> 42 & 0x3FF);
  return (uint16_t)(bits >> 48 & 0x8000) | 0x7C00 | (carried == 0 ? 1 : carried);
}

// By way of single precision, whose last bit says whether any bits were cut off ("rounding to odd"): so the second rounding
// is that of the double.
AVX2_F16C static inline void four_halves(const void *source, void *target) {
  const __m256i cut = _mm256_set1_epi64x((1 << 29) - 1), last = _mm256_set1_epi64x(1 << 29);
  __m256d x = _mm256_loadu_pd(source);
  __m256i bits = _mm256_castpd_si256(x);
  __m256i exact = _mm256_cmpeq_epi64(_mm256_and_si256(bits, cut), _mm256_setzero_si256());
  __m256i odd = _mm256_or_si256(_mm256_andnot_si256(cut, bits), _mm256_andnot_si256(exact, last));
  _mm_storel_epi64(target, _mm_cvtps_ph(_mm256_cvtpd_ps(_mm256_castsi256_pd(odd)), _MM_FROUND_TO_NEAREST_INT));
  if (!_mm256_movemask_pd(_mm256_cmp_pd(x, x, _CMP_UNORD_Q))) return;
  for (size_t k = 0; k < 4; k++) {
    uint64_t word;
    memcpy(&word, (const char *)source + 8 * k, 8);
    if ((word & ~(1ull << 63)) <= 0x7FFull << 52) continue;
    uint16_t half = half_of_nan(word);
    memcpy((char *)target + 2 * k, &half, 2);
  }
}

AVX2_F16C void npyio_doubles_to_halves(const void *source, void *target, size_t count) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) four_halves((const char *)source + 8 * i, (char *)target + 2 * i);
  if (i == count) return;
  double rest[4] = {0};
  uint16_t halves[4];
  memcpy(rest, (const char *)source + 8 * i, 8 * (count - i));
  four_halves(rest, halves);
  memcpy((char *)target + 2 * i, halves, 2 * (count - i));
}

#else

int npyio_has_halves(int width) {
  (void)width;
  return 0;
}

void npyio_halves_to_floats(const void *source, void *target, size_t count) { (void)source, (void)target, (void)count; }
void npyio_floats_to_halves(const void *source, void *target, size_t count) { (void)source, (void)target, (void)count; }
void npyio_doubles_to_halves(const void *source, void *target, size_t count) { (void)source, (void)target, (void)count; }

#endif
