// What text needs and Swift has no way to say: which of 64 bytes are of a kind, as bits; and a table of digits that is
// laid down in the binary, so that no first use has to make it.
#ifndef NPYIO_TEXT_KERNELS_H
#define NPYIO_TEXT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// What a first look at a text tells, in one pass.
typedef struct {
  size_t feeds, returns;
  // The bits that any byte has.
  uint8_t bits;
} npyio_census;

npyio_census npyio_take_census(const void *_Nonnull text, size_t count);

// The numbers from 0 to 9999 as four digits each.
extern const char npyio_four_digits_text[40001];

static inline __attribute__((always_inline)) const void *_Nonnull npyio_four_digits(void) {
  return npyio_four_digits_text;
}

// The numbers from 0 to 999 as up to three digits, and how many there are as the fourth byte.
extern const char npyio_short_numbers_text[4001];

static inline __attribute__((always_inline)) const void *_Nonnull npyio_short_numbers(void) {
  return npyio_short_numbers_text;
}

#if defined(__x86_64__)
#include <emmintrin.h>

// Eight bytes, the lowest first, as four bytes each.
static inline __attribute__((always_inline)) void npyio_widen_eight(uint64_t bytes, void *_Nonnull target) {
  const __m128i zero = _mm_setzero_si128(), pairs = _mm_unpacklo_epi8(_mm_cvtsi64_si128((long long)bytes), zero);
  _mm_storeu_si128((__m128i *)target, _mm_unpacklo_epi16(pairs, zero));
  _mm_storeu_si128((__m128i *)target + 1, _mm_unpackhi_epi16(pairs, zero));
}

static inline __attribute__((always_inline)) uint64_t npyio_join(__m128i a, __m128i b, __m128i c, __m128i d) {
  return (uint64_t)(uint32_t)_mm_movemask_epi8(a) | (uint64_t)(uint32_t)_mm_movemask_epi8(b) << 16 |
         (uint64_t)(uint32_t)_mm_movemask_epi8(c) << 32 | (uint64_t)(uint32_t)_mm_movemask_epi8(d) << 48;
}

// Bit i tells whether byte i of 64 is a certain one.
static inline __attribute__((always_inline)) uint64_t npyio_mask_equal(const void *_Nonnull bytes, uint8_t byte) {
  const __m128i *v = (const __m128i *)bytes, k = _mm_set1_epi8((char)byte);
  return npyio_join(_mm_cmpeq_epi8(_mm_loadu_si128(v), k), _mm_cmpeq_epi8(_mm_loadu_si128(v + 1), k),
                    _mm_cmpeq_epi8(_mm_loadu_si128(v + 2), k), _mm_cmpeq_epi8(_mm_loadu_si128(v + 3), k));
}

// Bit i tells whether byte i of 64 is a decimal digit.
static inline __attribute__((always_inline)) uint64_t npyio_mask_digits(const void *_Nonnull bytes) {
  const __m128i *v = (const __m128i *)bytes, zero = _mm_set1_epi8('0'), nine = _mm_set1_epi8(9);
  __m128i a = _mm_sub_epi8(_mm_loadu_si128(v), zero), b = _mm_sub_epi8(_mm_loadu_si128(v + 1), zero);
  __m128i c = _mm_sub_epi8(_mm_loadu_si128(v + 2), zero), d = _mm_sub_epi8(_mm_loadu_si128(v + 3), zero);
  return npyio_join(_mm_cmpeq_epi8(_mm_min_epu8(a, nine), a), _mm_cmpeq_epi8(_mm_min_epu8(b, nine), b),
                    _mm_cmpeq_epi8(_mm_min_epu8(c, nine), c), _mm_cmpeq_epi8(_mm_min_epu8(d, nine), d));
}

#elif defined(__aarch64__)
#include <arm_neon.h>

static inline __attribute__((always_inline)) void npyio_widen_eight(uint64_t bytes, void *_Nonnull target) {
  const uint16x8_t pairs = vmovl_u8(vcreate_u8(bytes));
  vst1q_u8((uint8_t *)target, vreinterpretq_u8_u32(vmovl_u16(vget_low_u16(pairs))));
  vst1q_u8((uint8_t *)target + 16, vreinterpretq_u8_u32(vmovl_u16(vget_high_u16(pairs))));
}

// Four vectors of ones and zeros as bits: each byte keeps its own bit, and neighbours are added three times.
static inline __attribute__((always_inline)) uint64_t npyio_join(uint8x16_t a, uint8x16_t b, uint8x16_t c,
                                                                 uint8x16_t d) {
  const uint8x16_t bits = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t low = vpaddq_u8(vandq_u8(a, bits), vandq_u8(b, bits));
  uint8x16_t high = vpaddq_u8(vandq_u8(c, bits), vandq_u8(d, bits));
  uint8x16_t sum = vpaddq_u8(low, high);
  return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

static inline __attribute__((always_inline)) uint64_t npyio_mask_equal(const void *_Nonnull bytes, uint8_t byte) {
  const uint8_t *v = (const uint8_t *)bytes;
  const uint8x16_t k = vdupq_n_u8(byte);
  return npyio_join(vceqq_u8(vld1q_u8(v), k), vceqq_u8(vld1q_u8(v + 16), k), vceqq_u8(vld1q_u8(v + 32), k),
                    vceqq_u8(vld1q_u8(v + 48), k));
}

static inline __attribute__((always_inline)) uint64_t npyio_mask_digits(const void *_Nonnull bytes) {
  const uint8_t *v = (const uint8_t *)bytes;
  const uint8x16_t zero = vdupq_n_u8('0'), nine = vdupq_n_u8(9);
  return npyio_join(vcleq_u8(vsubq_u8(vld1q_u8(v), zero), nine), vcleq_u8(vsubq_u8(vld1q_u8(v + 16), zero), nine),
                    vcleq_u8(vsubq_u8(vld1q_u8(v + 32), zero), nine),
                    vcleq_u8(vsubq_u8(vld1q_u8(v + 48), zero), nine));
}

#else

static inline void npyio_widen_eight(uint64_t bytes, void *_Nonnull target) {
  for (int i = 0; i < 8; i++) {
    uint32_t point = (uint32_t)(bytes >> 8 * i & 0xFF);
    __builtin_memcpy((uint8_t *)target + 4 * i, &point, 4);
  }
}

static inline uint64_t npyio_mask_equal(const void *_Nonnull bytes, uint8_t byte) {
  const uint8_t *v = (const uint8_t *)bytes;
  uint64_t mask = 0;
  for (int i = 0; i < 64; i++) mask |= (uint64_t)(v[i] == byte) << i;
  return mask;
}

static inline uint64_t npyio_mask_digits(const void *_Nonnull bytes) {
  const uint8_t *v = (const uint8_t *)bytes;
  uint64_t mask = 0;
  for (int i = 0; i < 64; i++) mask |= (uint64_t)((uint8_t)(v[i] - '0') < 10) << i;
  return mask;
}

#endif
#endif
