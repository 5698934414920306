#include "probes/proc/placement.h"

#include <algorithm>
#include <cmath>

namespace bottleneck::proc {
namespace {

using sched::Happening;

/// An interval is cut into at most so many parts, one for each time a thread was given a CPU: gaps
/// then get about the length that they had. A choice: finer parts cost more than they tell.
constexpr int most_parts = 8;
/// What is left between two runs of a thread that was on a CPU for all but this: clock noise.
constexpr std::int64_t no_gap_ns = 100'000;

/// Depends on nothing that threads could have in common. Source: the finalizer of SplitMix64.
std::uint64_t scatter(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

int parts_of(const Share& share) { return std::clamp(share.switches, 1, most_parts); }

}  // namespace

void Placement::lay(std::int64_t begin_ns, std::int64_t end_ns, std::span<const Share> shares) {
  if (end_ns <= begin_ns) return;
  intervals_ += 1;
  int common_parts = 1;
  for (const Share& share : shares)
    if (share.depends) common_parts = std::max(common_parts, parts_of(share));
  double cursor = 0;  // in parts, over all threads that depend on others
  for (const Share& share : shares) {
    known_[share.thread].interval = intervals_;
    tell(share, cut(share, begin_ns, end_ns, common_parts, cursor), begin_ns, end_ns);
  }
  for (auto& [thread, known] : known_) {
    if (known.interval == intervals_ || known.state == State::blocked) continue;
    Share nothing;
    nothing.thread = thread;
    enter(nothing, known, State::blocked, begin_ns, 1);
  }
}

/// The thread's pieces in each part of the interval: an arc on a circle of the part's length, first
/// without a CPU, then on one.
std::vector<Placement::Piece> Placement::cut(const Share& share, std::int64_t begin_ns,
                                             std::int64_t end_ns, int common_parts,
                                             double& cursor) const {
  const std::int64_t length = end_ns - begin_ns;
  const std::int64_t run = std::min(share.run_ns, length);
  const std::int64_t starved = std::min(share.starved_ns, length - run);
  const int parts = share.depends ? common_parts : parts_of(share);
  const double part = static_cast<double>(length) / parts;
  const double starved_arc = static_cast<double>(starved) / parts;
  const double run_arc = static_cast<double>(run) / parts;
  if (run + no_gap_ns >= length) return {{begin_ns, end_ns, State::running}};
  std::vector<Piece> pieces;
  for (int i = 0; i < parts; ++i) {
    const auto lay_arc = [&](double from, double arc, State state) {
      const auto at = [&](double offset) {
        return begin_ns + static_cast<std::int64_t>(i * part + offset);
      };
      from = from >= part ? from - part : from;
      pieces.push_back({at(from), at(std::min(from + arc, part)), state});
      if (from + arc > part) pieces.push_back({at(0), at(from + arc - part), state});
    };
    const double from = (share.depends ? cursor : free_position(share.thread, i)) * part;
    lay_arc(from, starved_arc, State::starved);
    lay_arc(from + starved_arc, run_arc, State::running);
  }
  if (share.depends) cursor = std::fmod(cursor + (starved_arc + run_arc) / part, 1.0);
  std::erase_if(pieces, [](const Piece& piece) { return piece.end <= piece.begin; });
  std::sort(pieces.begin(), pieces.end(),
            [](const Piece& a, const Piece& b) { return a.begin < b.begin; });
  return pieces;
}

/// Between 0 and 1, the same in no two intervals.
double Placement::free_position(int thread, int part) const {
  const std::uint64_t seed = (intervals_ << 32) ^ (static_cast<std::uint64_t>(thread) << 8) ^
                             static_cast<std::uint64_t>(part);
  return static_cast<double>(scatter(seed) >> 11) * 0x1p-53;
}

void Placement::tell(const Share& share, const std::vector<Piece>& pieces, std::int64_t begin_ns,
                     std::int64_t end_ns) {
  Known& known = known_[share.thread];
  const int switches = std::max(1, share.switches / most_parts);
  std::int64_t now = begin_ns;
  std::int64_t ran_ns = 0, label_from_ns = 0;
  std::size_t next = 0;
  for (const Piece& piece : pieces) {
    if (piece.begin > now) enter(share, known, State::blocked, now, switches);
    enter(share, known, piece.state, piece.begin, 1);
    now = piece.end;
    if (piece.state != State::running) continue;
    for (; next < share.labels.size() && label_from_ns <= ran_ns + piece.end - piece.begin;
         ++next) {
      label(share, known, share.labels[next], piece.begin + label_from_ns - ran_ns);
      label_from_ns += share.labels[next].ns;
    }
    ran_ns += piece.end - piece.begin;
  }
  if (now < end_ns) enter(share, known, State::blocked, now, switches);
}

void Placement::enter(const Share& share, Known& known, State state, std::int64_t at_ns,
                      int count) {
  const auto happen = [&](Happening::Kind kind, int value, int times) {
    add_({.time_ns = at_ns, .kind = kind, .thread = share.thread, .value = value, .count = times});
  };
  if (known.state == state) {
    if (state == State::blocked && share.wait >= 0) happen(Happening::Kind::waiting, share.wait, 1);
    return;
  }
  if (state == State::running) happen(Happening::Kind::in, -1, 1);
  if (state == State::starved) {
    happen(known.state == State::running ? Happening::Kind::preempted : Happening::Kind::starved,
           -1, 1);
  }
  if (state == State::blocked) {
    if (known.state == State::starved) happen(Happening::Kind::in, -1, 1);
    if (share.wait >= 0) happen(Happening::Kind::announce, share.wait, 1);
    happen(Happening::Kind::out, -1, count);
  }
  known.state = state;
}

void Placement::label(const Share& share, Known& known, const Label& label, std::int64_t at_ns) {
  if (label.place < 0) {
    if (known.place >= 0)
      add_({.time_ns = at_ns, .kind = Happening::Kind::unlabel, .thread = share.thread});
  } else if (label.place != known.place || label.samples > 0) {
    add_({.time_ns = at_ns,
          .kind = Happening::Kind::relabel,
          .thread = share.thread,
          .value = label.place,
          .count = label.samples});
  }
  known.place = label.place;
}

void Placement::end(int thread, std::int64_t at_ns) {
  add_({.time_ns = at_ns, .kind = Happening::Kind::dead, .thread = thread});
  known_.erase(thread);
}

}  // namespace bottleneck::proc
