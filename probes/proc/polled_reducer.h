// From looks at /proc, and from injected samples where there are any, to cells: the counterpart of
// sched/reducer.h for tiers C and D. CPU time is exact per thread and interval between two looks;
// where in the interval it lay is laid out by placement.h. Time of processes and threads that came
// and went between two looks is taken from what their parents reaped.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "probes/inject/segment_reader.h"
#include "probes/proc/followed_tree.h"
#include "probes/proc/placement.h"
#include "probes/proc/task_times.h"
#include "probes/sched/ledger.h"

namespace bottleneck::proc {

class PolledReducer {
 public:
  PolledReducer(const System& system, ProcessTree& tree);

  void start(std::int64_t exec_ns);
  /// A sample of code; `cpu_ns` of its thread's CPU time lie behind it.
  void add(const inject::InjectedSample& sample, std::int64_t cpu_ns, std::int64_t now_ns);
  /// Looks at everything, and books the time since the last look.
  void look(std::int64_t now_ns);
  void finish(Profile& profile, std::int64_t end_ns);

  std::uint64_t samples() const { return samples_; }
  std::uint64_t polls() const { return polls_; }
  /// Samples whose process was never seen alive, or whose code could not be found.
  std::uint64_t homeless() const { return homeless_; }

 private:
  struct Running {  ///< a thread between two looks
    std::unique_ptr<TaskFiles> files;
    TaskTimes last;
    std::int64_t owed_ns = 0;    ///< ran, not yet booked: the kernel tells in ticks
    std::int64_t kernel_ns = 0;  ///< of the kernel, not yet booked as such; may be negative
    int place = -1;              ///< of its last sample
    int wait = -1;               ///< of the last look
    std::vector<Label> sampled;  ///< since the last look
  };
  struct Balance {  ///< of a process: what was booked of it
    std::int64_t own_ns = 0;
    std::int64_t reaped_ns = 0;
  };

  void follow(pid_t pid, pid_t tid, int thread);
  void forget(int thread, std::int64_t now_ns);
  Share share_of(pid_t pid, pid_t tid, int thread, std::int64_t length_ns, std::int64_t now_ns);
  void label(Share& share, Running& running, int process);
  void take_kernel_time(Share& share, Running& running);
  void ask_wait(pid_t pid, pid_t tid, int thread, Running& running, std::int64_t now_ns);
  void book_unseen(std::vector<Share>& shares, std::int64_t length_ns);
  int stand_in(pid_t pid, bool children);
  void end_process(const Changes::Ended& ended, const Changes& changes, std::int64_t now_ns);

  sched::Ledger books_;
  FollowedTree followed_;
  Placement placement_;
  WaitPoller poller_;
  System system_;
  std::unordered_map<int, Running> running_;  ///< by thread
  std::map<pid_t, Balance> balances_;
  std::map<std::pair<pid_t, bool>, int> stand_ins_;
  std::unordered_map<int, bool> in_kernel_;  ///< places that are kernel time
  std::uint32_t next_stand_in_ = 0;
  int unseen_kernel_ = -1;
  bool with_samples_ = false;
  std::int64_t exec_ns_ = -1;
  std::int64_t looked_ns_ = -1;
  std::uint64_t samples_ = 0;
  std::uint64_t polls_ = 0;
  std::uint64_t homeless_ = 0;
};

}  // namespace bottleneck::proc
