// Time as nested frames: process, thread, caller, function, line; of blocked threads the reason
// last.
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "reports/charts.h"
#include "reports/listings.h"
#include "reports/sections.h"

namespace bottleneck {
namespace {

/// Of all: on a screen of 1000 pixels such a frame is one when the drawing is opened five times
/// wider. Doubled until the frames fit.
constexpr double smallest_share = 0.0002;
constexpr std::size_t most_nodes = 6000;
constexpr std::size_t most_bytes = 200'000;  // two trees leave half of a page below 1 MB
constexpr int several_kinds = -1;
constexpr int no_kind = -2;

struct Frame {
  double seconds = 0;
  int kind = no_kind;
  std::map<std::string, std::unique_ptr<Frame>> below;

  Frame& child(const std::string& name) {
    auto& found = below[name];
    if (!found) found = std::make_unique<Frame>();
    return *found;
  }
  void add(double more, int of) {
    seconds += more;
    kind = kind == no_kind || kind == of ? of : several_kinds;
  }
};

void add_path(Frame& root, const std::vector<std::string>& path, double seconds, int kind) {
  Frame* frame = &root;
  frame->add(seconds, kind);
  for (const std::string& name : path) {
    frame = &frame->child(name);
    frame->add(seconds, kind);
  }
}

std::vector<std::string> owner_path(const Profile& profile, int index) {
  if (index < 0) return {"unknown thread"};
  const Thread& thread = profile.threads.at(static_cast<std::size_t>(index));
  const Process& process = profile.processes.at(static_cast<std::size_t>(thread.process));
  std::vector<std::string> path;
  if (profile.processes.size() > 1)
    path.push_back(process.folded > 1 ? fmt::format("{} ×{}", process.name, process.folded)
                                      : fmt::format("{} {}", process.name, process.pid));
  path.push_back(thread.name.empty() ? "thread" : "thread " + thread.name);
  return path;
}

void add_code(std::vector<std::string>& path, const Profile& profile, int index) {
  if (index < 0) return;
  const Location& place = profile.locations.at(static_cast<std::size_t>(index));
  if (!place.caller.empty()) path.push_back(name_function(place.caller));
  path.push_back(name_code(place));
  if (!place.file.empty()) path.push_back(name_place({"", "", place.file, place.line, 0}));
}

/// Of its data in the page, roughly: four numbers a frame, and each name once.
std::size_t weigh(const std::vector<FlameNode>& nodes) {
  constexpr std::size_t numbers = 16;
  std::set<std::string_view> names;
  std::size_t bytes = nodes.size() * numbers;
  for (const FlameNode& node : nodes)
    if (names.insert(node.name).second)
      bytes += std::min<std::size_t>(node.name.size(), longest_cell);
  return bytes;
}

/// Largest first; what is too small to see is one frame that says how many it stands for.
void write_frames(const Frame& frame, const std::string& name, int depth, double smallest,
                  std::vector<FlameNode>& nodes) {
  nodes.push_back({depth, frame.kind, frame.seconds, name});
  std::vector<std::pair<std::string, const Frame*>> order;
  double small_s = 0;
  std::size_t small = 0;
  for (const auto& [below_name, below] : frame.below) {
    if (below->seconds >= smallest) {
      order.emplace_back(below_name, below.get());
    } else {
      small_s += below->seconds;
      ++small;
    }
  }
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.second->seconds > b.second->seconds;
  });
  for (const auto& [below_name, below] : order)
    write_frames(*below, below_name, depth + 1, smallest, nodes);
  if (small > 0 && small_s >= smallest / 10)
    nodes.push_back({depth + 1, several_kinds, small_s, fmt::format("(other, {} frames)", small)});
}

void write_tree(const Frame& root, const std::string& name, FlameChart& chart) {
  if (root.seconds <= 0) return;
  chart.folded_below = smallest_share;
  write_frames(root, name, 0, root.seconds * chart.folded_below, chart.nodes);
  while (chart.nodes.size() > most_nodes || weigh(chart.nodes) > most_bytes) {
    chart.folded_below *= 2;
    chart.nodes.clear();
    write_frames(root, name, 0, root.seconds * chart.folded_below, chart.nodes);
  }
}

}  // namespace

FlameChart chart_on_cpu(const Report& report) {
  const Profile& profile = report.profile;
  const std::vector<ChartKind> of_location = kinds_of_locations(report);
  FlameChart chart;
  Frame root;
  for (const CodeCell& cell : profile.timeline.code) {
    std::vector<std::string> path = owner_path(profile, cell.thread);
    add_code(path, profile, cell.location);
    add_path(root, path, cell.seconds,
             index_of(chart.kinds, of_location.at(static_cast<std::size_t>(cell.location))));
  }
  write_tree(root, "on a CPU", chart);
  return chart;
}

FlameChart chart_blocked(const Profile& profile) {
  FlameChart chart;
  Frame root;
  for (const BlockedCell& cell : profile.timeline.blocked) {
    std::vector<std::string> path = owner_path(profile, cell.thread);
    const ChartKind kind = kind_of_wait(profile, cell.wait);
    std::string reason = kind.name;
    if (cell.wait >= 0) {
      const Wait& wait = profile.waits.at(static_cast<std::size_t>(cell.wait));
      add_code(path, profile, wait.location);
      if (!wait.call.empty()) reason += fmt::format(" ({})", wait.call);
      if (!wait.object.empty()) reason += " " + wait.object;
    }
    path.push_back(reason);
    add_path(root, path, cell.seconds, index_of(chart.kinds, kind));
  }
  write_tree(root, "blocked", chart);
  return chart;
}

}  // namespace bottleneck
