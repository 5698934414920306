// Targets that make an observer's life hard, in three situations: all is allowed, perf_event_open
// is refused (tier C), and that with preloading forbidden (tier D). In each the program ends and
// speaks as it does alone, nothing of ours stays behind, and the report is whole.
#include <algorithm>
#include <fstream>
#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "tests/cli/launched_program.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;

struct BadTarget {
  const char* name;
  const char* command;     ///< shell words; $M is misbehave, $T what this machine has built
  const char* needs = "";  ///< a file below $T, or a program in PATH
  const char* prepare = "";
  bool as_root = false;
};

// Its own copy where a target changes its file; `$(printf ...)` makes names that no editor shows.
const BadTarget targets[] = {
    {"ordinary", "$M stay"},
    {"closes_all_its_descriptors", "$M close_all"},
    {"changes_its_user", "$M change_user", "", "", true},
    {"is_setuid", "./mine show_user", "", "cp $M mine; chown nobody mine; chmod 4755 mine", true},
    {"bombs_with_forks_under_a_limit", "$M fork_bomb", "", "", true},
    {"daemonizes", "$M daemonize late"},
    {"stops_itself", "$M stop_itself"},
    {"traces_its_child", "$M trace_child"},
    {"asks_to_be_traced", "$M ask_to_be_traced"},
    {"uses_sigprof", "$M use_sigprof"},
    {"is_static", "$T/static stay", "static"},
    {"is_stripped", "$T/stripped stay", "stripped"},
    {"is_32_bit", "$T/bits32", "bits32"},
    {"has_no_libc", "$T/no_libc", "no_libc"},
    {"is_sanitized", "$T/sanitized stay", "sanitized"},
    {"is_go", "$T/go_program", "go_program"},
    {"is_java", "java -Xshare:auto -XX:TieredStopAtLevel=1 -cp $T Burn", "Burn.class"},
    {"is_node",
     "node -e 'let s=0; for (let i=0; i<3e7; ++i) s=(s*31+i)|0; console.log(s); "
     "process.exit(18)'",
     "node"},
    {"overwrites_itself", "./mine overwrite_itself", "", "rm -f mine; cp $M mine"},
    {"has_arguments_of_a_megabyte",
     "$M count_arguments $long $long $long $long $long $long $long $long $long", "",
     "long=$(head -c 120000 /dev/zero | tr '\\0' x)"},
    {"has_a_hostile_name", "\"./$name\" stay", "",
     "name=\"$(printf 'a\\nb\\033[2J\\001\\042\\047\\134<script>\\377\\376 e')\"; cp $M "
     "\"./$name\""},
};

struct Situation {
  const char* name;
  const char* command;
  std::vector<std::string> tiers;
};
const Situation situations[] = {
    {"allowed", "$B run -q --json r.json --", {"A", "B1", "B2", "C", "D"}},
    {"refused", "$R $B run -q --json r.json --", {"C", "D"}},
    {"refused, no preload", "$R $B run -q --no-preload --json r.json --", {"D"}}};

bool is_there(const std::string& need) {
  return fs::exists(std::string(BUILT) + "/" + need) || run_line("command -v " + need).status == 0;
}

/// Processes with this word in their environment.
int count_marked(const std::string& mark) {
  int marked = 0;
  std::error_code gone;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc", gone)) {
    std::ifstream file(entry.path() / "environ", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.find(mark) != std::string::npos) ++marked;
  }
  return marked;
}

/// Twice none: one that forks while we look may be missed once.
int wait_until_none(const std::string& mark) {
  int marked = 1;
  for (int i = 0, none = 0; i < 100 && none < 2; ++i) {  // what a target leaves ends in < 1 s
    marked = count_marked(mark);
    none = marked > 0 ? 0 : none + 1;
    usleep(30'000);
  }
  return marked;
}

void expect_whole_report(const std::string& text, const Situation& situation) {
  const auto report = nlohmann::json::parse(text, nullptr, false);
  ASSERT_FALSE(report.is_discarded()) << situation.name << "\n" << text.substr(0, 300);
  EXPECT_THAT(situation.tiers, testing::Contains(report["verdict"]["tier"].get<std::string>()))
      << situation.name;
  double sum = 0;
  for (const auto& [name, share] : report["shares"].items()) sum += share.get<double>();
  EXPECT_NEAR(sum, 1, 1e-6) << situation.name;
}

class BadTargets : public testing::TestWithParam<BadTarget> {
 protected:
  void SetUp() override {
    const BadTarget& target = GetParam();
    if (target.as_root && geteuid() != 0) GTEST_SKIP() << "becoming somebody else needs root";
    if (*target.needs && !is_there(target.needs))
      GTEST_SKIP() << target.needs << " is not here, nor can it be built";
    setenv("M", MISBEHAVE, 1);
    setenv("T", BUILT, 1);
    setenv("R", REFUSE_PERF, 1);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
  }
  /// A folder of its own per run: what one leaves does not help the next.
  Outcome run(const std::string& wrapper) {
    const std::string line = std::string("chmod 755 .; ") + GetParam().prepare +
                             "\nBAD_TARGET=" + mark_ + " timeout -k 1 20 " + wrapper + " " +
                             GetParam().command;
    folder_ = std::make_unique<TemporaryFolder>();
    return run_line(line, folder_->path());
  }
  std::vector<std::string> left() const {
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_->path()))
      names.push_back(entry.path().filename());
    std::erase(names, "r.json");
    std::sort(names.begin(), names.end());
    return names;
  }

  std::unique_ptr<TemporaryFolder> folder_;
  const std::string mark_ = "marked" + std::to_string(getpid());
};

TEST_P(BadTargets, end_and_speak_as_they_do_alone) {
  const Outcome alone = run("");
  ASSERT_THAT(alone.status, testing::Not(AnyOf(96, 97, 98, 124, 127))) << alone.err;
  ASSERT_EQ(wait_until_none(mark_), 0);
  const std::vector<std::string> left_alone = left();
  for (const Situation& situation : situations) {
    const Outcome seen = run(situation.command);
    EXPECT_EQ(seen.status, alone.status) << situation.name;
    EXPECT_EQ(seen.out, alone.out) << situation.name;
    EXPECT_EQ(seen.err, alone.err) << situation.name;
    EXPECT_EQ(wait_until_none(mark_), 0) << situation.name << ": a process was left behind";
    EXPECT_EQ(left(), left_alone) << situation.name;
    expect_whole_report(folder_->read("r.json"), situation);
  }
}

INSTANTIATE_TEST_SUITE_P(Live, BadTargets, testing::ValuesIn(targets),
                         [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace bottleneck
