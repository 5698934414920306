#include "src/cli/parser.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "src/core/suggest.h"

namespace bottleneck {
namespace {

constexpr const char* nothing_started = "nothing was started";
const std::map<std::string, Color> color_words{
    {"auto", Color::automatic}, {"always", Color::always}, {"never", Color::never}};

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

std::string check_named(const std::string& path) { return path.empty() ? "no FILE was named" : ""; }

bool names_stdout(const std::string& path) { return path == "-" || path == "/dev/stdout"; }

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

}  // namespace

void fail_usage(const std::string& what, const std::string& why, const std::string& fix) {
  throw Error(what, why, nothing_started, fix, exit_usage);
}

Parser::Parser(const char* name, const char* description, const char* operands,
               const char* examples)
    : app(description, name) {
  app.footer(examples);
  app.formatter(std::make_shared<UsageFormatter>(operands));
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

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

void add_color(CLI::App& app, Color& color) {
  app.add_option("--color", color, "auto (on a terminal, unless NO_COLOR is set), always, never")
      ->transform(CLI::CheckedTransformer(color_words).description(""))
      ->type_name("WHEN");
}

void add_timeout(CLI::App& app, double& timeout_s, const char* description) {
  app.add_option("--timeout", timeout_s, description)
      ->check(CLI::Range(0.001, 1e9).description(""))
      ->type_name("SECONDS");
}

void add_no_preload(CLI::App& app, ProbeOptions& probes) {
  app.add_flag_callback(
      "--no-preload", [&probes] { probes.may_preload = false; },
      "never preload the sampler that stands in where perf_event_open is refused");
}

void add_output(CLI::App& app, const char* option, std::string& path, const char* description) {
  app.add_option(option, path, description)
      ->check(CLI::Validator(check_named, "", "FILE"))
      ->type_name("FILE");
}

void add_outputs(CLI::App& app, OutputPaths& to) {
  add_output(app, "--json", to.json, "save the report and its profile; - = standard output");
  add_output(app, "--html", to.html, "save the report as a page; - = standard output");
  add_output(app, "--trace", to.trace, "save the timeline for ui.perfetto.dev, as Chrome's JSON");
  add_output(app, "--pprof", to.pprof, "save the profile for pprof");
  add_output(app, "--folded", to.folded, "save the profile as collapsed stacks, in microseconds");
  add_output(app, "--sarif", to.sarif, "save what to do at which line, as SARIF 2.1.0");
  add_output(app, "--markdown", to.markdown, "save a job summary, or the text of a comment");
  add_output(app, "--junit", to.junit, "save how it ended and the diagnosis as JUnit's XML");
}

void check_outputs(const std::vector<std::pair<const char*, std::string>>& paths) {
  for (auto one = paths.begin(); one != paths.end(); ++one) {
    for (auto other = one + 1; other != paths.end(); ++other) {
      if (names_stdout(one->second) && names_stdout(other->second))
        fail_usage(fmt::format("{} and {} both go to standard output", one->first, other->first),
                   "only one of them can be -",
                   fmt::format("give one of them a file: {} report.out", other->first));
      if (!one->second.empty() && one->second == other->second && !one->second.starts_with("/dev/"))
        fail_usage(fmt::format("{} and {} both go to {}", one->first, other->first, one->second),
                   "one would replace the other", "give them two files");
    }
  }
}

void check_outputs(const OutputPaths& to) {
  check_outputs({{"--json", to.json},
                 {"--html", to.html},
                 {"--trace", to.trace},
                 {"--pprof", to.pprof},
                 {"--folded", to.folded},
                 {"--sarif", to.sarif},
                 {"--markdown", to.markdown},
                 {"--junit", to.junit}});
}

std::vector<OptionInfo> list_options(const CLI::App& app) {
  std::vector<OptionInfo> all;
  for (const CLI::Option* option : app.get_options()) {
    OptionInfo info;
    for (const std::string& name : option->get_snames()) info.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) info.names.push_back("--" + name);
    if (takes_value(*option)) info.value = option->get_type_name();
    info.description = option->get_description();
    if (info.value == "WHEN")
      for (const auto& [word, unused] : color_words) info.choices.push_back(word);
    all.push_back(std::move(info));
  }
  return all;
}

}  // namespace bottleneck
