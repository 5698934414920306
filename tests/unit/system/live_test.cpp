// The probes of this folder on a real child, driven as src/launch does.
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/clock.h"
#include "probes/io/io_probe.h"
#include "probes/machine/load.h"
#include "probes/machine/machine.h"
#include "probes/memory/memory_probe.h"
#include "probes/perf/counters.h"

namespace bottleneck {
namespace {

constexpr std::size_t touched_bytes = 32U << 20;

/// Forks a child that touches memory and reads a file, and reaps it.
[[noreturn]] void work_in_child(int go) {
  char byte = 0;
  if (::read(go, &byte, 1) != 1) _exit(1);
  const pid_t child = fork();
  if (child == 0) {
    std::vector<char> memory(touched_bytes, 1);
    FILE* file = fopen("/proc/self/exe", "r");
    if (file == nullptr || fread(memory.data(), 1, 100'000, file) != 100'000) _exit(1);
    usleep(150'000);
    _exit(memory[touched_bytes / 2] == 1 ? 0 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  _exit(WEXITSTATUS(status));
}

TEST(SystemProbes, see_a_childs_child_that_was_reaped) {
  int go[2];
  ASSERT_EQ(pipe(go), 0);
  const pid_t target = fork();
  if (target == 0) work_in_child(go[0]);
  ProcessTree tree{target, {target}, {target}};
  const System system;
  std::vector<std::unique_ptr<Probe>> probes;
  probes.push_back(make_machine_probe(system));
  probes.push_back(make_counters(system));
  probes.push_back(make_io_probe(system));
  probes.push_back(make_memory_probe(system));
  probes.push_back(make_load_probe(system));
  Profile profile;
  for (const auto& probe : probes) profile.probes.push_back(probe->check(system));
  for (const auto& probe : probes) probe->attach(tree);
  for (const auto& probe : probes) probe->target_started(monotonic_ns());
  ASSERT_EQ(write(go[1], "x", 1), 1);
  siginfo_t info{};
  do {
    usleep(20'000);
    for (const auto& probe : probes) probe->tick(tree);
    info.si_pid = 0;
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(target), &info, WEXITED | WNOHANG | WNOWAIT), 0);
  } while (info.si_pid == 0);
  for (const auto& probe : probes) probe->target_exited(tree, monotonic_ns());
  int status = 0;
  waitpid(target, &status, 0);
  close(go[0]);
  close(go[1]);
  ASSERT_EQ(WEXITSTATUS(status), 0);
  for (const auto& probe : probes) probe->finish(profile);

  EXPECT_GE(profile.machine.cpus(), 1);
  const auto faults = value_of(profile.measurements, "memory.minor_faults");
  ASSERT_TRUE(faults);
  EXPECT_GE(*faults, 8) << "32 MB were touched: 8192 small pages, 16 huge ones";
  EXPECT_FALSE(profile.timeline.counters.empty());
  EXPECT_EQ(profile.timeline.system.size(), static_cast<std::size_t>(profile.timeline.windows));
  const auto chars = value_of(profile.measurements, "io.read_chars");
  if (!chars) GTEST_SKIP() << "/proc/PID/io may not be read here";
  EXPECT_GE(*chars, 100'000);
}

TEST(SystemProbes, count_hardware_events_where_there_are_any) {
  const auto probe = make_counters(System{});
  const ProbeState state = probe->check(System{});
  if (state.status == ProbeStatus::unavailable)
    GTEST_SKIP() << "no hardware counters here: " << state.reason;
  EXPECT_NE(state.detail.find("instructions"), std::string::npos);
}

}  // namespace
}  // namespace bottleneck
