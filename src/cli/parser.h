// What all sub-commands share on their way from words to options: CLI11 behind a few functions, and
// errors in our own four parts. Between command_line.cpp, which knows the commands, and CLI11. It
// starts and opens nothing.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "src/cli/command_line.h"

namespace bottleneck {

using Words = std::vector<std::string>;

[[noreturn]] void fail_usage(const std::string& what, const std::string& why,
                             const std::string& fix);

/// One sub-command on its own: as a sub-command of one App, CLI11 would look for the others' names
/// among the words.
struct Parser {
  CLI::App app;
  Parser(const char* name, const char* description, const char* operands, const char* examples);
};

/// Words before the first that is no option (or `--`) are ours, the others are operands. CLI11
/// would look for options of ours behind the program's name as well.
struct Split {
  Words options;
  Words operands;
};

/// Errors: throws Error for an option that is none.
Split split_words(const CLI::App&, const Words&, bool operands_end_options);

/// Fills what the options are bound to; true if help was asked for instead.
bool parse_options(CLI::App&, Words options);

void add_color(CLI::App&, Color&);
void add_timeout(CLI::App&, double& timeout_s, const char* description);
void add_no_preload(CLI::App&, ProbeOptions&);
/// An empty path is a variable that was never set, not "no output".
void add_output(CLI::App&, const char* option, std::string& path, const char* description);
/// All of them, and what each is for.
void add_outputs(CLI::App&, OutputPaths&);

/// At most one goes to standard output, and no two to one file. Errors: throws Error.
void check_outputs(const std::vector<std::pair<const char*, std::string>>& paths);
void check_outputs(const OutputPaths&);

std::vector<OptionInfo> list_options(const CLI::App&);

}  // namespace bottleneck
