#include "src/launch/spawn.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include "src/core/error.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;

Target shell(const std::string& script) { return {{"/bin/sh", "-c", script}, "", {}}; }

int run_to_its_end(const Target& target) {
  StoppedTarget stopped(target, false, hold_signals());
  stopped.release();
  int status = -1;
  waitpid(stopped.pid(), &status, 0);
  return status;
}

Error failure_of(const Target& target) {
  try {
    StoppedTarget stopped(target, false, hold_signals());
    stopped.release();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "it was started";
  return {"", "", "", "", 0};
}

TEST(Spawn, runs_nothing_before_release) {
  TemporaryFolder folder;
  Target target = shell("echo ran > ran");
  target.directory = folder.path();
  { StoppedTarget never_released(target, false, hold_signals()); }
  EXPECT_FALSE(std::filesystem::exists(folder.path("ran")));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "the child was not reaped";
}

TEST(Spawn, gives_the_exit_code_and_the_signal) {
  EXPECT_EQ(WEXITSTATUS(run_to_its_end(shell("exit 7"))), 7);
  int status = run_to_its_end(shell("kill -9 $$"));
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), 9);
}

TEST(Spawn, searches_the_path_of_the_target) {
  TemporaryFolder folder;
  folder.write("only_here", "#!/bin/sh\nexit 5\n", true);
  EXPECT_EQ(WEXITSTATUS(run_to_its_end({{"only_here"}, "", {"PATH=/nowhere:" + folder.path()}})),
            5);
}

TEST(Spawn, sets_environment_and_directory) {
  TemporaryFolder folder;
  folder.write("program", "#!/bin/sh\n[ \"$A\" = 2 ] && echo \"$PWD\" > where\n", true);
  EXPECT_EQ(run_to_its_end({{"./program"}, folder.path(), {"A=1", "A=2"}}), 0);
  EXPECT_EQ(folder.read("where"), folder.path() + "\n");
}

TEST(Spawn, keeps_what_the_shell_gave) {
  TemporaryFolder folder;
  signal(SIGINT, SIG_IGN);
  int kept = dup(0);  // no CLOEXEC: our parent's, to be inherited
  Target target =
      shell("cat /proc/self/status > status; ls /proc/self/fd > fds; cat /proc/self/stat > stat");
  target.directory = folder.path();
  int status = run_to_its_end(target);
  signal(SIGINT, SIG_DFL);
  close(kept);
  ASSERT_EQ(status, 0);
  std::string text = folder.read("status");
  EXPECT_THAT(text, HasSubstr("SigBlk:\t0000000000000000"));
  EXPECT_THAT(text, testing::ContainsRegex("SigIgn:\t[0-9a-f]*[2367abef]\n"))
      << "SIGINT (bit 1) is ignored";
  EXPECT_THAT(folder.read("fds"), HasSubstr("\n" + std::to_string(kept) + "\n"));
  std::string group = " " + std::to_string(getpgrp()) + " ";
  EXPECT_THAT(folder.read("stat"), HasSubstr(group));
}

TEST(Spawn, leaves_nothing_of_ours_open_in_the_target) {
  TemporaryFolder folder;
  // What the test runner left open is the shell's to pass on; ours would be in addition to it.
  Target target = shell("ls /proc/self/fd > fds");
  target.directory = folder.path();
  std::size_t open_here = 0;
  for (int fd = 0; fd < 256; ++fd) {
    int flags = fcntl(fd, F_GETFD);
    if (flags >= 0 && !(flags & FD_CLOEXEC)) ++open_here;
  }
  ASSERT_EQ(run_to_its_end(target), 0);
  std::string fds = folder.read("fds");
  std::size_t lines = static_cast<std::size_t>(std::count(fds.begin(), fds.end(), '\n'));
  EXPECT_LE(lines, std::max<std::size_t>(open_here, 3) + 1) << fds;  // ls itself opens the folder
}

TEST(Spawn, says_127_for_what_is_not_there) {
  Error error = failure_of({{"no-such-program-here"}, "", {}});
  EXPECT_EQ(error.exit_status, 127);
  EXPECT_THAT(error.why, HasSubstr("PATH"));
  EXPECT_EQ(failure_of({{"/no/such/file"}, "", {}}).exit_status, 127);
  EXPECT_EQ(failure_of({{""}, "", {}}).exit_status, 127);
}

TEST(Spawn, says_126_for_a_directory_and_for_a_file_without_permission) {
  TemporaryFolder folder;
  EXPECT_THAT(failure_of({{folder.path()}, "", {}}).why, HasSubstr("is a directory"));
  Error error = failure_of({{folder.write("data", "text")}, "", {}});
  EXPECT_EQ(error.exit_status, 126);
  EXPECT_THAT(error.fix, HasSubstr("chmod +x"));
}

TEST(Spawn, does_not_hand_a_script_without_interpreter_to_a_shell) {
  TemporaryFolder folder;
  Error error = failure_of({{folder.write("script", "exit 0\n", true)}, "", {}});
  EXPECT_EQ(error.exit_status, 126);
  EXPECT_THAT(error.why, HasSubstr("script without #!"));
  Error missing = failure_of({{folder.write("other", "#!/no/such/shell\n", true)}, "", {}});
  EXPECT_EQ(missing.exit_status, 126);
  EXPECT_THAT(missing.why, HasSubstr("/no/such/shell"));
}

TEST(Spawn, says_125_for_a_missing_directory) {
  Error error = failure_of({{"true"}, "/no/such/folder", {}});
  EXPECT_EQ(error.exit_status, 125);
  EXPECT_THAT(error.what, HasSubstr("/no/such/folder"));
}

}  // namespace
}  // namespace bottleneck
