#include "src/analysis/costs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/analysis/analyze.h"
#include "tests/unit/analysis/builders.h"

namespace bottleneck {
namespace {

using bottleneck::testing::in_kernel;
using bottleneck::testing::ProfileBuilder;
using bottleneck::testing::user_code;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Measurement measured(const char* name, double value, Unit unit = Unit::seconds) {
  return {name, exactly(value, unit), "", 1};
}

/// 10 s of which nearly all is page faults.
Profile a_faulting_run() {
  ProfileBuilder b;
  b.work(0, b.place(in_kernel(Activity::page_fault)), 0, 10);
  b.profile.measurements = {measured("memory.minor_faults", 1'000'000, Unit::count)};
  return b.profile;
}

Profile a_reading_run() {
  ProfileBuilder b;
  b.idle(0, b.wait(WaitKind::file_read), 0, 8);
  b.work(0, b.place(user_code()), 8, 10);
  b.profile.measurements = {measured("io.read_bytes", 4e9, Unit::bytes)};
  return b.profile;
}

std::vector<std::string> supports_of(const Report& report, Bottleneck kind) {
  for (const Finding& finding : report.findings)
    if (finding.kind == kind) return finding.supports;
  return {};
}

TEST(Costs, are_those_measured_here_else_the_published_ones) {
  Profile profile;
  EXPECT_FALSE(costs_of(profile).fault.measured);
  const double on_metal = costs_of(profile).fault.seconds;
  profile.machine.virtualized = true;
  EXPECT_GT(costs_of(profile).fault.seconds, on_metal);
  profile.ceilings = {measured("fault.small", 5e-6), measured("process.fork_exec", 1e-3),
                      measured("call.system", 1e-7),
                      measured("memory.copy_nt_1", 1e10, Unit::bytes_per_second)};
  const Costs costs = costs_of(profile);
  EXPECT_TRUE(costs.fault.measured && costs.process.measured && costs.call.measured &&
              costs.copied_byte.measured);
  EXPECT_EQ(costs.fault.seconds, 5e-6);
  EXPECT_EQ(costs.process.seconds, 1e-3);
  EXPECT_EQ(costs.call.seconds, 1e-7);
  EXPECT_DOUBLE_EQ(costs.copied_byte.seconds, 2e-10) << "a copied byte is read and written";
}

TEST(Costs, that_could_not_be_measured_or_are_nothing_stay_the_published_ones) {
  Profile profile;
  profile.ceilings = {{"fault.small", Unavailable{"no memory", ""}, "", 1},
                      measured("call.system", 0),
                      measured("memory.copy_nt_1", 0, Unit::bytes_per_second)};
  EXPECT_FALSE(costs_of(profile).fault.measured);
  EXPECT_FALSE(costs_of(profile).call.measured);
  EXPECT_FALSE(costs_of(profile).copied_byte.measured);
}

TEST(Costs, say_where_they_come_from) {
  EXPECT_EQ(say_cost({2.3e-6, true}), "2.3 us, measured here");
  EXPECT_EQ(say_cost({330e-6, false}), "330 us by published measurements");
}

TEST(Costs, stand_in_the_evidence) {
  Profile profile = a_faulting_run();
  EXPECT_THAT(supports_of(analyze(profile), Bottleneck::memory_capacity),
              Contains(HasSubstr("by published measurements")));
  profile.ceilings = {measured("fault.small", 2.3e-6)};
  EXPECT_THAT(supports_of(analyze(profile), Bottleneck::memory_capacity),
              Contains("1 000 000 page faults, each 2.3 us, measured here"));
}

TEST(Costs, are_asked_for_only_where_they_change_something) {
  EXPECT_THAT(ceilings_asked_for(analyze(a_faulting_run())), ElementsAre("fault.small"));
  EXPECT_THAT(ceilings_asked_for(analyze(a_reading_run())), IsEmpty()) << "it writes a file";
  ProfileBuilder b;
  b.work(0, b.place(in_kernel(Activity::syscall, "getpid")), 0, 10);
  EXPECT_THAT(ceilings_asked_for(analyze(b.profile)),
              ElementsAre("fault.small", "call.system", "memory.copy_nt_1"));
  b.process("child", 0, 1, 2);
  EXPECT_THAT(ceilings_asked_for(analyze(b.profile)), Contains("process.fork_exec"));
}

TEST(Costs, of_reading_bound_what_parallel_reads_can_give) {
  const auto gain = [](std::vector<Measurement> ceilings) {
    Profile profile = a_reading_run();
    profile.ceilings = std::move(ceilings);
    for (const Recommendation& one : analyze(profile).recommendations)
      if (one.action.find("in parallel") != std::string::npos) return one.prediction.speedup.value;
    return 1.0;
  };
  EXPECT_NEAR(gain({}), 5, 0.1) << "all of the 8 s";
  // 4 GB at 1 GB/s take 4 s of the 8.
  EXPECT_NEAR(gain({measured("storage.sequential_read_qd1", 0.5e9, Unit::bytes_per_second),
                    measured("storage.sequential_read_qd4", 1e9, Unit::bytes_per_second)}),
              10.0 / 6, 0.05);
}

}  // namespace
}  // namespace bottleneck
