#include "probes/sched/address_space.h"

namespace bottleneck::sched {

std::shared_ptr<AddressSpace::ByStart> AddressSpace::nothing() {
  static const auto none = std::make_shared<ByStart>();
  return none;
}

void AddressSpace::add(const Mapping& mapping) {
  if (by_start_.use_count() > 1) by_start_ = std::make_shared<ByStart>(*by_start_);
  ByStart& known = *by_start_;
  // A new mapping replaces what it covers; a partly covered one keeps the part before it.
  auto it = known.upper_bound(mapping.start);
  if (it != known.begin()) {
    auto before = std::prev(it);
    const Mapping whole = before->second;
    if (whole.end > mapping.start) before->second.end = mapping.start;
    if (whole.end > mapping.end)  // what lies behind the new one stays
      known[mapping.end] = {mapping.end, whole.end, whole.file_offset + (mapping.end - whole.start),
                            whole.module};
    if (before->second.end <= before->second.start) known.erase(before);
  }
  while (it != known.end() && it->second.start < mapping.end) it = known.erase(it);
  if (known.size() < max_mappings) known[mapping.start] = mapping;
}

const Mapping* AddressSpace::find(std::uint64_t address) const {
  auto it = by_start_->upper_bound(address);
  if (it == by_start_->begin()) return nullptr;
  --it;
  return address < it->second.end ? &it->second : nullptr;
}

}  // namespace bottleneck::sched
