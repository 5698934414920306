#include "probes/memory/memory_facts.h"

#include "probes/machine/cgroup.h"
#include "probes/machine/text.h"

namespace bottleneck {
namespace {

constexpr const char* vmstat_file = "/proc/vmstat";

/// The sum of the counters that are there; none of them: no value.
std::optional<std::uint64_t> sum_of(std::string_view text,
                                    std::initializer_list<std::string_view> keys) {
  std::optional<std::uint64_t> sum;
  for (std::string_view key : keys)
    if (const auto value = number_after(text, key)) sum = sum.value_or(0) + *value;
  return sum;
}

Reading read_group(const System& system, const CgroupPath& path, const std::string& file,
                   std::initializer_list<std::string_view> keys) {
  if (path.directories.empty())
    return {std::nullopt, "", "no control group for memory is to be seen"};
  const std::string source = path.directories.front() + "/" + file;
  const auto text = system.read(source);
  if (!text) return {std::nullopt, source, source + " cannot be read"};
  const auto value = keys.size() == 0 ? leading_number(*text) : sum_of(*text, keys);
  if (!value) return {std::nullopt, source, source + " has no counter named so"};
  return {value, source, ""};
}

Reading read_vmstat(const std::optional<std::string>& text,
                    std::initializer_list<std::string_view> keys) {
  if (!text) return {std::nullopt, vmstat_file, "/proc/vmstat cannot be read"};
  const auto value = sum_of(*text, keys);
  return {value, std::string(vmstat_file) + " (whole machine)",
          value ? "" : "/proc/vmstat has no counter named so"};
}

/// "some avg10=0.00 avg60=0.00 avg300=0.00 total=1234", in microseconds.
std::optional<std::uint64_t> stall_total(std::string_view text) {
  const std::string_view some = line_after(text, "some");
  const std::size_t total = some.find("total=");
  return total == some.npos ? std::nullopt : leading_number(some.substr(total + 6));
}

Reading read_stall(const System& system, const std::string& membership) {
  const CgroupPath path = unified_cgroup_path(system, membership);
  if (!path.directories.empty()) {
    const std::string file = path.directories.front() + "/memory.pressure";
    if (const auto total = stall_total(system.read(file).value_or(""))) return {total, file, ""};
  }
  const std::string file = "/proc/pressure/memory";
  if (const auto total = stall_total(system.read(file).value_or("")))
    return {total, file + " (whole machine)", ""};
  return {std::nullopt, file,
          "the kernel keeps no pressure counters (CONFIG_PSI, or switched off by psi=0)"};
}

Measurement difference(const char* name, const Reading& before, const Reading& after, double scale,
                       Unit unit) {
  Measurement measurement{name, {}, after.source, 1};
  if (!before.value || !after.value)
    measurement.result = Unavailable{before.value ? after.reason : before.reason, ""};
  else if (*after.value < *before.value || before.source != after.source)
    measurement.result = Unavailable{after.source + " was reset or exchanged during the run", ""};
  else
    measurement.result = exactly(static_cast<double>(*after.value - *before.value) * scale, unit);
  return measurement;
}

}  // namespace

MemoryFacts read_memory_facts(const System& system, const std::string& membership) {
  const CgroupPath path = cgroup_path(system, "memory", membership);
  const auto vmstat = system.read(vmstat_file);
  MemoryFacts facts;
  // Kernels before 5.9 have one counter for both kinds of pages.
  facts.refaults = read_group(system, path, "memory.stat",
                              {"workingset_refault_anon", "workingset_refault_file"});
  if (!facts.refaults.value) {
    const Reading one = read_group(system, path, "memory.stat", {"workingset_refault"});
    if (one.value) facts.refaults = one;
  }
  facts.group_faults = read_group(system, path, "memory.stat", {"pgmajfault"});
  facts.stall_us = read_stall(system, membership);
  facts.oom_kills =
      read_group(system, path, path.v2 ? "memory.events" : "memory.oom_control", {"oom_kill"});
  facts.current =
      read_group(system, path, path.v2 ? "memory.current" : "memory.usage_in_bytes", {});
  facts.swap_ins = read_vmstat(vmstat, {"pswpin"});
  facts.swap_outs = read_vmstat(vmstat, {"pswpout"});
  facts.direct_reclaims = read_vmstat(vmstat, {"allocstall", "allocstall_dma", "allocstall_dma32",
                                               "allocstall_normal", "allocstall_movable"});
  return facts;
}

std::vector<Measurement> memory_differences(const MemoryFacts& before, const MemoryFacts& after) {
  constexpr double us = 1e-6;
  return {difference("memory.refaults", before.refaults, after.refaults, 1, Unit::count),
          difference("memory.group_major_faults", before.group_faults, after.group_faults, 1,
                     Unit::count),
          difference("memory.stall", before.stall_us, after.stall_us, us, Unit::seconds),
          difference("memory.oom_kills", before.oom_kills, after.oom_kills, 1, Unit::count),
          difference("system.swap_ins", before.swap_ins, after.swap_ins, 1, Unit::count),
          difference("system.swap_outs", before.swap_outs, after.swap_outs, 1, Unit::count),
          difference("system.direct_reclaims", before.direct_reclaims, after.direct_reclaims, 1,
                     Unit::count)};
}

Measurement group_limit(const System& system, const std::string& membership) {
  const CgroupPath path = cgroup_path(system, "memory", membership);
  Measurement group{"memory.limit", Unavailable{"no control group limits memory here", ""}, "", 1};
  if (!path.directories.empty()) group.source = path.directories.front();
  if (const auto limit = memory_limit(system, path))
    group.result = exactly(static_cast<double>(*limit), Unit::bytes);
  return group;
}

std::string huge_page_setting(const System& system) {
  const std::string text = system.read("/sys/kernel/mm/transparent_hugepage/enabled").value_or("");
  const std::size_t open = text.find('[');
  const std::size_t close = text.find(']');
  return open == text.npos || close == text.npos || close < open
             ? ""
             : text.substr(open + 1, close - open - 1);
}

}  // namespace bottleneck
