// `bottleneck demo`: reference programs, diagnosed blind, predicted, rerun, compared.
#include "reports/demo.h"

#include <chrono>
#include <csignal>

#include <fmt/format.h>

#include "probes/ceilings/cache.h"
#include "probes/ceilings/ceilings.h"
#include "reports/machine.h"
#include "src/cli/calibrate.h"
#include "src/cli/commands.h"
#include "src/cli/outputs.h"
#include "src/cli/page.h"
#include "src/cli/progress.h"
#include "src/cli/screen.h"
#include "src/core/json.h"
#include "src/core/json_workload.h"
#include "src/prove/demo.h"
#include "src/prove/workload_run.h"

namespace bottleneck {
namespace {

/// As `bottleneck machine` measures by default.
constexpr double ceilings_budget_s = 4.6;

/// Predictions hold programs against what this machine can do: measured once, where nothing is
/// kept. Without it they are made of published figures, so failing is no error: it is said.
std::string measure_machine(Progress& progress) {
  const Fingerprint here = fingerprint_here();
  const KeptCeilings kept = load_ceilings(ceilings_cache_path(), here);
  if (kept.set && !kept.set->partial) return "";
  progress.tell("measuring what this machine can do: once");
  CeilingSet set;
  set.fingerprint = here;
  const std::string data = data_parent();  // where the demos' files will lie
  set.storage_device = device_of(data);
  try {
    set.ceilings =
        measure_ceilings({{}, false, ceilings_budget_s, data}, [](const Measurement&) {});
    set.partial = is_disturbed(set.ceilings);  // a loaded moment's are measured again next time
    keep_ceilings(ceilings_cache_path(), set);
  } catch (const Error& error) {
    return fmt::format(
        "what this machine can do was not measured ({}): predictions are made of published figures",
        error.why);
  }
  return "";
}

Report run_one(const DemoCommand& command, const DemoDescription& about, Progress& progress) {
  DemoOptions options;
  options.all_variants = command.all_variants;
  options.quick = command.quick;
  options.add_ceilings = [](Profile& profile) { add_ceilings(profile, false); };
  Report report =
      run_demo(about, options, System{}, [&](const std::string& step) { progress.tell(step); });
  progress.clear();
  return report;
}

int status_of(const Report& report) {
  if (report.demo->interrupted) return exit_interrupted;
  return report.demo->right ? exit_ok : exit_failed;
}

int show_one(const DemoCommand& command) {
  Outputs outputs(command.json, command.html);
  const DemoDescription about =
      describe_demo(command.name, command.size, command.quick,
                    command.simulate ? simulated_environment() : std::vector<std::string>{});
  check_device(about, command.simulate);
  check_room(about, System{});
  Progress progress;
  const std::string unmeasured = measure_machine(progress);
  Report report = run_one(command, about, progress);
  if (!unmeasured.empty()) report.demo->notes.push_back(unmeasured);
  const int screen = outputs.to_stdout() ? STDERR_FILENO : STDOUT_FILENO;
  TerminalStyle style = style_for(screen, command.color, command.verbose);
  style.saved_file = outputs.saved_file();
  show(screen, render_terminal(report, style));
  const bool written = outputs.write(report);
  const int status = status_of(report);
  return status == exit_ok && !written ? int{exit_failed} : status;
}

/// One of --all: whatever happens to it, the others are run.
struct DemoResult {
  TriedDemo demo;
  std::string json;  ///< "" it could not be run, or is not wanted
  bool interrupted = false;
};

/// What the page of all demos shows none of, so that those of all fit in memory together.
void drop_details(Profile& profile) {
  profile.timeline = {};
  profile.gpu.operations = {};
  for (HotCode& code : profile.hot_code) code.samples = {};
}

/// What ended it, in place of a diagnosis.
TriedDemo name_failure(const std::string& name, const Error& error, double seconds) {
  TriedDemo demo;
  demo.row.name = name;
  demo.row.said = fmt::format("could not run: {} ({})", error.what, error.why);
  demo.row.seconds = seconds;
  return demo;
}

DemoResult run_one_of_all(const DemoCommand& command, const std::string& name, Progress& progress) {
  const auto begin = std::chrono::steady_clock::now();
  const auto took_s = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  try {
    const DemoDescription about = describe_demo(name, 0, command.quick);
    DemoRow nothing;
    nothing.name = name;
    if (!about.missing.empty()) return {{nothing, std::nullopt, about.missing}, "", false};
    check_room(about, System{});
    Report report = run_one(command, about, progress);
    const DemoRow row = demo_row(report, took_s());
    std::string json = command.json.empty() ? "" : report_to_json(report);
    const bool interrupted = report.demo->interrupted;
    drop_details(report.profile);
    return {{row, std::move(report), ""}, std::move(json), interrupted};
  } catch (const Error& error) {
    progress.clear();
    return {name_failure(name, error, took_s()), "", error.exit_status == exit_interrupted};
  }
}

/// True: all could be written that was asked for.
bool save_all(OutputFile& json, OutputFile& html, const std::vector<TriedDemo>& demos,
              const std::vector<std::string>& reports) {
  const bool written = write_or_say(json, [&] { return demos_to_json(reports); });
  return write_or_say(html, [&] { return make_page(demos); }) && written;
}

int show_all(const DemoCommand& command) {
  OutputFile json(command.json), html(command.html);
  const bool to_stdout = json.to_stdout() || html.to_stdout();
  const int screen = to_stdout ? STDERR_FILENO : STDOUT_FILENO;
  const TerminalStyle style = style_for(screen, command.color, command.verbose);
  Progress progress;
  if (const std::string unmeasured = measure_machine(progress); !unmeasured.empty())
    show(screen, "note: " + unmeasured + "\n");
  std::vector<DemoRow> rows;
  std::vector<TriedDemo> demos;
  std::vector<std::string> reports;
  int status = exit_ok;
  for (const std::string& name : list_demos()) {
    DemoResult result = run_one_of_all(command, name, progress);
    demos.push_back(std::move(result.demo));
    if (!demos.back().left_out.empty()) {
      show(screen, render_demo_left_out(name, demos.back().left_out, style));
      continue;
    }
    rows.push_back(demos.back().row);
    show(screen, render_demo_line(rows.back(), style));
    if (!rows.back().right) status = exit_failed;
    if (!result.json.empty()) reports.push_back(std::move(result.json));
    if (result.interrupted) {
      status = exit_interrupted;
      break;
    }
  }
  show(screen, render_demo_table(rows, style));
  const bool written = save_all(json, html, demos, reports);
  return status == exit_ok && !written ? int{exit_failed} : status;
}

int list_them(const DemoCommand& command) {
  OutputFile json(command.json);
  const std::vector<DemoDescription> all = find_demos();
  if (!json.to_stdout())
    show(STDOUT_FILENO,
         render_demo_list(all, style_for(STDOUT_FILENO, command.color, command.verbose)));
  if (json.wanted()) json.write(workloads_to_json(all));
  return exit_ok;
}

}  // namespace

int demo_command(const DemoCommand& command) {
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is said, like a full disk
  try {
    if (command.all) return show_all(command);
    return command.name.empty() ? list_them(command) : show_one(command);
  } catch (Error& error) {
    const bool keeps = error.exit_status == exit_usage || error.exit_status == exit_interrupted;
    if (!keeps) error.exit_status = exit_failed;
    throw;
  }
}

}  // namespace bottleneck
