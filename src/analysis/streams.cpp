#include "src/analysis/streams.h"

#include <algorithm>
#include <cmath>

#include "src/analysis/coverage.h"
#include "src/analysis/footprint.h"
#include "src/core/stats.h"

namespace bottleneck {
namespace {

/// Addresses from which on an operand is judged.
constexpr std::size_t fewest_addresses = 10;
/// What covers less stays in L1 and is neither a stream nor a working set.
constexpr double stays_in_l1 = 4096;
/// Slower than this a sweep is the work of a loop further out.
constexpr double slowest_stream = 1e6;
/// Operands of one step: so near to each other at most samples.
constexpr double near_bytes = 512;
constexpr double near_share = 0.8;
/// Two groups are one sweep: their ranges overlap so far, their speeds differ by no more.
constexpr double same_range = 0.95;
constexpr double same_speed = 0.15;
/// Of the lines passed; fewer touched is a strided walk.
constexpr double partial = 0.6;

struct Operands {
  const Track* track = nullptr;
  std::size_t index = 0;  ///< of the track
  Footprint footprint;
  double speed = 0;  ///< signed; 0 not steady
};

/// Operands that keep together: elements of one step, neighbours in a row.
struct Group {
  std::vector<Operands> members;
  const Operands& first() const { return members.front(); }
  double coverage = 1;
};

/// Bytes from one operand to the other at samples where both are known. A few hundred samples, all
/// over the run, say what most of them do.
std::vector<double> distances(const Track& from, const Track& to) {
  constexpr std::size_t enough = 256;
  std::vector<double> all;
  const std::size_t every = 1 + from.addresses.size() / enough;
  for (std::size_t first = 0; first < every && all.size() < fewest_addresses; ++first) {
    for (std::size_t i = first; i < from.addresses.size(); i += every) {
      if (from.addresses[i] == 0 || to.addresses[i] == 0) continue;
      const auto bytes = static_cast<std::int64_t>(to.addresses[i] - from.addresses[i]);
      all.push_back(static_cast<double>(bytes));
    }
  }
  return all;
}

bool keep_together(const Operands& a, const Operands& b) {
  const double stride =
      std::max(std::abs(a.track->stride.value_or(0)), std::abs(b.track->stride.value_or(0)));
  const double reach = std::max(near_bytes, 2 * stride);
  const std::vector<double> apart = distances(*a.track, *b.track);
  const auto near = std::count_if(apart.begin(), apart.end(),
                                  [&](double bytes) { return std::abs(bytes) <= reach; });
  return apart.size() >= fewest_addresses &&
         static_cast<double>(near) > near_share * static_cast<double>(apart.size());
}

bool repeats(const HotCode& code, const Track& track) {
  return code.body[static_cast<std::size_t>(track.instruction)].repeats;
}

/// Operands at places that an iteration of this loop does not change belong to loops further out.
bool stays(const HotCode& code, const Track& track) {
  return track.stride == 0.0 && !repeats(code, track);
}

std::vector<Group> find_groups(const HotCode& code, const Rounds& rounds) {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < rounds.tracks.size(); ++i) {
    const Track& track = rounds.tracks[i];
    if (stays(code, track)) continue;
    Operands one{&track, i, {}, 0};
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& other) {
      return keep_together(other.first(), one);
    });
    if (group != groups.end()) {
      group->members.push_back(one);
      continue;
    }
    one.footprint = measure_footprint(code.samples, track.addresses);
    if (one.footprint.known < fewest_addresses || one.footprint.spread < stays_in_l1) continue;
    groups.push_back({{one}, 1});
  }
  return groups;
}

std::size_t known_addresses(const Operands& one) {
  const Values& all = one.track->addresses;
  return all.size() - static_cast<std::size_t>(std::count(all.begin(), all.end(), 0));
}

/// The member whose addresses are known best speaks for the group.
void choose_first(const HotCode& code, Group& group) {
  const auto best = std::max_element(
      group.members.begin(), group.members.end(), [](const Operands& a, const Operands& b) {
        return std::pair(a.track->stride.has_value(), known_addresses(a)) <
               std::pair(b.track->stride.has_value(), known_addresses(b));
      });
  if (best == group.members.begin()) return;
  best->footprint = measure_footprint(code.samples, best->track->addresses);
  std::iter_swap(group.members.begin(), best);
}

void measure_group(const HotCode& code, Group& group) {
  choose_first(code, group);
  Operands& first = group.members.front();
  const Pace pace = measure_pace(code.samples, first.track->addresses);
  if (pace.state == Pace::State::believed && std::abs(pace.per_s) > slowest_stream) {
    first.speed = pace.per_s;
  }
  const double stride = first.track->stride.value_or(0);
  if (std::abs(stride) <= line_bytes) return;
  std::vector<Touched> touched;
  for (const Operands& one : group.members) {
    constexpr double farthest = 0x1p62;  // fits into 64 bits, as twice of it does not
    const double offset =
        std::clamp(median(distances(*first.track, *one.track)), -farthest, farthest);
    touched.push_back({static_cast<std::int64_t>(offset), one.track->memory(code).bytes});
  }
  const auto known = std::find_if(first.track->addresses.begin(), first.track->addresses.end(),
                                  [](std::uint64_t address) { return address != 0; });
  group.coverage = line_coverage(stride, *known, touched);
}

bool overlap(const Footprint& a, const Footprint& b) {
  const double low = static_cast<double>(std::max(a.low, b.low));
  const double high = static_cast<double>(std::min(a.high, b.high));
  const double longer = static_cast<double>(std::max(a.high - a.low, b.high - b.low));
  return high - low > same_range * longer;
}

/// A stream while its groups are being joined.
struct Sweep {
  Stream stream;
  Footprint range;
  double speed = 0;
  bool reads_only_by_store = true;  ///< all stores are non-temporal or of a string instruction
};

bool is_same(const Sweep& sweep, const Operands& one) {
  return overlap(sweep.range, one.footprint) &&
         std::abs(sweep.speed - one.speed) < same_speed * std::abs(sweep.speed);
}

void take_members(const HotCode& code, const Group& group, Sweep& sweep) {
  for (const Operands& one : group.members) {
    const MemoryOperand& memory = one.track->memory(code);
    const Instruction& user = code.body[static_cast<std::size_t>(one.track->instruction)];
    const bool bypasses = user.non_temporal || user.repeats;
    sweep.stream.stores = sweep.stream.stores || memory.store;
    sweep.stream.loads = sweep.stream.loads || memory.load;
    if (memory.store && !bypasses) sweep.reads_only_by_store = false;
    sweep.stream.instructions.push_back(one.track->instruction);
  }
}

Sweep begin_sweep(const HotCode& code, const Group& group) {
  Sweep sweep;
  const Operands& first = group.first();
  sweep.range = first.footprint;
  sweep.speed = first.speed;
  sweep.stream.spread = first.footprint.spread;
  sweep.stream.stride = repeats(code, *first.track) ? first.track->memory(code).bytes
                                                    : first.track->stride.value_or(0);
  sweep.stream.coverage = group.coverage;
  take_members(code, group, sweep);
  return sweep;
}

/// What goes over the bus: lines that are stored to are written back, and read before unless the
/// whole of them is written past the caches.
void finish(Sweep& sweep) {
  Stream& stream = sweep.stream;
  stream.non_temporal = stream.stores && sweep.reads_only_by_store;
  stream.bytes_per_s = std::abs(sweep.speed) * stream.coverage;
  const bool twice = stream.stores && (stream.loads || !stream.non_temporal);
  stream.traffic = stream.bytes_per_s * (twice ? 2 : 1);
  std::sort(stream.instructions.begin(), stream.instructions.end());
  const auto end = std::unique(stream.instructions.begin(), stream.instructions.end());
  stream.instructions.erase(end, stream.instructions.end());
}

void add_to_sweeps(const HotCode& code, const Group& group, std::vector<Sweep>& sweeps) {
  const auto same = std::find_if(sweeps.begin(), sweeps.end(),
                                 [&](const Sweep& sweep) { return is_same(sweep, group.first()); });
  if (same == sweeps.end()) {
    sweeps.push_back(begin_sweep(code, group));
    return;
  }
  same->stream.coverage = std::min(1.0, same->stream.coverage + group.coverage);
  take_members(code, group, *same);
}

Irregular irregular_of(const HotCode& code, const Group& group) {
  const Operands& first = group.first();
  Irregular one;
  one.instruction = first.track->instruction;
  one.set_bytes = first.footprint.set;
  one.stride = first.track->stride.value_or(0);
  if (repeats(code, *first.track)) one.stride = first.track->memory(code).bytes;
  one.strided = std::abs(one.stride) > line_bytes && group.coverage < partial;
  one.low = first.footprint.low;
  one.high = first.footprint.high;
  return one;
}

}  // namespace

Sweeps find_sweeps(const HotCode& code, const Rounds& rounds) {
  Sweeps result;
  result.steady.assign(rounds.tracks.size(), false);
  std::vector<Sweep> sweeps;
  for (Group& group : find_groups(code, rounds)) {
    measure_group(code, group);
    if (group.first().speed == 0) {
      result.irregular.push_back(irregular_of(code, group));
      continue;
    }
    add_to_sweeps(code, group, sweeps);
    for (const Operands& one : group.members) result.steady[one.index] = true;
  }
  for (Sweep& sweep : sweeps) {
    finish(sweep);
    result.streams.push_back(std::move(sweep.stream));
  }
  std::sort(result.streams.begin(), result.streams.end(),
            [](const Stream& a, const Stream& b) { return a.bytes_per_s > b.bytes_per_s; });
  std::sort(result.irregular.begin(), result.irregular.end(),
            [](const Irregular& a, const Irregular& b) { return a.set_bytes > b.set_bytes; });
  return result;
}

void add_traffic(const CoreLimits& limits, LoopEvidence& evidence) {
  for (const Stream& stream : evidence.streams) {
    if (stream.spread <= 2 * limits.l2_bytes) continue;
    evidence.traffic += stream.traffic;
    if (!stream.stores) evidence.read_only += stream.traffic;
  }
}

}  // namespace bottleneck
