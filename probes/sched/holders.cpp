#include "probes/sched/holders.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/stat.h>

namespace bottleneck {
namespace {

using namespace std::chrono_literals;

// A found holder stays true for so long; who is not found is looked for again after the shorter
// time. Descriptors are passed on by fork within microseconds, so that "nobody holds it" goes stale
// sooner.
constexpr auto fresh_for = 200ms;
constexpr auto missing_fresh_for = 20ms;
// Scans take at most one fiftieth (2 %) of one CPU, however many processes there are.
constexpr int cost_factor = 50;
constexpr std::size_t most_processes = 512;
constexpr std::size_t most_descriptors = 1024;
constexpr std::size_t most_links = 65536;

bool is_held(const std::vector<Holder>* holders) { return holders != nullptr && !holders->empty(); }

}  // namespace

bool Holders::may_scan(Clock::time_point now) const {
  return !ever_ || (now - scanned_ >= missing_fresh_for && now - scanned_ >= cost_ * cost_factor);
}

std::optional<std::vector<Holder>> Holders::find(const std::string& link, const ProcessTree& tree) {
  const auto lookup = [&]() -> const std::vector<Holder>* {
    const auto found = held_.find(link);
    return found == held_.end() ? nullptr : &found->second;
  };
  const auto* holders = lookup();
  const auto now = Clock::now();
  // One holder alone is nearly as stale as none: the other end may have been passed on since.
  const bool settled = is_held(holders) && holders->size() > 1 && now - scanned_ < fresh_for;
  if (!settled && may_scan(now)) {
    scan(tree);
    holders = lookup();
    return holders ? *holders : std::vector<Holder>{};
  }
  if (is_held(holders)) return *holders;
  if (now - scanned_ < missing_fresh_for) return std::vector<Holder>{};
  return std::nullopt;
}

std::optional<bool> Holders::holds_socket(unsigned long inode, const ProcessTree& tree) {
  const auto holders = find(fmt::format("socket:[{}]", inode), tree);
  if (!holders) return std::nullopt;
  return std::any_of(holders->begin(), holders->end(),
                     [&](const Holder& holder) { return tree.live.count(holder.pid) != 0; });
}

void Holders::scan(const ProcessTree& tree) {
  const auto start = Clock::now();
  held_.clear();
  std::size_t processes = 0;
  for (const pid_t pid : tree.live) {
    if (++processes > most_processes || held_.size() > most_links) break;
    scan_process(pid);
  }
  ever_ = true;
  scanned_ = Clock::now();
  cost_ = scanned_ - start;
}

void Holders::scan_process(pid_t pid) {
  const std::string folder = fmt::format("/proc/{}/fd", pid);
  std::size_t descriptors = 0;
  for (const std::string& name : system_.list(folder)) {
    if (++descriptors > most_descriptors) return;
    const std::string path = folder + "/" + name;
    const auto link = system_.read_link(path);
    if (!link || link->starts_with("anon_inode:") || link->starts_with("/dev/")) continue;
    struct stat of_link {};  // the mode of the link says for what it is open
    if (::lstat(system_.path(path).c_str(), &of_link) != 0) continue;
    const bool reads = (of_link.st_mode & S_IRUSR) != 0, writes = (of_link.st_mode & S_IWUSR) != 0;
    auto& holders = held_[*link];
    if (!holders.empty() && holders.back().pid == pid) {
      holders.back().reads |= reads;
      holders.back().writes |= writes;
    } else {
      holders.push_back({pid, reads, writes});
    }
  }
}

}  // namespace bottleneck
