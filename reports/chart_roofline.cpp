// The roofs of one CPU of this machine, and the hot loops below them.
#include <fmt/format.h>

#include "reports/ceiling_words.h"
#include "reports/charts.h"

namespace bottleneck {
namespace {

constexpr double least_share = 0.01;
constexpr std::size_t most_points = 24;

/// "compute.flops_f64_avx2_1" -> "f64 avx2"; "" it is no arithmetic of so many CPUs.
std::string name_arithmetic(const std::string& ceiling, std::string_view cpus) {
  constexpr std::string_view flops = "compute.flops_";
  if (!ceiling.starts_with(flops) || !ceiling.ends_with(cpus)) return "";
  std::string words = ceiling.substr(flops.size(), ceiling.size() - flops.size() - cpus.size());
  for (char& c : words)
    if (c == '_') c = ' ';
  return words;
}

/// "memory.read_l2_1" -> "read L2"; "" it is no roof of one CPU.
std::string name_roof_of_one(const std::string& ceiling) {
  if (ceiling == "memory.read_1") return "read memory";
  constexpr std::string_view level = "memory.read_l", one = "_1";
  if (ceiling.starts_with(level) && ceiling.ends_with(one))
    return "read L" + ceiling.substr(level.size(), ceiling.size() - level.size() - one.size());
  return name_arithmetic(ceiling, one);
}

void add_roof(RooflineChart& chart, const std::string& name, const Measurement& one) {
  const auto* value = std::get_if<Quantity>(&one.result);
  if (name.empty() || !value || value->value <= 0) return;
  Roof roof{name};
  (value->unit == Unit::bytes_per_second ? roof.bytes_per_s : roof.flops_per_s) = value->value;
  chart.roofs.push_back(roof);
}

}  // namespace

RooflineChart chart_roofs_of_one(const std::vector<Measurement>& ceilings) {
  RooflineChart chart;
  for (const Measurement& one : ceilings) add_roof(chart, name_roof_of_one(one.name), one);
  return chart;
}

RooflineChart chart_roofs_of_all(const std::vector<Measurement>& ceilings) {
  RooflineChart chart;
  const NumberedCeiling memory = find_best_ceiling(ceilings, "memory.read_");
  for (const Measurement& one : ceilings) {
    if (memory.number > 1 && one.name == memory.name)
      add_roof(chart, fmt::format("read memory with {} threads", memory.number), one);
    add_roof(chart, name_arithmetic(one.name, "_all"), one);
  }
  return chart;
}

RooflineChart chart_roofline(const Report& report) {
  RooflineChart chart = chart_roofs_of_one(report.profile.ceilings);
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
