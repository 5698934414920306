// Where threads of a team meet after each small step: whoever comes first looks again and again for
// as long as sleeping and being woken takes, and only then sleeps (competitive spinning: Karlin,
// Li, Manasse, Owicki 1991). std::barrier sleeps at once, which costs more than a step of 100 us.
#pragma once

#include <atomic>

namespace workload {

class Barrier {
 public:
  /// Spins only where each of the `threads` has a CPU of its own.
  explicit Barrier(int threads);
  void meet();

 private:
  const int threads_;
  const int spins_;
  alignas(64) std::atomic<int> arrived_ = 0;
  alignas(64) std::atomic<unsigned> phase_ = 0;  // a line of its own: many read it
};

}  // namespace workload
