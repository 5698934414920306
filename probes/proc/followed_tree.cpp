#include "probes/proc/followed_tree.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "probes/io/process_files.h"
#include "probes/machine/text.h"
#include "probes/proc/memory_map.h"

namespace bottleneck::proc {
namespace {

constexpr std::int64_t ms = 1'000'000;
/// Threads whose children are looked up at each look; of more only the main thread's. Source: a
/// file costs 3 us to open and read here.
constexpr std::size_t most_parents = 16;
/// Generations found in one look; a storm of forks is left for the next.
constexpr int most_generations = 8;
/// Without `children` files all of /proc is read: 10 us a process.
constexpr std::int64_t scan_again_ns = 100 * ms;

std::uint64_t ticks(const CounterValues<std::uint64_t>& counters) {
  return counters[Counter::user_ticks] + counters[Counter::system_ticks];
}

std::optional<ProcessStat> read_stat(const System& system, pid_t pid) {
  const auto text = system.read(fmt::format("/proc/{}/stat", pid));
  return text ? parse_process_stat(*text) : std::nullopt;
}

/// A zombie with threads left is a process whose first thread has ended alone.
bool has_ended(const ProcessStat& stat) {
  return (stat.state == 'Z' || stat.state == 'X') && stat.threads <= 1;
}

std::set<pid_t> numbers(const std::vector<std::string>& names) {
  std::set<pid_t> found;
  for (const std::string& name : names)
    if (const auto number = leading_number(name)) found.insert(static_cast<pid_t>(*number));
  return found;
}

}  // namespace

FollowedTree::FollowedTree(const System& system, sched::Ledger& books)
    : system_(system), books_(books) {
  const pid_t root = books_.tree.root;
  children_listed_ = system_.read(fmt::format("/proc/{0}/task/{0}/children", root)).has_value();
  Followed known;
  known.process = 0;
  known.threads[root] = 0;
  if (const auto stat = read_stat(system_, root)) known.start_ticks = stat->start_ticks;
  processes_[root] = known;
}

void FollowedTree::tell(pid_t pid, pid_t tid, std::int64_t now_ns,
                        decltype(perf::Record::what) what) {
  perf::Record record;
  record.stamp = {static_cast<std::uint32_t>(pid), static_cast<std::uint32_t>(tid),
                  static_cast<std::uint64_t>(now_ns), 0, 0};
  record.what = std::move(what);
  books_.tasks.apply(record, books_.tree);
}

void FollowedTree::start(std::int64_t exec_ns) {
  const pid_t root = books_.tree.root;
  Followed& known = processes_[root];
  if (const auto stat = read_stat(system_, root)) {
    known.name = stat->name;
    known.code_begin = stat->code_begin;
  }
  read_code(root, known, true, exec_ns);
}

void FollowedTree::read_code(pid_t pid, Followed& known, bool after_exec, std::int64_t now_ns) {
  if (after_exec) tell(pid, pid, now_ns, perf::Comm{known.name, true});
  known.mapped_ns = now_ns;
  const auto maps = read_maps(system_, pid);
  if (!maps) return;
  for (const MappedCode& code : *maps)
    tell(pid, pid, now_ns,
         perf::Mmap{code.start, code.end - code.start, code.file_offset, code.file});
}

void FollowedTree::find_code(pid_t pid, std::uint64_t address, std::int64_t seen_ns,
                             std::int64_t now_ns) {
  const auto found = processes_.find(pid);
  if (found == processes_.end()) return;
  Followed& known = found->second;
  if (seen_ns < known.mapped_ns) return;
  if (books_.process(known.process).space.find(address)) return;
  read_code(pid, known, false, now_ns);
}

Changes FollowedTree::look(std::int64_t now_ns) {
  Changes changes;
  find_children(now_ns, changes);
  std::vector<pid_t> ended;
  for (auto& [pid, known] : processes_)
    if (!look_at(pid, known, now_ns, changes)) ended.push_back(pid);
  for (pid_t pid : ended) {
    end_process(pid, processes_[pid], now_ns, changes);
    processes_.erase(pid);
  }
  return changes;
}

/// false: it has ended. The launched process is never said to have: its end is the end of the run.
bool FollowedTree::look_at(pid_t pid, Followed& known, std::int64_t now_ns, Changes& changes) {
  const auto stat = read_stat(system_, pid);
  const bool root = pid == books_.tree.root;
  if (!stat) return root || (errno != ENOENT && errno != ESRCH);  // ours may be the lack
  if (stat->start_ticks != known.start_ticks) return root;
  known.own_ticks = ticks(stat->own);
  known.reaped_ticks = ticks(stat->reaped);
  known.own_kernel_ticks = stat->own[Counter::system_ticks];
  known.reaped_kernel_ticks = stat->reaped[Counter::system_ticks];
  if (has_ended(*stat)) return root;
  const bool executed = stat->code_begin != known.code_begin && stat->code_begin != 0;
  const bool renamed = stat->name != known.name;
  known.code_begin = stat->code_begin;
  known.name = stat->name;
  if (executed)
    read_code(pid, known, true, now_ns);
  else if (renamed)
    tell(pid, pid, now_ns, perf::Comm{known.name, false});
  if (stat->threads != known.threads.size() || known.threads.size() > 1)
    list_threads(pid, known, now_ns, changes);
  return true;
}

void FollowedTree::list_threads(pid_t pid, Followed& known, std::int64_t now_ns, Changes& changes) {
  const std::set<pid_t> here = numbers(system_.list(fmt::format("/proc/{}/task", pid)));
  if (here.empty()) return;
  for (auto it = known.threads.begin(); it != known.threads.end();) {
    if (here.contains(it->first)) {
      ++it;
      continue;
    }
    changes.died.push_back(it->second);
    end_thread(pid, it->first, now_ns);
    it = known.threads.erase(it);
  }
  for (pid_t tid : here) {
    if (known.threads.contains(tid)) continue;
    const auto number = [](pid_t id) { return static_cast<std::uint32_t>(id); };
    tell(pid, tid, now_ns, perf::Fork{number(pid), number(pid), number(tid), number(pid)});
    const int thread = books_.tasks.thread_of(number(tid));
    if (thread < 0) continue;
    known.threads[tid] = thread;
    changes.born.push_back(thread);
    const auto name = system_.read(fmt::format("/proc/{}/task/{}/comm", pid, tid));
    if (name && !name->empty())
      tell(pid, tid, now_ns, perf::Comm{name->substr(0, name->find_last_not_of('\n') + 1), false});
  }
}

void FollowedTree::end_thread(pid_t pid, pid_t tid, std::int64_t now_ns) {
  tell(pid, tid, now_ns,
       perf::Exit{static_cast<std::uint32_t>(pid), static_cast<std::uint32_t>(tid)});
}

void FollowedTree::end_process(pid_t pid, Followed& known, std::int64_t now_ns, Changes& changes) {
  for (const auto& [tid, thread] : known.threads) {
    changes.died.push_back(thread);
    end_thread(pid, tid, now_ns);
  }
  changes.ended.push_back({pid, known.parent, known.process});
  books_.tree.live.erase(pid);
}

std::vector<std::pair<pid_t, pid_t>> FollowedTree::children() const {
  std::vector<std::pair<pid_t, pid_t>> found;
  for (const auto& [pid, known] : processes_) {
    std::size_t looked = 0;
    for (const auto& [tid, thread] : known.threads) {
      if (looked++ >= most_parents) break;
      const auto text = system_.read(fmt::format("/proc/{}/task/{}/children", pid, tid));
      if (!text || text->empty()) continue;
      for (std::string_view word : split(*text, ' '))
        if (const auto child = leading_number(word))
          found.emplace_back(pid, static_cast<pid_t>(*child));
    }
  }
  return found;
}

std::vector<std::pair<pid_t, pid_t>> FollowedTree::children_by_scan() const {
  std::vector<std::pair<pid_t, pid_t>> found;
  for (pid_t pid : numbers(system_.list("/proc"))) {
    if (processes_.contains(pid)) continue;
    const auto stat = read_stat(system_, pid);
    if (stat && processes_.contains(stat->parent)) found.emplace_back(stat->parent, pid);
  }
  return found;
}

void FollowedTree::find_children(std::int64_t now_ns, Changes& changes) {
  if (!children_listed_) {
    if (now_ns < next_scan_ns_) return;
    next_scan_ns_ = now_ns + scan_again_ns;
  }
  // Grandchildren of a new child are there at the next look, or now.
  bool grown = true;
  for (int round = 0; grown && round < most_generations; ++round) {
    grown = false;
    for (const auto& [parent, child] : children_listed_ ? children() : children_by_scan()) {
      if (processes_.contains(child)) continue;
      adopt(parent, child, now_ns, changes);
      grown |= processes_.contains(child);
    }
  }
}

void FollowedTree::adopt(pid_t parent, pid_t child, std::int64_t now_ns, Changes& changes) {
  const auto stat = read_stat(system_, child);
  if (!stat || has_ended(*stat)) return;
  const auto number = [](pid_t id) { return static_cast<std::uint32_t>(id); };
  tell(child, child, now_ns,
       perf::Fork{number(child), number(parent), number(child), number(parent)});
  const int thread = books_.tasks.thread_of(number(child));
  if (thread < 0) return;
  Followed known;
  known.process = books_.thread(thread).process;
  known.start_ticks = stat->start_ticks;
  known.code_begin = stat->code_begin;
  known.name = stat->name;
  known.parent = parent;
  known.threads[child] = thread;
  changes.born.push_back(thread);
  read_code(child, known, true, now_ns);
  processes_[child] = std::move(known);
  books_.tree.live.insert(child);
  books_.tree.ever.insert(child);
}

}  // namespace bottleneck::proc
