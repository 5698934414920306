// The tree's processes and threads as the kernel's records tell of them: births, exec, names,
// mappings, deaths. Knows who belongs to the tree and which file an address lies in; knows nothing
// of time shares (sweep.h).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "probes/code/target_files.h"
#include "probes/perf/records.h"
#include "probes/probe.h"
#include "probes/sched/address_space.h"

namespace bottleneck::sched {

/// Beyond so many files of code further ones are one. Source: a build runs some thousands; 100
/// bytes a path.
inline constexpr std::size_t max_modules = 20'000;
inline constexpr const char* other_modules = "[other files]";

struct ProcessInfo {
  std::uint32_t pid = 0;
  int parent = -1;  ///< index into Tasks::processes
  std::string name;
  int executable = -1;  ///< module
  std::int64_t start_ns = 0;
  std::int64_t end_ns = -1;    ///< -1 = lives
  bool has_runtime = false;    ///< maps a module of the runtime table (src/core/runtimes.h)
  bool foreign_files = false;  ///< another mount namespace or root directory than ours
  int live_threads = 0;
  int kept_threads = 0;   ///< not yet released, dead ones included
  int kept_children = 0;  ///< processes not yet released whose parent this is
  AddressSpace space;
};

struct ThreadInfo {
  std::uint32_t tid = 0;
  int process = -1;
  std::string name;
  std::int64_t start_ns = 0;
  std::int64_t end_ns = -1;
  bool main_thread = false;
};

class Tasks {
 public:
  explicit Tasks(std::uint32_t root_pid, std::int64_t now_ns);
  /// From now on files of processes that see other files than we do are told by paths that we can
  /// open. Needs: outlives this.
  void set_files(TargetFiles& files) { files_ = &files; }

  /// Applies a side-band record if it concerns the tree. Returns the index of the thread born, or
  /// -1.
  int apply(const perf::Record& record, ProcessTree& tree);
  /// The living thread of that tid in the tree; -1 otherwise.
  int thread_of(std::uint32_t tid) const;

  /// The thread is dead and nothing about it can come any more: its number is given to another one,
  /// and its process's number, if that has ended with it. Numbers 0 stay. Returns the process
  /// that may go, or -1; who keeps something by its number lets go of it, then calls
  /// release_process.
  int release_thread(int thread);
  void release_process(int process);

  /// exec of the launched program has been seen; -1 before.
  std::int64_t exec_ns() const { return exec_ns_; }

  std::vector<ProcessInfo>& processes() { return processes_; }
  std::vector<ThreadInfo>& threads() { return threads_; }
  const std::vector<ProcessInfo>& processes() const { return processes_; }
  const std::vector<ThreadInfo>& threads() const { return threads_; }
  /// To be opened by us; the target may know it by another path (as_target_sees).
  const std::string& module_path(int module) const;

 private:
  int born(const perf::Fork& fork, std::int64_t now_ns, ProcessTree& tree);
  void die(const perf::Exit& exit, std::int64_t now_ns, ProcessTree& tree);
  int adopt(const perf::Stamp& stamp);
  void renamed(const perf::Stamp& stamp, const perf::Comm& comm);
  void mapped(const perf::Stamp& stamp, const perf::Mmap& map);
  int module_of(const std::string& path);
  int new_process(ProcessInfo process);
  int new_thread(ThreadInfo thread);

  std::string path_for_us(const ProcessInfo& process, const std::string& path);

  TargetFiles* files_ = nullptr;
  std::uint32_t root_pid_;
  std::int64_t exec_ns_ = -1;
  std::vector<ProcessInfo> processes_;
  std::vector<ThreadInfo> threads_;
  std::vector<int> free_processes_;
  std::vector<int> free_threads_;
  std::unordered_map<std::uint32_t, int> thread_by_tid_;
  std::unordered_map<std::uint32_t, int> process_by_pid_;
  std::vector<std::string> modules_;
  std::unordered_map<std::string, int> module_by_path_;
};

}  // namespace bottleneck::sched
