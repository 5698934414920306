// The bounded store of a run's timeline: cells by window, merged upwards by doubling the window
// when there are too many. Times are seconds; a base window is 10 ms. Rows (threads, processes)
// beyond a limit are folded by name.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "probes/sched/tasks.h"
#include "src/core/profile.h"

namespace bottleneck::sched {

/// Source of the limits: DESIGN section 2 (windows of 10 ms merged upwards to 4 096, threads beyond
/// 512 folded by name, 5 MB on disk: a cell is some 30 bytes there).
/// tests/unit/sched/bounds_test.cpp saves the largest profile.
inline constexpr std::int64_t base_window_ns = 10'000'000;
inline constexpr int max_windows = 4096;
inline constexpr std::size_t max_cells = 60'000;  ///< of work and code, where windows can be merged
inline constexpr std::size_t max_work_cells = 40'000;
inline constexpr std::size_t max_code_cells = 50'000;
inline constexpr std::size_t max_idle_cells = 15'000;
inline constexpr std::size_t max_blocked_cells = 10'000;
inline constexpr std::size_t max_rows = 512;

class Cells {
 public:
  explicit Cells(Tasks& tasks) : tasks_(tasks) {}

  void add_work(int window, int thread, const Instant& instant, double seconds);
  void add_code(int window, int thread, int place, double seconds, int samples);
  /// `thread` -1: not known whose wake-up ended it.
  void add_idle(int window, const Instant& instant, int thread, int wait, double seconds);
  void add_blocked(int thread, int wait, double seconds);
  /// Gives a thread its row now: the main thread's is the first.
  void open_row(int thread) { row_of(thread); }
  /// Hands a dead thread's cells to its row; a thread that lives on keeps its own.
  void retire(int thread, double cpu_s, bool ticker, std::uint64_t switches,
              std::uint64_t preemptions);

  /// Of a thread that was retired when it died: nothing more comes, its number may be another's.
  void release(int thread);

  /// Fills processes, threads and the timeline. `location_of` maps places. Units: t0_ns of exec,
  /// end_ns of the end.
  void finish(Profile& profile, const std::vector<int>& location_of, std::int64_t t0_ns,
              std::int64_t end_ns);

 private:
  struct Pending {
    std::vector<WorkCell> work;  ///< windows are base windows
    std::vector<CodeCell> code;
  };
  struct Row {
    Thread thread;
    std::int64_t start_ns = 0;
    std::int64_t end_ns = 0;
  };
  struct ProcessRow {
    Process process;
    int number = -1;  ///< of Tasks, while that is kept; of folded ones the first
    std::int64_t start_ns = 0;
    std::int64_t end_ns = -1;
  };
  Pending& pending(int thread);
  void release_process(int process);
  void describe_process(ProcessRow& row) const;
  void commit(int thread);
  int row_of(int thread);
  int process_row_of(int process);
  using WorkKey = std::tuple<int, int, Instant>;       ///< window, row
  using IdleKey = std::tuple<int, Instant, int, int>;  ///< window, row, wait
  void keep_work(const WorkKey& key, double seconds);
  bool may_shrink(int last_window, int least) const;
  void shrink();
  void finish_rows(Profile& profile, std::int64_t t0_ns, std::int64_t end_ns);

  Tasks& tasks_;
  int shift_ = 0;
  bool dropped_ = false;
  std::map<WorkKey, double> work_;
  std::map<std::tuple<int, int, int>, std::pair<double, int>> code_;
  std::map<IdleKey, double> idle_;
  std::map<std::pair<int, int>, std::pair<std::uint64_t, double>> blocked_;
  std::vector<Pending> pending_;
  std::vector<int> thread_row_;
  std::vector<int> process_row_;
  std::vector<Row> rows_;
  std::vector<ProcessRow> process_rows_;
  std::map<std::pair<int, std::string>, int> folded_threads_;
  std::map<std::string, int> folded_processes_;
};

}  // namespace bottleneck::sched
