// What must hold for every profile, over random ones from fixed seeds.
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "src/analysis/analyze.h"
#include "src/core/words.h"
#include "tests/unit/analysis/builders.h"

namespace bottleneck {
namespace {

using testing::ProfileBuilder;

class RandomProfile {
 public:
  explicit RandomProfile(unsigned seed) : random_(seed) {}

  Profile make() {
    ProfileBuilder b(0.1 + below(50) * 0.1, 1 + below(8));
    b.profile.tier = static_cast<Tier>(below(5));
    for (int i = below(4); i > 0; --i) {
      const double start = below(100) * 0.01;
      const double end = start + below(300) * 0.01;
      const int parent = below(static_cast<int>(b.profile.processes.size()));
      b.process("p" + std::to_string(below(3)), parent, start, end);
    }
    for (int i = below(5); i > 0; --i)
      b.thread(below(static_cast<int>(b.profile.processes.size())), "s", 0, 5);
    for (int i = 1 + below(8); i > 0; --i) add_place(b);
    for (int i = 1 + below(8); i > 0; --i)
      b.wait(static_cast<WaitKind>(below(wait_kind_count)), "object");
    for (int i = below(400); i > 0; --i) add_cell(b);
    return b.profile;
  }

 private:
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

  void add_place(ProfileBuilder& b) {
    Location place = testing::user_code("f" + std::to_string(below(5)));
    place.activity = static_cast<Activity>(below(word_count<Activity>));
    place.role = static_cast<Role>(below(word_count<Role>));
    place.peer = static_cast<Peer>(below(word_count<Peer>));
    place.call = place.activity == Activity::syscall ? "read" : "";
    place.no_file = below(8) == 0;
    b.place(place);
  }

  void add_cell(ProfileBuilder& b) {
    Timeline& time = b.profile.timeline;
    const int window = below(time.windows);
    const int thread = below(static_cast<int>(b.profile.threads.size()));
    const double seconds = below(1000) * 2e-5;
    Instant now{1 + below(4), below(2), below(4), below(3)};
    switch (below(5)) {
      case 0:
        time.work.push_back({window, thread, now, seconds});
        break;
      case 1:
        time.code.push_back({window, thread, below(static_cast<int>(b.profile.locations.size())),
                             seconds, below(20)});
        break;
      case 2:
        now.working = 0;
        time.idle.push_back({window, now, thread - below(2),
                             below(static_cast<int>(b.profile.waits.size()) + 1) - 1, seconds});
        break;
      case 3:
        time.system.push_back({window, seconds * below(3), seconds * below(2)});
        break;
      default:
        CounterCell& cell = b.counters(below(static_cast<int>(b.profile.processes.size())), window);
        cell.system_s = seconds;
        cell.minor_faults = static_cast<std::uint64_t>(below(10000));
        if (below(2)) cell.read_chars = static_cast<std::uint64_t>(below(1000000));
        if (below(2)) cell.read_bytes = static_cast<std::uint64_t>(below(1000000));
    }
  }

  std::mt19937 random_;
};

double sum_of(const std::map<Bottleneck, double>& shares) {
  double sum = 0;
  for (const auto& [kind, share] : shares) {
    EXPECT_GE(share, 0) << to_string(kind);
    sum += share;
  }
  return sum;
}

void rename_all(Profile& profile) {
  for (Process& one : profile.processes) {
    one.name = "renamed_" + one.name;
    if (!one.executable.empty()) one.executable = "/else/where/x" + one.executable.substr(5);
  }
  for (Thread& one : profile.threads) {
    one.name = "renamed_" + one.name;
  }
  for (Location& one : profile.locations) {
    one.module = "renamed_" + one.module;
    if (!one.function.empty()) one.function = "renamed_" + one.function;
    if (!one.caller.empty()) one.caller = "renamed_" + one.caller;
    one.file = "renamed_" + one.file;
  }
  for (Wait& one : profile.waits) one.object = "renamed_" + one.object;
  for (std::string& word : profile.target.command) word = "renamed_" + word;
}

TEST(Properties, shares_and_phases_sum_to_one_for_any_profile) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const Report report = analyze(RandomProfile(seed).make());
    EXPECT_NEAR(sum_of(report.shares), 1, 1e-9);
    double wall_s = 0;
    for (const Phase& phase : report.phases) {
      EXPECT_NEAR(sum_of(phase.shares), 1, 1e-9);
      wall_s += phase.wall_s;
    }
    EXPECT_NEAR(wall_s, report.profile.this_run().wall_s, 1e-6);
    double findings = 0;
    for (const Finding& one : report.findings) findings += one.share;
    EXPECT_NEAR(findings, 1, 1e-9);
    EXPECT_FALSE(report.verdict.top.empty());
    for (const Recommendation& one : report.recommendations)
      EXPECT_TRUE(std::isfinite(one.prediction.speedup.high));
    if (report.verdict.idle) {
      EXPECT_NEAR(sum_of(report.busy_shares), report.busy_shares.empty() ? 0 : 1, 1e-9);
    }
  }
}

TEST(Properties, no_verdict_depends_on_a_name) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const Profile profile = RandomProfile(seed).make();
    Profile renamed = profile;
    rename_all(renamed);
    const Report before = analyze(profile);
    const Report after = analyze(renamed);
    EXPECT_EQ(before.verdict.kind, after.verdict.kind);
    EXPECT_EQ(before.verdict.detail, after.verdict.detail);
    EXPECT_EQ(before.verdict.mixed, after.verdict.mixed);
    EXPECT_EQ(before.verdict.parallelism, after.verdict.parallelism);
    EXPECT_EQ(before.verdict.confidence, after.verdict.confidence);
    EXPECT_EQ(before.shares, after.shares);
    EXPECT_EQ(before.recommendations.size(), after.recommendations.size());
  }
}

TEST(Properties, the_same_profile_gives_the_same_report_twice) {
  const Profile profile = RandomProfile(7).make();
  const Report once = analyze(profile);
  const Report again = analyze(once.profile);
  EXPECT_EQ(once.shares, again.shares);
  EXPECT_EQ(once.verdict.sentence, again.verdict.sentence);
  EXPECT_EQ(once.profile.notes, again.profile.notes);
}

}  // namespace
}  // namespace bottleneck
