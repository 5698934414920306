// The executable mappings of a process from /proc/PID/maps, for sources that get no mmap records.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "probes/system.h"

namespace bottleneck::proc {

struct MappedCode {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t file_offset = 0;
  std::string file;  ///< as in maps: "/usr/lib/x.so", "[vdso]", "" for anonymous memory
};

/// Lines that are not understood are left out.
std::vector<MappedCode> parse_maps(std::string_view text);

/// Those of the executable itself first. nullopt: gone, or not to be read.
std::optional<std::vector<MappedCode>> read_maps(const System& system, pid_t pid);

}  // namespace bottleneck::proc
