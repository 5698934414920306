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
  /// A sample of code; `cpu_ns` of its thread's CPU time lie behind it. Kept until the next look,
  /// which may find the thread that it is of.
  void add(inject::InjectedSample sample, std::int64_t cpu_ns);
  /// Looks at everything, and books the time since the last look.
  void look(std::int64_t now_ns);
  void finish(Profile& profile, std::int64_t end_ns);

  std::uint64_t samples() const { return samples_; }
  /// CPU time that the samples stand for.
  double sampled_ns() const { return sampled_ns_; }
  /// Samples whose process was never seen alive, or whose code could not be found.
  std::uint64_t homeless() const { return homeless_; }

 private:
  struct Running {  ///< a thread between two looks
    std::unique_ptr<TaskFiles> files;
    TaskTimes last;
    std::int64_t owed_ns = 0;     ///< ran, not yet booked: the kernel tells in ticks
    std::int64_t delayed_ns = 0;  ///< lacked a CPU, not yet booked: told when the delay is over
    std::int64_t kernel_ns = 0;   ///< of the kernel, not yet booked as such; may be negative
    int place = -1;               ///< of its last sample
    int wait = -1;                ///< of the last look
    std::vector<Label> sampled;   ///< since the last look
  };
  struct Balance {  ///< of a process: what was booked of it
    std::int64_t own_ns = 0;
    std::int64_t reaped_ns = 0;
    std::int64_t owed_ns = 0;  ///< of its living threads: ran, not yet booked
    int last_child = -1;       ///< place of one that was seen, and has ended since the last booking
  };

  struct Waiting {
    inject::InjectedSample sample;
    std::int64_t cpu_ns;
  };

  void follow(pid_t pid, pid_t tid, int thread);
  void place(const Waiting& waiting, std::int64_t now_ns);
  std::int64_t starved(Running& running, const TaskTimes& now, std::int64_t rest_ns,
                       std::int64_t length_ns) const;
  void bequeath(const Changes& changes);
  void forget(int thread, std::int64_t now_ns);
  Share share_of(pid_t pid, pid_t tid, int thread, std::int64_t length_ns, std::int64_t now_ns);
  void label(Share& share, Running& running, int process);
  bool is_kernel(int place) const;
  void take_kernel_time(Share& share, Running& running);
  void ask_wait(pid_t pid, pid_t tid, int thread, Running& running, std::int64_t now_ns);
  void book_unseen(std::vector<Share>& shares, std::int64_t length_ns);
  std::vector<Label> label_unseen(const Followed& known, const Balance& balance, bool children,
                                  std::int64_t run_ns);
  int stand_in(pid_t pid, bool children);
  void end_stand_ins(pid_t pid, std::int64_t now_ns);

  sched::Ledger books_;
  FollowedTree followed_;
  Placement placement_;
  WaitPoller poller_;
  System system_;
  std::unordered_map<int, Running> running_;  ///< by thread
  std::unordered_map<pid_t, int> by_tid_;     ///< those, until what they did has been booked
  std::vector<Waiting> waiting_;
  std::map<pid_t, Balance> balances_;
  std::map<std::pair<pid_t, bool>, int> stand_ins_;
  std::uint32_t next_stand_in_ = 0;
  int unseen_kernel_ = -1;
  int stopped_ = -1;  ///< the wait of a stopped thread
  bool with_samples_ = false;
  std::int64_t exec_ns_ = -1;
  std::int64_t looked_ns_ = -1;
  std::uint64_t samples_ = 0;
  double sampled_ns_ = 0;
  std::uint64_t homeless_ = 0;
};

}  // namespace bottleneck::proc
