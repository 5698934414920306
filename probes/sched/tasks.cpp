#include "probes/sched/tasks.h"

#include "src/core/runtimes.h"

namespace bottleneck::sched {

void AddressSpace::add(const Mapping& mapping) {
  // A new mapping replaces what it covers; a partly covered one keeps the part before it.
  auto it = by_start_.upper_bound(mapping.start);
  if (it != by_start_.begin()) {
    auto before = std::prev(it);
    const Mapping whole = before->second;
    if (whole.end > mapping.start) before->second.end = mapping.start;
    if (whole.end > mapping.end)  // what lies behind the new one stays
      by_start_[mapping.end] = {mapping.end, whole.end,
                                whole.file_offset + (mapping.end - whole.start), whole.module};
    if (before->second.end <= before->second.start) by_start_.erase(before);
  }
  while (it != by_start_.end() && it->second.start < mapping.end) it = by_start_.erase(it);
  by_start_[mapping.start] = mapping;
}

const Mapping* AddressSpace::find(std::uint64_t address) const {
  auto it = by_start_.upper_bound(address);
  if (it == by_start_.begin()) return nullptr;
  --it;
  return address < it->second.end ? &it->second : nullptr;
}

Tasks::Tasks(std::uint32_t root_pid, std::int64_t now_ns) : root_pid_(root_pid) {
  ProcessInfo process;
  process.pid = root_pid;
  process.start_ns = now_ns;
  process.live_threads = 1;
  processes_.push_back(process);
  ThreadInfo thread;
  thread.tid = root_pid;
  thread.process = 0;
  thread.start_ns = now_ns;
  thread.main_thread = true;
  threads_.push_back(thread);
  process_by_pid_[root_pid] = 0;
  thread_by_tid_[root_pid] = 0;
}

int Tasks::apply(const perf::Record& record, ProcessTree& tree) {
  const auto now = static_cast<std::int64_t>(record.stamp.time_ns);
  if (const auto* fork = std::get_if<perf::Fork>(&record.what)) return born(*fork, now, tree);
  if (const auto* exit = std::get_if<perf::Exit>(&record.what)) die(*exit, now, tree);
  if (const auto* comm = std::get_if<perf::Comm>(&record.what)) renamed(record.stamp, *comm);
  if (const auto* map = std::get_if<perf::Mmap>(&record.what)) mapped(record.stamp, *map);
  return -1;
}

int Tasks::thread_of(std::uint32_t tid) const {
  const auto found = thread_by_tid_.find(tid);
  return found == thread_by_tid_.end() ? -1 : found->second;
}

int Tasks::born(const perf::Fork& fork, std::int64_t now_ns, ProcessTree& tree) {
  const auto parent = process_by_pid_.find(fork.parent_pid);
  if (parent == process_by_pid_.end()) return -1;
  int process = parent->second;
  if (fork.pid != fork.parent_pid) {
    ProcessInfo child;
    child.pid = fork.pid;
    child.parent = parent->second;
    const ProcessInfo& mother = processes_[static_cast<std::size_t>(parent->second)];
    child.name = mother.name;
    child.executable = mother.executable;
    child.has_runtime = mother.has_runtime;
    child.space = mother.space;
    child.start_ns = now_ns;
    process = static_cast<int>(processes_.size());
    processes_.push_back(std::move(child));
    process_by_pid_[fork.pid] = process;
    tree.live.insert(static_cast<pid_t>(fork.pid));
    tree.ever.insert(static_cast<pid_t>(fork.pid));
  }
  ThreadInfo thread;
  thread.tid = fork.tid;
  thread.process = process;
  thread.main_thread = fork.tid == fork.pid;
  thread.start_ns = now_ns;
  thread.name = processes_[static_cast<std::size_t>(process)].name;
  processes_[static_cast<std::size_t>(process)].live_threads += 1;
  const int index = static_cast<int>(threads_.size());
  threads_.push_back(std::move(thread));
  thread_by_tid_[fork.tid] = index;
  return index;
}

void Tasks::die(const perf::Exit& exit, std::int64_t now_ns, ProcessTree& tree) {
  const auto found = thread_by_tid_.find(exit.tid);
  if (found == thread_by_tid_.end()) return;
  ThreadInfo& thread = threads_[static_cast<std::size_t>(found->second)];
  thread.end_ns = now_ns;
  thread_by_tid_.erase(found);
  ProcessInfo& process = processes_[static_cast<std::size_t>(thread.process)];
  if (--process.live_threads > 0) return;
  process.end_ns = now_ns;
  process.space = AddressSpace{};
  if (process_by_pid_[process.pid] == thread.process) process_by_pid_.erase(process.pid);
  tree.live.erase(static_cast<pid_t>(process.pid));
}

void Tasks::renamed(const perf::Stamp& stamp, const perf::Comm& comm) {
  int index = thread_of(stamp.tid);
  // exec from another thread: the leader's exit was seen, and its number lives on in the caller.
  if (index < 0 && comm.exec) index = adopt(stamp);
  if (index < 0) return;
  ThreadInfo& thread = threads_[static_cast<std::size_t>(index)];
  thread.name = comm.name;
  ProcessInfo& process = processes_[static_cast<std::size_t>(thread.process)];
  if (thread.main_thread) process.name = comm.name;
  if (!comm.exec) return;
  process.space = AddressSpace{};
  process.executable = -1;
  process.has_runtime = false;
  if (stamp.pid == root_pid_ && exec_ns_ < 0) {
    exec_ns_ = static_cast<std::int64_t>(stamp.time_ns);
    process.start_ns = thread.start_ns = exec_ns_;
  }
}

int Tasks::adopt(const perf::Stamp& stamp) {
  const auto process = process_by_pid_.find(stamp.pid);
  if (process == process_by_pid_.end()) return -1;
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    if (threads_[i].process != process->second || threads_[i].end_ns >= 0) continue;
    thread_by_tid_.erase(threads_[i].tid);
    threads_[i].tid = stamp.tid;
    threads_[i].main_thread = true;
    thread_by_tid_[stamp.tid] = static_cast<int>(i);
    return static_cast<int>(i);
  }
  return -1;
}

void Tasks::mapped(const perf::Stamp& stamp, const perf::Mmap& map) {
  if (!map.executable) return;
  const auto found = process_by_pid_.find(stamp.pid);
  if (found == process_by_pid_.end()) return;
  ProcessInfo& process = processes_[static_cast<std::size_t>(found->second)];
  const int module = module_of(map.file);
  process.has_runtime |= is_runtime_module(map.file);
  process.space.add({map.start, map.start + map.length, map.file_offset, module});
  // The first file mapped after exec is the executable itself.
  if (process.executable < 0 && !map.file.empty() && map.file[0] == '/')
    process.executable = module;
}

int Tasks::module_of(const std::string& path) {
  const auto [it, fresh] = module_by_path_.try_emplace(path, static_cast<int>(modules_.size()));
  if (fresh) modules_.push_back(path);
  return it->second;
}

const std::string& Tasks::module_path(int module) const {
  static const std::string none;
  return module < 0 ? none : modules_[static_cast<std::size_t>(module)];
}

}  // namespace bottleneck::sched
