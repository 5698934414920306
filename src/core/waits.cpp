#include "src/core/waits.h"
