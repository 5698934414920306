// The options of `bottleneck compare`, and what its words mean together. A part of
// command_line.cpp.
#pragma once

#include "src/cli/parser.h"

namespace bottleneck {

void define_compare(CLI::App&, CompareCommand&);
/// Errors: throws Error where neither two commands nor two files are named, or the gate is none.
void accept_compare(CompareCommand&, const Words& operands);

}  // namespace bottleneck
