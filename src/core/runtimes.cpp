#include "src/core/runtimes.h"
