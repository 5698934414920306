// `bottleneck run`: collect, analyze, show. Once the target has been started, its status is what we
// end with.
#include <algorithm>
#include <chrono>
#include <numeric>

#include <fmt/format.h>
#include <unistd.h>

#include "src/analysis/analyze.h"
#include "src/cli/calibrate.h"
#include "src/cli/commands.h"
#include "src/cli/outputs.h"
#include "src/cli/screen.h"
#include "src/cli/sources.h"

namespace bottleneck {
namespace {

/// The profile of the run whose wall time is the median, with all runs in it.
Profile keep_median(std::vector<Profile> profiles) {
  std::vector<Run> runs;
  for (const Profile& profile : profiles) runs.push_back(profile.this_run());
  std::vector<int> order(runs.size());
  std::iota(order.begin(), order.end(), 0);
  auto wall_s = [&](int run) { return runs[static_cast<std::size_t>(run)].wall_s; };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return wall_s(a) < wall_s(b); });
  int median =
      order[(order.size() - 1) / 2];  // of an even number the faster of the two: it was a real run
  Profile kept = std::move(profiles[static_cast<std::size_t>(median)]);
  kept.runs = std::move(runs);
  kept.run = median;
  return kept;
}

std::vector<Profile> collect_runs(const RunCommand& command, const LaunchOptions& launch) {
  System system;
  std::vector<Profile> profiles;
  for (int run = 0; run < command.runs; ++run) {
    try {
      profiles.push_back(collect(launch, system, all_probes(system, command.probes)));
    } catch (const Error& error) {
      if (profiles.empty()) throw;
      show_error(error);  // the earlier runs are worth their report
      break;
    }
    if (profiles.back().this_run().interrupted) break;
  }
  return profiles;
}

/// Who asked for several runs may run it once more: what observing its devices cost is then
/// measured against a run that nobody observed, not estimated from the number of records.
void time_untraced(const RunCommand& command, const LaunchOptions& launch, Profile& profile) {
  const bool whole = std::all_of(profile.runs.begin(), profile.runs.end(), [](const Run& run) {
    return run.exit_status == 0 && !run.interrupted;
  });
  if (command.runs < 2 || profile.gpu.operations.empty() || !whole) return;
  try {
    const Run bare = collect(launch, System(), {}).this_run();
    if (bare.exit_status == 0 && !bare.interrupted)
      profile.notes.push_back(
          fmt::format("{:.3g} s with its devices observed, {:.3g} s in one more run without",
                      profile.this_run().wall_s, bare.wall_s));
  } catch (const Error& error) {
    show_error(error);  // the observed runs are worth their report
  }
}

int first_failure(const std::vector<Run>& runs) {
  for (const Run& run : runs)
    if (run.exit_status != 0) return run.exit_status;
  return exit_ok;
}

void report(const RunCommand& command, Outputs& outputs, Profile profile) {
  auto begin = std::chrono::steady_clock::now();
  Report report = analyze(std::move(profile));
  std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  report.profile.overhead.after_exit_s += spent.count();
  TerminalStyle style = style_for(STDERR_FILENO, command.color, command.verbose);
  style.saved_file = outputs.saved_file();
  style.annotate = command.annotate;
  if (style.annotate) style.sources = read_sources(report.profile, false);
  std::string screen = command.quiet ? "" : render_terminal(report, style);
  // The terminal's ^C stands on the line of the target.
  if (report.profile.this_run().interrupted && isatty(STDERR_FILENO)) screen.insert(0, "\n");
  show(STDERR_FILENO, screen);
  outputs.write(report);
}

}  // namespace

int run_command(const RunCommand& command) {
  Outputs outputs(command.outputs, false);
  LaunchOptions launch = command.launch;
  launch.stdout_to_stderr = outputs.to_stdout();
  Profile profile = keep_median(collect_runs(command, launch));
  int status = first_failure(profile.runs);
  time_untraced(command, launch, profile);
  try {
    add_ceilings(profile, command.calibrate);
    report(command, outputs, std::move(profile));
  } catch (const Error& error) {
    show_error(error);
  } catch (const std::exception& error) {
    show_error({"the report could not be made", error.what(), "the program itself ran to its end",
                "please report this, with the output of: bottleneck doctor"});
  }
  return status;
}

}  // namespace bottleneck
