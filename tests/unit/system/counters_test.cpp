#include "probes/perf/counters.h"

#include <cerrno>
#include <map>

#include <gtest/gtest.h>

#include "probes/perf/counters_refusal.h"
#include "tests/unit/system/fake_root.h"

namespace bottleneck {
namespace {

/// Counters as a machine would have them: right over the self-test's loop unless a test breaks
/// them.
struct SimulatedCounters : CounterSource {
  std::map<std::string, CounterReading> self;
  std::map<std::string, CounterReading> target;
  std::map<std::string, int> refused;
  bool user_only = false;
  bool groups = true;
  int* open_handles = nullptr;
  std::vector<CounterRequest> opened;

  SimulatedCounters() {
    const std::uint64_t n = self_test_iterations;
    self = {{"cycles", {n, 9, 9}},
            {"instructions", {2 * n + 900, 9, 9}},
            {"branches", {n + 100, 9, 9}}};
    for (const char* event : {"cycles", "instructions", "branches", "branch-misses", "cache-misses",
                              "LLC-load-misses", "dTLB-load-misses"})
      target[event] = {1000, 10, 10};
  }
  int open(const CounterRequest& request) override {
    if (const auto at = refused.find(request.event); at != refused.end()) return -at->second;
    if (user_only && !request.exclude_kernel) return -EACCES;
    if (!groups && request.group >= 0) return -EINVAL;
    opened.push_back(request);
    if (open_handles != nullptr) ++*open_handles;
    return static_cast<int>(opened.size()) - 1;
  }
  std::optional<CounterReading> read(int handle) override {
    const CounterRequest& request = opened.at(static_cast<std::size_t>(handle));
    return (request.with_children ? target : self)[request.event];
  }
  void start(int) override {}
  void stop(int) override {}
  void close(int) override {
    if (open_handles != nullptr) --*open_handles;
  }
};

struct CounterRun {
  FakeRoot root;
  std::unique_ptr<SimulatedCounters> made = std::make_unique<SimulatedCounters>();
  SimulatedCounters* counters = made.get();
  Profile profile;
  ProbeState state;

  CounterRun() { root.put("/sys/bus/event_source/devices/cpu/type", "4\n"); }
  void run() {
    ProcessTree tree{10, {10}, {10}};
    const auto probe = make_counters(root.system(), std::move(made));
    state = probe->check(root.system());
    probe->attach(tree);
    probe->target_exited(tree, 1);
    probe->finish(profile);
    for (const CounterRequest& request : counters->opened) targets += request.pid == 10 ? 1 : 0;
    groups_used = 0;
    for (const CounterRequest& request : counters->opened)
      groups_used += request.group >= 0 ? 1 : 0;
  }
  const Measurement& measurement(const std::string& name) const {
    for (const Measurement& candidate : profile.measurements)
      if (candidate.name == name) return candidate;
    throw std::runtime_error("no measurement " + name);
  }
  std::string reason(const std::string& name) const {
    const auto* why = std::get_if<Unavailable>(&measurement(name).result);
    return why != nullptr ? why->reason : "";
  }
  int targets = 0;
  int groups_used = 0;
};

TEST(Counters, give_what_was_counted_with_source_and_coverage) {
  CounterRun run;
  int handles = 0;
  run.counters->open_handles = &handles;
  run.counters->target["instructions"] = {5'000'000, 100, 100};
  run.run();
  EXPECT_EQ(run.state.status, ProbeStatus::available) << run.state.reason;
  EXPECT_EQ(std::get<Quantity>(run.measurement("cpu.instructions").result),
            exactly(5'000'000, Unit::count));
  EXPECT_EQ(run.measurement("cpu.instructions").source, "perf_event:instructions");
  EXPECT_EQ(run.profile.measurements.size(), 7U);
  EXPECT_EQ(run.targets, 7);
  EXPECT_EQ(run.groups_used, 2);
  EXPECT_EQ(handles, 0) << "every handle must be closed";
}

TEST(Counters, count_user_code_alone_where_the_kernel_is_hidden) {
  CounterRun run;
  run.counters->user_only = true;
  run.run();
  EXPECT_EQ(run.state.status, ProbeStatus::available);
  EXPECT_EQ(run.measurement("cpu.cycles").source, "perf_event:cycles:u");
}

TEST(Counters, scale_a_multiplexed_event_and_widen_its_interval) {
  CounterRun run;
  run.counters->target["cache-misses"] = {100, 40, 10};
  run.run();
  const auto quantity = std::get<Quantity>(run.measurement("cpu.cache_misses").result);
  EXPECT_DOUBLE_EQ(quantity.value, 400);
  EXPECT_LE(quantity.low, 100);
  EXPECT_GE(quantity.high, 700);
  EXPECT_DOUBLE_EQ(run.measurement("cpu.cache_misses").coverage, 0.25);
}

TEST(Counters, are_unavailable_never_zero_when_they_read_zero_in_the_self_test) {
  CounterRun run;
  for (auto& [event, reading] : run.counters->self) reading.value = 0;
  run.run();
  EXPECT_EQ(run.state.status, ProbeStatus::unavailable);
  EXPECT_NE(run.state.reason.find("reads 0 instead of"), std::string::npos) << run.state.reason;
  EXPECT_EQ(run.targets, 0);
  for (const Measurement& measurement : run.profile.measurements)
    EXPECT_TRUE(std::holds_alternative<Unavailable>(measurement.result)) << measurement.name;
}

TEST(Counters, believe_instructions_within_two_percent_only) {
  CounterRun near;
  near.counters->self["instructions"].value = self_test_iterations * 2 * 101 / 100;
  near.run();
  EXPECT_EQ(near.state.status, ProbeStatus::available);
  CounterRun far;
  far.counters->self["instructions"].value = self_test_iterations * 2 * 103 / 100;
  far.run();
  EXPECT_EQ(far.state.status, ProbeStatus::unavailable);
}

TEST(Counters, do_not_take_a_zero_over_a_whole_run_for_a_count) {
  CounterRun run;
  run.counters->target["LLC-load-misses"].value = 0;
  run.run();
  EXPECT_NE(run.reason("cpu.llc_load_misses").find("reads 0"), std::string::npos);
  EXPECT_EQ(run.reason("cpu.cycles"), "");
}

TEST(Counters, say_when_an_event_never_got_a_hardware_counter_or_exec_never_came) {
  CounterRun run;
  run.counters->target["branches"] = {0, 100, 0};
  run.counters->target["cycles"] = {0, 0, 0};
  run.run();
  EXPECT_NE(run.reason("cpu.branches").find("never got a hardware counter"), std::string::npos);
  EXPECT_NE(run.reason("cpu.cycles").find("never switched on"), std::string::npos);
}

TEST(Counters, lack_one_event_without_losing_the_others) {
  CounterRun run;
  run.counters->refused["LLC-load-misses"] = ENOENT;
  run.run();
  EXPECT_EQ(run.state.status, ProbeStatus::degraded);
  EXPECT_NE(run.reason("cpu.llc_load_misses").find("LLC-load-misses"), std::string::npos);
  EXPECT_TRUE(value_of(run.profile.measurements, "cpu.cycles"));
}

TEST(Counters, go_on_ungrouped_where_two_do_not_fit_together) {
  CounterRun run;
  run.counters->groups = false;
  run.run();
  EXPECT_EQ(run.groups_used, 0);
  EXPECT_TRUE(value_of(run.profile.measurements, "cpu.instructions"));
}

TEST(Counters, are_not_even_tried_without_a_pmu) {
  CounterRun run;
  FakeRoot none;
  none.put("/sys/bus/event_source/devices/software/type", "1\n")
      .put("/proc/cpuinfo", "flags : fpu hypervisor\n");
  auto counters = std::make_unique<SimulatedCounters>();
  SimulatedCounters* seen = counters.get();
  const auto probe = make_counters(none.system(), std::move(counters));
  const ProbeState state = probe->check(none.system());
  EXPECT_EQ(state.status, ProbeStatus::unavailable);
  EXPECT_NE(state.reason.find("virtual PMU"), std::string::npos);
  EXPECT_FALSE(state.remedy.empty());
  EXPECT_TRUE(seen->opened.empty());
}

struct Refusal {
  FakeRoot root;
  Unavailable why(int error, const char* paranoid, const char* status) {
    root.put("/proc/self/status", status);
    if (paranoid != nullptr) root.put("/proc/sys/kernel/perf_event_paranoid", paranoid);
    return explain_refusal(root.system(), error, "cycles");
  }
};

constexpr const char* user = "CapEff:\t0000000000000000\nSeccomp:\t0\n";
constexpr const char* root_user = "CapEff:\t000001ffffffffff\nSeccomp:\t0\n";
constexpr const char* filtered = "CapEff:\t00000000a80425fb\nSeccomp:\t2\n";

TEST(CounterRefusal, tells_the_paranoid_level_with_the_line_that_mends_it) {
  const Unavailable why = Refusal().why(EACCES, "4\n", user);
  EXPECT_NE(why.reason.find("perf_event_paranoid is 4"), std::string::npos);
  EXPECT_NE(why.remedy.find("sysctl kernel.perf_event_paranoid=2"), std::string::npos);
  EXPECT_NE(why.remedy.find("cap_perfmon"), std::string::npos);
}

TEST(CounterRefusal, blames_a_filter_where_the_level_would_allow_it) {
  EXPECT_NE(Refusal().why(EPERM, "2\n", filtered).reason.find("seccomp"), std::string::npos);
  EXPECT_NE(Refusal().why(EPERM, "-1\n", filtered).remedy.find("docker"), std::string::npos);
  EXPECT_NE(Refusal().why(ENOSYS, "1\n", filtered).reason.find("seccomp"), std::string::npos);
  EXPECT_NE(Refusal().why(ENOSYS, nullptr, user).reason.find("without perf events"),
            std::string::npos);
}

TEST(CounterRefusal, does_not_advise_root_to_become_root) {
  const Unavailable why = Refusal().why(EPERM, "4\n", root_user);
  EXPECT_EQ(why.reason.find("ordinary users"), std::string::npos);
  EXPECT_NE(why.reason.find("security module"), std::string::npos);
}

TEST(CounterRefusal, tells_a_missing_event_from_a_busy_pmu) {
  EXPECT_NE(Refusal().why(ENOENT, "2", user).reason.find("no counter for cycles"),
            std::string::npos);
  EXPECT_NE(Refusal().why(EOPNOTSUPP, "2", user).reason.find("no counter for cycles"),
            std::string::npos);
  EXPECT_EQ(Refusal().why(ENOENT, "2", user).reason.find("virtual"), std::string::npos);
  Refusal guest;  // without /sys
  guest.root.put("/proc/cpuinfo", "flags : fpu hypervisor\n");
  EXPECT_NE(guest.why(ENOENT, "2", user).reason.find("without a virtual PMU"), std::string::npos);
  EXPECT_NE(Refusal().why(EBUSY, "2", user).reason.find("in use"), std::string::npos);
  EXPECT_NE(Refusal().why(EBUSY, "2", user).remedy.find("nmi_watchdog"), std::string::npos);
}

TEST(CounterRefusal, knows_the_pmus_of_other_processors) {
  for (const char* device : {"cpu", "cpu_core", "armv8_pmuv3_0"}) {
    FakeRoot root;
    root.put(std::string("/sys/bus/event_source/devices/") + device + "/type", "8\n");
    EXPECT_FALSE(missing_pmu(root.system())) << device;
  }
  const FakeRoot without_sys;
  EXPECT_FALSE(missing_pmu(without_sys.system())) << "cannot be told: must be tried";
}

}  // namespace
}  // namespace bottleneck
