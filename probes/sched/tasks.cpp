#include "probes/sched/tasks.h"

#include "src/core/runtimes.h"

namespace bottleneck::sched {

Tasks::Tasks(std::uint32_t root_pid, std::int64_t now_ns) : root_pid_(root_pid) {
  ProcessInfo process;
  process.pid = root_pid;
  process.start_ns = now_ns;
  process.live_threads = process.kept_threads = 1;
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
    child.foreign_files = mother.foreign_files;
    child.space = mother.space;
    child.start_ns = now_ns;
    process = new_process(std::move(child));
    processes_[static_cast<std::size_t>(parent->second)].kept_children += 1;
    process_by_pid_[fork.pid] = process;
    tree.live.insert(static_cast<pid_t>(fork.pid));
    tree.ever.insert(static_cast<pid_t>(fork.pid));
  }
  ThreadInfo thread;
  thread.tid = fork.tid;
  thread.process = process;
  thread.main_thread = fork.tid == fork.pid;
  thread.start_ns = now_ns;
  ProcessInfo& owner = processes_[static_cast<std::size_t>(process)];
  thread.name = owner.name;
  owner.live_threads += 1;
  owner.kept_threads += 1;
  const int index = new_thread(std::move(thread));
  thread_by_tid_[fork.tid] = index;
  return index;
}

int Tasks::new_process(ProcessInfo process) {
  if (free_processes_.empty()) {
    processes_.push_back(std::move(process));
    return static_cast<int>(processes_.size()) - 1;
  }
  const int index = free_processes_.back();
  free_processes_.pop_back();
  processes_[static_cast<std::size_t>(index)] = std::move(process);
  return index;
}

int Tasks::new_thread(ThreadInfo thread) {
  if (free_threads_.empty()) {
    threads_.push_back(std::move(thread));
    return static_cast<int>(threads_.size()) - 1;
  }
  const int index = free_threads_.back();
  free_threads_.pop_back();
  threads_[static_cast<std::size_t>(index)] = std::move(thread);
  return index;
}

int Tasks::release_thread(int thread) {
  ThreadInfo& gone = threads_[static_cast<std::size_t>(thread)];
  if (thread == 0 || gone.end_ns < 0 || gone.process < 0) return -1;
  const int process = gone.process;
  gone = ThreadInfo{};
  gone.end_ns = 0;
  free_threads_.push_back(thread);
  ProcessInfo& owner = processes_[static_cast<std::size_t>(process)];
  owner.kept_threads -= 1;
  return owner.kept_threads == 0 && owner.end_ns >= 0 && process != 0 ? process : -1;
}

void Tasks::release_process(int process) {
  ProcessInfo& gone = processes_[static_cast<std::size_t>(process)];
  if (gone.parent >= 0) processes_[static_cast<std::size_t>(gone.parent)].kept_children -= 1;
  // Those who outlive it have nobody above them any more that could be asked.
  for (std::size_t i = 0; gone.kept_children > 0 && i < processes_.size(); ++i)
    if (processes_[i].parent == process) {
      processes_[i].parent = -1;
      gone.kept_children -= 1;
    }
  gone = ProcessInfo{};
  gone.end_ns = 0;
  free_processes_.push_back(process);
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
  process.foreign_files = files_ && files_->is_foreign(static_cast<int>(stamp.pid));
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
  const int module = module_of(path_for_us(process, map.file));
  process.has_runtime |= is_runtime_module(map.file);
  process.space.add({map.start, map.start + map.length, map.file_offset, module});
  // The first file mapped after exec is the executable itself.
  if (process.executable < 0 && !map.file.empty() && map.file[0] == '/')
    process.executable = module;
}

std::string Tasks::path_for_us(const ProcessInfo& process, const std::string& path) {
  if (!process.foreign_files || !path.starts_with('/')) return path;
  const std::string reachable = files_->reachable(static_cast<int>(process.pid), path);
  // Nobody can show it any more: a path that leads nowhere is better than one to another file.
  return reachable.empty() ? "/proc/0/root" + path : reachable;
}

int Tasks::module_of(const std::string& path) {
  if (modules_.size() >= max_modules && path != other_modules && !module_by_path_.contains(path))
    return module_of(other_modules);
  const auto [it, fresh] = module_by_path_.try_emplace(path, static_cast<int>(modules_.size()));
  if (fresh) modules_.push_back(path);
  return it->second;
}

const std::string& Tasks::module_path(int module) const {
  static const std::string none;
  return module < 0 ? none : modules_[static_cast<std::size_t>(module)];
}

}  // namespace bottleneck::sched
