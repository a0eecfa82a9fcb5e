#ifndef NPYIO_REFERENCE_COUNTS_H
#define NPYIO_REFERENCE_COUNTS_H

#include <stdint.h>

// Many references to one object counted at once: each change of a count is an atomic operation, which costs more than all else
// that is done with a short string. The functions are those of Swift's runtime (stdlib/public/runtime/HeapObject.cpp), part of its
// stable interface, for which the language has no words.

extern void *_Nonnull swift_retain_n(void *_Nonnull object, uint32_t count);
extern void swift_release_n(void *_Nonnull object, uint32_t count);

static inline void npyio_retain(void *_Nonnull object, uint32_t count) { swift_retain_n(object, count); }
static inline void npyio_release(void *_Nonnull object, uint32_t count) { swift_release_n(object, count); }

#endif
