#include "numpyio.h"
