// `bottleneck compare`: two commands side by side, or two saved reports; a verdict as the status.
#include "src/analysis/compare.h"

#include <csignal>

#include "reports/comparison.h"
#include "src/analysis/analyze.h"
#include "src/cli/commands.h"
#include "src/cli/input_file.h"
#include "src/cli/outputs.h"
#include "src/cli/page.h"
#include "src/cli/progress.h"
#include "src/cli/screen.h"
#include "src/core/json.h"
#include "src/core/json_comparison.h"
#include "src/prove/compare.h"
#include "src/prove/demo.h"

namespace bottleneck {
namespace {

/// Source: DESIGN section 7.
constexpr int exit_not_decided = 3;

Comparison compare_files(const CompareCommand& command) {
  const auto read = [](const std::string& path) {
    return analyze(saved_from_json(read_input(path), path).profile);
  };
  const Report base = read(command.base_file);
  const Report head = read(command.head_file);
  Comparison all;
  all.gate = command.gate;
  judge_reports(all, base, head);
  explain_change(all, base, head);
  return all;
}

Comparison compare_runs(const CompareCommand& command) {
  CompareOptions options;
  options.base = command.base;
  options.head = command.head;
  options.pairs = command.pairs;
  options.budget_s = command.budget_s;
  options.gate = command.gate;
  options.timeout_s = command.timeout_s;
  options.profile = command.profile;
  options.probes = command.probes;
  Progress progress;
  return run_comparison(options, System{}, [&](const std::string& step) { progress.tell(step); });
}

int status_of(const Comparison& all, bool strict) {
  if (all.interrupted) return exit_interrupted;
  switch (all.verdict) {
    case CompareVerdict::ok:
    case CompareVerdict::improvement:
      return exit_ok;
    case CompareVerdict::regression:
      return exit_failed;
    case CompareVerdict::inconclusive:
    case CompareVerdict::incomparable:
      return strict ? exit_not_decided : exit_ok;
  }
  return exit_own_failure;
}

}  // namespace

int compare_command(const CompareCommand& command) {
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is said, like a full disk
  OutputFile json(command.json), html(command.html), markdown(command.markdown),
      junit(command.junit);
  const bool to_stdout =
      json.to_stdout() || html.to_stdout() || markdown.to_stdout() || junit.to_stdout();
  const int screen = to_stdout ? 2 : 1;
  const Comparison all = command.base_file.empty() ? compare_runs(command) : compare_files(command);
  TerminalStyle style = style_for(screen, command.color, false);
  style.saved_file = json.to_stdout() ? "" : command.json;
  show(screen, render_comparison(all, style));
  bool written = write_or_say(json, [&] { return comparison_to_json(all); });
  written = write_or_say(html, [&] { return make_page(all); }) && written;
  written = write_or_say(markdown, [&] { return comparison_to_markdown(all); }) && written;
  written =
      write_or_say(junit, [&] { return comparison_to_junit(all, command.strict); }) && written;
  const int status = status_of(all, command.strict);
  return status == exit_ok && !written ? int{exit_own_failure} : status;
}

}  // namespace bottleneck
