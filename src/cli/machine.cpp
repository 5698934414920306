// `bottleneck machine`: measure what this machine can do at most, show it, keep it for later runs.
#include "reports/machine.h"

#include <chrono>
#include <csignal>

#include <fmt/format.h>
#include <unistd.h>

#include "probes/ceilings/cache.h"
#include "probes/ceilings/ceilings.h"
#include "probes/machine/machine.h"
#include "probes/machine/topology.h"
#include "src/cli/calibrate.h"
#include "src/cli/commands.h"
#include "src/cli/outputs.h"
#include "src/cli/page.h"
#include "src/cli/screen.h"

namespace bottleneck {
namespace {

// A little below what is promised (5 s, 60 s): the helper has to start and to be ended.
constexpr double quick_budget_s = 4.6;
constexpr double full_budget_s = 57;

/// A line on the terminal that each figure overwrites; nothing where there is no terminal.
class Progress {
 public:
  Progress() : shown_(isatty(STDERR_FILENO) != 0) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void tell(const Measurement& one) {
    ++figures_;
    if (!shown_) return;
    constexpr int name_columns = 40;  // within the narrowest terminal: it must not wrap
    show(STDERR_FILENO,
         fmt::format("\r\033[Kmeasuring: {} figures, {:.{}}", figures_, one.name, name_columns));
  }
  void clear() {
    if (shown_) show(STDERR_FILENO, "\r\033[K");
  }

 private:
  bool shown_;
  int figures_ = 0;
};

/// In words, for below the tables.
std::string keep(const MachineCommand& command, const CeilingSet& set) {
  if (!command.keep) return "not kept (--no-cache)";
  const std::string path = ceilings_cache_path();
  const KeptCeilings before = load_ceilings(path, set.fingerprint);
  const bool sound = before.set && !before.set->partial && !is_disturbed(before.set->ceilings);
  if (sound && (is_disturbed(set.ceilings) || (before.set->full && !set.full)))
    return fmt::format("the {} set in {} still holds, and stays",
                       before.set->full ? "full" : "undisturbed", path);
  const std::string why = keep_ceilings(path, set);
  if (!why.empty()) return fmt::format("not kept: {}; later runs use published figures", why);
  return fmt::format("kept in {}", path);
}

/// Errors: throws Error if there is no figure at all, with the reason that stands for the first.
void check_measured(const std::vector<Measurement>& all) {
  std::string why = "the helper bottleneck-ceilings ended without a word";
  std::string fix = "see whether a memory limit or a filter ends it: ulimit -a, bottleneck doctor";
  for (auto one = all.rbegin(); one != all.rend(); ++one) {
    const auto* missing = std::get_if<Unavailable>(&one->result);
    if (!missing) return;
    why = missing->reason;
    if (!missing->remedy.empty()) fix = missing->remedy;
  }
  throw Error("nothing was measured", why, "the limits of this machine are not known", fix);
}

CeilingSet measure(const MachineCommand& command) {
  Progress progress;
  CeilingRequest request;
  request.full = command.full;
  request.budget_s = command.full ? full_budget_s : quick_budget_s;
  request.directory = command.directory;
  CeilingSet set;
  set.fingerprint = fingerprint_here();
  set.full = command.full;
  set.storage_device = device_of(command.directory);
  set.ceilings = measure_ceilings(request, [&](const Measurement& one) { progress.tell(one); });
  check_measured(set.ceilings);
  return set;
}

int measure_and_show(const MachineCommand& command) {
  OutputFile json(command.json), html(command.html);
  const auto begin = std::chrono::steady_clock::now();
  const CeilingSet set = measure(command);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const MachineReport report{
      describe_machine(System{}), read_topology(System{}), set.ceilings, set.full, took.count(),
      keep(command, set)};
  const bool to_stdout = json.to_stdout() || html.to_stdout();
  const int screen = to_stdout ? STDERR_FILENO : STDOUT_FILENO;
  show(screen, render_machine(report, style_for(screen, command.color, command.verbose)));
  bool written =
      write_or_say(json, [&] { return machine_to_json(report.machine, report.topology, set); });
  written = write_or_say(html, [&] { return make_page(report); }) && written;
  return written ? exit_ok : exit_failed;
}

}  // namespace

int machine_command(const MachineCommand& command) {
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is said, like a full disk
  try {
    return measure_and_show(command);
  } catch (Error& error) {
    error.exit_status = exit_failed;
    throw;
  }
}

}  // namespace bottleneck
