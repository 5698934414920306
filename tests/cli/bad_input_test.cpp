// Files that are no report of ours, or no longer: four parts, status 1, in bounded time, and no
// word of the file's own in the message.
#include <gmock/gmock.h>

#include "tests/cli/launched_program.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

auto has_four_parts() {
  return AllOf(HasSubstr("bottleneck: error: "), HasSubstr("\n  why  "), HasSubstr("\n  so   "),
               HasSubstr("\n  fix  "));
}

void expect_refused(const Outcome& outcome, const std::string& why, const std::string& which) {
  EXPECT_EQ(outcome.status, 1) << which;
  EXPECT_EQ(outcome.out, "") << which;
  EXPECT_THAT(outcome.err, AllOf(has_four_parts(), HasSubstr(why))) << which;
}

/// A saved report of a real run, for all tests of this file.
const std::string& a_saved_report() {
  static const std::string text = [] {
    TemporaryFolder folder;
    run_line("$B run -q --json r.json true", folder.path());
    return folder.read("r.json");
  }();
  return text;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// What `report` says to a file with this content.
Outcome report_on(const std::string& content) {
  TemporaryFolder folder;
  folder.write("r.json", content);
  return run_line("timeout 20 $B report r.json", folder.path());
}

TEST(BadInput, that_is_no_file_of_ours_is_refused_with_the_reason) {
  expect_refused(run_line("$B report /"), "it is a directory", "directory");
  expect_refused(run_line("$B report no/such/file"), "No such file", "missing");
  expect_refused(run_line("$B report /bin/sh"), "it is no JSON", "binary");
  expect_refused(report_on(""), "it is empty", "empty");
  expect_refused(report_on("<!doctype html><html><body>no</body></html>"), "it is no JSON", "html");
  expect_refused(report_on("[1, 2]"), "not written by bottleneck", "array");
  expect_refused(report_on("7"), "not written by bottleneck", "number");
  expect_refused(report_on(R"({"name": "package", "version": "1"})"), "not written by bottleneck",
                 "foreign object");
  expect_refused(report_on(R"({"schema_version": 1, "kind": "demos", "demos": []})"), "kind",
                 "another kind");
}

TEST(BadInput, that_may_not_be_read_says_so) {
  TemporaryFolder folder;
  folder.write("r.json", a_saved_report());
  if (geteuid() == 0) {  // as nobody, with the binary through an open descriptor
    Outcome outcome = run_line(
        "chmod 755 .; chmod 600 r.json; cp $B b; chmod 755 b; "
        "setpriv --reuid 65534 --regid 65534 --clear-groups ./b report r.json",
        folder.path());
    expect_refused(outcome, "Permission denied", "as nobody");
  } else {
    expect_refused(run_line("chmod 000 r.json; $B report r.json", folder.path()),
                   "Permission denied", "mode 000");
  }
}

TEST(BadInput, through_pipes_ends_with_the_pipe) {
  expect_refused(run_line("$B report - < /dev/null"), "it is empty", "nothing");
  expect_refused(run_line("$B report - <&-"), "it is empty", "closed");
  expect_refused(run_line("mkfifo p; : > p & timeout 20 $B report p"), "it is empty", "FIFO");
  EXPECT_EQ(run_line("$B run -q --json r.json true; mkfifo p; cat r.json > p & "
                     "timeout 20 $B report p > shown; echo $?; "
                     "cat r.json | $B report - > shown; echo $?")
                .out,
            "0\n0\n");
}

TEST(BadInput, that_does_not_end_is_refused) {
  expect_refused(run_line("ulimit -v 1000000; timeout 20 $B report /dev/zero"), "at most",
                 "/dev/zero");
}

TEST(BadInput, cut_at_any_length_is_refused) {
  const std::string& whole = a_saved_report();
  ASSERT_GT(whole.size(), 1000u);
  TemporaryFolder folder;
  folder.write("r.json", whole);
  const std::size_t last = whole.rfind('}');
  const std::size_t step = whole.size() / 60;
  // One process each would take long: a shell loop that stops at the first that is not refused.
  Outcome outcome =
      run_line("for n in $(seq 1 " + std::to_string(step) + " " + std::to_string(last) + ") " +
                   std::to_string(last) +
                   "; do head -c $n r.json > cut; $B report cut > out 2> err; s=$?; "
                   "[ $s = 1 ] && [ ! -s out ] && grep -q 'cut off after' err || echo $n: $s; done",
               folder.path());
  EXPECT_EQ(outcome.out, "");
}

TEST(BadInput, of_a_future_version_names_both_versions) {
  Outcome outcome =
      report_on(replaced(a_saved_report(), "\"schema_version\": 1", "\"schema_version\": 12"));
  expect_refused(outcome, "12", "future");
  EXPECT_THAT(outcome.err, HasSubstr("another version"));
  for (const char* version :
       {"\"1\"", "null", "1.5", "1e300", "-1", "[1]", "123456789012345678901234567890"})
    expect_refused(report_on(replaced(a_saved_report(), "\"schema_version\": 1",
                                      std::string("\"schema_version\": ") + version)),
                   "version", version);
}

TEST(BadInput, with_values_that_cannot_be_is_refused) {
  const std::string& whole = a_saved_report();
  expect_refused(report_on(std::string(2'000'000, '[')), "nested", "deep");
  expect_refused(report_on(replaced(whole, "\"window_s\":", "\"window_s\":1e999,\"x\":")),
                 "too large", "1e999");
  expect_refused(report_on(replaced(whole, "\"window_s\":", "\"window_s\":NaN,\"x\":")),
                 "it is no JSON", "NaN");
  for (const char* value : {"-1", "0", "1e300", "\"0.01\"", "null", "[]", "{}", "true"})
    expect_refused(report_on(replaced(
                       whole, "\"window_s\":", std::string("\"window_s\":") + value + ",\"x\":")),
                   "window_s", value);
  for (const char* value : {"-1", "2000000000", "1e18", "\"1\"", "null", "0.5"})
    expect_refused(
        report_on(replaced(whole, "\"windows\":", std::string("\"windows\":") + value + ",\"x\":")),
        "windows", value);
}

TEST(BadInput, with_a_key_twice_is_read_by_one_of_them_or_refused) {
  Outcome outcome = report_on(replaced(a_saved_report(), "\"kind\":", "\"kind\": 3, \"kind\":"));
  EXPECT_TRUE(outcome.status == 0 || outcome.status == 1);
  EXPECT_THAT(outcome.err, testing::AnyOf("", has_four_parts()));
}

TEST(BadInput, is_never_quoted_to_the_terminal) {
  for (const char* hostile : {"\x1b]0;owned\x07", "{\"kind\": \"\x1b[2J\"}",
                              "{\"schema_version\": \"\\u001b[2J\", \"kind\": \"report\"}"}) {
    Outcome outcome = report_on(hostile);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.err, Not(HasSubstr("\x1b"))) << hostile;
  }
  EXPECT_THAT(run_line("$B report \"$(printf 'no\\033[2Jfile')\"").err, Not(HasSubstr("\x1b")));
}

TEST(BadInput, leaves_the_output_file_as_it_was) {
  TemporaryFolder folder;
  folder.write("old.json", "old");
  folder.write("bad.json", "{");
  EXPECT_EQ(run_line("$B report --json old.json bad.json", folder.path()).status, 1);
  EXPECT_EQ(folder.read("old.json"), "old");
  EXPECT_EQ(run_line("ls", folder.path()).out, "bad.json\nold.json\n");
}

}  // namespace
}  // namespace bottleneck
