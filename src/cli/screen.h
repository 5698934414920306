// How text of ours looks on the terminal it goes to, and errors in four parts.
#pragma once

#include "reports/terminal.h"
#include "src/cli/commands.h"

namespace bottleneck {

/// Colour and width for what is written to this descriptor. NO_COLOR (no-color.org) is obeyed
/// unless asked otherwise.
TerminalStyle style_for(int fd, Color, bool verbose);

/// To this descriptor, as much as it takes. False: not all of it (errno is left set); behind a
/// program that ran, that is no reason to fail.
bool show(int fd, const std::string& text);

}  // namespace bottleneck
