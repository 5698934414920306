// From argv to a command, or to a text to print (help, version). CLI11 lives behind this header and
// nowhere else. It reads words only: no file is opened, nothing is started.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "src/cli/commands.h"

namespace bottleneck {

struct PrintText {
  std::string text;
};

using Command =
    std::variant<PrintText, RunCommand, ReportCommand, DoctorCommand, MachineCommand, DemoCommand>;

/// `words` is argv without argv[0]. Errors: throws Error with status 2.
Command parse_command_line(const std::vector<std::string>& words);

}  // namespace bottleneck
