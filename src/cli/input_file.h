// What a user hands us to read: a saved report, or - for standard input. Says why a path cannot be
// read; does not know what the text means, and takes no more than a report may hold.
#pragma once

#include <string>

namespace bottleneck {

/// The whole text. Errors: throws Error (status 1) where there is nothing to read, for directories,
/// and for what does not end (devices).
std::string read_input(const std::string& path);

}  // namespace bottleneck
