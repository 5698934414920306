#include "probes/perf/availability.h"

#include <cerrno>

#include <gmock/gmock.h>

#include "tests/unit/system/fake_root.h"

namespace bottleneck::perf {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* ordinary = "CapEff:\t0000000000000000\nSeccomp:\t0\n";
constexpr const char* filtered =
    "CapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\nSeccomp:\t2\nSeccomp_filters:\t1\n";
constexpr const char* all_capabilities = "CapEff:\t000001ffffffffff\nSeccomp:\t0\n";

class Availability : public testing::Test {
 protected:
  Availability() { set_status(ordinary); }
  void set_status(const std::string& text) { root_.put("/proc/self/status", text); }
  void put(const std::string& file, const std::string& text) { root_.put(file, text); }
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
  for (const int error : {ENOSYS, EACCES}) {  // no sysctl either
    const ProbeState state = refused(error);
    EXPECT_EQ(state.status, ProbeStatus::unavailable);
    EXPECT_THAT(state.reason, HasSubstr("no perf_event_open"));
    EXPECT_THAT(state.remedy, HasSubstr("CONFIG_PERF_EVENTS"));
  }
}

TEST_F(Availability, blames_a_sandbox_for_a_missing_call_of_a_kernel_that_has_it) {
  set_paranoid("2");
  EXPECT_THAT(refused(ENOSYS).reason, HasSubstr("a sandbox"));
  set_status(filtered);
  EXPECT_THAT(refused(ENOSYS).reason, HasSubstr("seccomp filter is active (mode 2)"));
  EXPECT_THAT(refused(ENOSYS).remedy, HasSubstr("--cap-add PERFMON"));
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
      EXPECT_THAT(state.remedy, HasSubstr("setcap cap_perfmon=ep"));
    }
  }
}

TEST_F(Availability, advises_no_capability_that_would_not_be_given) {
  set_paranoid("4");
  for (const char* more : {"NoNewPrivs:\t1\n", "CapBnd:\t00000000a80425fb\n"}) {
    set_status(std::string(ordinary) + more);
    EXPECT_THAT(refused(EACCES).remedy, Not(HasSubstr("setcap"))) << more;
    EXPECT_THAT(refused(EACCES).remedy, HasSubstr("sysctl kernel.perf_event_paranoid=1")) << more;
  }
}

TEST_F(Availability, says_that_root_of_a_user_namespace_is_none) {
  set_paranoid("3");
  set_status(all_capabilities);
  put("/proc/self/uid_map", "0 1000 1\n");
  const ProbeState state = refused(EACCES);
  EXPECT_THAT(state.reason, HasSubstr("capabilities of a user namespace do not count"));
  EXPECT_THAT(state.remedy, HasSubstr("on the host: sudo sysctl"));
  EXPECT_THAT(state.remedy, Not(HasSubstr("setcap")));
}

TEST_F(Availability, blames_an_active_filter_where_the_paranoid_level_would_allow) {
  set_status(filtered);
  for (const char* level : {"-1", "0", "1", "2"}) {
    set_paranoid(level);
    for (const int error : {EPERM, EACCES}) {
      const ProbeState state = refused(error);
      EXPECT_EQ(state.status, ProbeStatus::unavailable);
      EXPECT_THAT(state.reason, HasSubstr("a seccomp filter is active (mode 2)"));
      EXPECT_THAT(state.reason, HasSubstr(std::string("perf_event_paranoid ") + level));
      EXPECT_THAT(state.remedy, Not(HasSubstr("sysctl")));
    }
  }
}

TEST_F(Availability, tells_filter_and_level_apart_by_the_answer_where_both_may_refuse) {
  set_status(filtered);
  set_paranoid("3");
  EXPECT_THAT(refused(EACCES).reason, StartsWith("perf_event_open is refused to ordinary users"));
  EXPECT_THAT(refused(EACCES).reason, HasSubstr("a seccomp filter is active"));
  EXPECT_THAT(refused(EPERM).reason, HasSubstr("most probably by a filter"));
  EXPECT_THAT(refused(EPERM).reason, HasSubstr("perf_event_paranoid is 3 and refuses it, too"));
}

TEST_F(Availability, gives_the_line_of_the_container_that_it_is_in) {
  set_paranoid("2");
  set_status(filtered);
  put("/proc/self/cgroup", "0::/kubepods.slice/pod1\n");
  EXPECT_THAT(refused(EPERM).remedy, StartsWith("securityContext:"));
  put("/proc/self/cgroup", "0::/machine.slice/libpod-1.scope\n");
  EXPECT_THAT(refused(EPERM).remedy, StartsWith("podman run --cap-add PERFMON"));
  put("/proc/self/cgroup", "1:cpu:/docker/1\n");
  EXPECT_THAT(refused(EPERM).remedy, StartsWith("docker run --cap-add PERFMON"));
}

TEST_F(Availability, blames_no_filter_where_none_is_active) {
  set_paranoid("1");
  set_status(all_capabilities);
  const ProbeState state = refused(EPERM);
  EXPECT_THAT(state.reason, HasSubstr("a security module"));
  EXPECT_THAT(state.reason, Not(HasSubstr("seccomp")));
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

TEST_F(Availability, says_when_even_the_polling_of_waits_is_refused) {
  set_paranoid("2");
  put("/proc/sys/kernel/yama/ptrace_scope", "2\n");
  const ProbeState state = granted(Scope::inherited_user);
  EXPECT_THAT(state.reason, HasSubstr("but kernel.yama.ptrace_scope is 2"));
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
