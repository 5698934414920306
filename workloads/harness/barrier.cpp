#include "workloads/harness/barrier.h"

#include "workloads/harness/harness.h"

namespace workload {
namespace {

/// Pauses of 20 to 60 ns each: about the 50 us that waking a sleeping thread costs on a VM.
constexpr int most_spins = 1500;

}  // namespace

Barrier::Barrier(int threads)
    : threads_(threads), spins_(threads <= allowed_cpus() ? most_spins : 0) {}

void Barrier::meet() {
  const unsigned phase = phase_.load(std::memory_order_relaxed);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads_) {
    arrived_.store(0, std::memory_order_relaxed);
    phase_.fetch_add(1, std::memory_order_release);
    phase_.notify_all();
    return;
  }
  for (int i = 0; i < spins_; ++i) {
    if (phase_.load(std::memory_order_acquire) != phase) return;
    __builtin_ia32_pause();
  }
  phase_.wait(phase, std::memory_order_acquire);
}

}  // namespace workload
