// The registers of samples in user code, as many as fit: consecutive ones in batches, so that the
// steps from one to the next are seen; of a long run every second, fourth, ... batch. Its place:
// the Ledger fills it while the target runs, hot_code.h sorts it by loops afterwards.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "probes/perf/records.h"
#include "src/core/hot_code.h"

namespace bottleneck::sched {

/// 5 MB. Source: DESIGN section 2, 20 MB in memory for all.
inline constexpr std::size_t most_register_samples = 32'768;
/// A quarter of a second of one thread, or two bursts.
inline constexpr std::size_t samples_in_batch = 256;

class RegisterSamples {
 public:
  struct Kept {
    std::int64_t time_ns = 0;
    std::uint32_t tid = 0;
    std::uint32_t stretch = 0;  ///< as RegisterSample::stretch, of all threads together
    int place = -1;
    std::array<std::uint64_t, general_registers> registers{};  ///< in encoding order
  };

  /// Needs: samples of a thread in the order of time.
  void add(int thread, std::uint32_t tid, int place, std::int64_t time_ns,
           const perf::Sample& sample);
  /// The thread does not run from here to its next sample.
  void left_cpu(int thread) { stretches_.erase(thread); }

  const std::vector<Kept>& all() const { return kept_; }

 private:
  void thin();

  std::vector<Kept> kept_;
  std::vector<std::size_t> batches_;                  ///< where each begins in `kept_`
  std::unordered_map<int, std::uint32_t> stretches_;  ///< by thread, while it runs
  std::uint32_t last_stretch_ = 0;
  std::size_t seen_ = 0;
  std::size_t keep_every_ = 1;  ///< of so many batches one
};

}  // namespace bottleneck::sched
