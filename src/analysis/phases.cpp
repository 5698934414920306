#include "src/analysis/phases.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace bottleneck {
namespace {

/// What is hot: a function of a class, or the class alone where no code runs. A number for each, so
/// that windows are compared without their names.
class HotNames {
 public:
  explicit HotNames(const Profile& profile) : profile_(profile) {}

  int of(const Slice& slice) {
    const auto [known, fresh] =
        by_place_.try_emplace({slice.kind.kind, std::max(slice.location, -1)}, 0);
    if (fresh)
      known->second =
          by_name_.try_emplace(name(slice), static_cast<int>(by_name_.size())).first->second;
    return known->second;
  }

 private:
  using Name = std::tuple<Bottleneck, std::string, std::string>;

  Name name(const Slice& slice) const {
    if (slice.location < 0) return {slice.kind.kind, "", ""};
    const Location& place = profile_.locations.at(static_cast<std::size_t>(slice.location));
    return {slice.kind.kind, place.module, place.caller.empty() ? place.function : place.caller};
  }

  const Profile& profile_;
  std::map<std::pair<Bottleneck, int>, int> by_place_;
  std::map<Name, int> by_name_;
};

struct Segment {
  int first = 0;
  int last = 0;                   ///< inclusive
  std::map<int, double> seconds;  ///< by number of what is hot
  std::map<Bottleneck, double> by_class;

  double wall_s = 0;

  /// -1: nothing.
  int hottest() const {
    const auto most =
        std::max_element(seconds.begin(), seconds.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == seconds.end() ? -1 : most->first;
  }
  bool same_as(const Segment& other) const {
    const int mine = hottest();
    const int theirs = other.hottest();
    return mine < 0 || theirs < 0 || mine == theirs;
  }
  void swallow(const Segment& other) {
    first = std::min(first, other.first);
    last = std::max(last, other.last);
    for (const auto& [hot, part] : other.seconds) seconds[hot] += part;
    for (const auto& [kind, part] : other.by_class) by_class[kind] += part;
    wall_s += other.wall_s;
  }
};

std::vector<Segment> window_segments(const Profile& profile, const Evidence& evidence) {
  int windows = std::max(1, profile.timeline.windows);
  for (const Slice& slice : evidence.slices) windows = std::max(windows, slice.window + 1);
  std::vector<Segment> all(static_cast<std::size_t>(windows));
  for (int window = 0; window < windows; ++window) {
    all[static_cast<std::size_t>(window)].first = window;
    all[static_cast<std::size_t>(window)].last = window;
  }
  HotNames hot(profile);
  for (const Slice& slice : evidence.slices) {
    Segment& one = all.at(static_cast<std::size_t>(std::max(0, slice.window)));
    one.seconds[hot.of(slice)] += slice.seconds;
    one.by_class[slice.kind.kind] += slice.seconds;
    one.wall_s += slice.seconds;
  }
  return all;
}

void join_alike(std::vector<Segment>& all) {
  std::vector<Segment> joined;
  for (Segment& one : all) {
    if (!joined.empty() && joined.back().same_as(one))
      joined.back().swallow(one);
    else
      joined.push_back(std::move(one));
  }
  all = std::move(joined);
}

/// The time that two segments spend on the same hot things: a short one goes to the neighbour that
/// it resembles.
double likeness(const Segment& a, const Segment& b) {
  double shared = 0;
  for (const auto& [hot, part] : a.seconds)
    if (const auto other = b.seconds.find(hot); other != b.seconds.end())
      shared += std::min(part, other->second);
  return shared;
}

/// Merges the shortest segment into a neighbour until all are long enough.
void merge_short(std::vector<Segment>& all, double min_s) {
  while (all.size() > 1) {
    const auto shortest =
        std::min_element(all.begin(), all.end(),
                         [](const Segment& a, const Segment& b) { return a.wall_s < b.wall_s; });
    if (shortest->wall_s >= min_s) return;
    const bool has_before = shortest != all.begin();
    const bool has_after = std::next(shortest) != all.end();
    const bool backward =
        has_before && (!has_after || likeness(*std::prev(shortest), *shortest) >=
                                         likeness(*std::next(shortest), *shortest));
    const auto into = backward ? std::prev(shortest) : std::next(shortest);
    into->swallow(*shortest);
    all.erase(shortest);
  }
}

}  // namespace

std::vector<Phase> find_phases(const Profile& profile, const Evidence& evidence) {
  if (evidence.wall_s <= 0) return {};
  std::vector<Segment> segments = window_segments(profile, evidence);
  join_alike(segments);
  merge_short(segments, std::max(phase_min_s, phase_min_share * evidence.wall_s));
  join_alike(segments);
  std::vector<Phase> phases;
  double start = 0;
  for (const Segment& segment : segments) {
    Phase phase;
    phase.start_s = start;
    phase.wall_s = segment.wall_s;
    if (phase.wall_s <= 0) continue;
    for (const auto& [kind, seconds] : segment.by_class)
      phase.shares[kind] = seconds / phase.wall_s;
    start += phase.wall_s;
    phases.push_back(std::move(phase));
  }
  return phases;
}

}  // namespace bottleneck
