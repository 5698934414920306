#include "src/launch/tree_scan.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <sstream>

#include "probes/clock.h"

namespace bottleneck {
namespace {

/// Shortest distance of two scans: shorter lives are missed anyway, and the wait poller sees the
/// rest.
constexpr std::int64_t shortest_interval_ns = 50'000'000;

/// A scan of cost c is followed by 100 c without one: at most 1 % of one CPU (DESIGN section 1).
constexpr std::int64_t interval_per_cost = 100;

struct Stat {
  std::string name;
  char state = '?';
  pid_t parent = 0;
  std::uint64_t start_ticks = 0;
};

/// Source: proc(5), /proc/PID/stat. The name is in parentheses and may hold anything, parentheses
/// too.
std::optional<Stat> parse_stat(const std::string& text) {
  std::size_t open = text.find('(');
  std::size_t close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return std::nullopt;
  Stat stat;
  stat.name = text.substr(open + 1, close - open - 1);
  std::istringstream fields(text.substr(close + 1));
  fields >> stat.state >> stat.parent;
  std::string skipped;
  for (int field = 5; field < 22; ++field) fields >> skipped;
  fields >> stat.start_ticks;
  if (!fields) return std::nullopt;
  return stat;
}

std::optional<Stat> read_stat(const System& system, pid_t pid) {
  std::optional<std::string> text = system.read("/proc/" + std::to_string(pid) + "/stat");
  return text ? parse_stat(*text) : std::nullopt;
}

bool is_dead(char state) { return state == 'Z' || state == 'X'; }

}  // namespace

bool is_alive(const System& system, pid_t pid) {
  std::optional<Stat> stat = read_stat(system, pid);
  return stat && !is_dead(stat->state);
}

TreeScan::TreeScan(System system) : system_(std::move(system)) {
  kernel_lists_children_ = system_.read("/proc/thread-self/children").has_value();
}

std::optional<TreeScan::Seen> TreeScan::read_living(pid_t pid) const {
  std::optional<Stat> stat = read_stat(system_, pid);
  if (!stat || is_dead(stat->state)) return std::nullopt;
  return Seen{stat->parent, stat->start_ticks, stat->name, 0, 0};
}

/// Of a kernel without lists of children: every process of the machine is looked at.
TreeScan::Processes TreeScan::read_all() const {
  Processes all;
  for (const std::string& name : system_.list("/proc")) {
    pid_t pid = std::atoi(name.c_str());
    if (pid <= 0) continue;
    if (std::optional<Seen> process = read_living(pid)) all[pid] = *process;
  }
  return all;
}

/// Source: proc(5), /proc/PID/task/TID/children: costs as much as the tree is large, not as the
/// machine is busy.
std::vector<pid_t> TreeScan::read_children(pid_t pid) const {
  std::vector<pid_t> children;
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const std::string& task : system_.list(tasks)) {
    std::istringstream numbers(system_.read(tasks + "/" + task + "/children").value_or(""));
    for (pid_t child; numbers >> child;) children.push_back(child);
  }
  return children;
}

TreeScan::Processes TreeScan::read_tree(const std::set<pid_t>& known) const {
  Processes found;
  std::vector<pid_t> to_read(known.begin(), known.end());
  while (!to_read.empty()) {
    const pid_t pid = to_read.back();
    to_read.pop_back();
    if (found.contains(pid)) continue;
    std::optional<Seen> process = read_living(pid);
    if (!process) continue;
    auto before = seen_.find(pid);
    if (before != seen_.end() && known.contains(pid) &&
        before->second.start_ticks != process->start_ticks)
      continue;  // another process of the same number
    found[pid] = *process;
    for (pid_t child : read_children(pid)) to_read.push_back(child);
  }
  return found;
}

void TreeScan::scan(ProcessTree& tree, std::int64_t now_ns) {
  std::int64_t begin_ns = thread_cpu_ns();
  Processes all = kernel_lists_children_ ? read_tree(tree.live) : read_all();
  std::erase_if(tree.live, [&](pid_t pid) {
    auto here = all.find(pid);
    auto known = seen_.find(pid);
    return here == all.end() ||
           (known != seen_.end() && known->second.start_ticks != here->second.start_ticks);
  });
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& [pid, process] : all)
      if (tree.live.contains(process.parent) && tree.live.insert(pid).second) grown = true;
  }
  for (pid_t pid : tree.live) {
    tree.ever.insert(pid);
    Seen& process = all[pid];
    auto known = seen_.find(pid);
    bool same = known != seen_.end() && known->second.start_ticks == process.start_ticks;
    process.first_ns = same ? known->second.first_ns : now_ns;
    process.parent =
        same ? known->second.parent : process.parent;  // orphans keep their first parent
    process.last_ns = now_ns;
    seen_[pid] = process;
  }
  std::int64_t cost_ns = thread_cpu_ns() - begin_ns;
  next_scan_ns_ = now_ns + std::max(shortest_interval_ns, interval_per_cost * cost_ns);
}

void TreeScan::describe(const ProcessTree& tree, std::int64_t start_ns, std::int64_t end_ns,
                        Profile& profile) const {
  std::map<pid_t, int> index{{tree.root, 0}};
  int next = static_cast<int>(profile.processes.size());
  for (const auto& [pid, process] : seen_)
    if (pid != tree.root) index[pid] = next++;
  auto since_start = [&](std::int64_t time_ns) {
    return std::max(0.0, seconds(std::min(time_ns, end_ns) - start_ns));
  };
  for (const auto& [pid, process] : seen_) {
    if (pid == tree.root) continue;
    Process row;
    row.pid = pid;
    auto parent = index.find(process.parent);
    row.parent = parent == index.end() ? 0 : parent->second;
    row.name = process.name;
    row.still_running = tree.live.contains(pid);
    row.start_s = since_start(process.first_ns);
    row.end_s = row.still_running ? seconds(end_ns - start_ns) : since_start(process.last_ns);
    profile.processes.push_back(row);
  }
}

}  // namespace bottleneck
