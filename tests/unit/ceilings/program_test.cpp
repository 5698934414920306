// The true helper under bad conditions: it says clearly what it could not do, and does not crash.
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "probes/ceilings/ceilings_process.h"

namespace bottleneck::ceilings {
namespace {

using testing::HasSubstr;

std::vector<Measurement> run_program(std::vector<std::string> names, std::string directory = "",
                                     double budget_s = 20) {
  CeilingRequest request;
  request.names = std::move(names);
  request.budget_s = budget_s;
  request.directory = std::move(directory);
  return measure_with(CEILINGS_PROGRAM, request, {});
}

const Measurement* find(const std::vector<Measurement>& all, const std::string& name) {
  for (const Measurement& one : all)
    if (one.name == name) return &one;
  return nullptr;
}

std::string reason_of(const std::vector<Measurement>& all, const std::string& name) {
  const Measurement* one = find(all, name);
  if (!one) return name + " is not there";
  const auto* why = std::get_if<Unavailable>(&one->result);
  return why ? why->reason : name + " was measured";
}

/// Nothing ended it, and each figure is there with a value or a reason. Only on a quiet machine
/// must none be above what its clock allows: beside others the clock is measured too low.
void expect_clean_end(const std::vector<Measurement>& all) {
  constexpr double disturbed_from = 0.05;
  const bool quiet = value_of(all, "machine.disturbed").value_or(1) < disturbed_from;
  EXPECT_EQ(find(all, "machine.ceilings"), nullptr) << reason_of(all, "machine.ceilings");
  EXPECT_NE(find(all, "machine.disturbed"), nullptr);
  for (const Measurement& one : all) {
    if (const auto* why = std::get_if<Unavailable>(&one.result)) {
      EXPECT_FALSE(why->reason.empty()) << one.name;
      if (quiet) {
        EXPECT_THAT(why->reason, testing::Not(HasSubstr("self-check"))) << one.name;
      }
    } else {
      EXPECT_GT(std::get<Quantity>(one.result).high, 0) << one.name;
    }
  }
}

TEST(CeilingsProgram, measures_each_topic) {
  const auto all = run_program({"compute.clock", "compute.flops_f64_sse_1", "fault.small",
                                "call.system", "lock.handoff", "latency.l1", "memory.read_1"});
  expect_clean_end(all);
  EXPECT_EQ(all.size(), 8u);
  EXPECT_GT(value_of(all, "compute.flops_f64_sse_1").value_or(0), 1e8);
  EXPECT_LT(value_of(all, "latency.l1").value_or(1), 1e-7);
}

TEST(CeilingsProgram, measures_with_one_cpu) {
  cpu_set_t before, one;
  sched_getaffinity(0, sizeof before, &before);
  CPU_ZERO(&one);
  for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &before)) {
      CPU_SET(cpu, &one);
      break;
    }
  sched_setaffinity(0, sizeof one, &one);
  const auto all = run_program({"compute.clock", "memory.read", "lock.", "pipe.", "kappa."});
  sched_setaffinity(0, sizeof before, &before);
  expect_clean_end(all);
  EXPECT_NE(find(all, "memory.read_1"), nullptr);
  EXPECT_EQ(find(all, "memory.read_2"), nullptr);
  EXPECT_THAT(reason_of(all, "lock.line_handoff"), HasSubstr("only one CPU"));
  EXPECT_TRUE(value_of(all, "lock.handoff"));
}

TEST(CeilingsProgram, survives_a_limit_of_64_mb_of_address_space) {
  // The shell takes the limit upon itself: this process may have mapped more already.
  const std::string wrapper = testing::TempDir() + "limited-" + std::to_string(getpid());
  std::ofstream(wrapper) << "#!/bin/sh\nulimit -v 65536\nexec " CEILINGS_PROGRAM " \"$@\"\n";
  chmod(wrapper.c_str(), 0755);
  CeilingRequest request;
  request.names = {"compute.clock", "memory.", "latency.", "fault.", "thread.", "storage."};
  request.budget_s = 40;
  request.directory = testing::TempDir();
  const auto all = measure_with(wrapper, request, {});
  std::filesystem::remove(wrapper);
  expect_clean_end(all);
  EXPECT_TRUE(value_of(all, "compute.clock"));
  EXPECT_THAT(reason_of(all, "latency.dram"), HasSubstr("is not twice the last-level cache"));
  const Measurement* read = find(all, "memory.read_1");
  ASSERT_TRUE(read);
  if (std::holds_alternative<Quantity>(read->result)) {
    EXPECT_THAT(read->source, HasSubstr("RLIMIT_AS of 64 MB"));
  }
}

/// A control group of the first version, made for one test; false: none can be made here.
class ControlGroup {
 public:
  ControlGroup(const std::string& controller, const std::string& file, const std::string& limit)
      : folder_("/sys/fs/cgroup/" + controller + "/bottleneck-test-" + std::to_string(getpid())) {
    std::error_code failed;
    made_ = std::filesystem::create_directory(folder_, failed) && !failed;
    std::ofstream limiting(folder_ + "/" + file);
    limiting << limit << std::flush;
    useful_ = made_ && limiting.good();
  }
  ~ControlGroup() {
    std::error_code ignored;
    if (made_) std::filesystem::remove(folder_, ignored);
  }
  ControlGroup(const ControlGroup&) = delete;
  ControlGroup& operator=(const ControlGroup&) = delete;

  explicit operator bool() const { return useful_; }
  /// The helper's figures, measured by a process that has joined the group.
  std::vector<Measurement> measure(std::vector<std::string> names) const {
    const std::string wrapper = testing::TempDir() + "grouped-" + std::to_string(getpid());
    std::ofstream(wrapper) << "#!/bin/sh\necho $$ > " << folder_
                           << "/cgroup.procs && exec " CEILINGS_PROGRAM " \"$@\"\n";
    chmod(wrapper.c_str(), 0755);
    CeilingRequest request;
    request.names = std::move(names);
    request.budget_s = 40;
    auto all = measure_with(wrapper, request, {});
    std::filesystem::remove(wrapper);
    return all;
  }

 private:
  std::string folder_;
  bool made_ = false;
  bool useful_ = false;
};

TEST(CeilingsProgram, notices_that_others_use_its_cpus) {
  std::vector<std::jthread> others;
  for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i)
    others.emplace_back([](const std::stop_token& stop) {
      while (!stop.stop_requested()) asm volatile("" : : : "memory");
    });
  const auto all = run_program({"compute.", "call."});
  expect_clean_end(all);
  constexpr double at_least = 0.2;  // half of it by fair scheduling
  EXPECT_GT(value_of(all, "machine.disturbed").value_or(0), at_least);
  const Measurement* disturbed = find(all, "machine.disturbed");
  ASSERT_TRUE(disturbed);
  EXPECT_THAT(disturbed->source, HasSubstr("run delay"));
  EXPECT_THAT(disturbed->source, HasSubstr("stolen"));
}

TEST(CeilingsProgram, measures_beside_a_quota_of_a_twentieth_cpu_and_says_so) {
  const ControlGroup group("cpu", "cpu.cfs_quota_us", "5000");  // of a period of 100 ms
  if (!group) GTEST_SKIP() << "no control group with a CPU quota can be made here";
  const auto all = group.measure({"compute.clock", "call.system"});
  expect_clean_end(all);
  const Measurement* clock = find(all, "compute.clock");
  ASSERT_TRUE(clock);
  EXPECT_THAT(clock->source, HasSubstr("beside a quota of 0.05 CPUs"));
  EXPECT_GT(value_of(all, "compute.clock").value_or(0), 5e8) << "the core's clock, not the quota's";
}

TEST(CeilingsProgram, survives_a_control_group_of_64_mb_and_says_what_is_cached) {
  const ControlGroup group("memory", "memory.limit_in_bytes", "67108864");
  if (!group) GTEST_SKIP() << "no control group with a memory limit can be made here";
  const auto all = group.measure({"memory.read_1", "latency.dram"});
  expect_clean_end(all);
  const std::string bound = "the control group's memory limit of 64 MB";
  const Measurement* read = find(all, "memory.read_1");
  ASSERT_TRUE(read);
  if (std::holds_alternative<Quantity>(read->result)) {
    EXPECT_THAT(read->source, HasSubstr(bound));
  } else {
    EXPECT_THAT(reason_of(all, "memory.read_1"), HasSubstr(bound));
  }
}

TEST(CeilingsProgram, says_why_a_directory_will_not_do) {
  EXPECT_THAT(reason_of(run_program({"storage.fsync"}, "/no/such"), "storage.fsync"),
              HasSubstr("/no/such: no file can be made in it (No such file or directory)"));
  EXPECT_THAT(reason_of(run_program({"storage.fsync"}, "/proc/self"), "storage.fsync"),
              HasSubstr("/proc/self: no file can be made in it"));
  EXPECT_THAT(reason_of(run_program({"storage.fsync"}), "storage.fsync"),
              HasSubstr("no directory"));
  struct statfs shared {};
  if (statfs("/dev/shm", &shared) == 0 && shared.f_type == TMPFS_MAGIC &&
      access("/dev/shm", W_OK) == 0) {
    EXPECT_THAT(reason_of(run_program({"storage.fsync"}, "/dev/shm"), "storage.fsync"),
                HasSubstr("its file system is memory (tmpfs)"));
  }
}

TEST(CeilingsProgram, keeps_its_budget_and_tells_what_it_left_out) {
  const auto all = run_program({"compute.", "memory.", "latency."}, "", 0.4);
  std::set<std::string> left_out;
  for (const Measurement& one : all)
    if (const auto* why = std::get_if<Unavailable>(&one.result))
      if (why->reason.find("time for measuring") != std::string::npos) left_out.insert(one.name);
  const bool ended = find(all, "machine.ceilings") != nullptr;
  EXPECT_TRUE(ended || !left_out.empty());
}

}  // namespace
}  // namespace bottleneck::ceilings
