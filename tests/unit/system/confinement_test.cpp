#include "probes/machine/confinement.h"

#include <filesystem>

#include <gmock/gmock.h>

#include "tests/unit/system/fake_root.h"

namespace bottleneck {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* unconfined =
    "Gid:\t0\t0\t0\t0\nGroups:\t0 4 \nNSpid:\t12\nCapEff:\t000001ffffffffff\n"
    "CapBnd:\t000001ffffffffff\nNoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t0\n";
constexpr const char* docker_status =
    "Groups:\t \nNSpid:\t1\nCapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\n"
    "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n";
constexpr const char* user_status =
    "Gid:\t1000\t1000\t1000\t1000\nGroups:\t27 110 \nCapEff:\t0000000000000000\nSeccomp:\t0\n";

void link(const FakeRoot& root, const std::string& name, const std::string& target) {
  const std::filesystem::path path = root.system().path(name);
  std::filesystem::create_directories(path.parent_path());
  std::filesystem::create_symlink(target, path);
}

TEST(Confinement, is_none_where_nothing_confines) {
  FakeRoot root;
  root.put("/proc/self/status", unconfined)
      .put("/proc/self/uid_map", "         0          0 4294967295\n")
      .put("/proc/sys/kernel/perf_event_paranoid", "-1\n")
      .put("/proc/self/mounts", "/dev/vda / ext4 rw,relatime 0 0\nproc /proc proc rw 0 0\n")
      .put("/sys/devices/system/cpu/online", "0\n");
  link(root, "/proc/self/ns/user", "user:[4026531837]");
  link(root, "/proc/self/ns/pid", "pid:[4026531836]");
  const Confinement found = read_confinement(root.system());
  EXPECT_EQ(found.perf_event_paranoid, -1);
  EXPECT_EQ(found.ptrace_scope, std::nullopt);
  EXPECT_FALSE(found.filtered() || found.user_namespace || found.pid_namespace ||
               found.read_only_root);
  EXPECT_TRUE(found.may_use_perf());
  EXPECT_TRUE(found.may_gain_perfmon());
  EXPECT_THAT(describe(found), ElementsAre());
  EXPECT_EQ(make_confinement_probe()->check(root.system()).status, ProbeStatus::available);
}

TEST(Confinement, keeps_its_defaults_where_nothing_can_be_read) {
  const FakeRoot empty;
  const Confinement found = read_confinement(empty.system());
  EXPECT_EQ(found.seccomp_mode, std::nullopt);
  EXPECT_EQ(found.perf_event_paranoid, std::nullopt);
  EXPECT_FALSE(found.user_namespace || found.pid_namespace);
  EXPECT_THAT(describe(found), ElementsAre("no /proc", "no /sys"));
}

TEST(Confinement, sees_the_filter_and_the_rights_of_a_docker_container) {
  FakeRoot root;
  root.put("/proc/self/status", docker_status)
      .put("/.dockerenv", "")
      .put("/proc/self/mounts", "overlay / overlay ro,relatime 0 0\n")
      .put("/proc/self/cgroup", "0::/\n");
  link(root, "/proc/self/ns/pid", "pid:[4026532201]");
  const Confinement found = read_confinement(root.system());
  EXPECT_TRUE(found.filtered());
  EXPECT_TRUE(found.pid_namespace);
  EXPECT_TRUE(found.no_new_privs);
  EXPECT_TRUE(found.read_only_root);
  EXPECT_FALSE(found.may_use_perf());
  EXPECT_FALSE(found.may_gain_perfmon());
  EXPECT_EQ(found.container, "docker");
  EXPECT_THAT(describe(found), Contains("a seccomp filter (mode 2)"));
  EXPECT_THAT(describe(found), Contains("docker by /.dockerenv"));
}

TEST(Confinement, takes_no_container_image_for_a_container) {
  FakeRoot root;
  root.put("/proc/self/status", unconfined).put("/.dockerenv", "");
  EXPECT_EQ(read_confinement(root.system()).container, "");
}

TEST(Confinement, tells_the_kinds_of_containers) {
  const auto kind = [](const std::string& file, const std::string& text) {
    FakeRoot root;
    link(root, "/proc/self/ns/pid", "pid:[1]");
    return read_confinement(root.put(file, text).system()).container;
  };
  EXPECT_EQ(kind("/run/.containerenv", ""), "podman");
  EXPECT_EQ(kind("/run/secrets/kubernetes.io/serviceaccount/token", "x"), "kubernetes");
  EXPECT_EQ(kind("/proc/self/cgroup", "0::/kubepods.slice/pod1/docker-ab\n"), "kubernetes");
  EXPECT_EQ(kind("/proc/self/cgroup", "1:cpu:/docker/abc\n"), "docker");
  EXPECT_EQ(kind("/proc/self/cgroup", "0::/user.slice/libpod-1.scope\n"), "podman");
  EXPECT_EQ(kind("/proc/self/cgroup", "0::/user.slice\n"), "");
}

TEST(Confinement, does_not_count_the_capabilities_of_a_user_namespace) {
  FakeRoot root;
  root.put("/proc/self/status", unconfined).put("/proc/self/uid_map", "  0  1000  1\n");
  EXPECT_TRUE(read_confinement(root.system()).user_namespace);
  EXPECT_FALSE(read_confinement(root.system()).may_use_perf());
  FakeRoot whole;  // one that maps every id to itself is told by its number alone
  whole.put("/proc/self/status", unconfined).put("/proc/self/uid_map", "0 0 4294967295\n");
  EXPECT_FALSE(read_confinement(whole.system()).user_namespace);
  link(whole, "/proc/self/ns/user", "user:[4026532000]");
  EXPECT_TRUE(read_confinement(whole.system()).user_namespace);
}

TEST(Confinement, sees_a_pid_namespace_by_the_numbers_of_its_own) {
  FakeRoot root;
  root.put("/proc/self/status", "NSpid:\t4711\t12\n");
  EXPECT_TRUE(read_confinement(root.system()).pid_namespace);
}

HidePid hidepid_of(const std::string& options, const char* status) {
  FakeRoot root;
  root.put("/proc/self/status", status)
      .put("/proc/self/mounts", "proc /proc proc rw," + options + " 0 0\n");
  return read_confinement(root.system()).hidepid;
}

TEST(Confinement, reads_hidepid_in_numbers_and_in_words) {
  EXPECT_EQ(hidepid_of("relatime", user_status), HidePid::off);
  EXPECT_EQ(hidepid_of("hidepid=0", user_status), HidePid::off);
  EXPECT_EQ(hidepid_of("hidepid=1", user_status), HidePid::no_access);
  EXPECT_EQ(hidepid_of("hidepid=2", user_status), HidePid::invisible);
  EXPECT_EQ(hidepid_of("hidepid=noaccess", user_status), HidePid::no_access);
  EXPECT_EQ(hidepid_of("hidepid=invisible", user_status), HidePid::invisible);
}

TEST(Confinement, knows_who_hidepid_does_not_concern) {
  EXPECT_EQ(hidepid_of("gid=110,hidepid=invisible", user_status), HidePid::off);
  EXPECT_EQ(hidepid_of("gid=11,hidepid=invisible", user_status), HidePid::invisible);
  EXPECT_EQ(hidepid_of("hidepid=2", unconfined), HidePid::off) << "CAP_SYS_PTRACE";
}

ProbeState checked(const char* status, const std::string& file, const std::string& text) {
  FakeRoot root;
  root.put("/sys/devices/system/cpu/online", "0\n").put("/proc/self/status", status);
  root.put(file, text);
  return make_confinement_probe()->check(root.system());
}

TEST(Confinement, says_what_yama_withholds_and_from_whom) {
  constexpr const char* scope = "/proc/sys/kernel/yama/ptrace_scope";
  EXPECT_EQ(checked(user_status, scope, "1\n").status, ProbeStatus::available)
      << "our children may be traced";
  const ProbeState two = checked(user_status, scope, "2\n");
  EXPECT_EQ(two.status, ProbeStatus::degraded);
  EXPECT_THAT(two.reason, HasSubstr("ptrace_scope is 2"));
  EXPECT_THAT(two.remedy, HasSubstr("sysctl kernel.yama.ptrace_scope=1"));
  EXPECT_EQ(checked(unconfined, scope, "2\n").status, ProbeStatus::available);
  const ProbeState three = checked(unconfined, scope, "3\n");
  EXPECT_EQ(three.status, ProbeStatus::degraded) << "not even root may";
  EXPECT_THAT(three.remedy, HasSubstr("reboot")) << "it cannot be lowered";
}

TEST(Confinement, says_what_hidepid_withholds) {
  const ProbeState state =
      checked(user_status, "/proc/self/mounts", "proc /proc proc rw,hidepid=invisible 0 0\n");
  EXPECT_EQ(state.status, ProbeStatus::degraded);
  EXPECT_THAT(state.reason, HasSubstr("processes of other users are not seen"));
  EXPECT_THAT(state.remedy, HasSubstr("remount,hidepid=0 /proc"));
}

TEST(Confinement, says_that_sys_is_missing) {
  FakeRoot root;
  root.put("/proc/self/status", user_status);
  const ProbeState state = make_confinement_probe()->check(root.system());
  EXPECT_EQ(state.status, ProbeStatus::degraded);
  EXPECT_THAT(state.reason, HasSubstr("/sys is not mounted"));
  EXPECT_FALSE(state.remedy.empty());
}

}  // namespace
}  // namespace bottleneck
