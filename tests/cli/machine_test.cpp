// `bottleneck machine` and what `run` makes of its figures, with a false helper beside a copy of
// the binary: what is measured is another test's.
#include <gmock/gmock.h>

#include "tests/cli/launched_program.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A folder with the binary as `./b`, a false helper that counts its starts in `starts`, and a
/// cache of its own.
class MachineCommandLine : public ::testing::Test {
 protected:
  MachineCommandLine() {
    run_line(
        "mkdir -p bin/lib/bottleneck; cp \"$B\" bin/b; cp -r \"$(dirname \"$B\")\"/lib/. bin/lib",
        folder_.path());
    become("fault.small 0.0000025; tell process.fork_exec 0.0003");
  }
  /// What the false helper does: `tell NAME SECONDS` is one figure.
  void become(const std::string& does) {
    folder_.write("helper", "#!/bin/sh\necho x >> " + folder_.path("starts") +
                                "\ntell() { echo \"{\\\"name\\\": \\\"$1\\\", \\\"value\\\": $2, "
                                "\\\"low\\\": $2, \\\"high\\\": $2, \\\"unit\\\": \\\"seconds\\\", "
                                "\\\"source\\\": \\\"made up\\\", \\\"seconds\\\": 0.1}\"; }\n" +
                                (does.starts_with("!") ? does.substr(1) : "tell " + does) + "\n");
    run_line(
        "cp helper bin/lib/bottleneck/bottleneck-ceilings; chmod +x "
        "bin/lib/bottleneck/bottleneck-ceilings",
        folder_.path());
  }
  Outcome run(const std::string& line, const std::string& cache = "$D/cache") {
    return run_line("b=$D/bin/b; export XDG_CACHE_HOME=\"" + cache + "\"; " + line, folder_.path());
  }
  int starts() { return std::atoi(run("grep -c x starts || true").out.c_str()); }

  TemporaryFolder folder_;
};

TEST_F(MachineCommandLine, shows_figures_and_ladder_and_keeps_them) {
  const Outcome outcome = run("$b machine -v");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("fault.small"));
  EXPECT_THAT(outcome.out, HasSubstr("42 min")) << "2.5 us in human time";
  EXPECT_THAT(outcome.out, HasSubstr("kept in"));
  EXPECT_EQ(outcome.err, "") << "progress is for terminals";
  EXPECT_EQ(run("ls cache/bottleneck").out, "ceilings.json\n");
}

TEST_F(MachineCommandLine, writes_json_of_the_stable_face) {
  const Outcome outcome =
      run("$b machine --no-cache --json - 2> screen | python3 -c 'import json,sys; "
          "f=json.load(sys.stdin); "
          "print(f[\"kind\"], [(c[\"name\"], c[\"value\"], c[\"unit\"]) for c in "
          "f[\"ceilings\"]][0])'; "
          "ls cache 2>&1 | grep -c bottleneck; grep -c ladder screen");
  EXPECT_EQ(outcome.out, "machine ('fault.small', 2.5e-06, 'seconds')\n0\n1\n");
}

TEST_F(MachineCommandLine, writes_its_page_beside_the_json) {
  const Outcome outcome =
      run("$b machine --no-cache --json m.json --html m.html > screen; s=$?; "
          "head -c 9 m.html; head -c 1 m.json; exit $s");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "<!DOCTYPE{");
  const std::string page = folder_.read("m.html");
  EXPECT_THAT(page, HasSubstr("fault.small"));
  EXPECT_THAT(page, HasSubstr("<td>made up</td>"));
  const Outcome clean = run("$b machine --no-cache --html - 2> screen");
  EXPECT_THAT(clean.out, testing::StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(run("cat screen").out, HasSubstr("ladder"));
  EXPECT_EQ(run("$b machine --json x --html x").status, 2);
  const Outcome full =
      run("$b machine --no-cache --html /dev/full --json m.json > screen; s=$?; "
          "head -c 1 m.json; exit $s");
  EXPECT_EQ(full.status, 1);
  EXPECT_EQ(full.out, "{");
  EXPECT_THAT(full.err, HasSubstr("cannot write /dev/full"));
}

TEST_F(MachineCommandLine, goes_on_where_nothing_can_be_kept) {
  const Outcome full = run("$b machine", "/proc/none");
  EXPECT_EQ(full.status, 0);
  EXPECT_THAT(full.out, HasSubstr("not kept: cannot make /proc/none"));
  // Half a kilobyte a file: enough for the helper's mark, not for the figures. Screen through a
  // pipe.
  const Outcome limited =
      run("said=$( (ulimit -f 1; $b machine; echo status $?) ); echo \"$said\"");
  EXPECT_THAT(limited.out, HasSubstr("status 0")) << limited.err;
  EXPECT_THAT(limited.out, HasSubstr("not kept: "));
  const Outcome homeless = run("unset HOME; $b machine", "");
  EXPECT_THAT(homeless.out, HasSubstr("XDG_CACHE_HOME"));
}

TEST_F(MachineCommandLine, fails_in_words_without_a_helper_or_figures) {
  become("!exit 3");
  const Outcome nothing = run("$b machine");
  EXPECT_EQ(nothing.status, 1);
  EXPECT_THAT(nothing.err, HasSubstr("nothing was measured"));
  const Outcome missing = run("rm bin/lib/bottleneck/bottleneck-ceilings; $b machine");
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.err, HasSubstr("fix"));
  EXPECT_EQ(run("$b machine what").status, 2);
  EXPECT_EQ(run("$b machine --full --quick").status, 2);
}

TEST_F(MachineCommandLine, is_used_by_runs_while_it_holds) {
  run("$b machine");
  ASSERT_EQ(starts(), 1);
  run("$b run -q --json r.json sleep 2.1");
  EXPECT_EQ(starts(), 1) << "nothing is measured where figures are kept";
  EXPECT_THAT(folder_.read("r.json"), HasSubstr("made up"));
  run("sed -i 's/\"boot\": \"[^\"]*\"/\"boot\": \"another\"/' cache/bottleneck/ceilings.json; "
      "$b run -q --json r.json true");
  EXPECT_THAT(folder_.read("r.json"), Not(HasSubstr("made up"))) << "stale";
}

/// Long enough to be calibrated, with a share of starting processes that asks for their cost.
constexpr const char* busy =
    " sh -c 'i=0; while [ $i -lt 1200 ]; do /bin/true; i=$((i+1)); done; sleep 1'";
/// A helper that has a figure for whatever is asked for, and notes what that was.
constexpr const char* answer_all =
    "!names=fault.small; while [ $# -gt 0 ]; do [ $1 = --only ] && names=$2; shift; done; "
    "for name in $(echo $names | tr , ' '); do tell $name 0.0000025; echo $name >> $0.asked; done";

TEST_F(MachineCommandLine, is_measured_after_long_runs_alone_and_never_where_forbidden) {
  run("$b run -q --json r.json true");
  run(std::string("$b run -q --no-calibrate --json r.json") + busy);
  EXPECT_EQ(starts(), 0);
  const Outcome outcome = run(std::string("$b run -q --json r.json") + busy);
  EXPECT_EQ(outcome.status, 0);
  if (starts() == 0) GTEST_SKIP() << "starting 1 200 processes took no 5 % of the time here";
  EXPECT_THAT(folder_.read("r.json"), HasSubstr("measured on this machine after the run"));
  EXPECT_THAT(folder_.read("r.json"), HasSubstr("made up"));
}

TEST_F(MachineCommandLine, keeps_what_runs_have_measured_until_all_is) {
  become(answer_all);
  const std::string line = std::string("$b run -q --json r.json") + busy;
  run(line);
  if (starts() == 0) GTEST_SKIP() << "starting 1 200 processes took no 5 % of the time here";
  EXPECT_THAT(folder_.read("r.json"), HasSubstr("and kept for later runs"));
  EXPECT_THAT(folder_.read("cache/bottleneck/ceilings.json"), HasSubstr("\"set\": \"partial\""));
  run("rm r.json; " + line);
  EXPECT_EQ(run("sort bin/lib/bottleneck/*.asked | uniq -d").out, "") << "none is measured twice";
  EXPECT_THAT(folder_.read("r.json"), HasSubstr("made up"));
  EXPECT_THAT(run("$b machine").out, HasSubstr("kept in"));
  EXPECT_THAT(folder_.read("cache/bottleneck/ceilings.json"), HasSubstr("\"set\": \"quick\""));
}

TEST_F(MachineCommandLine, measures_what_a_partial_set_lacks_and_keeps_both) {
  const std::string line = std::string("$b run -q --json r.json") + busy;
  run(line);
  if (starts() == 0) GTEST_SKIP() << "starting 1 200 processes took no 5 % of the time here";
  become(answer_all);
  run(line);
  EXPECT_EQ(starts(), 2) << "two of its figures were missing";
  const std::string kept = folder_.read("cache/bottleneck/ceilings.json");
  for (const char* name : {"process.fork_exec", "call.system", "memory.copy_nt_1"})
    EXPECT_THAT(kept, HasSubstr(name));
}

TEST_F(MachineCommandLine, keeps_nothing_of_a_loaded_moment_and_says_that_it_was_one) {
  become(std::string(answer_all) + "; tell machine.disturbed 0.5");
  EXPECT_THAT(run("$b machine --no-cache").out, HasSubstr("busy: others used 50 % of the CPUs"));
  run(std::string("$b run -q --json r.json") + busy);
  if (starts() == 1) GTEST_SKIP() << "starting 1 200 processes took no 5 % of the time here";
  EXPECT_THAT(folder_.read("r.json"), Not(HasSubstr("kept for later runs")));
  EXPECT_EQ(run("ls cache/bottleneck | grep -c ceilings").out, "0\n");
}

}  // namespace
}  // namespace bottleneck
