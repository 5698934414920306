#include "src/cli/compare_options.h"

#include <cstdlib>

#include <fmt/format.h>

#include "src/cli/shell_words.h"

namespace bottleneck {
namespace {

/// "5%", "2.5 %", "0.05".
double parse_gate(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  std::string rest(end);
  rest.erase(0, rest.find_first_not_of(' ') == std::string::npos ? rest.size()
                                                                 : rest.find_first_not_of(' '));
  const double gate = rest == "%" ? value / 100 : value;
  constexpr double largest = 10;  // eleven times as long: no gate any more
  const bool number = end != text.c_str() && (rest.empty() || rest == "%");
  if (!number || !(gate > 0) || gate > largest || (rest.empty() && value >= 1))
    fail_usage(fmt::format("--gate '{}' is no percentage", text),
               "it says how much longer head may take", "--gate 5%");
  return gate;
}

}  // namespace

void define_compare(CLI::App& app, CompareCommand& compare) {
  app.add_option("--base", compare.base_text, "the program before the change, with its arguments")
      ->type_name("CMD");
  app.add_option("--head", compare.head_text, "the program after it")->type_name("CMD");
  app.add_option("-n,--pairs", compare.pairs, "pairs of runs before the first look (10)")
      ->check(CLI::Range(5, 1000).description(""))
      ->type_name("PAIRS");
  app.add_option("--budget", compare.budget_s, "add pairs until it is decided or so long (60)")
      ->check(CLI::Range(0.1, 1e6).description(""))
      ->type_name("SECONDS");
  app.add_option("--gate", compare.gate_text, "how much longer head may take (5%)")
      ->type_name("PERCENT");
  app.add_flag("--strict", compare.strict, "status 3 where nothing could be said");
  add_timeout(app, compare.timeout_s, "end a run after so long (three times the first of base)");
  app.add_option("-C,--directory", compare.directory, "start both in this directory")
      ->type_name("DIR");
  app.add_flag_callback(
      "--no-profile", [&compare] { compare.profile = false; }, "the time alone, not what changed");
  add_no_preload(app, compare.probes);
  add_output(app, "--json", compare.json, "save the comparison; - = standard output");
  add_output(app, "--html", compare.html, "save the comparison as a page");
  add_output(app, "--markdown", compare.markdown, "save a job summary, or the text of a comment");
  add_output(app, "--junit", compare.junit, "save the gate as a test, in JUnit's XML");
  add_color(app, compare.color);
}

void accept_compare(CompareCommand& compare, const Words& operands) {
  check_outputs({{"--json", compare.json},
                 {"--html", compare.html},
                 {"--markdown", compare.markdown},
                 {"--junit", compare.junit}});
  if (!compare.gate_text.empty()) compare.gate = parse_gate(compare.gate_text);
  const bool runs = !compare.base_text.empty() || !compare.head_text.empty();
  const bool both = !compare.base_text.empty() && !compare.head_text.empty();
  if (runs && (!both || !operands.empty()))
    fail_usage("--base and --head belong together",
               operands.empty() ? "one of them is missing" : "they were given beside saved reports",
               "bottleneck compare --base './old 1000' --head './new 1000'");
  if (!runs && operands.size() != 2)
    fail_usage(fmt::format("{} saved reports given", operands.size()),
               "'compare' takes two of them, or --base and --head",
               "bottleneck compare base.json head.json");
  if (!runs) {
    compare.base_file = operands.front();
    compare.head_file = operands.back();
    return;
  }
  compare.base = split_command(compare.base_text, "--base");
  compare.head = split_command(compare.head_text, "--head");
  compare.base.directory = compare.head.directory = compare.directory;
}

}  // namespace bottleneck
