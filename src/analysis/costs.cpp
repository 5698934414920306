#include "src/analysis/costs.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "src/analysis/hot_loops.h"

namespace bottleneck {
namespace {

/// Seconds per 4 KB fault. Source: 2.2-2.6 us measured in a VM (prediction.md 1, pmuless.md 7);
/// 0.5-1 us on bare metal.
constexpr double fault_in_vm_s = 2.4e-6;
constexpr double fault_on_metal_s = 0.75e-6;
/// Source: prediction.md section 1: fork+exec 330 us, a system call 129-155 ns, warm reads 3.3-6.4
/// GB/s.
constexpr double process_start_s = 330e-6;
constexpr double call_s = 0.15e-6;
constexpr double copied_byte_s = 0.2e-9;

constexpr const char* fault_name = "fault.small";
constexpr const char* process_name = "process.fork_exec";
constexpr const char* call_name = "call.system";
/// A copied byte is one read and one written; the ceiling counts both.
constexpr const char* copy_name = "memory.copy_nt_1";
constexpr double bytes_moved_per_copied = 2;

/// A class below this share is not judged by what its events cost. Source: a choice: what is shown.
constexpr double worth_measuring = 0.05;
constexpr double page_bytes = 4096;

Cost known_or(const Profile& profile, const char* name, double published) {
  const auto value = value_of(profile.ceilings, name);
  return value && *value > 0 ? Cost{*value, true} : Cost{published, false};
}

/// Cycles need the clock, streams the ceiling of their mix.
void add_loop_ceilings(const Report& report, std::vector<std::string>& names) {
  if (report.hot_loops.empty()) return;
  names.emplace_back("compute.clock");
  const auto widest = std::max_element(
      report.hot_loops.begin(), report.hot_loops.end(), [](const HotLoop& a, const HotLoop& b) {
        return a.share * a.evidence.traffic < b.share * b.evidence.traffic;
      });
  if (widest == report.hot_loops.end() || widest->share * widest->evidence.traffic <= 0) return;
  for (std::string& name : ceilings_of_mix(report.profile, widest->evidence))
    names.push_back(std::move(name));
}

}  // namespace

Costs costs_of(const Profile& profile) {
  Costs costs{
      known_or(profile, fault_name, profile.machine.virtualized ? fault_in_vm_s : fault_on_metal_s),
      known_or(profile, process_name, process_start_s),
      known_or(profile, call_name, call_s),
      {copied_byte_s, false},
  };
  const auto rate = value_of(profile.ceilings, copy_name);
  if (rate && *rate > 0) costs.copied_byte = {bytes_moved_per_copied / *rate, true};
  return costs;
}

std::string say_cost(const Cost& cost) {
  struct Scale {
    double factor;
    const char* unit;
  };
  constexpr std::array scales = {Scale{1e-3, "ms"}, Scale{1e-6, "us"}, Scale{1e-9, "ns"}};
  const auto* scale = std::find_if(scales.begin(), scales.end() - 1,
                                   [&](const Scale& one) { return cost.seconds >= one.factor; });
  const double scaled = cost.seconds / scale->factor;
  constexpr double one_decimal_below = 9.95;
  return fmt::format("{:.{}f} {}{}", scaled, scaled < one_decimal_below ? 1 : 0, scale->unit,
                     cost.measured ? ", measured here" : " by published measurements");
}

std::optional<double> best_read_rate(const Profile& profile) {
  std::optional<double> best;
  for (const Measurement& one : profile.ceilings) {
    const auto* quantity = std::get_if<Quantity>(&one.result);
    if (!quantity) continue;
    double rate = 0;
    if (one.name.starts_with("storage.sequential_read_qd")) rate = quantity->high;
    if (one.name.starts_with("storage.random_read_iops_qd")) rate = quantity->high * page_bytes;
    if (rate > best.value_or(0)) best = rate;
  }
  return best;
}

std::vector<std::string> ceilings_asked_for(const Report& report) {
  const auto share_of = [&](Bottleneck kind) {
    const auto found = report.shares.find(kind);
    return found == report.shares.end() ? 0 : found->second;
  };
  const bool faults = share_of(Bottleneck::memory_capacity) >= worth_measuring;
  const bool kernel = share_of(Bottleneck::kernel) >= worth_measuring;
  std::vector<std::string> names;
  double own_code = 0;
  for (const Bottleneck kind :
       {Bottleneck::compute, Bottleneck::memory_bandwidth, Bottleneck::memory_latency})
    own_code += share_of(kind);
  if (own_code >= worth_measuring) add_loop_ceilings(report, names);
  if (faults || kernel) names.emplace_back(fault_name);
  if (!kernel) return names;
  names.emplace_back(call_name);
  names.emplace_back(copy_name);
  if (report.profile.processes.size() > 1) names.emplace_back(process_name);
  return names;
}

}  // namespace bottleneck
