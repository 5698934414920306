#include "src/core/measurement.h"

#include <algorithm>

namespace bottleneck {

std::optional<double> value_of(const std::vector<Measurement>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Measurement& one) { return one.name == name; });
  if (found == all.end()) return std::nullopt;
  const auto* quantity = std::get_if<Quantity>(&found->result);
  if (!quantity) return std::nullopt;
  return quantity->value;
}

}  // namespace bottleneck
