// Compute bound: a dependent chain of multiplications in registers on each of THREADS threads.
// Usage: compute ROUNDS [THREADS]     a round is one million steps on every thread
#include <cstdint>
#include <cstdlib>
#include <thread>
#include <vector>

#include "stopwatch.h"

namespace {

std::uint64_t chain(long rounds, std::uint64_t x) {
  for (long round = 0; round < rounds; ++round)
    for (int step = 0; step < 1'000'000; ++step)
      x = x * 6364136223846793005ULL + 1442695040888963407ULL;
  return x;
}

}  // namespace

int main(int argc, char** argv) {
  const long rounds = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1;
  const auto threads = static_cast<std::size_t>(argc > 2 ? std::strtol(argv[2], nullptr, 10) : 1);
  const Stopwatch stopwatch;
  std::vector<std::uint64_t> results(threads * 16);  // 16: a cache line or two between threads
  std::vector<std::thread> others;
  for (std::size_t t = 1; t < threads; ++t)
    others.emplace_back([&results, t, rounds] { results[t * 16] = chain(rounds, t); });
  results[0] = chain(rounds, 1);
  for (std::thread& thread : others) thread.join();
  stopwatch.print();
  return results[0] == 42 ? 1 : 0;  // uses the result
}
