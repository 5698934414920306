// What the counters of the processes say, asked per process: how many of the bytes were device
// bytes, and what kernel time was spent on where its samples are withheld (tier B2). Its place:
// derive asks it. It reads no clock or file.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "src/analysis/costs.h"
#include "src/analysis/rules.h"

namespace bottleneck {

/// So many faults per second of kernel time say that faults are what it did, though a huge one
/// costs 520 us, not 2. Source: pitfalls.md 4 (45 000 faults in 4.6 s were 98 % of the time); the
/// half of that rate is a choice.
inline constexpr double telling_faults_per_s = 5000;

struct Totals {
  double user_s = 0;
  double system_s = 0;
  double minor_faults = 0;
  double major_faults = 0;
  std::optional<double> read_bytes, written_bytes, read_chars, written_chars, read_calls,
      write_calls;
  void add(const CounterCell&);
};

class Counters {
 public:
  explicit Counters(const Profile&);

  /// Of the process, else of its nearest ancestor that was read: a parent's counters contain its
  /// reaped children.
  const Totals& of(int process) const;
  const Totals& all() const { return all_; }
  bool any() const { return any_; }

  /// Parts that sum to 1: what the kernel time of the process around the window was spent on, by
  /// counts x cost.
  std::vector<std::pair<Kind, double>> split_kernel(int process, int window) const;

 private:
  int reader_of(int process) const;
  double started_in(int process, int block) const;
  std::vector<std::pair<Kind, double>> split(const Totals&, double started) const;

  const Profile& profile_;
  std::vector<Totals> by_process_;
  std::vector<bool> was_read_;
  std::map<std::pair<int, int>, Totals> by_block_;
  std::map<std::pair<int, int>, double> started_;  ///< (parent, block) -> children
  std::vector<double> all_started_;                ///< by parent
  Totals all_;
  bool any_ = false;
  Costs costs_;
};

}  // namespace bottleneck
