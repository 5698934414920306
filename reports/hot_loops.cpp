// The hot loops as a table: what was measured of each, a dash where it could not be.
#include <algorithm>

#include <fmt/format.h>

#include "reports/listings.h"
#include "reports/sections.h"
#include "reports/units.h"

namespace bottleneck {
namespace {

constexpr const char* not_known = "–";

std::string place_of(const HotCode& code) {
  if (code.function.empty()) return "pieces of " + name_file(code.module);
  const std::string place = name_place({"", "", code.file, code.line, 0});
  return name_function(code.function) + (place.empty() ? "" : "  " + place);
}

std::string rate(const std::optional<double>& per_s, const char* unit, double scale) {
  return per_s ? fmt::format("{:.3g}{}", *per_s * scale, unit) : not_known;
}

std::string working_set(const LoopEvidence& evidence) {
  const double widest = largest_set(evidence);
  return widest > 0 ? format_bytes(widest) : not_known;
}

}  // namespace

Listing list_hot_loops(const Report& report, std::size_t most_rows) {
  Listing listing;
  listing.title = "Hot loops";
  listing.columns = {{"user time", true}, {"where"},         {"class"},
                     {"rounds/s", true},  {"memory", true},  {"random set", true},
                     {"stall", true},     {"GFLOP/s", true}, {"samples", true}};
  std::vector<const HotLoop*> order;
  for (const HotLoop& one : report.hot_loops) order.push_back(&one);
  std::stable_sort(order.begin(), order.end(),
                   [](const HotLoop* a, const HotLoop* b) { return a->share > b->share; });
  listing.all = order.size();
  for (const HotLoop* one : order) {
    if (listing.rows.size() == most_rows) break;
    const HotCode& code = report.profile.hot_code.at(static_cast<std::size_t>(one->code));
    const LoopEvidence& seen = one->evidence;
    listing.rows.push_back(
        {format_percent(one->share), place_of(code), name_class(one->kind, one->detail),
         rate(seen.iterations_per_s, " M", 1e-6),
         seen.traffic > 0 ? format_bytes(seen.traffic) + "/s" : not_known, working_set(seen),
         seen.stall_factor ? format_factor(*seen.stall_factor) : not_known,
         rate(seen.flops_per_s, "", 1e-9), format_count(static_cast<double>(seen.samples))});
  }
  return listing;
}

}  // namespace bottleneck
