#include "src/cli/command_line.h"

#include <algorithm>
#include <limits>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "src/cli/help_text.h"
#include "src/core/suggest.h"

namespace bottleneck {
namespace {

using Words = std::vector<std::string>;

constexpr const char* nothing_started = "nothing was started";

[[noreturn]] void fail_usage(const std::string& what, const std::string& why,
                             const std::string& fix) {
  throw Error(what, why, nothing_started, fix, exit_usage);
}

/// CLI11's usage line with our own words behind the options.
class UsageFormatter : public CLI::Formatter {
 public:
  explicit UsageFormatter(std::string operands) : operands_(std::move(operands)) {}
  std::string make_usage(const CLI::App* app, std::string) const override {
    return fmt::format("Usage: {} [OPTIONS] {}\n", app->get_name(), operands_);
  }

 private:
  std::string operands_;
};

/// One sub-command on its own: as a sub-command of one App, CLI11 would look for the others' names
/// among the words.
struct Parser {
  CLI::App app;
  explicit Parser(const char* name, const char* description, const char* operands,
                  const char* examples)
      : app(description, name) {
    app.footer(examples);
    app.formatter(std::make_shared<UsageFormatter>(operands));
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
};

void add_color(CLI::App& app, Color& color) {
  const std::map<std::string, Color> words{
      {"auto", Color::automatic}, {"always", Color::always}, {"never", Color::never}};
  app.add_option("--color", color, "auto (on a terminal, unless NO_COLOR is set), always, never")
      ->transform(CLI::CheckedTransformer(words).description(""))
      ->type_name("WHEN");
}

/// An empty path is a variable that was never set, not "no output".
std::string check_named(const std::string& path) { return path.empty() ? "no FILE was named" : ""; }

void add_output(CLI::App& app, const char* option, std::string& path, const char* description) {
  app.add_option(option, path, description)
      ->check(CLI::Validator(check_named, "", "FILE"))
      ->type_name("FILE");
}

void add_outputs(CLI::App& app, std::string& json, std::string& html) {
  add_output(app, "--json", json, "save the report and its profile; - = standard output");
  add_output(app, "--html", html, "save the report as a page; - = standard output");
}

bool names_stdout(const std::string& path) { return path == "-" || path == "/dev/stdout"; }

void check_outputs(const std::string& json, const std::string& html) {
  if (names_stdout(json) && names_stdout(html))
    fail_usage("--json and --html both go to standard output", "only one of them can be -",
               "give one of them a file: --html report.html");
  if (!json.empty() && json == html && !json.starts_with("/dev/"))
    fail_usage(fmt::format("--json and --html both go to {}", json), "one would replace the other",
               "give them two files");
}

std::string check_setting(const std::string& setting) {
  std::size_t equals = setting.find('=');
  bool named = equals != std::string::npos && equals > 0;
  return named ? "" : fmt::format("'{}' is not of the form K=V", setting);
}

void add_run_options(CLI::App& app, RunCommand& run) {
  // The bounds: below 10 Hz a minute gives no picture; above 10 kHz the target notices (DESIGN
  // section 1, light).
  app.add_flag_callback(
      "--no-preload", [&run] { run.probes.may_preload = false; },
      "never preload the sampler that stands in where perf_event_open is refused");
  app.add_option("--rate", run.probes.rate_hz, "samples per second and CPU (997)")
      ->check(CLI::Range(10, 10'000).description(""))
      ->type_name("HZ");
  app.add_option("-n,--runs", run.runs, "run it so often; the run of median wall time is shown")
      ->check(CLI::Range(1, 1000).description(""))
      ->type_name("RUNS");
  app.add_option("--timeout", run.launch.timeout_s,
                 "end it after so long: TERM, 5 s later KILL; status 124")
      ->check(CLI::Range(0.001, 1e9).description(""))
      ->type_name("SECONDS");
  app.add_flag("--wait-tree", run.launch.wait_tree, "the run ends when the last descendant has");
  app.add_option("-C,--directory", run.launch.target.directory, "start it in this directory")
      ->type_name("DIR");
  app.add_option("--env", run.launch.target.environment,
                 "set an environment variable of it; may be repeated")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CLI::Validator(check_setting, "", "K=V"))
      ->type_name("K=V");
  app.add_flag_callback(
      "--no-calibrate", [&run] { run.calibrate = false; },
      "never measure this machine after the run (<= 1 s, behind runs of >= 2 s)");
  add_outputs(app, run.json, run.html);
  CLI::Option* quiet = app.add_flag("-q,--quiet", run.quiet, "show nothing");
  app.add_flag("-v,--verbose", run.verbose, "more below the first screen")->excludes(quiet);
  app.add_flag("--annotate", run.annotate, "hot loops by source line and instruction")
      ->excludes(quiet);
  add_color(app, run.color);
}

Words option_words(const CLI::App& app) {
  Words words;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  return words;
}

[[noreturn]] void fail_unknown_option(const CLI::App& app, const std::string& option) {
  std::string near = suggest(option, option_words(app));
  fail_usage(fmt::format("unknown option '{}'", option),
             fmt::format("{} has no such option", app.get_name()),
             near.empty() ? fmt::format("{} --help", app.get_name())
                          : fmt::format("did you mean {} ?", near));
}

bool takes_value(const CLI::Option& option) { return option.get_expected_min() > 0; }

/// The option's value stands in the next word. Errors: throws Error if there is no such option.
bool needs_next_word(const CLI::App& app, const std::string& word) {
  if (word.starts_with("--")) {
    std::size_t equals = word.find('=');
    const CLI::Option* option = app.get_option_no_throw(word.substr(0, equals));
    if (!option) fail_unknown_option(app, word.substr(0, equals));
    return takes_value(*option) && equals == std::string::npos;
  }
  for (std::size_t i = 1; i < word.size(); ++i) {  // -vq, -n3
    const CLI::Option* option = app.get_option_no_throw(std::string("-") + word[i]);
    if (!option) fail_unknown_option(app, word);
    if (takes_value(*option)) return i + 1 == word.size();
  }
  return false;
}

/// Words before the first that is no option (or `--`) are ours, the others are operands. CLI11
/// would look for options of ours behind the program's name as well.
struct Split {
  Words options;
  Words operands;
};

Split split_words(const CLI::App& app, const Words& words, bool operands_end_options) {
  Split split;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    bool is_option = word.size() > 1 && word[0] == '-';
    auto rest = words.begin() + static_cast<std::ptrdiff_t>(i);
    if (word == "--" || (!is_option && operands_end_options)) {
      split.operands.insert(split.operands.end(), word == "--" ? rest + 1 : rest, words.end());
      break;
    }
    (is_option ? split.options : split.operands).push_back(word);
    if (is_option && needs_next_word(app, word) && i + 1 < words.size())
      split.options.push_back(words[++i]);
  }
  return split;
}

/// Fills what the options are bound to; true if help was asked for instead.
bool parse_options(CLI::App& app, Words options) {
  std::reverse(options.begin(), options.end());  // CLI11 takes them from the back
  try {
    app.parse(std::move(options));
  } catch (const CLI::CallForHelp&) {
    return true;
  } catch (const CLI::ParseError& error) {
    fail_usage("the command line was not understood", error.what(),
               fmt::format("{} --help", app.get_name()));
  }
  return false;
}

Command parse_run(const Words& words) {
  RunCommand run;
  Parser parser("bottleneck run", run_description, "[--] PROGRAM [ARGUMENTS]", run_examples);
  add_run_options(parser.app, run);
  Split split = split_words(parser.app, words, true);
  if (parse_options(parser.app, split.options)) return PrintText{parser.app.help()};
  check_outputs(run.json, run.html);
  if (split.operands.empty())
    fail_usage("no program given", "behind the options of 'run' stands what to run",
               "bottleneck run ./myprog");
  run.launch.target.command = split.operands;
  return run;
}

Command parse_report(const Words& words) {
  ReportCommand report;
  Parser parser("bottleneck report", report_description, "FILE", report_examples);
  add_outputs(parser.app, report.json, report.html);
  parser.app.add_flag("-v,--verbose", report.verbose, "more below the first screen");
  parser.app.add_flag("--annotate", report.annotate, "hot loops by source line and instruction");
  add_color(parser.app, report.color);
  Split split = split_words(parser.app, words, false);
  if (parse_options(parser.app, split.options)) return PrintText{parser.app.help()};
  check_outputs(report.json, report.html);
  if (split.operands.size() != 1)
    fail_usage(split.operands.empty() ? "no file given" : "more than one file given",
               "'report' shows one saved file",
               "bottleneck report FILE   # from: bottleneck run --json FILE ./myprog");
  report.file = split.operands.front();
  return report;
}

Command parse_doctor(const Words& words) {
  DoctorCommand doctor;
  Parser parser("bottleneck doctor", doctor_description, "", doctor_examples);
  add_color(parser.app, doctor.color);
  Split split = split_words(parser.app, words, false);
  if (parse_options(parser.app, split.options)) return PrintText{parser.app.help()};
  if (!split.operands.empty())
    fail_usage(fmt::format("'{}' was not expected", split.operands.front()),
               "'doctor' takes options only", "bottleneck doctor");
  return doctor;
}

Command parse_machine(const Words& words) {
  MachineCommand machine;
  Parser parser("bottleneck machine", machine_description, "", machine_examples);
  CLI::App& app = parser.app;
  CLI::Option* full = app.add_flag("--full", machine.full, "more figures, more repeats: 60 s");
  app.add_flag_callback(
         "--quick", [] {}, "the figures that matter most: 5 s (the default)")
      ->excludes(full);
  add_output(app, "--json", machine.json, "save the figures; - = standard output");
  app.add_option("--directory", machine.directory, "measure the storage that holds it (.)")
      ->check(CLI::Validator(check_named, "", "DIR"))
      ->type_name("DIR");
  app.add_flag_callback(
      "--no-cache", [&machine] { machine.keep = false; }, "do not keep them for later runs");
  app.add_flag("-v,--verbose", machine.verbose, "every figure, with its spread");
  add_color(app, machine.color);
  Split split = split_words(app, words, false);
  if (parse_options(app, split.options)) return PrintText{app.help()};
  if (!split.operands.empty())
    fail_usage(fmt::format("'{}' was not expected", split.operands.front()),
               "'machine' takes options only", "bottleneck machine");
  return machine;
}

void check_demo(const DemoCommand& demo, const Words& operands) {
  const std::string& first = operands.empty() ? "" : operands.front();
  if (operands.size() > 1)
    fail_usage("more than one demo given", "'demo' runs one, or with --all all of them",
               fmt::format("bottleneck demo {}", first));
  if (demo.all && !operands.empty())
    fail_usage(fmt::format("--all and '{}' were both given", first), "one of them says what to run",
               "bottleneck demo --all");
  if (!demo.html.empty() && operands.empty())
    fail_usage("--html shows one demo", "no NAME was given",
               "bottleneck demo matmul --html matmul.html");
  if (demo.size > 0 && operands.empty())
    fail_usage("--size is that of one demo", "no NAME was given",
               "bottleneck demo matmul --size 500");
  check_outputs(demo.json, demo.html);
}

Command parse_demo(const Words& words) {
  DemoCommand demo;
  Parser parser("bottleneck demo", demo_description, "[NAME]", demo_examples);
  CLI::App& app = parser.app;
  app.add_flag("--all", demo.all, "all of them, one after the other");
  app.add_option("--size", demo.size, "instead of its own; bottleneck demo says in what")
      ->check(
          CLI::Range(std::size_t{1}, std::numeric_limits<std::size_t>::max() / 2).description(""))
      ->type_name("N");
  app.add_flag("--all-variants", demo.all_variants, "rerun also what was not recommended");
  app.add_flag("--quick", demo.quick, "half a second each, the recommended variant, 5 pairs");
  add_outputs(app, demo.json, demo.html);
  app.add_flag("-v,--verbose", demo.verbose, "more below the last screen");
  add_color(app, demo.color);
  Split split = split_words(app, words, false);
  if (parse_options(app, split.options)) return PrintText{app.help()};
  check_demo(demo, split.operands);
  if (!split.operands.empty()) demo.name = split.operands.front();
  return demo;
}

[[noreturn]] void fail_unknown_command(const std::string& word, const Words& known) {
  std::string near = suggest(word, known);
  bool is_program = access(word.c_str(), X_OK) == 0;
  std::string fix = "bottleneck --help";
  if (!near.empty()) fix = fmt::format("did you mean {} ?", near);
  if (is_program) fix = fmt::format("bottleneck run {}", word);
  fail_usage(
      fmt::format("unknown {} '{}'", word.starts_with("-") ? "option" : "command", word),
      is_program ? "a program to run stands behind the word 'run'" : "there is no such word here",
      fix);
}

}  // namespace

Command parse_command_line(const Words& words) {
  static const std::map<std::string, Command (*)(const Words&)> parsers{{"run", parse_run},
                                                                        {"report", parse_report},
                                                                        {"doctor", parse_doctor},
                                                                        {"machine", parse_machine},
                                                                        {"demo", parse_demo}};
  if (words.empty())
    fail_usage("no command given", "the first word says what to do", "bottleneck run ./myprog");
  const std::string& first = words.front();
  if (first == "--help" || first == "-h" || first == "help") return PrintText{main_help};
  if (first == "--version") return PrintText{fmt::format("bottleneck {}\n", BOTTLENECK_VERSION)};
  auto parser = parsers.find(first);
  if (parser != parsers.end()) return parser->second(Words(words.begin() + 1, words.end()));
  Words known{"--help", "--version"};
  for (const auto& [name, unused] : parsers) known.push_back(name);
  fail_unknown_command(first, known);
}

}  // namespace bottleneck
