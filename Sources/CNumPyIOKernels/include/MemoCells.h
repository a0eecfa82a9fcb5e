// A word within an object, changed by one of several threads: Swift's atomics cannot lie in the header of a managed buffer.
#ifndef NPYIO_MEMO_CELLS_H
#define NPYIO_MEMO_CELLS_H

#include <stdint.h>

static inline uint64_t npyio_read_cell(const uint64_t *_Nonnull cell) { return __atomic_load_n(cell, __ATOMIC_RELAXED); }

// Replaces a word by another if it is still there; returns whether it was.
static inline int npyio_replace_cell(uint64_t *_Nonnull cell, uint64_t known, uint64_t word) {
  return __atomic_compare_exchange_n(cell, &known, word, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

// The seed of the process's hashes, 0 before it is set: read without the call that Swift makes for a global.
extern uint64_t npyio_hash_seed_word;

static inline uint64_t npyio_hash_seed(void) { return npyio_read_cell(&npyio_hash_seed_word); }

// Sets it, unless it has been.
static inline void npyio_set_hash_seed(uint64_t seed) { npyio_replace_cell(&npyio_hash_seed_word, 0, seed); }

// As many picklers at a time can know of each other.
#define NPYIO_PICKLER_PLACES 8

// Gives a pickler its number, which no other has, and a place, by which others know that it is at work; and the numbers in all places
// since it began. No place is -1: others do not know of it, or it does not of them. Without a lock, which in a process that was
// forked might never open.
int npyio_begin_pickler(uint64_t *_Nonnull number, uint64_t *_Nonnull others);

// Frees the place.
void npyio_end_pickler(int place);

#endif
