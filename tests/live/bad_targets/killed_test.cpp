// SIGKILL to ourselves at any moment: the program goes on to its own end, or never started; and no
// file of ours is left.
#include <gmock/gmock.h>

#include "tests/cli/launched_program.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

/// Kills the tool after so long, waits for what it had started, and tells what is there then.
Outcome kill_after(const std::string& wrapper, const std::string& seconds) {
  setenv("R", REFUSE_PERF, 1);
  return run_line(
      "ls /dev/shm > shm_before; mkdir tmp; export TMPDIR=$PWD/tmp\n" + wrapper +
      " $B run -q --json r.json sh -c 'echo > started; sleep 0.2; echo > survived' & p=$!\n"
      "sleep " +
      seconds +
      "; kill -KILL $p; wait $p 2> /dev/null\n"
      "sleep 0.1; for i in $(seq 100); do [ -e started ] && [ ! -e survived ] || break; sleep "
      "0.05; done\n"
      "[ ! -e started ] || [ -e survived ] || echo the program was harmed\n"
      "ls -A tmp; ls -A | grep -vxE "
      "'shm_before|tmp|started|survived|r.json|(err|out).txt|line.sh'\n"
      "[ ! -e r.json ] || python3 -c 'import json; json.load(open(\"r.json\"))' || echo half a "
      "report\n"
      "ls /dev/shm | diff shm_before - | grep -i bottleneck | grep -v fuzz");
}

class Killed : public testing::TestWithParam<const char*> {};

TEST_P(Killed, at_any_moment_harms_nobody_and_leaves_nothing) {
  for (const char* wrapper : {"", "$R"}) {
    const Outcome outcome = kill_after(wrapper, GetParam());
    EXPECT_EQ(outcome.out, "") << wrapper;
  }
}

// Before exec, about it, while the program runs, and at its end.
INSTANTIATE_TEST_SUITE_P(Live, Killed,
                         testing::Values("0", "0.002", "0.005", "0.01", "0.015", "0.02", "0.03",
                                         "0.05", "0.1", "0.21", "0.22", "0.23", "0.24", "0.25",
                                         "0.26", "0.28"));

}  // namespace
}  // namespace bottleneck
