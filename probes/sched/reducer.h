// From records to cells: keeps the tree (tasks.h), finds the place of each sample and the reason of
// each wait, and feeds the sweep. Records come in any order between CPUs; they are sorted here and
// applied when nothing earlier can come.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "probes/perf/events.h"
#include "probes/perf/records.h"
#include "probes/sched/ledger.h"

namespace bottleneck::sched {

struct Tally {
  std::uint64_t samples = 0;
  std::uint64_t switch_samples = 0;
  std::uint64_t switches = 0;
  std::uint64_t tasks = 0;
  std::uint64_t lost = 0;
};

class Reducer {
 public:
  Reducer(const System& system, ProcessTree& tree, std::uint32_t root, bool kernel_seen);

  /// Kernel names may come late (they are loaded meanwhile); samples wait for them.
  void set_kernel_symbols(KernelSymbols symbols) { kernel_.set_symbols(std::move(symbols)); }

  void add(perf::Record record, perf::EventKind kind, std::int64_t period_ns);
  /// Applies what is older than `before_ns` and sweeps.
  void advance(std::int64_t before_ns);
  /// Tier B2: asks /proc why threads are blocked, within a budget. Units: ns of our own CPU time.
  void poll_waits(std::int64_t budget_ns);
  void finish(Profile& profile, std::int64_t start_ns, std::int64_t end_ns);

  std::size_t waiting() const { return pending_.size(); }
  const Tally& tally() const { return tally_; }
  std::int64_t exec_ns() const { return books_.tasks.exec_ns(); }

 private:
  struct Pending {
    perf::Record record;
    perf::EventKind kind;
    std::int64_t period_ns;
  };
  void apply(const Pending& pending);
  void forget(int thread);
  void apply_sample(const perf::Stamp& stamp, const perf::Sample& sample, std::int64_t period_ns);
  void apply_switch_sample(const perf::Stamp& stamp, const perf::Sample& sample);
  void judge_slice(int thread, const perf::Switch& change, std::int64_t now_ns);
  void judge_left(const perf::Stamp& stamp, int taker);
  void apply_switch(const perf::Stamp& stamp, const perf::Switch& change);
  static bool wakes_another(const KernelPlace& at, const WaitFacts& facts,
                            const perf::Sample& sample);
  WaitFacts facts_of(const KernelPlace& at, const perf::Sample& sample) const;

  bool kernel_seen_;
  Ledger books_;
  KernelStack kernel_;
  WaitPoller poller_;
  std::vector<Pending> pending_;
  Tally tally_;
  bool started_ = false;
  std::unordered_map<int, bool> preempted_while_waking_;  ///< by thread, until its switch-out
  std::size_t next_poll_ = 0;
  struct Slice {
    std::int64_t preempted_ns = -1;  ///< start of the last preemption; -1 none before this slice
    std::int64_t in_ns = 0;
  };
  std::unordered_map<int, Slice> slices_;               ///< by thread
  std::vector<int> living_;                             ///< threads, for the poller
  std::unordered_map<std::uint32_t, int> left_waking_;  ///< by CPU: preempted while waking another
};

}  // namespace bottleneck::sched
