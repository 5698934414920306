// `bottleneck report`: a saved file, analyzed anew and shown again.
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

#include "src/analysis/analyze.h"
#include "src/cli/commands.h"
#include "src/cli/outputs.h"
#include "src/cli/screen.h"
#include "src/core/json.h"

namespace bottleneck {
namespace {

std::string read_input(const std::string& path) {
  std::ostringstream text;
  if (path == "-") {
    text << std::cin.rdbuf();
    return text.str();
  }
  std::ifstream file(path, std::ios::binary);
  if (file) text << file.rdbuf();
  if (!file)
    throw Error(fmt::format("cannot read {}", path), std::strerror(errno),
                "there is nothing to show", "make one: bottleneck run --json FILE PROGRAM",
                exit_failed);
  return text.str();
}

Report load(const std::string& path) {
  try {
    return analyze(profile_from_json(read_input(path), path));
  } catch (Error& error) {
    error.exit_status = exit_failed;
    throw;
  }
}

}  // namespace

int report_command(const ReportCommand& command) {
  Outputs outputs(command.json, command.html);
  Report report = load(command.file);
  int screen = outputs.to_stdout() ? STDERR_FILENO : STDOUT_FILENO;
  const bool saved = outputs.write(report);
  TerminalStyle style = style_for(screen, command.color, command.verbose);
  style.saved_file = command.file;
  show(screen, render_terminal(report, style));
  return saved ? exit_ok : exit_failed;
}

}  // namespace bottleneck
