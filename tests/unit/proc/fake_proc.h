// A /proc of a few processes whose times a test moves on.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "probes/system.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck::proc {

struct FakeTask {
  int pid = 0;
  int tid = 0;
  char state = 'S';
  long run_ms = 0;
  long delay_ms = 0;
  long slices = 0;
  long user_ticks = 0;
  long system_ticks = 0;
};

class FakeProc {
 public:
  System system() const { return {folder_.path()}; }

  void put_task(const FakeTask& task) {
    const std::string at = fmt::format("proc/{}/task/{}/", task.pid, task.tid);
    folder_.write(at + "schedstat", fmt::format("{} {} {}\n", task.run_ms * 1'000'000,
                                                task.delay_ms * 1'000'000, task.slices));
    folder_.write(at + "stat", stat(task.tid, "worker", task.state, 1, task.user_ticks,
                                    task.system_ticks, 0, 1, 4096));
    folder_.write(at + "comm", "worker\n");
    if (task.pid == task.tid) put_children(task.pid, "");
  }
  void put_process(int pid, const std::string& name, int parent, int threads, long ticks = 0,
                   long reaped = 0, long code = 4096, char state = 'S') {
    folder_.write(fmt::format("proc/{}/stat", pid),
                  stat(pid, name, state, parent, ticks, 0, reaped, threads, code));
    folder_.write(fmt::format("proc/{}/maps", pid), "1000-2000 r-xp 00000000 00:00 1 /bin/it\n");
  }
  void put_children(int pid, const std::string& children) {
    folder_.write(fmt::format("proc/{0}/task/{0}/children", pid), children);
  }
  void put_wait(int pid, int tid, const std::string& call) {
    folder_.write(fmt::format("proc/{}/task/{}/syscall", pid, tid), call + "\n");
    folder_.write(fmt::format("proc/{}/task/{}/wchan", pid, tid), "0");
  }
  void remove_process(int pid) {
    std::filesystem::remove_all(folder_.path(fmt::format("proc/{}", pid)));
  }
  void remove_task(int pid, int tid) {
    std::filesystem::remove_all(folder_.path(fmt::format("proc/{}/task/{}", pid, tid)));
  }

 private:
  /// Source of the fields: proc(5).
  static std::string stat(int pid, const std::string& name, char state, int parent, long user,
                          long system, long reaped, int threads, long code) {
    return fmt::format("{} ({}) {} {} 0 0 0 0 0 0 0 0 0 {} {} {} 0 20 0 {} 0 100 0 0 0 {} 0 0\n",
                       pid, name, state, parent, user, system, reaped, threads, code);
  }
  TemporaryFolder folder_;
};

}  // namespace bottleneck::proc
