#include "probes/ceilings/kernels/surroundings.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/resource.h>

#include "probes/ceilings/kernels/memory_pool.h"
#include "probes/machine/cgroup.h"
#include "probes/machine/text.h"
#include "probes/machine/topology.h"

namespace bottleneck::ceilings {
namespace {

constexpr std::uint64_t kibibyte = 1024;
/// One of each core first: two threads shall not share a core while another one is idle.
void order_cpus(const System& system, Surroundings& around) {
  const auto cores = group_by_core(system, allowed_cpus(system));
  std::vector<int> rest;
  for (const auto& core : cores) {
    around.cpus.push_back(core.front());
    rest.insert(rest.end(), core.begin() + 1, core.end());
    if (core.size() > 1 && !around.siblings) around.siblings = {core[0], core[1]};
  }
  around.cores = cores.size();
  around.cpus.insert(around.cpus.end(), rest.begin(), rest.end());
}

/// Half of what is left to us: the rest of the helper, and others, need some too.
void bound_memory(const System& system, Surroundings& around) {
  constexpr std::uint64_t part = 2;
  const std::string meminfo = system.read("/proc/meminfo").value_or("");
  constexpr std::uint64_t guess = 1u << 30;
  const auto available = number_after(meminfo, "MemAvailable");
  around.memory_bytes = (available ? *available * kibibyte : guess) / part;
  const auto bound = [&](std::uint64_t left, std::uint64_t limit, const char* name) {
    if (left / part >= around.memory_bytes) return;
    around.memory_bytes = left / part;
    around.memory_bound = fmt::format("{} of {}", name, name_size(limit));
  };
  if (const auto limit = memory_limit(system, cgroup_path(system, "memory")))
    bound(*limit, *limit, "the control group's memory limit");
  rlimit limit{};
  if (system.root.empty() && getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    const std::string status = system.read("/proc/self/status").value_or("");
    const std::uint64_t used = number_after(status, "VmSize").value_or(0) * kibibyte;
    bound(limit.rlim_cur > used ? limit.rlim_cur - used : 0, limit.rlim_cur, "RLIMIT_AS");
  }
}

}  // namespace

std::uint64_t Surroundings::last_level() const { return std::max({l1_bytes, l2_bytes, l3_bytes}); }

std::vector<int> Surroundings::thread_counts() const {
  constexpr int each_up_to = 4;
  const int all = static_cast<int>(cpus.size());
  std::vector<int> counts;
  for (int n = 1; n < all; n = n < each_up_to ? n + 1 : n * 2) counts.push_back(n);
  counts.push_back(all);
  return counts;
}

Surroundings look_around(const System& system) {
  Surroundings around;
  order_cpus(system, around);
  const CacheSizes caches = read_caches(system, around.cpus.front());
  around.l1_bytes = caches.l1_bytes;
  around.l2_bytes = caches.l2_bytes;
  around.l3_bytes = caches.l3_bytes;
  const auto quota = cpu_quota(system, cgroup_path(system, "cpu"));
  if (quota && *quota < static_cast<double>(around.cpus.size())) around.cpu_quota = quota;
  bound_memory(system, around);
  return around;
}

}  // namespace bottleneck::ceilings
