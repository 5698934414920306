#include "probes/sched/cells.h"

#include <algorithm>
#include <cmath>

namespace bottleneck::sched {
namespace {

/// Cells that a living thread may keep before they go into the store.
constexpr std::size_t max_pending = 512;
constexpr int least_windows = 64;
/// A flat profile of many threads can have more places than windows can be merged for: then what is
/// new has its time (work cells), but no place.
constexpr std::size_t most_code_cells = 2 * max_cells;
/// How far back a thread's cells are searched for the one to add to: the windows around now.
constexpr std::size_t look_back = 12;

/// "worker-17" is of the same kind as "worker-4".
std::string without_numbers(std::string name) {
  std::erase_if(name, [](char c) { return c >= '0' && c <= '9'; });
  return name;
}

double seconds_since(std::int64_t t0_ns, std::int64_t t_ns) {
  return std::max(0.0, static_cast<double>(t_ns - t0_ns) * 1e-9);
}

}  // namespace

Cells::Pending& Cells::pending(int thread) {
  const auto index = static_cast<std::size_t>(thread);
  if (index >= pending_.size()) pending_.resize(index + 64);
  return pending_[index];
}

void Cells::add_work(int window, int thread, const Instant& instant, double seconds) {
  Pending& mine = pending(thread);
  const std::size_t size = mine.work.size();
  for (std::size_t i = 0; i < std::min(size, look_back); ++i) {
    WorkCell& cell = mine.work[size - 1 - i];
    if (cell.window != window) break;
    if (cell.instant == instant) {
      cell.seconds += seconds;
      return;
    }
  }
  mine.work.push_back({window, thread, instant, seconds});
  if (mine.work.size() > max_pending) commit(thread);
}

void Cells::add_code(int window, int thread, int place, double seconds, int samples) {
  Pending& mine = pending(thread);
  const std::size_t size = mine.code.size();
  for (std::size_t i = 0; i < std::min(size, look_back); ++i) {
    CodeCell& cell = mine.code[size - 1 - i];
    if (cell.window != window) break;
    if (cell.location == place) {
      cell.seconds += seconds;
      cell.samples += samples;
      return;
    }
  }
  mine.code.push_back({window, thread, place, seconds, samples});
  if (mine.code.size() > max_pending) commit(thread);
}

void Cells::add_idle(int window, const Instant& instant, int thread, int wait, double seconds) {
  const int row = thread < 0 ? -1 : row_of(thread);
  idle_[{window >> shift_, instant, row, wait}] += seconds;
  while ((window >> shift_) >= max_windows) shrink();
  if (idle_.size() > max_cells && may_shrink(window)) shrink();
}

void Cells::add_blocked(int thread, int wait, double seconds) {
  auto& cell = blocked_[{row_of(thread), wait}];
  cell.first += 1;
  cell.second += seconds;
}

void Cells::commit(int thread) {
  Pending mine = std::move(pending(thread));
  pending(thread) = Pending{};
  if (mine.work.empty() && mine.code.empty()) return;
  const int row = row_of(thread);
  for (const WorkCell& cell : mine.work)
    work_[{cell.window >> shift_, row, cell.instant}] += cell.seconds;
  for (const CodeCell& cell : mine.code) {
    const auto key = std::make_tuple(cell.window >> shift_, row, cell.location);
    if (code_.size() >= most_code_cells && !code_.contains(key)) {
      dropped_ = true;
      continue;
    }
    auto& known = code_[key];
    known.first += cell.seconds;
    known.second += cell.samples;
  }
  const int last = std::max(mine.work.empty() ? 0 : mine.work.back().window,
                            mine.code.empty() ? 0 : mine.code.back().window);
  while ((last >> shift_) >= max_windows) shrink();
  while (work_.size() + code_.size() > max_cells && may_shrink(last)) shrink();
}

/// Fewer windows than this would no longer show phases.
bool Cells::may_shrink(int last_window) const { return (last_window >> shift_) > least_windows; }

/// One doubling of the window.
void Cells::shrink() {
  shift_ += 1;
  decltype(work_) work;
  for (const auto& [key, seconds] : work_)
    work[{std::get<0>(key) >> 1, std::get<1>(key), std::get<2>(key)}] += seconds;
  work_ = std::move(work);
  decltype(code_) code;
  for (const auto& [key, value] : code_) {
    auto& cell = code[{std::get<0>(key) >> 1, std::get<1>(key), std::get<2>(key)}];
    cell.first += value.first;
    cell.second += value.second;
  }
  code_ = std::move(code);
  decltype(idle_) idle;
  for (const auto& [key, seconds] : idle_)
    idle[{std::get<0>(key) >> 1, std::get<1>(key), std::get<2>(key), std::get<3>(key)}] += seconds;
  idle_ = std::move(idle);
}

int Cells::process_row_of(int process) {
  const auto index = static_cast<std::size_t>(process);
  if (index >= process_row_.size()) process_row_.resize(index + 64, -1);
  if (process_row_[index] >= 0) return process_row_[index];
  const ProcessInfo& info = tasks_.processes()[index];
  const int parent = info.parent < 0 ? -1 : process_row_of(info.parent);
  int row = static_cast<int>(process_rows_.size());
  if (process_rows_.size() >= max_rows) {
    const bool far_too_many = process_rows_.size() >= 2 * max_rows;
    const auto [it, fresh] =
        folded_processes_.try_emplace(far_too_many ? "" : without_numbers(info.name), row);
    row = it->second;
    if (!fresh) process_rows_[static_cast<std::size_t>(row)].process.folded += 1;
  }
  if (row == static_cast<int>(process_rows_.size())) {
    ProcessRow fresh;
    fresh.process.pid = static_cast<int>(info.pid);
    fresh.process.parent = parent;
    fresh.number = process;
    process_rows_.push_back(std::move(fresh));
  }
  process_row_[index] = row;
  return row;
}

int Cells::row_of(int thread) {
  const auto index = static_cast<std::size_t>(thread);
  if (index >= thread_row_.size()) thread_row_.resize(index + 64, -1);
  if (thread_row_[index] >= 0) return thread_row_[index];
  const ThreadInfo& info = tasks_.threads()[index];
  const int process = process_row_of(info.process);
  int row = static_cast<int>(rows_.size());
  bool folds = false;
  if (rows_.size() >= max_rows) {
    const bool far_too_many = rows_.size() >= 2 * max_rows;
    const auto [it, fresh] = folded_threads_.try_emplace(
        far_too_many ? std::pair{0, std::string()} : std::pair{process, without_numbers(info.name)},
        row);
    row = it->second;
    folds = !fresh;
  }
  if (folds) {
    rows_[static_cast<std::size_t>(row)].thread.folded += 1;
  } else {
    Row fresh;
    fresh.thread.process = process;
    fresh.thread.tid = static_cast<int>(info.tid);
    fresh.start_ns = info.start_ns;
    rows_.push_back(fresh);
  }
  thread_row_[index] = row;
  return row;
}

void Cells::retire(int thread, double cpu_s, bool ticker, std::uint64_t switches,
                   std::uint64_t preemptions) {
  commit(thread);
  Row& row = rows_[static_cast<std::size_t>(row_of(thread))];
  const ThreadInfo& info = tasks_.threads()[static_cast<std::size_t>(thread)];
  row.thread.name = info.name;
  row.thread.cpu_s += cpu_s;
  row.thread.ticker = ticker;
  row.thread.switches += switches;
  row.thread.preemptions += preemptions;
  row.start_ns = info.start_ns;  // of a folded row: its last member, so that its length is one life
  row.end_ns = info.end_ns;
}

void Cells::release(int thread) {
  const auto index = static_cast<std::size_t>(thread);
  const int process = tasks_.release_thread(thread);
  if (tasks_.threads()[index].process < 0) thread_row_[index] = -1;
  if (process >= 0) release_process(process);
}

void Cells::release_process(int process) {
  const auto index = static_cast<std::size_t>(process);
  // Children that outlive it are told where they belong while that is known.
  const std::vector<ProcessInfo>& all = tasks_.processes();
  for (std::size_t i = 0; all[index].kept_children > 0 && i < all.size(); ++i)
    if (all[i].parent == process) process_row_of(static_cast<int>(i));
  ProcessRow& row = process_rows_[static_cast<std::size_t>(process_row_of(process))];
  if (row.number == process) {
    describe_process(row);
    row.number = -1;
  }
  process_row_[index] = -1;
  tasks_.release_process(process);
}

void Cells::describe_process(ProcessRow& row) const {
  const ProcessInfo& info = tasks_.processes()[static_cast<std::size_t>(row.number)];
  row.process.executable = tasks_.module_path(info.executable);
  row.process.name = info.name;
  row.start_ns = info.start_ns;
  row.end_ns = info.end_ns;
}

void Cells::finish_rows(Profile& profile, std::int64_t t0_ns, std::int64_t end_ns) {
  for (std::size_t i = 0; i < process_rows_.size(); ++i) {
    ProcessRow& row = process_rows_[i];
    if (row.number >= 0) describe_process(row);
    row.process.start_s = seconds_since(t0_ns, row.start_ns);
    row.process.still_running = row.end_ns < 0 && i > 0;
    row.process.end_s =
        seconds_since(t0_ns, row.end_ns < 0 ? end_ns : std::min(row.end_ns, end_ns));
    profile.processes.push_back(row.process);
  }
  for (const Row& row : rows_) {
    Thread thread = row.thread;
    thread.start_s = seconds_since(t0_ns, row.start_ns);
    thread.end_s = seconds_since(t0_ns, row.end_ns < 0 ? end_ns : std::min(row.end_ns, end_ns));
    profile.threads.push_back(thread);
  }
}

void Cells::finish(Profile& profile, const std::vector<int>& location_of, std::int64_t t0_ns,
                   std::int64_t end_ns) {
  Timeline& timeline = profile.timeline;
  if (dropped_)
    profile.notes.emplace_back(
        "more places of code in more threads than are kept: some of the time has no place");
  const auto located = [&](int place) {
    return place < 0 ? -1 : location_of[static_cast<std::size_t>(place)];
  };
  finish_rows(profile, t0_ns, end_ns);
  timeline.window_s = static_cast<double>(base_window_ns << shift_) * 1e-9;
  timeline.windows =
      std::max(1, static_cast<int>(std::ceil(seconds_since(t0_ns, end_ns) / timeline.window_s)));
  const auto bounded = [&](int window) { return std::min(window, timeline.windows - 1); };
  for (const auto& [key, seconds] : work_)
    timeline.work.push_back(
        {bounded(std::get<0>(key)), std::get<1>(key), std::get<2>(key), seconds});
  std::map<std::tuple<int, int, int>, std::pair<double, int>> code;
  for (const auto& [key, value] : code_) {
    auto& cell = code[{bounded(std::get<0>(key)), std::get<1>(key), located(std::get<2>(key))}];
    cell.first += value.first;
    cell.second += value.second;
  }
  for (const auto& [key, value] : code)
    if (std::get<2>(key) >= 0)
      timeline.code.push_back(
          {std::get<0>(key), std::get<1>(key), std::get<2>(key), value.first, value.second});
  for (const auto& [key, seconds] : idle_)
    timeline.idle.push_back(
        {bounded(std::get<0>(key)), std::get<1>(key), std::get<2>(key), std::get<3>(key), seconds});
  for (const auto& [key, value] : blocked_)
    timeline.blocked.push_back({key.first, key.second, value.first, value.second});
}

}  // namespace bottleneck::sched
