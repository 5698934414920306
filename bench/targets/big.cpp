// A program with 200 MB of debug info that spends its time all over it: calls every part by turns.
// Usage: big ROUNDS
#include <cstdlib>

#include "stopwatch.h"

#define PART(n) extern "C" long big_part_##n(long rounds);
#include "big_parts.inc"
#undef PART

int main(int argc, char** argv) {
  const long rounds = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1;
  const Stopwatch stopwatch;
  long sum = 0;
#define PART(n) sum += big_part_##n(rounds);
#include "big_parts.inc"
#undef PART
  stopwatch.print();
  return sum == 42 ? 1 : 0;
}
