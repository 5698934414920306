#include "probes/ceilings/kernels/surroundings.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>

#include "probes/ceilings/kernels/memory_pool.h"
#include "probes/machine/cgroup.h"
#include "probes/machine/text.h"

namespace bottleneck::ceilings {
namespace {

constexpr std::uint64_t kibibyte = 1024;
/// Larger than any kernel's NR_CPUS (8192); the set must hold every possible CPU.
constexpr int most_cpus = 16384;

std::vector<int> allowed_cpus() {
  cpu_set_t* set = CPU_ALLOC(most_cpus);
  const std::size_t size = CPU_ALLOC_SIZE(most_cpus);
  CPU_ZERO_S(size, set);
  std::vector<int> cpus;
  if (sched_getaffinity(0, size, set) == 0)
    for (int cpu = 0; cpu < most_cpus; ++cpu)
      if (CPU_ISSET_S(static_cast<unsigned>(cpu), size, set)) cpus.push_back(cpu);
  CPU_FREE(set);
  if (cpus.empty()) cpus.push_back(0);
  return cpus;
}

std::string topology_of(const System& system, int cpu) {
  return system
      .read(fmt::format("/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", cpu))
      .value_or(fmt::format("{}", cpu));
}

/// One of each core first: two threads shall not share a core while another one is idle.
void order_cpus(const System& system, Surroundings& around) {
  std::map<std::string, int> first_of;
  std::vector<int> rest;
  std::vector<int> firsts;
  for (const int cpu : around.cpus) {
    const auto [core, is_first] = first_of.emplace(topology_of(system, cpu), cpu);
    (is_first ? firsts : rest).push_back(cpu);
    if (!is_first && !around.siblings) around.siblings = {core->second, cpu};
  }
  around.cores = firsts.size();
  around.cpus = firsts;
  around.cpus.insert(around.cpus.end(), rest.begin(), rest.end());
}

/// "48K", "32M", as the kernel writes it.
std::uint64_t size_in(const System& system, const std::string& file) {
  const std::string text = system.read(file).value_or("");
  const std::uint64_t number = leading_number(text).value_or(0);
  if (text.find('M') != std::string::npos) return number * kibibyte * kibibyte;
  return text.find('K') != std::string::npos ? number * kibibyte : number;
}

void read_caches(const System& system, Surroundings& around) {
  const std::string folder =
      fmt::format("/sys/devices/system/cpu/cpu{}/cache/", around.cpus.front());
  for (const std::string& index : system.list(folder)) {
    const auto level = leading_number(system.read(folder + index + "/level").value_or(""));
    const std::string type = system.read(folder + index + "/type").value_or("");
    if (!level || type.starts_with("Instruction")) continue;
    const std::uint64_t bytes = size_in(system, folder + index + "/size");
    if (*level == 1) around.l1_bytes = bytes;
    if (*level == 2) around.l2_bytes = bytes;
    if (*level == 3) around.l3_bytes = bytes;
  }
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
  around.cpus = allowed_cpus();
  order_cpus(system, around);
  read_caches(system, around);
  const auto quota = cpu_quota(system, cgroup_path(system, "cpu"));
  if (quota && *quota < static_cast<double>(around.cpus.size())) around.cpu_quota = quota;
  bound_memory(system, around);
  return around;
}

}  // namespace bottleneck::ceilings
