// What shells complete and what `man bottleneck` says, both written from the options themselves, so
// that neither can fall behind. Pure text; where it is installed is CMake's business.
#pragma once

#include <string>
#include <vector>

#include "src/cli/command_line.h"

namespace bottleneck {

/// `shell`: bash, zsh, fish; man for the manual page in roff. "" for any other word.
std::string write_completion(const std::string& shell, const std::vector<CommandInfo>&,
                             const std::string& version);

}  // namespace bottleneck
