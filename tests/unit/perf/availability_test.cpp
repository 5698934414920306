#include "probes/perf/availability.h"

#include <cerrno>

#include <gmock/gmock.h>

#include "tests/unit/system/fake_root.h"

namespace bottleneck::perf {
namespace {

using testing::HasSubstr;
using testing::Not;

class Availability : public testing::Test {
 protected:
  void set_paranoid(const std::string& level) {
    root_.put("/proc/sys/kernel/perf_event_paranoid", level + "\n");
  }
  ProbeState refused(int error) const {
    return sampler_state(root_.system(), {std::nullopt, error}, {});
  }
  ProbeState granted(Scope scope) const { return sampler_state(root_.system(), {scope, 0}, {}); }

 private:
  FakeRoot root_;
};

TEST_F(Availability, blames_a_kernel_without_perf_events) {
  EXPECT_THAT(refused(EACCES).reason, HasSubstr("no perf_event_open"));  // no sysctl either
  set_paranoid("2");
  const ProbeState state = refused(ENOSYS);
  EXPECT_EQ(state.status, ProbeStatus::unavailable);
  EXPECT_THAT(state.reason, HasSubstr("no perf_event_open"));
  EXPECT_THAT(state.remedy, HasSubstr("CONFIG_PERF_EVENTS"));
}

TEST_F(Availability, blames_the_paranoid_level_that_refuses_all_users) {
  for (const char* level : {"3", "4"}) {
    set_paranoid(level);
    for (const int error : {EACCES, EPERM}) {
      const ProbeState state = refused(error);
      EXPECT_EQ(state.status, ProbeStatus::unavailable);
      EXPECT_THAT(state.reason, HasSubstr(std::string("perf_event_paranoid is ") + level));
      EXPECT_THAT(state.reason, Not(HasSubstr("seccomp")));
      EXPECT_THAT(state.remedy, HasSubstr("sysctl kernel.perf_event_paranoid=1"));
    }
  }
}

TEST_F(Availability, blames_a_filter_where_the_paranoid_level_would_allow) {
  for (const char* level : {"-1", "0", "1", "2"}) {
    set_paranoid(level);
    const ProbeState state = refused(EPERM);
    EXPECT_EQ(state.status, ProbeStatus::unavailable);
    EXPECT_THAT(state.reason, HasSubstr("seccomp"));
    EXPECT_THAT(state.reason, HasSubstr(std::string("perf_event_paranoid is ") + level));
    EXPECT_THAT(state.remedy, Not(HasSubstr("sysctl")));
  }
}

TEST_F(Availability, passes_on_the_words_of_any_other_error) {
  set_paranoid("4");
  const ProbeState state = refused(EMFILE);
  EXPECT_EQ(state.status, ProbeStatus::unavailable);
  EXPECT_THAT(state.reason, HasSubstr("Too many open files"));
  EXPECT_THAT(state.reason, Not(HasSubstr("paranoid")));
}

TEST_F(Availability, is_degraded_without_the_kernels_side_and_says_how_to_get_it) {
  set_paranoid("2");
  const ProbeState state = granted(Scope::inherited_user);
  EXPECT_EQ(state.status, ProbeStatus::degraded);
  EXPECT_THAT(state.reason, HasSubstr("perf_event_paranoid is 2"));
  EXPECT_THAT(state.remedy, HasSubstr("perf_event_paranoid=1"));
  EXPECT_THAT(state.detail, HasSubstr("tier B2"));
}

TEST_F(Availability, is_whole_with_the_kernels_side) {
  set_paranoid("1");
  for (const Scope scope : {Scope::cpu_wide, Scope::inherited}) {
    const ProbeState state = granted(scope);
    EXPECT_EQ(state.name, "perf.sampler");
    EXPECT_EQ(state.status, ProbeStatus::available);
    EXPECT_EQ(state.reason, "");
    EXPECT_THAT(state.detail, HasSubstr("997 Hz"));
    EXPECT_THAT(state.detail, HasSubstr("tier B1"));
  }
}

}  // namespace
}  // namespace bottleneck::perf
