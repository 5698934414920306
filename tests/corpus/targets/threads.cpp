// Computing threads: threads MODE SECONDS. All of them: compute; the parallelism is in the name.
//   serial          one thread
//   parallel        two threads, no shared data
//   oversubscribed  six threads
//   imbalanced      two threads, 3 : 1, with a barrier after every 40 ms
#include <string_view>
#include <thread>
#include <vector>

#include <pthread.h>

#include "target.h"

namespace {

void run_threads(int count, double end) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([end] { target::burn_until(end); });
  for (auto& thread : threads) thread.join();
}

void run_imbalanced(double seconds) {
  const int rounds = static_cast<int>(seconds / 0.04);
  constexpr long share = 6'000'000;  // about 10 ms
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, 2);
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&barrier, rounds, i] {
      for (int round = 0; round < rounds; ++round) {
        target::burn(i == 0 ? 3 * share : share);
        pthread_barrier_wait(&barrier);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string_view mode = argv[1];
  const double seconds = std::atof(argv[2]);
  const double end = target::now() + seconds;
  if (mode == "serial") {
    target::burn_until(end);
  } else if (mode == "parallel") {
    run_threads(2, end);
  } else if (mode == "oversubscribed") {
    run_threads(6, end);
  } else if (mode == "imbalanced") {
    run_imbalanced(seconds);
  } else {
    return 2;
  }
}
