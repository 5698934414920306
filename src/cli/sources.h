// The source lines of hot loops, read where the files are still to be found. Between the Profile
// and the renderers, which read no files. It looks nowhere else than where the compiler said.
#pragma once

#include "reports/terminal.h"

namespace bottleneck {

/// Errors: none; what cannot be read is left out. `foreign`: the profile comes from a file, which
/// may name any path: only files below the working directory are read.
SourceLines read_sources(const Profile&, bool foreign);

}  // namespace bottleneck
