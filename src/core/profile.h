// What was observed in one run, as plain values: the only input of the analysis, and what a saved file holds
// (DESIGN section 2). Everything time-like is in seconds since exec of the target. Bounded however long the run:
// windows are merged upwards, threads beyond a limit are folded by name. It holds facts, never verdicts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/core/measurement.h"
#include "src/core/waits.h"

namespace bottleneck {

inline constexpr int schema_version = 1;

/// Where facts come from (DESIGN section 2, evidence ladder). A is B1 plus hardware counters.
enum class Tier { A, B1, B2, C, D };

struct Target {
  std::vector<std::string> command;
  std::string directory;                 ///< -C; "" = unchanged
  std::vector<std::string> environment;  ///< --env K=V as given
};

struct Machine {
  std::string cpu_model;
  std::string kernel;          ///< uname -r
  int cpus_online = 0;
  int cpus_allowed = 0;                ///< by affinity
  std::optional<double> cpu_quota;     ///< CPUs by cgroup quota; none = no quota
  std::optional<std::uint64_t> memory_bytes;        ///< of the machine
  std::optional<std::uint64_t> memory_limit_bytes;  ///< of the cgroup or rlimit; none = no limit
  std::optional<std::uint64_t> l2_bytes;            ///< per core, as reported by the machine
  bool virtualized = false;
  /// n of DESIGN section 4: CPUs that the target may use, at least 1. A quota of 0.5 gives 1.
  int cpus() const;
};

/// One run's end. With -n there are several in Profile::runs and the profile is that of the median run.
struct Run {
  double wall_s = 0;    ///< exec to exit of the launched process
  double user_s = 0;    ///< CPU of the launched process and its reaped descendants
  double system_s = 0;
  std::uint64_t max_rss_bytes = 0;
  int exit_status = 0;  ///< as passed on: 0..255, 128+N after signal N
  int signal = 0;       ///< 0 = exited
  bool timed_out = false;
  bool interrupted = false;  ///< ended by a signal that was sent to us
};

struct Process {
  int pid = 0;
  int parent = -1;         ///< index into Profile::processes; -1 = the launched process
  std::string executable;  ///< path as mapped; "" unknown
  std::string name;        ///< comm
  double start_s = 0;
  double end_s = 0;
  bool still_running = false;  ///< when the launched process ended
  int folded = 1;  ///< how many processes of this name stand behind this row; its times are then one member's
};

struct Thread {
  int process = 0;  ///< index into Profile::processes
  int tid = 0;
  std::string name;
  std::string start_function;  ///< "" unknown
  double start_s = 0;
  double end_s = 0;
  double cpu_s = 0;     ///< on a CPU, exact from switch records
  bool ticker = false;  ///< on a CPU for less than 1 % of its life, and it lived >= 100 ms
  std::uint64_t switches = 0;     ///< voluntary switch-outs
  std::uint64_t preemptions = 0;  ///< switched out while runnable
  int folded = 1;  ///< how many threads of this name stand behind this row
};

/// What a CPU was doing at a sampled place.
enum class Activity {
  user,
  syscall,         ///< kernel on behalf of a system call (`call` says which)
  page_fault,      ///< anonymous memory, copy on write
  file_fault,      ///< fault on a file mapping
  process,         ///< fork, exec, exit, mmap and their faults
  context_switch,  ///< the scheduler itself
  interrupt,       ///< others' interrupts on our time
  unknown_kernel,  ///< kernel time whose place could not be seen (tier B2: kernel samples are withheld)
};

/// What running this code means for the accounting (published runtime table, src/core/runtimes.h).
enum class Role { work, spin, lock };

/// A place in code, shared by all samples that hit it. `line` 0 and "" mean unknown.
struct Location {
  std::string module;    ///< file of the code, "[kernel]", "[jit]", "[anon]"
  std::string function;  ///< demangled; the innermost inlined one
  std::string file;
  int line = 0;
  std::string caller;  ///< nearest frame in the program's own executable where this is library code
  Activity activity = Activity::user;
  std::string call;  ///< system call for Activity::syscall
  Peer peer = Peer::unknown;  ///< of the descriptor of that call, where known
  Role role = Role::work;
  bool after_syscall = false;  ///< user instruction right after `syscall`: its time is the kernel's
  bool no_file = false;        ///< code that is in no file (JIT)
};

/// A reason to be blocked, shared by all waits that have it.
struct Wait {
  WaitKind kind = WaitKind::unknown;
  std::string call;    ///< system call; "" = page fault or unknown
  std::string object;  ///< file path, "tcp 10.0.0.1:80", "futex"; "" unknown
  std::string kernel_function;
  Peer peer = Peer::unknown;
  int location = -1;  ///< user code that waits, index into Profile::locations; -1 unknown
};

/// Counts of the tree's threads at an instant, starved not capped. Above 16 rounded to powers of two.
struct Instant {
  int working = 0;
  int spinning = 0;  ///< on a CPU in a runtime's wait function: no useful CPU
  int queueing = 0;  ///< blocked or spinning for a lock, or burning CPU in one
  int starved = 0;   ///< runnable without a CPU
  bool operator==(const Instant&) const = default;
  auto operator<=>(const Instant&) const = default;
};

/// Seconds that `thread` worked in `window` while the tree was like `instant` (working >= 1, itself included).
struct WorkCell { int window; int thread; Instant instant; double seconds; };

/// On-CPU seconds of `thread` at `location` (spread over the on-CPU intervals around each sample).
struct CodeCell { int window; int thread; int location; double seconds; int samples; };

/// A stretch in which nobody worked: the thread whose wake-up ended it, and the reason of that thread's wait.
/// `thread` or `wait` is -1 where it is not known.
struct IdleCell { int window; Instant instant; int thread; int wait; double seconds; };

/// Blocked seconds of a thread by reason, over the whole run. Sums to more than the wall time: not a share.
struct BlockedCell { int thread; int wait; std::uint64_t count; double seconds; };

/// What the counters of a process moved by in a window. Only what was read is there (nullopt otherwise).
/// Children that exited between two readings are in their parent's row.
struct CounterCell {
  int window = 0;
  int process = 0;
  double user_s = 0;
  double system_s = 0;
  std::uint64_t minor_faults = 0;
  std::uint64_t major_faults = 0;
  std::optional<std::uint64_t> read_bytes;     ///< from storage
  std::optional<std::uint64_t> written_bytes;  ///< to storage
  std::optional<std::uint64_t> read_chars;     ///< through read calls, cached or not, pipes included
  std::optional<std::uint64_t> written_chars;
  std::optional<std::uint64_t> read_calls;
  std::optional<std::uint64_t> write_calls;
};

/// Of the whole machine or cgroup in one window.
struct SystemCell {
  int window = 0;
  double others_busy_s = 0;  ///< CPU seconds of processes outside the tree (interrupts and steal included)
  double throttled_s = 0;    ///< by the cgroup's quota
};

struct Timeline {
  double window_s = 0.01;
  int windows = 0;
  std::vector<WorkCell> work;
  std::vector<CodeCell> code;
  std::vector<IdleCell> idle;
  std::vector<BlockedCell> blocked;
  std::vector<CounterCell> counters;
  std::vector<SystemCell> system;
};

/// What observing cost (DESIGN section 1: light). Each part is said; `share` is an estimate.
struct Overhead {
  double own_cpu_s = 0;     ///< CPU of our process while the target ran
  double in_target_s = 0;   ///< records x calibrated cost, paid by the target
  double after_exit_s = 0;  ///< from the target's exit to the report
  double share = 0;         ///< (own + in_target) / (wall x CPUs)
  std::uint64_t samples = 0;
  std::uint64_t switch_records = 0;
  std::uint64_t task_records = 0;
  std::uint64_t lost_records = 0;
};

struct Profile {
  Target target;
  Machine machine;
  Tier tier = Tier::D;
  std::vector<Run> runs;  ///< all of -n; the profile is that of `run`
  int run = 0;
  std::vector<ProbeState> probes;
  std::vector<Measurement> measurements;
  std::vector<Process> processes;  ///< [0] is the launched one
  std::vector<Thread> threads;     ///< [0] is its main thread
  std::vector<Location> locations;
  std::vector<Wait> waits;
  Timeline timeline;
  Overhead overhead;
  std::vector<std::string> notes;  ///< what the user should know: "switch samples thinned above 10 000/s"
  const Run& this_run() const { return runs.at(static_cast<std::size_t>(run)); }
};

}  // namespace bottleneck
