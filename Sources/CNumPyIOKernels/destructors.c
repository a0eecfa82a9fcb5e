#include "CNumPyIOKernels.h"

static _Thread_local int depth;

int npyio_enter_destructor(void) {
  if (depth >= NPYIO_DESTRUCTOR_LIMIT) return 0;
  depth += 1;
  return 1;
}

void npyio_leave_destructor(void) { depth -= 1; }
