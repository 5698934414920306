// The books of one run that any source of happenings keeps: who is in the tree, which places were
// hit, what was waited for, and the sweep that turns it all into cells. Filled by the Reducer (perf
// records) or by the polled sampler (/proc, with or without injected samples); written into the
// Profile here.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "probes/perf/records.h"
#include "probes/sched/descriptors.h"
#include "probes/sched/hot_code.h"
#include "probes/sched/kernel_stack.h"
#include "probes/sched/sweep.h"
#include "probes/sched/wait_poller.h"
#include "probes/sched/wait_table.h"

namespace bottleneck::sched {

class Ledger {
 public:
  /// `kernel_seen`: as the Sweep takes it.
  Ledger(const System& system, ProcessTree& process_tree, std::uint32_t root, bool kernel_seen);

  /// The place of a sample in user code: work, a spin, or a fight for a lock that is contended.
  int user_place(int thread, const perf::Sample& sample);
  /// The same, and its registers are kept.
  int user_sample(int thread, const perf::Sample& sample, std::int64_t at_ns);
  /// Kernel time on behalf of `at.call`; its first argument is in the sample's registers.
  int kernel_place(int thread, const perf::Sample& sample, const KernelPlace& at);
  /// The system call that a thread is just leaving; "" unknown, or it is in user code proper.
  std::string left_call(int process, const perf::Sample& sample);

  /// Completes `facts` (module, named lock) and numbers the wait.
  int intern_wait(int process, WaitFacts& facts, const std::string& object, int place,
                  std::int64_t at_ns);
  /// A wait that was seen in /proc.
  int polled_wait(int thread, PolledWait& polled, std::int64_t at_ns);

  /// Ends the sweep and fills processes, threads, places, waits and the timeline.
  void finish(Profile& profile, std::int64_t start_ns, std::int64_t end_ns);

  const ProcessInfo& process(int index) const {
    return tasks.processes()[static_cast<std::size_t>(index)];
  }
  const ThreadInfo& thread(int index) const {
    return tasks.threads()[static_cast<std::size_t>(index)];
  }

  ProcessTree& tree;
  TargetFiles files;
  Symbols symbols;
  Tasks tasks;
  Places places;
  RegisterSamples registers;
  WaitTable waits;
  Cells cells;
  Sweep sweep;
  Descriptors descriptors;

 private:
  void finish_hot_code(Profile& profile, HotCodes& hot, const std::vector<int>& location_of);
  std::string data_symbol_at(int process, std::uint64_t address);

  std::map<std::pair<int, std::uint64_t>, std::string> data_symbols_;
};

}  // namespace bottleneck::sched
