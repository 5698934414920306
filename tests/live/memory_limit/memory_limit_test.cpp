// Real programs under real limits: what dies at one is told so, what only fails is not. As root and
// as an ordinary user.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cli/launched_program.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;

struct Seen {
  int status = 0;
  nlohmann::json report;
};

class MemoryLimits : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam() && geteuid() != 0) GTEST_SKIP() << "becoming an ordinary user needs root";
    if (run_line("command -v python3").status != 0) GTEST_SKIP() << "python3 is not here";
  }
  /// The target gets `$T MEGABYTES STATUS [LIMIT]`, a copy that anybody may read.
  static Seen run(const std::string& target) {
    TemporaryFolder folder;
    setenv("TAKE", TAKE_MEMORY, 1);
    const std::string user =
        GetParam() ? "setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=$D " : "";
    const Outcome outcome = run_line(
        "chmod 777 .; cp $B tool; cp $TAKE take.py; chmod 755 tool take.py\n"
        "export T='python3 take.py'; " +
            user + "./tool run -q --no-calibrate --json r.json -- " + target,
        folder.path());
    return {outcome.status, nlohmann::json::parse(folder.read("r.json"), nullptr, false)};
  }
  static void expect_death(const Seen& seen, const std::string& by) {
    ASSERT_TRUE(seen.report.is_object());
    EXPECT_NE(seen.status, 0);
    const auto& verdict = seen.report["verdict"];
    EXPECT_EQ(verdict["ended_by"], by);
    EXPECT_EQ(verdict["class"], "memory_capacity");
    EXPECT_EQ(verdict["detail"], "limit");
    EXPECT_THAT(verdict["sentence"].get<std::string>(), HasSubstr("it did not finish"));
    ASSERT_EQ(seen.report["recommendations"].size(), 1U);
    EXPECT_EQ(seen.report["recommendations"][0]["promise"], "completes");
    EXPECT_EQ(seen.report["recommendations"][0]["remedy"], "work_in_pieces");
    double sum = 0;
    for (const auto& [name, share] : seen.report["shares"].items()) sum += share.get<double>();
    EXPECT_NEAR(sum, 1, 1e-6);
  }
  static void expect_none(const Seen& seen, int status) {
    ASSERT_TRUE(seen.report.is_object());
    EXPECT_EQ(seen.status, status);
    EXPECT_TRUE(seen.report["verdict"]["ended_by"].is_null());
    EXPECT_NE(seen.report["verdict"]["detail"], "limit");
  }
};

TEST_P(MemoryLimits, that_a_program_sets_itself_are_what_it_died_of) {
  expect_death(run("$T 1000 0 200"), "rlimit_data");
}

TEST_P(MemoryLimits, of_the_shell_before_it_are_what_its_child_died_of) {
  expect_death(run("sh -c 'ulimit -v 200000; $T 1000 0; exit 3'"), "rlimit_as");
}

TEST_P(MemoryLimits, that_are_far_off_are_not_why_a_program_fails) {
  expect_none(run("$T 200 1 4000"), 1);
}

TEST_P(MemoryLimits, that_are_none_are_not_why_a_program_fails) { expect_none(run("$T 200 7"), 7); }

TEST_P(MemoryLimits, that_a_program_keeps_are_nothing_to_speak_of) {
  expect_none(run("$T 180 0 200"), 0);
}

INSTANTIATE_TEST_SUITE_P(Live, MemoryLimits, testing::Bool(), [](const auto& as_nobody) {
  return std::string(as_nobody.param ? "as_nobody" : "as_ourselves");
});

/// A control group of 60 MB that is gone afterwards. "" where none can be made.
class SmallGroup {
 public:
  SmallGroup() {
    for (const char* root : {"/sys/fs/cgroup/memory", "/sys/fs/cgroup"}) {
      const std::string folder = std::string(root) + "/bottleneck-test-" + std::to_string(getpid());
      if (mkdir(folder.c_str(), 0755) != 0) continue;
      folder_ = folder;
      const std::string limit = " " + folder + "/memory.";
      if (run_line("echo 60000000 >" + limit + "limit_in_bytes || echo 60000000 >" + limit + "max")
              .status == 0)
        return;
      rmdir(folder.c_str());
      folder_.clear();
    }
  }
  SmallGroup(const SmallGroup&) = delete;
  SmallGroup& operator=(const SmallGroup&) = delete;
  ~SmallGroup() { rmdir(folder_.c_str()); }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
};

TEST(ControlGroup, whose_killer_ended_a_program_is_what_it_died_of) {
  const SmallGroup group;
  if (group.folder().empty()) GTEST_SKIP() << "no control group for memory can be made here";
  TemporaryFolder folder;
  setenv("TAKE", TAKE_MEMORY, 1);
  setenv("G", group.folder().c_str(), 1);
  const Outcome outcome = run_line(
      "$B run -q --no-calibrate --json r.json -- sh -c "
      "'echo $$ > $G/cgroup.procs; sleep 0.5; exec python3 $TAKE 1000 0'",
      folder.path());
  EXPECT_EQ(outcome.status, 137);
  const auto report = nlohmann::json::parse(folder.read("r.json"), nullptr, false);
  ASSERT_TRUE(report.is_object());
  EXPECT_EQ(report["verdict"]["ended_by"], "oom_kill");
  EXPECT_THAT(report["verdict"]["sentence"].get<std::string>(), HasSubstr("of 60 MB"));
}

}  // namespace
}  // namespace bottleneck
