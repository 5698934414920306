// From argv to a command, or to a text to print (help, version). CLI11 lives behind this header and
// parser.h, and nowhere else. It reads words only: no file is opened, nothing is started.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "src/cli/commands.h"

namespace bottleneck {

struct PrintText {
  std::string text;
};

using Command = std::variant<PrintText, RunCommand, ReportCommand, CompareCommand, DoctorCommand,
                             MachineCommand, DemoCommand>;

/// `words` is argv without argv[0]. Errors: throws Error with status 2.
Command parse_command_line(const std::vector<std::string>& words);

struct OptionInfo {
  std::vector<std::string> names;  ///< "-n", "--runs"
  std::string value;               ///< "FILE"; "" takes none
  std::string description;
  std::vector<std::string> choices;  ///< of its value; empty: any
};

struct CommandInfo {
  std::string name;
  std::string description;
  std::string operands;
  std::string examples;
  std::vector<OptionInfo> options;
};

/// All sub-commands with their options, for completion.h and the manual.
std::vector<CommandInfo> describe_commands();

}  // namespace bottleneck
