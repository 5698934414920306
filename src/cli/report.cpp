// `bottleneck report`: a saved file, analyzed anew and shown again.
#include <cerrno>
#include <csignal>
#include <cstring>

#include <unistd.h>

#include "src/analysis/analyze.h"
#include "src/cli/commands.h"
#include "src/cli/input_file.h"
#include "src/cli/outputs.h"
#include "src/cli/screen.h"
#include "src/cli/sources.h"
#include "src/core/json.h"

namespace bottleneck {
namespace {

/// Once nothing runs, whatever fails ends with 1 (DESIGN section 7).
int show_report(const ReportCommand& command) {
  Outputs outputs(command.outputs, true);
  Saved saved_report = saved_from_json(read_input(command.file), command.file);
  Report report = analyze(std::move(saved_report.profile));
  report.verifications = std::move(saved_report.verifications);
  report.demo = std::move(saved_report.demo);
  int screen = outputs.to_stdout() ? STDERR_FILENO : STDOUT_FILENO;
  const bool saved = outputs.write(report);
  TerminalStyle style = style_for(screen, command.color, command.verbose);
  style.saved_file = command.file;
  style.annotate = command.annotate;
  if (style.annotate) style.sources = read_sources(report.profile, true);
  if (!show(screen, render_terminal(report, style)))
    throw Error("cannot show the report", std::string("write: ") + std::strerror(errno),
                "it was not shown whole", "give it a terminal, or a file with room");
  return saved ? exit_ok : exit_failed;
}

}  // namespace

int report_command(const ReportCommand& command) {
  // A limit on the size of files is an error to tell of, like a full disk. `run` does the same, and
  // undoes it for the program (src/launch/signals.h).
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return show_report(command);
  } catch (Error& error) {
    error.exit_status = exit_failed;
    throw;
  }
}

}  // namespace bottleneck
