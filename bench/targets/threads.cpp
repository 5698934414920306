// Many threads that work a little, fight for one lock and sleep, by turns.
// Usage: threads COUNT SECONDS
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include "stopwatch.h"

namespace {

std::mutex shared;
std::atomic<bool> ends{false};
unsigned long sum = 0;

void work() {
  while (!ends) {
    volatile unsigned long x = 0;
    for (int i = 0; i < 20'000; ++i) x = x * 3 + 1;
    {
      const std::lock_guard lock(shared);
      for (int i = 0; i < 500; ++i) sum += x;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const long count = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 500;
  const double seconds = argc > 2 ? std::strtod(argv[2], nullptr) : 10;
  const Stopwatch stopwatch;
  std::vector<std::thread> threads;
  for (long i = 0; i < count; ++i) threads.emplace_back(work);
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  ends = true;
  for (std::thread& thread : threads) thread.join();
  stopwatch.print();
}
