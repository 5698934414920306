// The executable mappings of one process: which file an address lies in. Part of the tasks
// (tasks.h); opens and reads nothing.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

namespace bottleneck::sched {

struct Mapping {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t file_offset = 0;
  int module = -1;
};

/// Mappings that a process can have; the kernel tells of new ones only, so that those of a JIT pile
/// up. Source: the default of vm.max_map_count.
inline constexpr std::size_t max_mappings = 65'530;

/// The executable mappings of one process; copies share them until one changes, so that a fork
/// costs nothing.
class AddressSpace {
 public:
  using ByStart = std::map<std::uint64_t, Mapping>;
  void add(const Mapping& mapping);
  const Mapping* find(std::uint64_t address) const;
  const ByStart& all() const { return *by_start_; }

 private:
  static std::shared_ptr<ByStart> nothing();
  std::shared_ptr<ByStart> by_start_ = nothing();
};

}  // namespace bottleneck::sched
