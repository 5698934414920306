// --html: where the page goes, what its failure does to the rest, and that a saved file gives one
// too.
#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/cli/launched_program.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* page_begin = "<!DOCTYPE html>\n";

TEST(Html, is_written_whole_beside_the_json_and_leaves_nothing_behind) {
  TemporaryFolder folder;
  folder.write("page.html", "old");
  Outcome outcome = run_line(
      "$B run -q --json r.json --html page.html sh -c 'cat page.html; exit 7'; s=$?; ls; exit $s",
      folder.path());
  EXPECT_EQ(outcome.status, 7);
  EXPECT_EQ(outcome.out, "oldpage.html\nr.json\n");
  EXPECT_THAT(folder.read("page.html"), StartsWith(page_begin));
  EXPECT_THAT(folder.read("page.html"), HasSubstr("</html>\n"));
}

TEST(Html, to_standard_output_is_clean) {
  Outcome outcome = run_line("$B run --html - echo hello");
  EXPECT_THAT(outcome.out, StartsWith(page_begin));
  EXPECT_THAT(outcome.out, Not(HasSubstr("hello\n")));
  EXPECT_THAT(outcome.err, HasSubstr("hello\n"));
}

TEST(Html, can_be_made_from_a_saved_file) {
  Outcome outcome = run_line(
      "$B run -q --json r.json true; $B report --html page.html r.json > screen; s=$?; "
      "cat page.html; exit $s");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, StartsWith(page_begin));
  EXPECT_THAT(run_line("$B run -q --json r.json true; $B report r.json --html -").out,
              StartsWith(page_begin));
}

TEST(Html, and_json_cannot_both_go_to_standard_output_or_to_one_file) {
  for (const char* line :
       {"$B run --json - --html - touch ran", "$B run --json x --html x touch ran",
        "$B report --json - --html=/dev/stdout r.json", "$B run --html"}) {
    Outcome outcome = run_line(std::string(line) + "; s=$?; ls -d ran x 2>&-; exit $s");
    EXPECT_EQ(outcome.status, 2) << line;
    EXPECT_EQ(outcome.out, "") << line;
  }
}

TEST(Html, path_that_cannot_be_written_is_said_before_the_start) {
  for (const char* path : {"/no/such/folder/p.html", "dir", "dir/", "."}) {
    Outcome outcome = run_line("mkdir dir; $B run --json r.json --html " + std::string(path) +
                               " touch ran; s=$?; ls -d ran r.json* 2>&-; exit $s");
    EXPECT_EQ(outcome.status, 125) << path;
    EXPECT_EQ(outcome.out, "") << path;
    EXPECT_THAT(outcome.err, HasSubstr("bottleneck: error: cannot write ")) << path;
  }
}

TEST(Html, that_fails_takes_neither_the_json_nor_the_status_with_it) {
  Outcome page = run_line(
      "$B run -q --html /dev/full --json r.json sh -c 'exit 9'; s=$?; "
      "head -c 1 r.json; exit $s");
  EXPECT_EQ(page.status, 9);
  EXPECT_EQ(page.out, "{");
  EXPECT_THAT(page.err, HasSubstr("cannot write /dev/full"));
  Outcome json = run_line(
      "$B run -q --json /dev/full --html p.html sh -c 'exit 9'; s=$?; "
      "head -c 9 p.html; exit $s");
  EXPECT_EQ(json.status, 9);
  EXPECT_EQ(json.out, "<!DOCTYPE");
  Outcome report = run_line(
      "$B run -q --json r.json true; $B report --json /dev/full --html p.html "
      "r.json > screen; s=$?; head -c 9 p.html; exit $s");
  EXPECT_EQ(report.status, 1);
  EXPECT_EQ(report.out, "<!DOCTYPE");
}

TEST(Html, on_a_full_file_system_keeps_what_was_there_and_leaves_nothing) {
  if (run_line("mkdir m; mount -t tmpfs -o size=8k tmpfs m && umount m").status != 0) {
    GTEST_SKIP() << "a small file system cannot be mounted here";
  }
  Outcome outcome = run_line(
      "mkdir m; mount -t tmpfs -o size=8k tmpfs m; echo old > m/p.html; "
      "$B run -q --html m/p.html sh -c 'exit 9'; s=$?; ls m; cat m/p.html; umount m; exit $s");
  EXPECT_EQ(outcome.status, 9);
  EXPECT_EQ(outcome.out, "p.html\nold\n");
  EXPECT_THAT(outcome.err, HasSubstr("cannot write m/p.html"));
}

TEST(Html, of_a_program_with_hostile_arguments_is_inert) {
  Outcome outcome = run_line(
      "$B run -q --html - sh -c 'exit 3' '</code><script>alert(1)</script>' \"$(printf "
      "'a\\377\\033[31m\\nb')\" \"$(head -c 100000 /dev/zero | tr '\\0' '<')\"");
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.out, HasSubstr("&lt;/code&gt;&lt;script&gt;"));
  EXPECT_THAT(outcome.out, HasSubstr("a\\xff\\x1b[31m\\nb"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("<script>alert")));
  EXPECT_LT(outcome.out.size(), 200'000u);
}

}  // namespace
}  // namespace bottleneck
