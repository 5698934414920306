// The roofs of one CPU of this machine, and the hot loops below them.
#include <fmt/format.h>

#include "reports/charts.h"

namespace bottleneck {
namespace {

constexpr double least_share = 0.01;
constexpr std::size_t most_points = 24;

/// "compute.flops_f64_avx2_1" -> "f64 avx2", "memory.read_l2_1" -> "read L2"; "" it is no roof of
/// one CPU.
std::string name_roof(const std::string& ceiling) {
  if (!ceiling.ends_with("_1")) return "";
  const std::string name = ceiling.substr(0, ceiling.size() - 2);
  constexpr std::string_view flops = "compute.flops_";
  if (name.starts_with(flops)) {
    std::string words = name.substr(flops.size());
    for (char& c : words)
      if (c == '_') c = ' ';
    return words;
  }
  if (name == "memory.read") return "read memory";
  constexpr std::string_view level = "memory.read_l";
  return name.starts_with(level) ? "read L" + name.substr(level.size()) : "";
}

}  // namespace

RooflineChart chart_roofline(const Report& report) {
  RooflineChart chart;
  for (const Measurement& one : report.profile.ceilings) {
    const std::string name = name_roof(one.name);
    const auto* value = std::get_if<Quantity>(&one.result);
    if (name.empty() || !value || value->value <= 0) continue;
    Roof roof{name};
    (value->unit == Unit::bytes_per_second ? roof.bytes_per_s : roof.flops_per_s) = value->value;
    chart.roofs.push_back(roof);
  }
  for (const HotLoop& loop : report.hot_loops) {
    if (chart.points.size() == most_points) break;
    const double flops = loop.evidence.flops_per_s.value_or(0);
    if (loop.share < least_share || flops <= 0) continue;
    const HotCode& code = report.profile.hot_code.at(static_cast<std::size_t>(loop.code));
    chart.points.push_back({name_loop(code), loop.kind, loop.share, flops, loop.evidence.traffic});
  }
  return chart;
}

}  // namespace bottleneck
