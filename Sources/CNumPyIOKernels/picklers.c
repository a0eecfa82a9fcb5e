#include "CNumPyIOKernels.h"

// The numbers of the picklers at work, 0 in a free place. All accesses are ordered with each other, so that of two picklers that
// begin at once at least one knows of the other.
static uint64_t numbers[NPYIO_PICKLER_PLACES];
static uint64_t last;

uint64_t npyio_hash_seed_word;

int npyio_begin_pickler(uint64_t *number, uint64_t *others) {
  int place = 0;
  for (; place < NPYIO_PICKLER_PLACES; place++) {
    uint64_t none = 0;
    // Taken before there is a number: whoever gets a later one sees that the place is.
    if (__atomic_compare_exchange_n(&numbers[place], &none, UINT64_MAX, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) break;
  }
  *number = __atomic_add_fetch(&last, 1, __ATOMIC_SEQ_CST);
  if (place == NPYIO_PICKLER_PLACES) return -1;
  __atomic_store_n(&numbers[place], *number, __ATOMIC_SEQ_CST);
  int known = 1;
  for (int other = 0; other < NPYIO_PICKLER_PLACES; other++) {
    uint64_t found = __atomic_load_n(&numbers[other], __ATOMIC_SEQ_CST);
    if (found == UINT64_MAX) known = 0;
    others[other] = found;
  }
  if (known) return place;
  npyio_end_pickler(place);
  return -1;
}

void npyio_end_pickler(int place) { __atomic_store_n(&numbers[place], 0, __ATOMIC_SEQ_CST); }
