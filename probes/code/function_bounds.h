// Where functions begin and end when their names are stripped: from .eh_frame, which unwinding
// needs and no strip takes away. Found through the program headers and the sorted table of
// .eh_frame_hdr, so that files without sections work.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "probes/code/elf_file.h"

namespace bottleneck {

struct FunctionBound {
  std::uint64_t start = 0;  ///< virtual address
  std::uint64_t end = 0;
};

/// Sorted by start, not overlapping; empty where the file has no such table in the usual encoding.
std::vector<FunctionBound> read_function_bounds(const ElfFile&);

std::optional<FunctionBound> bound_at(const std::vector<FunctionBound>&, std::uint64_t address);

}  // namespace bottleneck
