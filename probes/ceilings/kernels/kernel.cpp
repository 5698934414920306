// What the kernel's services cost: page faults, a system call, a context switch, a thread, a
// process.
#include <cerrno>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/ceilings/kernels/ping_pong.h"
#include "probes/ceilings/kernels/session.h"
#include "probes/ceilings/kernels/slices.h"

namespace bottleneck::ceilings {
namespace {

constexpr double quick_s = 0.05;
constexpr double margin = 0.12;  ///< Samples::least_margin
constexpr double full_s = 0.25;
constexpr std::size_t small_page = 4096;
constexpr std::size_t huge_page = 2u << 20;

/// Faults per slice: a slice is some 0.1-1 ms long.
struct FaultKind {
  std::size_t page;
  std::size_t pages;
  int advice;
};

/// Pages that are touched after they were given back; the giving back is not timed.
Outcome measure_faults(Session&, double seconds, FaultKind kind) {
  const std::size_t bytes = kind.page * kind.pages;
  void* mapping =
      mmap(nullptr, bytes + kind.page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED)
    return Unavailable{fmt::format("{} cannot be mapped ({})", name_size(bytes), strerror(errno)),
                       "ulimit -v unlimited"};
  auto* at = static_cast<char*>(mapping);
  at += (kind.page - reinterpret_cast<std::uintptr_t>(at) % kind.page) % kind.page;
  madvise(at, bytes, kind.advice);
  Samples samples{{},
                  Unit::seconds,
                  Best::lowest,
                  fmt::format("first touch of {} of {}", kind.pages, name_size(kind.page))};
  samples.least_margin = margin;
  const double end = wall_seconds() + seconds;
  bool one_each = true;
  while (wall_seconds() < end || samples.values.size() < fewest_slices) {
    madvise(at, bytes, MADV_DONTNEED);
    const auto faults = faults_taken();
    const double before = thread_seconds();
    for (std::size_t i = 0; i < bytes; i += kind.page) at[i] = 1;
    samples.values.push_back((thread_seconds() - before) / static_cast<double>(kind.pages));
    one_each = one_each && faults_taken() - faults == static_cast<long>(kind.pages);
    // A huge page that was given would not fault at its other end; a small one would.
    at[bytes - 1] = 1;
    one_each = one_each && faults_taken() - faults == static_cast<long>(kind.pages);
  }
  munmap(mapping, bytes + kind.page);
  if (one_each) return samples;
  if (kind.page == huge_page)
    return Unavailable{"the kernel gave no huge pages (off, or no free ones)",
                       "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"};
  return Unavailable{"self-check failed: a page did not take one fault", ""};
}

Outcome measure_call(Session&, double seconds) {
  constexpr int calls = 1000;
  Samples samples{{}, Unit::seconds, Best::lowest, "getppid, which does next to nothing"};
  samples.least_margin = margin;
  const auto call = [] {
    for (int i = 0; i < calls; ++i) syscall(SYS_getppid);
  };
  samples.values = shares_of(time_slices(seconds, call), calls);
  return samples;
}

/// On one CPU each reading end sleeps until the other has written: two switches per round trip.
Outcome measure_switch(Session& session, double seconds) {
  constexpr double switches = 2;
  Samples samples{{},
                  Unit::seconds,
                  Best::lowest,
                  "a byte to and fro through pipes between two threads on one CPU; with its calls"};
  samples.least_margin = margin;
  const int cpu = session.around().cpus.front();
  samples.values = shares_of(time_round_trips(seconds, make_pipes(), {cpu, cpu}), switches);
  return samples;
}

Outcome measure_thread(Session&, double seconds) {
  constexpr int threads = 5;
  Samples samples{{}, Unit::seconds, Best::lowest, "a thread that does nothing, wall-clock time"};
  samples.least_margin = margin;
  const auto make = [] {
    for (int i = 0; i < threads; ++i) std::jthread([] {});
  };
  samples.values = shares_of(time_slices(seconds, make, CLOCK_MONOTONIC), threads);
  return samples;
}

Outcome measure_process(Session&, double seconds) {
  constexpr const char* program = "/bin/true";
  if (access(program, X_OK) != 0)
    return Unavailable{fmt::format("there is no {} to execute", program), ""};
  bool failed = false;
  const auto make = [&] {
    const pid_t child = fork();
    if (child == 0) {
      const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
      dup2(null, STDOUT_FILENO);
      execl(program, program, nullptr);
      _exit(127);
    }
    int status = 0;
    failed = failed || child < 0 || waitpid(child, &status, 0) != child || status != 0;
  };
  Samples samples{
      {},
      Unit::seconds,
      Best::lowest,
      fmt::format("fork, exec of {}, wait; wall-clock time, from a small process", program)};
  samples.least_margin = margin;
  samples.values = time_slices(seconds, make, CLOCK_MONOTONIC);
  if (failed) return Unavailable{"a process could not be made or did not end with 0", ""};
  return samples;
}

}  // namespace

void add_kernel(Figures& figures) {
  const auto add_faults = [&](const char* name, FaultKind kind) {
    figures.push_back({name, quick_s, full_s, [=](Session& session, double seconds) {
                         return measure_faults(session, seconds, kind);
                       }});
  };
  add_faults("fault.small", {small_page, 256, MADV_NOHUGEPAGE});
  add_faults("fault.huge", {huge_page, 4, MADV_HUGEPAGE});
  figures.push_back({"call.system", quick_s / 2, full_s, measure_call});
  figures.push_back({"switch.context", quick_s, full_s, measure_switch});
  figures.push_back({"thread.create_join", quick_s, full_s, measure_thread});
  figures.push_back({"process.fork_exec", 2 * quick_s, full_s, measure_process});
}

}  // namespace bottleneck::ceilings
