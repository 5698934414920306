// Where the report and the data go, and that nothing else is touched.
#include <gmock/gmock.h>

#include "tests/cli/launched_program.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Output, of_the_program_is_alone_on_standard_output) {
  Outcome outcome = run_line("$B run echo hello");
  EXPECT_EQ(outcome.out, "hello\n");
  EXPECT_THAT(outcome.err, HasSubstr("bottleneck"));
  EXPECT_THAT(outcome.err, Not(HasSubstr("\033["))) << "colour belongs on a terminal";
  EXPECT_EQ(run_line("$B run -q echo hello").err, "");
}

TEST(Output, json_to_standard_output_is_clean) {
  Outcome outcome = run_line("$B run --json - echo hello");
  EXPECT_EQ(outcome.out.substr(0, 1), "{");
  EXPECT_THAT(outcome.out, Not(HasSubstr("hello\n")));
  EXPECT_THAT(outcome.err, HasSubstr("hello\n"));
  EXPECT_EQ(run_line("$B run -q --json=- true | python3 -c 'import json,sys; "
                     "print(json.load(sys.stdin)[\"kind\"])'")
                .out,
            "report\n");
}

TEST(Output, file_is_replaced_whole_and_nothing_is_left_beside_it) {
  TemporaryFolder folder;
  folder.write("r.json", "old");
  EXPECT_EQ(
      run_line("ln -s r.json link; $B run -q --json link sh -c 'cat r.json'", folder.path()).out,
      "old");
  EXPECT_EQ(folder.read("r.json").substr(0, 1), "{");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path("link")));
  EXPECT_EQ(run_line("ls", folder.path()).out, "link\nr.json\n");
}

TEST(Output, goes_to_pipes_and_devices_directly) {
  EXPECT_EQ(run_line("mkfifo p; cat p > got & $B run -q --json p true; wait; head -c 1 got; [ -p p "
                     "] && echo kept")
                .out,
            "{kept\n");
  EXPECT_EQ(run_line("$B run -q --json /dev/stdout echo no | head -c 1").out, "{");
}

TEST(Output, that_fails_after_the_end_leaves_the_programs_status) {
  Outcome outcome = run_line("$B run -q --json /dev/full sh -c 'exit 9'");
  EXPECT_EQ(outcome.status, 9);
  EXPECT_THAT(outcome.err, HasSubstr("cannot write /dev/full"));
}

TEST(Report, shows_a_saved_file_again) {
  Outcome outcome = run_line("$B run -q --json r.json true; $B report r.json");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("true"));
  EXPECT_EQ(
      run_line("$B run -q --json r.json true; $B report --json - r.json 2>/dev/null | head -c 1")
          .out,
      "{");
}

TEST(Report, colours_only_when_asked_to_where_there_is_no_terminal) {
  std::string save = "$B run -q --json r.json true; ";
  EXPECT_THAT(run_line(save + "$B report r.json").out, Not(HasSubstr("\033[")));
  EXPECT_THAT(run_line(save + "$B report --color always r.json").out, HasSubstr("\033["));
}

/// awk is no program of ours: hot code is found in what the distribution ships.
TEST(Annotate, shows_instructions_of_hot_code_and_of_a_saved_report) {
  const Outcome outcome = run_line(
      "$B run --annotate --json $D/r.json awk 'BEGIN{for(i=0;i<4000000;i++)s+=i%7;print s}'");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("Hot loops, instruction by instruction"));
  const Outcome again = run_line(
      "$B run -q --json $D/r.json awk 'BEGIN{for(i=0;i<4000000;i++)s+=i%7;print s}'; "
      "$B report --annotate $D/r.json");
  EXPECT_THAT(again.out, HasSubstr("Hot loops, instruction by instruction"));
  EXPECT_EQ(run_line("$B run -q --annotate true").status, 2) << "nothing to show it on";
}

TEST(Annotate, reads_no_source_that_a_foreign_report_names_elsewhere) {
  const Outcome outcome = run_line(
      "$B run -q --json r.json awk 'BEGIN{for(i=0;i<4000000;i++)s+=i%7;print s}'; "
      "python3 -c 'import json; r = json.load(open(\"r.json\"));\n"
      "for c in r[\"profile\"][\"hot_code\"]: c[\"file\"] = \"/etc/passwd\"; "
      "c[\"lines\"] = [1] * len(c[\"lines\"])\njson.dump(r, open(\"r.json\", \"w\"))'; "
      "$B report --annotate r.json");
  EXPECT_THAT(outcome.out, HasSubstr("Hot loops"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("root:")));
}

}  // namespace
}  // namespace bottleneck
