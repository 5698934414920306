// Ctrl-C, Ctrl-Z and kill, in a terminal of the test's own.
#include <csignal>

#include <gmock/gmock.h>
#include <signal.h>

#include "tests/cli/launched_program.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;

constexpr char ctrl_c = 3;
constexpr char ctrl_z = 26;

TEST(Signals, ctrl_c_ends_the_program_and_the_report_is_still_written) {
  TemporaryFolder folder;
  TerminalSession session("exec $B run --json " + folder.path("r.json") +
                          " sh -c 'echo ready; exec sleep 60'");
  ASSERT_TRUE(session.wait_for("ready"));
  session.type(ctrl_c);
  EXPECT_EQ(session.wait_for_end(), 130);
  EXPECT_THAT(session.screen(), HasSubstr("bottleneck"));
  EXPECT_EQ(folder.read("r.json").substr(0, 1), "{");
}

TEST(Signals, ctrl_c_reaches_the_program_once) {
  TerminalSession session(
      "exec $B run -q sh -c 'trap \"echo got\" INT; echo ready; for i in 1 2 3 4 5; do sleep 0.2; "
      "done; exit 8'");
  ASSERT_TRUE(session.wait_for("ready"));
  session.type(ctrl_c);
  EXPECT_EQ(session.wait_for_end(), 8);
  std::string screen = session.screen();
  EXPECT_EQ(screen.find("got"), screen.rfind("got")) << screen;
  EXPECT_THAT(screen, HasSubstr("got"));
}

TEST(Signals, ctrl_c_ends_the_repetition) {
  TemporaryFolder folder;
  TerminalSession session("exec $B run -q -n 5 sh -c 'echo x >> " + folder.path("runs") +
                          "; echo ready; exec sleep 60'");
  ASSERT_TRUE(session.wait_for("ready"));
  session.type(ctrl_c);
  EXPECT_EQ(session.wait_for_end(), 130);
  EXPECT_EQ(folder.read("runs"), "x\n");
}

TEST(Signals, ctrl_z_stops_both_and_fg_resumes_both) {
  TerminalSession session("exec bash --norc -i");
  for (char key : std::string(
           "PS1='$ '; $B run -q sh -c 'echo rea''dy; sleep 0.3; sleep 0.3; sleep 0.3; exit 6'\n"))
    session.type(key);
  ASSERT_TRUE(session.wait_for("ready"));
  session.type(ctrl_z);
  ASSERT_TRUE(session.wait_for("Stopped"));
  for (char key : std::string("fg; echo status $?; exit\n")) session.type(key);
  EXPECT_TRUE(session.wait_for("status 6")) << session.screen();
}

TEST(Signals, of_kill_are_passed_on) {
  EXPECT_EQ(
      run_line(
          "$B run -q sh -c 'trap \"exit 21\" TERM; touch up; while :; do sleep 0.05; done' & p=$!; "
          "while [ ! -e up ]; do sleep 0.05; done; kill -TERM $p; wait $p")
          .status,
      21);
}

TEST(Signals, that_kill_us_leave_the_program_running) {
  Outcome outcome = run_line(
      "$B run -q sh -c 'echo $$ > pid; touch up; sleep 0.6; echo on > survived' & p=$!; "
      "while [ ! -e up ]; do sleep 0.05; done; kill -KILL $p; wait $p; "
      "for i in $(seq 100); do [ -e survived ] && break; sleep 0.1; done; cat survived");
  EXPECT_EQ(outcome.out, "on\n");
}

}  // namespace
}  // namespace bottleneck
