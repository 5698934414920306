// The rows of the timeline: which threads and processes have one of their own, and which share one.
#include <algorithm>

#include "probes/clock.h"
#include "probes/sched/cells.h"

namespace bottleneck::sched {
namespace {

/// "worker-17" is of the same kind as "worker-4".
std::string without_numbers(std::string name) {
  std::erase_if(name, [](char c) { return c >= '0' && c <= '9'; });
  return name;
}

double seconds_since(std::int64_t t0_ns, std::int64_t t_ns) {
  return std::max(0.0, seconds(t_ns - t0_ns));
}

}  // namespace

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
  row.process.executable = as_target_sees(tasks_.module_path(info.executable));
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

}  // namespace bottleneck::sched
