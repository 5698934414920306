// Where the report cannot go: said before the program starts where that can be known, and then it
// does not start; nothing lost, nothing left behind.
#include <gmock/gmock.h>
#include <unistd.h>

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

/// A file system of 64 KB, where the machine lets us mount one.
class SmallDisk : public testing::Test {
 protected:
  SmallDisk() {
    folder_.write("disk/unmounted", "");
    mounted_ =
        std::system(("mount -t tmpfs -o size=64k none " + disk() + " 2>/dev/null").c_str()) == 0;
  }
  ~SmallDisk() override {
    if (mounted_) (void)!std::system(("umount " + disk()).c_str());
  }
  void SetUp() override {
    if (!mounted_) GTEST_SKIP() << "mounting a tmpfs needs root and CAP_SYS_ADMIN";
  }
  std::string disk() const { return folder_.path("disk"); }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
  bool mounted_ = false;
};

TEST(BadOutput, is_said_before_the_program_starts) {
  struct Case {
    const char* path;
    const char* why;
  };
  for (auto [path, why] :
       {Case{"dir", "directory"}, Case{"dir/", "directory"}, Case{"missing/r.json", "No such file"},
        Case{"file/r.json", "Not a directory"}, Case{"", "FILE"}, Case{"/proc/r.json", ""},
        Case{"/dev/null/r.json", "Not a directory"}}) {
    for (std::string option : {"--json", "--html"}) {
      if (option == "--html" && run_line("$B run --help | grep -q -e --html").status != 0) continue;
      Outcome outcome = run_line("mkdir dir; echo > file; $B run " + option + " '" + path +
                                 "' touch ran; s=$?; ls dir; [ -e ran ] && echo ran; exit $s");
      EXPECT_EQ(outcome.status, *path ? 125 : 2) << option << " " << path;
      EXPECT_EQ(outcome.out, "") << option << " " << path;
      EXPECT_THAT(outcome.err, AllOf(has_four_parts(), HasSubstr(why))) << option << " " << path;
    }
  }
}

TEST(BadOutput, that_may_not_be_written_is_said_before_the_program_starts) {
  if (geteuid() != 0) GTEST_SKIP() << "becoming nobody needs root";
  const std::string as_nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups ./b ";
  Outcome folder = run_line(
      "mkdir closed open; chmod 777 open; chmod 755 . closed; cp $B b; "
      "chmod 755 b; " +
      as_nobody + "run --json closed/r.json touch open/ran; s=$?; ls open closed; exit $s");
  EXPECT_EQ(folder.status, 125);
  EXPECT_EQ(folder.out, "closed:\n\nopen:\n");
  EXPECT_THAT(folder.err, AllOf(has_four_parts(), HasSubstr("Permission denied")));
  Outcome file = run_line(
      "mkdir open; echo old > open/r.json; chmod 777 open; chmod 755 .; "
      "cp $B b; chmod 755 b; " +
      as_nobody + "run --json open/r.json touch open/ran; s=$?; ls open; cat open/r.json; exit $s");
  EXPECT_EQ(file.status, 125);
  EXPECT_EQ(file.out, "r.json\nold\n");
  EXPECT_THAT(file.err, AllOf(has_four_parts(), HasSubstr("Permission denied")));
}

TEST(BadOutput, of_a_report_ends_with_1) {
  Outcome outcome = run_line("$B run -q --json r.json true; $B report --json no/r.json r.json");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, has_four_parts());
  outcome = run_line("$B run -q --json r.json true; $B report --json /dev/full r.json");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, AllOf(has_four_parts(), HasSubstr("No space left")));
  outcome = run_line("$B run -q --json r.json true; $B report r.json > /dev/full");
  EXPECT_EQ(outcome.status, 1) << "a report that nobody could see";
  EXPECT_THAT(outcome.err, AllOf(has_four_parts(), HasSubstr("No space left")));
}

/// dash counts in 512 bytes; 0 takes the sampler's memory away, too. Errors go through a pipe: no
/// file takes them.
Outcome run_limited(const std::string& limit, const std::string& command) {
  return run_line(
      "$B run -q --json saved.json true; mkdir d; cd d; echo old > r.json; "
      "{ (ulimit -f " +
      limit + "; exec " + command +
      "); echo $? > ../status; } "
      "2>&1 | cat >&2; ls; cat r.json; exit $(cat ../status)");
}

TEST(BadOutput, beyond_the_limit_on_file_sizes_leaves_the_programs_status) {
  for (const char* limit : {"0", "1"}) {
    Outcome outcome = run_limited(limit, "$B run -q --json r.json sh -c 'exit 6'");
    EXPECT_EQ(outcome.status, 6);
    EXPECT_EQ(outcome.out, "r.json\nold\n");
    EXPECT_THAT(outcome.err, AllOf(has_four_parts(), HasSubstr("File too large")));
  }
  Outcome outcome = run_limited("0", "$B report --json r.json ../saved.json");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "r.json\nold\n");
  EXPECT_THAT(outcome.err, AllOf(has_four_parts(), HasSubstr("File too large")));
}

TEST(BadOutput, screen_that_takes_nothing_leaves_the_programs_status) {
  EXPECT_EQ(run_line("$B run sh -c 'exit 5' 2> /dev/full").status, 5);
  EXPECT_EQ(run_line("$B run --json - sh -c 'exit 5' > /dev/full").status, 5);
}

TEST_F(SmallDisk, that_is_full_keeps_the_old_report_and_the_programs_status) {
  folder().write("disk/r.json", "old");
  Outcome outcome = run_line(
      "head -c 65536 /dev/zero > disk/fill 2>/dev/null; $B run -v --json disk/r.json sh -c 'exit "
      "4'",
      folder().path());
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.err, AllOf(has_four_parts(), HasSubstr("No space left")));
  EXPECT_EQ(folder().read("disk/r.json"), "old");
  EXPECT_EQ(run_line("ls disk", folder().path()).out, "fill\nr.json\n");
}

TEST_F(SmallDisk, that_is_full_keeps_the_old_report_of_report_too) {
  folder().write("disk/r.json", "old");
  Outcome outcome = run_line(
      "$B run -q --json r.json true; head -c 65536 /dev/zero > disk/fill 2>/dev/null; "
      "$B report --json disk/r.json r.json > shown",
      folder().path());
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(folder().read("disk/r.json"), "old");
  EXPECT_EQ(run_line("ls disk", folder().path()).out, "fill\nr.json\n");
}

TEST_F(SmallDisk, that_fills_up_while_the_program_runs_leaves_nothing_half_written) {
  Outcome outcome = run_line(
      "$B run --json disk/r.json sh -c 'head -c 65536 /dev/zero > disk/fill 2>/dev/null; exit 6'",
      folder().path());
  EXPECT_EQ(outcome.status, 6);
  EXPECT_EQ(run_line("ls disk", folder().path()).out, "fill\n");
}

}  // namespace
}  // namespace bottleneck
