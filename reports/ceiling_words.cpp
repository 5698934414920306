#include "reports/ceiling_words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "reports/units.h"

namespace bottleneck {
namespace {

constexpr const char* disturbed = "machine.disturbed";

struct Resource {
  std::string_view title;
  std::string_view prefix;
};

/// The last one takes what no other does.
constexpr std::array resources = {
    Resource{"Compute", "compute."},
    Resource{"Memory: bytes per second", "memory."},
    Resource{"Memory: time of a load", "latency."},
    Resource{"All CPUs over one", "kappa."},
    Resource{"Storage", "storage."},
    Resource{"GPU", "gpu."},
    Resource{"The machine meanwhile", "machine."},
    Resource{"Kernel and threads", ""},
};

const Resource& resource_of(const std::string& name) {
  return *std::find_if(resources.begin(), resources.end(),
                       [&](const Resource& one) { return name.starts_with(one.prefix); });
}

std::string count_of(int number, const char* what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

}  // namespace

std::vector<CeilingGroup> group_ceilings(const std::vector<Measurement>& all) {
  std::vector<CeilingGroup> groups;
  for (const Resource& resource : resources) {
    CeilingGroup group{std::string(resource.title), {}};
    for (const Measurement& one : all)
      if (std::holds_alternative<Quantity>(one.result) && &resource_of(one.name) == &resource)
        group.figures.push_back(&one);
    if (!group.figures.empty()) groups.push_back(std::move(group));
  }
  return groups;
}

std::string format_ceiling(const std::string& name, const Quantity& quantity) {
  if (quantity.unit == Unit::ratio && name.starts_with("kappa.")) {
    return format_factor(quantity.value);
  }
  if (name.find("_iops") != std::string::npos)
    return format_count(std::round(quantity.value)) + " reads/s";
  return format_quantity(quantity);
}

std::string format_spread(const std::string& name, const Quantity& quantity) {
  const auto at = [&](double value) { return format_ceiling(name, exactly(value, quantity.unit)); };
  std::string low = at(quantity.low);
  const std::string high = at(quantity.high);
  if (low == high) return "";
  const std::size_t low_unit = low.rfind(' ');
  const std::size_t high_unit = high.rfind(' ');
  if (low_unit != low.npos && high_unit != high.npos &&
      low.substr(low_unit) == high.substr(high_unit)) {
    low.resize(low_unit);
  }
  return fmt::format("{} – {}", low, high);
}

std::vector<MissingCeilings> list_missing_ceilings(const std::vector<Measurement>& all) {
  std::map<std::pair<std::string, std::string>, std::string> names;
  for (const Measurement& one : all) {
    const auto* why = std::get_if<Unavailable>(&one.result);
    if (!why) continue;
    std::string& list = names[{why->reason, why->remedy}];
    list += (list.empty() ? "" : ", ") + one.name;
  }
  std::vector<MissingCeilings> missing;
  for (const auto& [why, list] : names) missing.push_back({list, why.first, why.second});
  return missing;
}

const Quantity* find_ceiling(const std::vector<Measurement>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Measurement& one) { return one.name == name; });
  return found == all.end() ? nullptr : std::get_if<Quantity>(&found->result);
}

NumberedCeiling find_best_ceiling(const std::vector<Measurement>& all, const std::string& prefix) {
  NumberedCeiling best;
  for (const Measurement& one : all) {
    const auto* quantity = std::get_if<Quantity>(&one.result);
    if (!quantity || !one.name.starts_with(prefix)) continue;
    const char* end = one.name.data() + one.name.size();
    int number = 0;
    const auto parsed = std::from_chars(one.name.data() + prefix.size(), end, number);
    if (parsed.ec != std::errc{} || parsed.ptr != end) continue;
    if (!best.quantity || quantity->value > best.quantity->value) {
      best = {quantity, one.name, number};
    }
  }
  return best;
}

std::string describe_cpus(const MachineReport& report) {
  const Topology& topology = report.topology;
  std::string text = count_of(report.machine.cpus(), "CPU");
  if (topology.cores == 0) return text;
  const bool fewer = report.machine.cpus() < topology.cpus;
  text += (fewer ? " by quota, on " : ": ") + count_of(topology.cores, "core");
  const int threads = topology.cpus / topology.cores;
  if (threads > 1 && topology.cpus % topology.cores == 0)
    text += fmt::format(" × {} threads", threads);
  else if (topology.cpus != topology.cores)
    text += fmt::format(" with {} threads", topology.cpus);
  if (topology.packages > 1) text += fmt::format(", {} packages", topology.packages);
  if (topology.numa_nodes > 1) text += fmt::format(", {} NUMA nodes", topology.numa_nodes);
  return text;
}

std::string describe_quota(const Machine& machine) {
  if (!machine.cpu_quota || *machine.cpu_quota >= machine.cpus_allowed) return "";
  return fmt::format("quota of {:g} CPUs: rates are those of the cores while they may run",
                     *machine.cpu_quota);
}

bool is_disturbed(const std::vector<Measurement>& ceilings) {
  // Below it the figures are as good as their spread. Source: a choice.
  constexpr double notable = 0.05;
  return value_of(ceilings, disturbed).value_or(0) >= notable;
}

std::string describe_disturbance(const std::vector<Measurement>& ceilings) {
  if (!is_disturbed(ceilings)) return "";
  return fmt::format("busy: others used {} of the CPUs meanwhile; measure again when it is quiet",
                     format_percent(*value_of(ceilings, disturbed)));
}

}  // namespace bottleneck
