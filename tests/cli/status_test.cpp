// The exit statuses of DESIGN section 7, and whose words are whose.
#include <gmock/gmock.h>

#include "tests/cli/launched_program.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;

TEST(Run, passes_the_exit_status_on) {
  EXPECT_EQ(run_line("$B run true").status, 0);
  EXPECT_EQ(run_line("$B run -q sh -c 'exit 7'").status, 7);
}

TEST(Run, says_128_plus_n_after_a_signal) {
  EXPECT_EQ(run_line("$B run -q sh -c 'kill -9 $$'").status, 137);
  EXPECT_EQ(run_line("$B run -q sh -c 'kill -SEGV $$'").status, 139);
}

TEST(Run, says_124_after_a_timeout) {
  Outcome outcome = run_line("$B run -q --timeout 0.2 sleep 60");
  EXPECT_EQ(outcome.status, 124);
}

TEST(Run, waits_for_the_tree_only_when_asked_to) {
  std::string program =
      "sh -c '(sleep 1.2; touch late) & sleep 0.8; exit 6'; s=$?; ls late 2>/dev/null; exit $s";
  Outcome waited = run_line("$B run -q --wait-tree " + program);
  EXPECT_EQ(waited.status, 6);
  EXPECT_EQ(waited.out, "late\n");
  EXPECT_EQ(run_line("$B run -q " + program).out, "");
}

TEST(Run, cuts_at_the_first_double_dash) {
  EXPECT_EQ(run_line("$B run -q -- echo -n 9").out, "9");
  EXPECT_EQ(run_line("$B run -q echo a -- --json b").out, "a -- --json b\n");
  EXPECT_EQ(run_line("$B run -q -n 2 -- echo --json x").out, "--json x\n--json x\n");
}

TEST(Run, leaves_what_follows_the_program_to_it) {
  EXPECT_EQ(run_line("$B run -q echo -n 9").out, "9");
  EXPECT_EQ(run_line("$B run -q echo doctor --help").out, "doctor --help\n");
}

TEST(Run, may_run_a_program_that_is_called_like_a_command) {
  TemporaryFolder folder;
  folder.write("doctor", "#!/bin/sh\nexit 33\n", true);
  EXPECT_EQ(run_line("PATH=$D:$PATH $B run -q doctor", folder.path()).status, 33);
}

TEST(Run, gives_input_environment_and_directory) {
  EXPECT_EQ(run_line("echo in | $B run -q cat").out, "in\n");
  EXPECT_EQ(run_line("$B run -q -C / --env A=1 --env B2=2 sh -c 'echo $PWD $A $B2'").out,
            "/ 1 2\n");
}

TEST(Run, repeats_and_gives_the_first_status_that_is_not_zero) {
  TemporaryFolder folder;
  Outcome outcome = run_line(
      "$B run -q -n 3 --json r.json sh -c 'echo x >> runs; exit $(( $(wc -l < runs) - 1 ))'",
      folder.path());
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(folder.read("runs"), "x\nx\nx\n");
  EXPECT_THAT(folder.read("r.json"), HasSubstr("\"exit_status\""));
}

TEST(Run, works_where_the_parent_ignores_the_end_of_children) {
  EXPECT_EQ(run_line("python3 -c 'import signal,os; signal.signal(signal.SIGCHLD, signal.SIG_IGN); "
                     "os.execv(os.environ[\"B\"], [\"bottleneck\", \"run\", \"-q\", \"sh\", "
                     "\"-c\", \"exit 5\"])'")
                .status,
            5);
}

TEST(Run, works_with_closed_standard_descriptors) {
  EXPECT_EQ(run_line("$B run sh -c 'exit 3' <&- >&- 2>&-").status, 3);
}

}  // namespace
}  // namespace bottleneck
