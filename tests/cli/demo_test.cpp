// `bottleneck demo` with workloads made of shell beside a copy of the binary, and once with a real
// one. What the diagnosis says of them is other tests' matter.
#include <gmock/gmock.h>

#include "tests/cli/launched_program.h"
#include "tests/unit/json/schema.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A workload `toy` that sleeps: 0.3 s, or 0.1 s where all waits are side by side.
class DemoCommandLine : public ::testing::Test {
 protected:
  DemoCommandLine() {
    // Without the helper that measures the machine: its figures are not needed here.
    run_line(
        "mkdir -p bin tmp; cp \"$B\" bin/b; cp -r \"$(dirname \"$B\")\"/lib bin/; "
        "rm -f bin/lib/bottleneck/bottleneck-ceilings",
        folder_.path());
    describe();
  }

  struct Toy {
    std::string name = "toy";
    std::string right = "sleep";
    std::string memory = "1000", disk = "1000";
    std::string more = "";  ///< members of its description
  };
  void describe(const Toy& toy) { write(toy.name, describing(toy) + working); }
  void describe() { describe(Toy()); }
  void write(const std::string& name, const std::string& script) {
    folder_.write("bin/workloads/" + name + "/" + name, "#!/bin/sh\n" + script, true);
  }
  Outcome run(const std::string& line) {
    return run_line("b=$D/bin/b; export XDG_CACHE_HOME=$D/cache TMPDIR=$D/tmp; " + line,
                    folder_.path());
  }
  std::string left_behind() { return run("ls tmp").out; }

  static std::string describing(const Toy& toy) {
    return "[ \"$1\" != --describe ] || { cat <<'END'\n{\"name\": \"" + toy.name +
           "\", \"line\": \"sleeps\", \"unit\": \"naps\", \"verdicts\": [\"" + toy.right +
           "\"], \"control\": false, \"prepares\": true, \"size\": 2, \"default_size\": 2, "
           "\"quick_size\": 1, \"most_size\": 9, \"tolerance\": 0, \"needs\": {\"memory_bytes\": " +
           toy.memory + ", \"disk_bytes\": " + toy.disk + "}, \"limit\": \"none known\"" +
           toy.more +
           ", \"variants\": [{\"name\": \"slow\", \"line\": \"\", "
           "\"after\": \"\", \"remedy\": \"\", \"claim\": \"speedup\", \"takes_piece\": false}, "
           "{\"name\": \"fast\", "
           "\"line\": \"\", \"after\": \"slow\", \"remedy\": \"wait_together\", \"claim\": "
           "\"speedup\", \"takes_piece\": false}]}\nEND\nexit; }\n";
  }
  inline static const std::string working =
      "[ \"$1\" != --prepare ] || { touch \"$2/input\" prepared; exit; }\n"
      "[ -e \"$6/input\" ] || exit 3\n"
      "case $2 in slow) sleep 0.3;; *) sleep 0.1;; esac\necho done\n";

  TemporaryFolder folder_;
};

TEST_F(DemoCommandLine, lists_them) {
  const Outcome listed = run("$b demo");
  EXPECT_EQ(listed.status, 0) << listed.err;
  EXPECT_THAT(listed.out, HasSubstr("toy"));
  const Outcome json = run("$b demo --json -");
  EXPECT_EQ(json.status, 0);
  const auto file = nlohmann::json::parse(json.out, nullptr, false);
  ASSERT_TRUE(file.is_object()) << json.out;
  EXPECT_EQ(file["kind"], "demo_list");
  EXPECT_EQ(file["demos"][0]["variants"][1]["remedy"], "wait_together");
}

TEST_F(DemoCommandLine, diagnoses_promises_and_reruns) {
  const Outcome outcome = run("$b demo toy --all-variants --json toy.json --html toy.html");
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("the diagnosis is right"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("done"))) << "the variants' output is not ours";
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(left_behind(), "");
  const auto file = nlohmann::json::parse(folder_.read("toy.json"), nullptr, false);
  EXPECT_EQ(schema_problem_of(file), "");
  const auto& verified = file["verifications"][0];
  EXPECT_EQ(verified["variant"], "fast");
  EXPECT_GT(verified["measured"]["value"], 1.5);
  EXPECT_EQ(verified["frozen"].get<std::string>().size(), 64u);
  EXPECT_THAT(folder_.read("toy.html"), HasSubstr("Predicted and measured"));
  EXPECT_NE(run("ls cache/bottleneck/predictions").out, "");
  EXPECT_THAT(run("$b report toy.json").out, HasSubstr("what limits now"));
}

TEST_F(DemoCommandLine, ends_with_1_where_the_diagnosis_is_wrong) {
  describe({"toy", "network"});
  const Outcome outcome = run("$b demo toy --quick");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("WRONG"));
  EXPECT_THAT(outcome.out, HasSubstr("right is network"));
}

TEST_F(DemoCommandLine, runs_all_whatever_happens_to_one) {
  describe({"busy", "sleep", "9000000000000000000"});
  write("dead", "exit 3\n");
  const Outcome outcome = run("$b demo --all --quick --json all.json --html all.html");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("could not run: busy of size 2 needs more memory"));
  EXPECT_THAT(outcome.out, HasSubstr("1 of 3 verdicts right"));
  const auto file = nlohmann::json::parse(folder_.read("all.json"), nullptr, false);
  EXPECT_EQ(file["kind"], "demos");
  ASSERT_EQ(file["demos"].size(), 1u);
  EXPECT_EQ(schema_problem_of(file["demos"][0]), "");
  const std::string page = folder_.read("all.html");
  EXPECT_THAT(page, HasSubstr("<h1 id=\"verdict\">1 of 3 verdicts right"));
  EXPECT_THAT(page, HasSubstr("could not run: busy of size 2 needs more memory"));
  EXPECT_THAT(page, HasSubstr(">toy</h2>"));
  EXPECT_THAT(page, HasSubstr("<td>fast</td>")) << "what was rerun";
}

constexpr const char* without_device =
    R"(, "device": "", "missing": "no device: CUDA: error 35; OpenCL: none", "simulated": false)";
constexpr const char* with_stand_in =
    R"(, "device": "SIMULATED CUDA: of our own", "missing": "", "simulated": true)";

TEST_F(DemoCommandLine, refuses_what_has_no_device_and_offers_to_simulate_it) {
  describe({"toy", "sleep", "1000", "1000", without_device});
  const Outcome outcome = run("$b demo toy --quick");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("toy has no device to run on"));
  EXPECT_THAT(outcome.err, HasSubstr("error 35"));
  EXPECT_THAT(outcome.err, HasSubstr("bottleneck demo toy --simulate"));
  EXPECT_EQ(run("ls prepared").out, "") << "nothing was run";
  EXPECT_THAT(run("$b demo").out, HasSubstr("no device here: --simulate"));
}

TEST_F(DemoCommandLine, leaves_out_of_all_what_has_no_device) {
  describe({"gpu", "sleep", "1000", "1000", without_device});
  run("rm -r bin/workloads/toy");
  const Outcome outcome = run("$b demo --all --quick --json all.json");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("left out, not tried: no device: CUDA: error 35"));
  EXPECT_THAT(outcome.out, HasSubstr("0 of 0 verdicts right"));
}

TEST_F(DemoCommandLine, simulates_only_what_uses_a_device_and_only_with_a_stand_in) {
  run("rm -rf bin/lib/bottleneck/fake-gpu");
  const Outcome nothing = run("$b demo toy --simulate");
  EXPECT_EQ(nothing.status, 1);
  EXPECT_THAT(nothing.err, HasSubstr("there is nothing to simulate a GPU with"));
  folder_.write("bin/lib/bottleneck/fake-gpu/libcuda.so.1", "");
  const Outcome none = run("$b demo toy --simulate");
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.err, HasSubstr("it uses no GPU"));
  describe({"toy", "sleep", "1000", "1000", without_device});
  EXPECT_THAT(run("$b demo toy --simulate").err, HasSubstr("found no simulated device"));
  EXPECT_EQ(run("$b demo --simulate").status, 2);
}

TEST_F(DemoCommandLine, marks_every_figure_of_a_stand_in) {
  folder_.write("bin/lib/bottleneck/fake-gpu/libcuda.so.1", "");
  const std::string needs_it = "case $LD_LIBRARY_PATH in */fake-gpu*) ;; *) exit 4;; esac\n";
  write("toy", describing({"toy", "sleep", "1000", "1000", with_stand_in}) + needs_it + working);
  const Outcome outcome = run("$b demo toy --quick --simulate --json toy.json --html toy.html");
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  for (const char* marked : {"SIMULATED demo toy", "SIMULATED wall", "SIMULATED predicted",
                             "SIMULATED measured", "device SIMULATED CUDA: of our own"})
    EXPECT_THAT(outcome.out, HasSubstr(marked));
  EXPECT_THAT(folder_.read("toy.html"), HasSubstr("SIMULATED"));
  const auto file = nlohmann::json::parse(folder_.read("toy.json"), nullptr, false);
  EXPECT_EQ(schema_problem_of(file), "");
  EXPECT_EQ(file["simulated"], true);
  EXPECT_EQ(file["demo"]["device"], "SIMULATED CUDA: of our own");
  EXPECT_EQ(run("cat cache/bottleneck/residuals*").out, "") << "made-up times calibrate nothing";
}

TEST_F(DemoCommandLine, keeps_what_was_measured_when_interrupted) {
  const Outcome outcome =
      run("timeout --preserve-status -s INT 3 $b demo toy --all-variants --json cut.json");
  if (outcome.status == 0) GTEST_SKIP() << "it was over in 3 s";
  EXPECT_EQ(outcome.status, 130) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("interrupted"));
  EXPECT_EQ(left_behind(), "");
  const auto file = nlohmann::json::parse(folder_.read("cut.json"), nullptr, false);
  EXPECT_EQ(file["demo"]["interrupted"], true);
}

TEST_F(DemoCommandLine, refuses_what_does_not_fit_before_it_starts) {
  describe({"toy", "sleep", "9000000000000000000"});
  const Outcome memory = run("$b demo toy");
  EXPECT_EQ(memory.status, 1);
  EXPECT_THAT(memory.err, HasSubstr("needs more memory than there is"));
  describe({"toy", "sleep", "1000", "9000000000000000000"});
  const Outcome disk = run("$b demo toy");
  EXPECT_EQ(disk.status, 1);
  EXPECT_THAT(disk.err, HasSubstr("needs more disk than there is"));
  EXPECT_THAT(disk.err, HasSubstr("TMPDIR="));
  EXPECT_EQ(run("ls prepared").out, "") << "nothing was prepared";
}

TEST_F(DemoCommandLine, fails_in_words_where_no_folder_or_file_can_be_made) {
  const Outcome folder = run("TMPDIR=/proc/none $b demo toy");
  EXPECT_EQ(folder.status, 1);
  EXPECT_THAT(folder.err, HasSubstr("cannot make a folder"));
  const Outcome file = run("$b demo toy --json /proc/none/x.json");
  EXPECT_EQ(file.status, 1);
  EXPECT_EQ(run("ls prepared").out, "") << "outputs are opened first";
}

TEST_F(DemoCommandLine, tells_a_foreign_workload) {
  write("toy", "echo '{\"name\": 1}'\n");
  const Outcome outcome = run("$b demo toy");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("--describe is not understood"));
  EXPECT_THAT(run("rm -r bin/workloads; $b demo").err, HasSubstr("there are no demos here"));
}

TEST_F(DemoCommandLine, fails_where_the_baseline_does) {
  write("toy", describing({}) + "[ \"$1\" = --prepare ]\n");
  const Outcome outcome = run("$b demo toy");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("toy failed"));
  EXPECT_EQ(left_behind(), "");
}

TEST_F(DemoCommandLine, knows_its_words) {
  EXPECT_THAT(run("$b demo tou").err, HasSubstr("did you mean toy ?"));
  for (const char* line :
       {"$b demo tou", "$b demo toy --size 0", "$b demo toy --size 10", "$b demo toy toy",
        "$b demo --all toy", "$b demo --size 1", "$b demo --html x.html",
        "$b demo --all --html x --json x", "$b demo toy --sise 1", "$b demo toy --size -1",
        "$b demo toy --size x", "$b demo toy --json - --html -"}) {
    const Outcome outcome = run(line);
    EXPECT_EQ(outcome.status, 2) << line;
    EXPECT_THAT(outcome.err, HasSubstr("fix")) << line;
  }
  EXPECT_THAT(run("$b demo --help").out, HasSubstr("--all-variants"));
}

TEST(DemoLive, finds_that_waits_can_be_side_by_side) {
  const Outcome outcome =
      run_line("XDG_CACHE_HOME=$D/c $B demo sleep-map --quick --size 1 --json -");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const auto file = nlohmann::json::parse(outcome.out, nullptr, false);
  ASSERT_TRUE(file.is_object()) << outcome.err;
  EXPECT_EQ(schema_problem_of(file), "");
  EXPECT_EQ(file["demo"]["right"], true);
  ASSERT_EQ(file["verifications"].size(), 1u);
  EXPECT_EQ(file["verifications"][0]["remedy"], "wait_together");
  EXPECT_GT(file["verifications"][0]["measured"]["value"], 3) << "more than the CPUs: it waits";
}

}  // namespace
}  // namespace bottleneck
