#include "probes/machine/cgroup.h"

#include <algorithm>

#include "probes/machine/text.h"

namespace bottleneck {
namespace {

/// v1 says "no limit" by LONG_MAX rounded down to a page; anything of that size is none.
/// Source: kernel mm/memcontrol-v1.c, PAGE_COUNTER_MAX.
constexpr std::uint64_t no_memory_limit = std::uint64_t{1} << 62;

struct CgroupMount {
  bool v2 = false;
  std::string root;   ///< which cgroup of the hierarchy is mounted
  std::string point;  ///< where
  std::string options;
};

/// mountinfo writes blanks and backslashes in paths as \ooo.
std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool octal = text[i] == '\\' && i + 3 < text.size() &&
                       std::all_of(text.begin() + static_cast<long>(i) + 1,
                                   text.begin() + static_cast<long>(i) + 4,
                                   [](char c) { return c >= '0' && c <= '7'; });
    if (!octal) {
      plain += text[i];
      continue;
    }
    plain +=
        static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return plain;
}

bool has_word(std::string_view list, std::string_view word) {
  const auto words = split(list, ',');
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::vector<CgroupMount> cgroup_mounts(const System& system) {
  std::vector<CgroupMount> mounts;
  const std::string text = system.read("/proc/self/mountinfo").value_or("");
  for (std::string_view line : split(text, '\n')) {
    const std::size_t dash = line.find(" - ");
    if (dash == line.npos) continue;
    const auto before = split(line.substr(0, dash), ' ');
    const auto after = split(line.substr(dash + 3), ' ');
    if (before.size() < 5 || after.size() < 3) continue;
    if (after[0] != "cgroup" && after[0] != "cgroup2") continue;
    mounts.push_back(
        {after[0] == "cgroup2", unescape(before[3]), unescape(before[4]), std::string(after[2])});
  }
  return mounts;
}

/// The cgroup in the v1 hierarchy of `controller`, or in v2 for "". Lines: "4:memory:/a/b",
/// "0::/a".
std::optional<std::string> cgroup_of(const std::string& membership, std::string_view controller) {
  for (std::string_view line : split(membership, '\n')) {
    const std::size_t first = line.find(':');
    if (first == line.npos) continue;
    const std::size_t second = line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    if (controller.empty() ? controllers.empty() : has_word(controllers, controller))
      return std::string(line.substr(second + 1));
  }
  return std::nullopt;
}

std::vector<std::string> directories_upward(const System& system, const CgroupMount& mount,
                                            std::string own) {
  // In a container the mount shows a part of the hierarchy, and the path may be said from outside
  // of it ("/..").
  if (mount.root != "/") {
    const bool below = own == mount.root || own.starts_with(mount.root + "/");
    own = below ? own.substr(mount.root.size()) : "";
  }
  if (own.find("..") != own.npos) own.clear();
  while (!own.empty() && own.back() == '/') own.pop_back();
  std::vector<std::string> directories;
  for (;; own.erase(own.rfind('/'))) {
    if (!system.list(mount.point + own).empty()) directories.push_back(mount.point + own);
    if (own.empty() || own.rfind('/') == own.npos) break;
  }
  return directories;
}

std::optional<double> quota_of(const System& system, const std::string& directory, bool v2) {
  std::optional<std::uint64_t> quota;
  std::optional<std::uint64_t> period;
  if (v2) {
    const std::string text = system.read(directory + "/cpu.max").value_or("");
    quota = leading_number(text);  // "max 100000" has none
    const std::size_t blank = text.find(' ');
    if (blank != text.npos) period = leading_number(text.substr(blank));
  } else {
    quota =
        leading_number(system.read(directory + "/cpu.cfs_quota_us").value_or(""));  // -1 is none
    period = leading_number(system.read(directory + "/cpu.cfs_period_us").value_or(""));
  }
  if (!quota || !period || *period == 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

}  // namespace

std::string own_membership(const System& system) {
  return system.read("/proc/self/cgroup").value_or("");
}

CgroupPath cgroup_path(const System& system, std::string_view controller) {
  return cgroup_path(system, controller, own_membership(system));
}

CgroupPath unified_cgroup_path(const System& system, const std::string& membership) {
  for (const CgroupMount& mount : cgroup_mounts(system)) {
    if (!mount.v2) continue;
    const auto own = cgroup_of(membership, "");
    if (own) return {true, directories_upward(system, mount, *own)};
  }
  return {true, {}};
}

CgroupPath cgroup_path(const System& system, std::string_view controller,
                       const std::string& membership) {
  for (const CgroupMount& mount : cgroup_mounts(system)) {
    if (mount.v2 || !has_word(mount.options, controller)) continue;
    const auto own = cgroup_of(membership, controller);
    if (own) return {false, directories_upward(system, mount, *own)};
  }
  return unified_cgroup_path(system, membership);
}

std::optional<double> cpu_quota(const System& system, const CgroupPath& path) {
  std::optional<double> tightest;
  for (const std::string& directory : path.directories)
    if (const auto quota = quota_of(system, directory, path.v2))
      tightest = std::min(tightest.value_or(*quota), *quota);
  return tightest;
}

std::vector<std::string> throttling_directories(const System& system, const CgroupPath& path) {
  std::vector<std::string> directories;
  for (const std::string& directory : path.directories)
    if (quota_of(system, directory, path.v2)) directories.push_back(directory);
  return directories;
}

std::optional<std::uint64_t> memory_limit(const System& system, const CgroupPath& path) {
  std::optional<std::uint64_t> lowest;
  for (const std::string& directory : path.directories) {
    const std::string file = path.v2 ? "/memory.max" : "/memory.limit_in_bytes";
    const auto limit = leading_number(system.read(directory + file).value_or(""));
    if (limit && *limit < no_memory_limit) lowest = std::min(lowest.value_or(*limit), *limit);
  }
  return lowest;
}

}  // namespace bottleneck
