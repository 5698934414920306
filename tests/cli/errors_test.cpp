// What fails before the program has started: status, four parts, and a line that helps.
#include <gmock/gmock.h>

#include "tests/cli/launched_program.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

using testing::AllOf;
using testing::HasSubstr;

auto has_four_parts() {
  return AllOf(HasSubstr("bottleneck: error: "), HasSubstr("\n  why  "), HasSubstr("\n  so   "),
               HasSubstr("\n  fix  "));
}

TEST(Errors, a_program_that_is_not_there_or_cannot_be_run) {
  Outcome missing = run_line("$B run no-such-program");
  EXPECT_EQ(missing.status, 127);
  EXPECT_THAT(missing.err, has_four_parts());
  Outcome folder = run_line("$B run /tmp");
  EXPECT_EQ(folder.status, 126);
  EXPECT_THAT(folder.err, AllOf(has_four_parts(), HasSubstr("directory")));
  Outcome script = run_line("echo 'exit 0' > s; chmod +x s; $B run ./s");
  EXPECT_EQ(script.status, 126);
  EXPECT_THAT(script.err, AllOf(has_four_parts(), HasSubstr("script without #!")));
}

TEST(Errors, of_usage_end_with_2_and_start_nothing) {
  for (const char* line :
       {"$B", "$B run", "$B run -n 0 touch ran", "$B run -n x touch ran",
        "$B run --rate 1 touch ran", "$B run --env novalue touch ran",
        "$B run --timeout -3 touch ran", "$B run --bogus touch ran", "$B run -v -q touch ran",
        "$B run --json", "$B run --color pink touch ran", "$B report", "$B report a b",
        "$B doctor extra", "$B nonsense"}) {
    Outcome outcome = run_line(std::string(line) + "; s=$?; [ -e ran ] && echo ran; exit $s");
    EXPECT_EQ(outcome.status, 2) << line;
    EXPECT_EQ(outcome.out, "") << line;
    EXPECT_THAT(outcome.err, has_four_parts()) << line;
  }
}

TEST(Errors, ask_what_was_meant) {
  EXPECT_THAT(run_line("$B rnu ls").err, HasSubstr("did you mean run ?"));
  EXPECT_THAT(run_line("$B run --jsno x ls").err, HasSubstr("did you mean --json ?"));
  EXPECT_THAT(run_line("$B report --verbos x").err, HasSubstr("did you mean --verbose ?"));
  EXPECT_THAT(run_line("$B /bin/ls").err, HasSubstr("bottleneck run /bin/ls"));
  EXPECT_THAT(run_line("$B xyzzyplugh").err, testing::Not(HasSubstr("did you mean")));
}

TEST(Errors, of_output_paths_come_before_the_start) {
  for (const char* path : {"/no/such/folder/r.json", ".", "/proc/nobody/r.json", "dir/"}) {
    Outcome outcome = run_line("mkdir dir; $B run --json " + std::string(path) +
                               " touch ran; s=$?; [ -e ran ] && echo ran; exit $s");
    EXPECT_EQ(outcome.status, 125) << path;
    EXPECT_EQ(outcome.out, "") << path;
    EXPECT_THAT(outcome.err, has_four_parts()) << path;
  }
}

TEST(Errors, of_a_missing_report_end_with_1) {
  Outcome outcome = run_line("$B report missing.json");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, has_four_parts());
  EXPECT_EQ(run_line("echo '{' > cut.json; $B report cut.json").status, 1);
}

TEST(Help, names_only_what_exists) {
  Outcome help = run_line("$B --help");
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, AllOf(HasSubstr("run"), HasSubstr("report"), HasSubstr("doctor"),
                              HasSubstr("Examples:")));
  EXPECT_THAT(help.out, testing::Not(HasSubstr("prove")));
  EXPECT_THAT(run_line("$B run --help").out,
              AllOf(HasSubstr("--wait-tree"), HasSubstr("Examples:")));
  EXPECT_THAT(run_line("$B --version").out, testing::MatchesRegex("bottleneck [0-9.]+\n"));
}

TEST(Doctor, ends_with_0) {
  Outcome outcome = run_line("$B doctor");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.out, "");
}

}  // namespace
}  // namespace bottleneck
