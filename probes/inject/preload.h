// May the tier-C sampler be preloaded into this program, and with which environment. Reads the
// program's file only; starts and changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probes/system.h"

namespace bottleneck::inject {

/// Why a program cannot be sampled from inside, in words for a user ("it is linked statically",
/// "it is setuid", "it was built with AddressSanitizer", "it is a 32-bit program"); nullopt: it
/// can. A script is judged by its interpreter. Units: `file` is the path of the program as found in
/// PATH.
std::optional<std::string> refuse_preload(const System& system, const std::string& file);

/// A shared object of ours beside the running executable, installed or in the build tree; nullopt:
/// not found, or where a list of paths cannot name it (blanks, colons).
std::optional<std::string> find_object(const System& system, const std::string& name);

/// The sampler's shared object beside the running executable, installed or in the build tree;
/// nullopt: not found, or where LD_PRELOAD cannot name it: blanks and colons end a path there, and
/// the loader complains of what is left in the program's own error output.
std::optional<std::string> find_sampler_object(const System& system);

/// LD_PRELOAD with `object` behind what it holds in `environ_of`, and what children built with
/// AddressSanitizer need to start then.
std::vector<std::string> preload_settings(const std::vector<std::string>& environ_of,
                                          const std::string& object);

/// The same for the sampler, and its segment. Keeps what LD_PRELOAD and ASAN_OPTIONS hold in
/// `environ_of` (entries "NAME=value"); theirs comes first.
std::vector<std::string> preload_environment(const std::vector<std::string>& environ_of,
                                             const std::string& object, const std::string& segment);

}  // namespace bottleneck::inject
