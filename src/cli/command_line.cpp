#include "src/cli/command_line.h"

#include <functional>
#include <limits>
#include <map>

#include <fmt/format.h>
#include <unistd.h>

#include "src/cli/compare_options.h"
#include "src/cli/completion.h"
#include "src/cli/help_text.h"
#include "src/cli/parser.h"
#include "src/core/suggest.h"

namespace bottleneck {
namespace {

/// One sub-command: its words, its options, and what its operands mean.
template <typename C>
struct Syntax {
  const char* name;
  const char* description;
  const char* operands;
  const char* examples;
  void (*define)(CLI::App&, C&);
  void (*accept)(C&, const Words& operands);  ///< Errors: throws Error
  bool operands_end_options = false;          ///< they are another program's
};

template <typename C>
std::unique_ptr<Parser> make_parser(const Syntax<C>& syntax, C& command) {
  static std::map<std::string, std::string> names;  // Parser keeps no copy of the name
  const std::string& name = names[syntax.name] = fmt::format("bottleneck {}", syntax.name);
  auto parser =
      std::make_unique<Parser>(name.c_str(), syntax.description, syntax.operands, syntax.examples);
  syntax.define(parser->app, command);
  return parser;
}

template <typename C>
Command parse_words(const Syntax<C>& syntax, const Words& words) {
  C command;
  const auto parser = make_parser(syntax, command);
  const Split split = split_words(parser->app, words, syntax.operands_end_options);
  if (parse_options(parser->app, split.options)) return PrintText{parser->app.help()};
  syntax.accept(command, split.operands);
  return command;
}

template <typename C>
CommandInfo describe_syntax(const Syntax<C>& syntax) {
  C command;
  const auto parser = make_parser(syntax, command);
  return {syntax.name, syntax.description, syntax.operands, syntax.examples,
          list_options(parser->app)};
}

void refuse_operands(const Words& operands, const char* command) {
  if (!operands.empty())
    fail_usage(fmt::format("'{}' was not expected", operands.front()),
               fmt::format("'{}' takes options only", command),
               fmt::format("bottleneck {}", command));
}

std::string check_setting(const std::string& setting) {
  std::size_t equals = setting.find('=');
  bool named = equals != std::string::npos && equals > 0;
  return named ? "" : fmt::format("'{}' is not of the form K=V", setting);
}

void add_target_options(CLI::App& app, RunCommand& run) {
  app.add_option("-C,--directory", run.launch.target.directory, "start it in this directory")
      ->type_name("DIR");
  app.add_option("--env", run.launch.target.environment,
                 "set an environment variable of it; may be repeated")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CLI::Validator(check_setting, "", "K=V"))
      ->type_name("K=V");
}

void define_run(CLI::App& app, RunCommand& run) {
  // The bounds: below 10 Hz a minute gives no picture; above 10 kHz the target notices (DESIGN
  // section 1, light).
  add_no_preload(app, run.probes);
  app.add_option("--rate", run.probes.rate_hz, "samples per second and CPU (997)")
      ->check(CLI::Range(10, 10'000).description(""))
      ->type_name("HZ");
  app.add_option("-n,--runs", run.runs, "run it so often; the run of median wall time is shown")
      ->check(CLI::Range(1, 1000).description(""))
      ->type_name("RUNS");
  add_timeout(app, run.launch.timeout_s, "end it after so long: TERM, 5 s later KILL; status 124");
  app.add_flag("--wait-tree", run.launch.wait_tree, "the run ends when the last descendant has");
  add_target_options(app, run);
  app.add_flag_callback(
      "--no-calibrate", [&run] { run.calibrate = false; },
      "never measure this machine after the run (<= 1 s, behind runs of >= 2 s)");
  add_outputs(app, run.outputs);
  CLI::Option* quiet = app.add_flag("-q,--quiet", run.quiet, "show nothing");
  app.add_flag("-v,--verbose", run.verbose, "more below the first screen")->excludes(quiet);
  app.add_flag("--annotate", run.annotate, "hot loops by source line and instruction")
      ->excludes(quiet);
  add_color(app, run.color);
}

void accept_run(RunCommand& run, const Words& operands) {
  check_outputs(run.outputs);
  if (operands.empty())
    fail_usage("no program given", "behind the options of 'run' stands what to run",
               "bottleneck run ./myprog");
  run.launch.target.command = operands;
}

void define_report(CLI::App& app, ReportCommand& report) {
  add_outputs(app, report.outputs);
  app.add_flag("-v,--verbose", report.verbose, "more below the first screen");
  app.add_flag("--annotate", report.annotate, "hot loops by source line and instruction");
  add_color(app, report.color);
}

void accept_report(ReportCommand& report, const Words& operands) {
  check_outputs(report.outputs);
  if (operands.size() != 1)
    fail_usage(operands.empty() ? "no file given" : "more than one file given",
               "'report' shows one saved file",
               "bottleneck report FILE   # from: bottleneck run --json FILE ./myprog");
  report.file = operands.front();
}

void define_doctor(CLI::App& app, DoctorCommand& doctor) { add_color(app, doctor.color); }

void define_machine(CLI::App& app, MachineCommand& machine) {
  CLI::Option* full = app.add_flag("--full", machine.full, "more figures, more repeats: 60 s");
  app.add_flag_callback(
         "--quick", [] {}, "the figures that matter most: 5 s (the default)")
      ->excludes(full);
  add_output(app, "--json", machine.json, "save the figures; - = standard output");
  add_output(app, "--html", machine.html, "save them as a page; - = standard output");
  add_output(app, "--directory", machine.directory, "measure the storage that holds it (.)");
  app.get_option("--directory")->type_name("DIR");
  app.add_flag_callback(
      "--no-cache", [&machine] { machine.keep = false; }, "do not keep them for later runs");
  app.add_flag("-v,--verbose", machine.verbose, "every figure, with its spread");
  add_color(app, machine.color);
}

void define_demo(CLI::App& app, DemoCommand& demo) {
  app.add_flag("--all", demo.all, "all of them, one after the other");
  app.add_option("--size", demo.size, "instead of its own; bottleneck demo says in what")
      ->check(
          CLI::Range(std::size_t{1}, std::numeric_limits<std::size_t>::max() / 2).description(""))
      ->type_name("N");
  app.add_flag("--all-variants", demo.all_variants, "rerun also what was not recommended");
  app.add_flag("--quick", demo.quick, "half a second each, the recommended variant, 5 pairs");
  app.add_flag("--simulate", demo.simulate, "of a GPU: against a stand-in, figures are made up");
  add_output(app, "--json", demo.json, "save the report and its profile; - = standard output");
  add_output(app, "--html", demo.html, "save the report as a page; - = standard output");
  app.add_flag("-v,--verbose", demo.verbose, "more below the last screen");
  add_color(app, demo.color);
}

void accept_demo(DemoCommand& demo, const Words& operands) {
  const std::string& first = operands.empty() ? "" : operands.front();
  if (operands.size() > 1)
    fail_usage("more than one demo given", "'demo' runs one, or with --all all of them",
               fmt::format("bottleneck demo {}", first));
  if (demo.all && !operands.empty())
    fail_usage(fmt::format("--all and '{}' were both given", first), "one of them says what to run",
               "bottleneck demo --all");
  if (!demo.html.empty() && operands.empty() && !demo.all)
    fail_usage("--html shows demos that ran", "neither NAME nor --all was given",
               "bottleneck demo matmul --html matmul.html");
  if (demo.simulate && operands.empty())
    fail_usage("--simulate is that of one demo", "no NAME was given",
               "bottleneck demo gpu-add --simulate");
  if (demo.size > 0 && operands.empty())
    fail_usage("--size is that of one demo", "no NAME was given",
               "bottleneck demo matmul --size 500");
  check_outputs({{"--json", demo.json}, {"--html", demo.html}});
  if (!operands.empty()) demo.name = operands.front();
}

const Syntax<RunCommand> run_syntax{
    "run", run_description, "[--] PROGRAM [ARGUMENTS]", run_examples, define_run, accept_run, true};
const Syntax<ReportCommand> report_syntax{"report",        report_description, "FILE",
                                          report_examples, define_report,      accept_report};
const Syntax<CompareCommand> compare_syntax{
    "compare",        compare_description, "[BASE.json HEAD.json]",
    compare_examples, define_compare,      accept_compare};
const Syntax<DoctorCommand> doctor_syntax{
    "doctor",
    doctor_description,
    "",
    doctor_examples,
    define_doctor,
    [](DoctorCommand&, const Words& operands) { refuse_operands(operands, "doctor"); }};
const Syntax<MachineCommand> machine_syntax{
    "machine",
    machine_description,
    "",
    machine_examples,
    define_machine,
    [](MachineCommand& machine, const Words& operands) {
      check_outputs({{"--json", machine.json}, {"--html", machine.html}});
      refuse_operands(operands, "machine");
    }};
const Syntax<DemoCommand> demo_syntax{"demo",        demo_description, "[NAME]",
                                      demo_examples, define_demo,      accept_demo};

/// Hidden: for packages and whoever writes a shell's start-up file.
Command parse_completion(const Words& words) {
  const std::string shell = words.size() == 1 ? words.front() : "";
  const std::string text = write_completion(shell, describe_commands(), BOTTLENECK_VERSION);
  if (text.empty())
    fail_usage(fmt::format("'completion {}' is not known", fmt::join(words, " ")),
               "it is written for bash, zsh and fish; man is the manual",
               "bottleneck completion bash > /etc/bash_completion.d/bottleneck");
  return PrintText{text};
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

std::vector<CommandInfo> describe_commands() {
  return {describe_syntax(run_syntax),     describe_syntax(report_syntax),
          describe_syntax(compare_syntax), describe_syntax(doctor_syntax),
          describe_syntax(machine_syntax), describe_syntax(demo_syntax)};
}

Command parse_command_line(const Words& words) {
  static const std::map<std::string, std::function<Command(const Words&)>> parsers{
      {"run", [](const Words& given) { return parse_words(run_syntax, given); }},
      {"report", [](const Words& given) { return parse_words(report_syntax, given); }},
      {"compare", [](const Words& given) { return parse_words(compare_syntax, given); }},
      {"doctor", [](const Words& given) { return parse_words(doctor_syntax, given); }},
      {"machine", [](const Words& given) { return parse_words(machine_syntax, given); }},
      {"demo", [](const Words& given) { return parse_words(demo_syntax, given); }}};
  if (words.empty())
    fail_usage("no command given", "the first word says what to do", "bottleneck run ./myprog");
  const std::string& first = words.front();
  const Words rest(words.begin() + 1, words.end());
  if (first == "--help" || first == "-h" || first == "help") return PrintText{main_help};
  if (first == "--version") return PrintText{fmt::format("bottleneck {}\n", BOTTLENECK_VERSION)};
  if (first == "completion") return parse_completion(rest);
  auto parser = parsers.find(first);
  if (parser != parsers.end()) return parser->second(rest);
  Words known{"--help", "--version"};
  for (const auto& [name, unused] : parsers) known.push_back(name);
  fail_unknown_command(first, known);
}

}  // namespace bottleneck
