#include "probes/proc/placement.h"

#include <algorithm>

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
  const std::int64_t length = end_ns - begin_ns;
  if (length <= 0) return;
  intervals_ += 1;
  int common_parts = 1;
  for (const Share& share : shares)
    if (share.depends) common_parts = std::max(common_parts, parts_of(share));
  double cursor = 0;  // as a share of a part, over all dependent threads
  for (const Share& share : shares) {
    const std::int64_t run = std::min(share.run_ns, length);
    const std::int64_t starved = std::min(share.starved_ns, length - run);
    const int parts = share.depends ? common_parts : parts_of(share);
    const double part = static_cast<double>(length) / parts;
    const double busy = static_cast<double>(run + starved) / parts;
    std::vector<Piece> pieces;
    // A circle of one part's length: first starved, then running, wherever it begins.
    const auto lay_arc = [&](double from, double arc, State state, double base) {
      const auto at = [&](double offset) {
        return begin_ns + static_cast<std::int64_t>(base + offset);
      };
      from = from >= part ? from - part : from;
      if (arc <= 0) return;
      if (from + arc <= part) {
        pieces.push_back({at(from), at(from + arc), state});
      } else {
        pieces.push_back({at(from), at(part), state});
        pieces.push_back({at(0), at(from + arc - part), state});
      }
    };
    for (int i = 0; i < parts; ++i) {
      const auto seed = intervals_ * 0x9e3779b97f4a7c15ULL + static_cast<std::uint64_t>(i) * 977 +
                        static_cast<std::uint64_t>(share.thread) * 0x632be59bd9b4e019ULL;
      const double free = static_cast<double>(scatter(seed) >> 11) * 0x1p-53;
      const double from = (share.depends ? cursor : free) * part;
      const double starved_part = static_cast<double>(starved) / parts;
      lay_arc(from, starved_part, State::starved, i * part);
      lay_arc(from + starved_part, busy - starved_part, State::running, i * part);
    }
    if (share.depends) {
      cursor += busy / part;
      while (cursor >= 1) cursor -= 1;
    }
    if (run + no_gap_ns >= length) pieces = {{begin_ns, end_ns, State::running}};
    std::sort(pieces.begin(), pieces.end(),
              [](const Piece& a, const Piece& b) { return a.begin < b.begin; });
    tell(share, pieces, begin_ns, end_ns);
  }
}

void Placement::tell(const Share& share, const std::vector<Piece>& pieces, std::int64_t begin_ns,
                     std::int64_t end_ns) {
  Known& known = known_[share.thread];
  const int switches = std::max(1, share.switches / most_parts);
  std::int64_t now = begin_ns;
  std::int64_t ran_ns = 0, label_from_ns = 0;
  std::size_t next = 0;
  for (const Piece& piece : pieces) {
    if (piece.end <= piece.begin) continue;
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
