// `bottleneck compare`: its statuses, its files, and what it refuses. No time is judged: what is
// slower here is slower by far, or fails.
#include <gmock/gmock.h>

#include "src/cli/shell_words.h"
#include "src/core/error.h"
#include "tests/cli/launched_program.h"

namespace bottleneck {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string quick = "$B compare --no-profile -n 5 --budget 3 ";

TEST(Compare, ends_with_1_for_a_regression_and_names_it) {
  const Outcome outcome = run_line(quick +
                                   "--base 'sleep 0.02' --head 'sleep 0.1' --json c.json; s=$?; "
                                   "grep -o '\"verdict\": \"[a-z]*\"' c.json; exit $s");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("regression"));
  EXPECT_THAT(outcome.out, HasSubstr("\"verdict\": \"regression\""));
}

TEST(Compare, ends_with_0_for_an_improvement_even_if_strict) {
  const Outcome outcome = run_line(quick + "--strict --base 'sleep 0.1' --head 'sleep 0.02'");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("improvement"));
}

TEST(Compare, ends_with_3_only_if_strict_where_nothing_can_be_said) {
  const std::string files =
      "$B run -q --json a.json true; $B run -q --json b.json true; $B compare a.json b.json ";
  EXPECT_EQ(run_line(files).status, 0);
  EXPECT_EQ(run_line(files + "--strict").status, 3);
  const std::string others =
      "$B run -q --json a.json true; $B run -q --json b.json echo; $B compare a.json b.json ";
  const Outcome outcome = run_line(others + "--strict");
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.out, HasSubstr("incomparable     another command: base true, head echo"));
}

TEST(Compare, takes_a_head_that_fails_for_a_regression) {
  const Outcome outcome = run_line(quick + "--base true --head false");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("head ends with exit status 1, base with 0"));
}

TEST(Compare, says_what_changed_from_a_profile_of_each) {
  const Outcome outcome = run_line(
      "$B compare -n 5 --budget 3 --base \"sh -c 'sleep 0.05'\" --head \"sh -c 'sleep 0.2'\"");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("what changed"));
  EXPECT_THAT(outcome.out, HasSubstr("sleep  "));
}

TEST(Compare, tells_that_outputs_differ) {
  const Outcome outcome = run_line(quick + "--base 'echo a' --head 'echo b'");
  EXPECT_THAT(outcome.out, HasSubstr("output differs: "));
}

TEST(Compare, writes_its_forms_and_keeps_standard_output_clean) {
  const Outcome outcome = run_line(quick +
                                   "--base true --head false --json - --markdown c.md --junit "
                                   "c.xml --html c.html > c.json; s=$?; head -c 20 c.md; head -c 5 "
                                   "c.xml; head -c 9 c.html; head -c 20 c.json; exit $s");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "<!-- bottleneck -->\n<?xml<!DOCTYPE{ \"schema_version\": ");
  EXPECT_THAT(outcome.err, HasSubstr("regression"));
}

TEST(Compare, says_what_it_does_not_understand) {
  const std::pair<const char*, const char*> table[] = {
      {"", "0 saved reports given"},
      {"a.json", "1 saved reports given"},
      {"--base true", "belong together"},
      {"--base true --head true a.json", "belong together"},
      {"--base 'a | b' --head true", "no shell runs it"},
      {"--base \"'a\" --head true", "is never closed"},
      {"--base ' ' --head true", "names no program"},
      {"--gate 5 a b", "is no percentage"},
      {"--gate -1% a b", "is no percentage"},
      {"--gate x a b", "is no percentage"},
      {"-n 2 a b", "not understood"},
      {"--json x --junit x a b", "both go to x"},
      {"--html x --markdown x a b", "both go to x"},
  };
  for (const auto& [words, said] : table) {
    const Outcome outcome = run_line("$B compare " + std::string(words));
    EXPECT_EQ(outcome.status, 2) << words;
    EXPECT_THAT(outcome.err, HasSubstr(said)) << words;
  }
}

TEST(Compare, passes_on_that_a_program_is_not_there) {
  EXPECT_EQ(run_line(quick + "--base true --head ./nowhere").status, 127);
  EXPECT_EQ(run_line("touch f; " + quick + "--base ./f --head true").status, 126);
  EXPECT_EQ(run_line(quick + "--base true --head true --json /no/such/c.json").status, 125);
  EXPECT_EQ(run_line("$B compare nowhere.json nowhere.json").status, 1);
}

TEST(ShellWords, are_split_as_a_shell_would) {
  const Target target = split_command("A=1 B='x y' ./p 'a b' \"c \\\" d\" e\\ f '' g", "--base");
  EXPECT_THAT(target.environment, ElementsAre("A=1", "B=x y"));
  EXPECT_THAT(target.command, ElementsAre("./p", "a b", "c \" d", "e f", "", "g"));
  EXPECT_THAT(split_command("./p K=V 'x;|$y'", "--base").command,
              ElementsAre("./p", "K=V", "x;|$y"));
  for (const char* text : {"a $HOME", "a > b", "a *", "a `b`", "a \"$b\"", "~/p", "a &", "a #b"})
    EXPECT_THROW(split_command(text, "--base"), Error) << text;
}

TEST(Exports, are_all_written_and_only_one_goes_to_standard_output) {
  const Outcome outcome = run_line(
      "$B run -q --trace t --pprof p --folded f --sarif s --markdown m --junit j --json - "
      "sh -c 'exit 5' > r.json; s=$?; ls -d f j m p r.json s t; exit $s");
  EXPECT_EQ(outcome.status, 5);
  EXPECT_EQ(outcome.out, "f\nj\nm\np\nr.json\ns\nt\n");
  EXPECT_EQ(run_line("$B run --sarif - --trace - touch ran; s=$?; exit $s").status, 2);
  EXPECT_EQ(run_line("$B run --sarif /no/such/s touch ran; s=$?; exit $s").status, 125);
  EXPECT_EQ(run_line("$B run --sarif /no/such/s touch ran; ls -d ran 2>&-").out, "");
  EXPECT_THAT(run_line("$B run -q --json r.json true; $B report --markdown - r.json").out,
              HasSubstr("<!-- bottleneck -->"));
}

TEST(Completion, is_written_for_three_shells_and_parses) {
  EXPECT_EQ(run_line("$B completion bash > b && bash -n b").status, 0);
  const Outcome found = run_line(
      "$B completion bash > b; bash -c '. ./b; COMP_WORDS=(bottleneck compare --ga); COMP_CWORD=2; "
      "_bottleneck; echo ${COMPREPLY[@]}; COMP_WORDS=(bottleneck run --color al); COMP_CWORD=3; "
      "_bottleneck; echo ${COMPREPLY[@]}'");
  EXPECT_EQ(found.out, "--gate\nalways\n") << found.err;
  for (const char* shell : {"zsh", "fish", "man"}) {
    const Outcome outcome = run_line(std::string("$B completion ") + shell);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.out, HasSubstr("compare"));
    EXPECT_THAT(outcome.out, HasSubstr("how much longer head may take"));
  }
  EXPECT_EQ(run_line("$B completion tcsh").status, 2);
  EXPECT_THAT(run_line("$B --help").out, Not(HasSubstr("completion")));
}

TEST(Completion, is_what_zsh_completes) {
  if (run_line("zsh --version").status != 0) GTEST_SKIP() << "zsh is not here";
  // Typed in a terminal of its own, there is no other way to ask; waits until `wanted` stands
  // there.
  const auto becomes = [](const std::string& typed, const std::string& wanted) {
    return run_line(
        "mkdir f; $B completion zsh > f/_bottleneck; cat > ask.zsh <<'END'\n"
        "zmodload zsh/zpty\n"
        "zpty shell 'HOME=$PWD zsh -fi'\n"
        "zpty -w shell \"PROMPT= fpath=($PWD/f \\$fpath); autoload -Uz compinit; compinit -u -D; "
        "COLUMNS=100; echo re''ady\"\n"
        "zpty -r shell said '*ready*'\n"
        "zpty -w -n shell \"bottleneck $1\"$'\\t'\n"
        "zpty -r shell said \"*bottleneck $2*\" && print done\n"
        "zpty -d shell\nEND\n"
        "timeout 20 zsh -f ask.zsh '" +
        typed + "' '" + wanted + "'");
  };
  EXPECT_EQ(becomes("compare --ga", "compare --gate").out, "done\n");
  EXPECT_EQ(becomes("run --color al", "run --color always").out, "done\n");
  EXPECT_EQ(becomes("mach", "machine").out, "done\n");
}

TEST(Completion, is_what_fish_completes) {
  if (run_line("fish --version").status != 0) GTEST_SKIP() << "fish is not here";
  const auto offered = [](const std::string& words) {
    return run_line(
        "$B completion fish > b.fish; HOME=$PWD XDG_CONFIG_HOME=$PWD fish -N -c "
        "'source b.fish; complete -C \"bottleneck " +
        words + "\"'");
  };
  EXPECT_THAT(offered("mach").out, HasSubstr("machine\tMeasures what this machine can do"));
  EXPECT_THAT(offered("compare --ga").out, HasSubstr("--gate\thow much longer head may take"));
  EXPECT_THAT(offered("run --color al").out, HasSubstr("always"));
  EXPECT_EQ(offered("compare --simul").out, "") << "an option of another command";
}

}  // namespace
}  // namespace bottleneck
