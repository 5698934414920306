#include "src/analysis/gpu_changes.h"

#include <algorithm>
#include <map>
#include <utility>

namespace bottleneck {
namespace {

bool is_pageable(const GpuTimeline& gpu, const ReplayOperation& one) {
  if (one.operation < 0) return false;
  const GpuOperation& row = gpu.operations[static_cast<std::size_t>(one.operation)];
  return row.source == GpuMemory::pageable || row.destination == GpuMemory::pageable;
}

/// Streams of the chunks: beyond those that any program has.
constexpr int first_new_stream = 1 << 24;
constexpr int new_streams = 4;
/// Numbers of chunks that are tried, most first: the calls must cost less than the round.
constexpr int chunk_counts[] = {16, 8, 4, 2};

/// Copies in, kernels, copies out of one thread and device, in the order of their calls.
struct Round {
  std::vector<std::size_t> steps;
  std::vector<int> h2d, kernels, d2h;
  bool whole() const { return !kernels.empty() && (!h2d.empty() || !d2h.empty()); }
};

class Rounds {
 public:
  explicit Rounds(const ReplayProgram& program) {
    for (std::size_t i = 0; i < program.steps.size(); ++i) {
      const ReplayStep& step = program.steps[i];
      for (const int index : step.issues) {
        const ReplayOperation& one = program.operations[static_cast<std::size_t>(index)];
        if (!one.gone) add(step.thread, i, index, one);
      }
    }
    for (auto& [key, round] : open_) close(round);
  }
  const std::vector<Round>& all() const { return all_; }

 private:
  void add(int thread, std::size_t step, int index, const ReplayOperation& one) {
    Round& round = open_[{thread, one.device}];
    if (one.kind == GpuKind::h2d && (!round.kernels.empty() || !round.d2h.empty())) close(round);
    if (is_kernel(one.kind) && !round.d2h.empty()) close(round);
    if (one.kind == GpuKind::h2d)
      round.h2d.push_back(index);
    else if (is_kernel(one.kind))
      round.kernels.push_back(index);
    else if (one.kind == GpuKind::d2h)
      round.d2h.push_back(index);
    else
      return;
    round.steps.push_back(step);
  }
  void close(Round& round) {
    if (round.whole()) all_.push_back(std::move(round));
    round = {};
  }

  std::map<std::pair<int, int>, Round> open_;
  std::vector<Round> all_;
};

double seconds_of(const ReplayProgram& program, const std::vector<int>& operations) {
  double sum = 0;
  for (const int one : operations) sum += program.operations[static_cast<std::size_t>(one)].length;
  return sum;
}

/// The chunks of one round; returns the number of chunks, 0 where the calls cost too much.
int count_chunks(const Chunking& wanted, const Round& round, double slowest_s) {
  const auto calls =
      static_cast<double>(round.h2d.size() + round.kernels.size() + round.d2h.size());
  for (const int chunks : chunk_counts)
    if (chunks <= wanted.chunks && chunks * calls * wanted.issue_cost < slowest_s) return chunks;
  return 0;
}

class Chunks {
 public:
  Chunks(const Chunking& wanted, const Round& round, int chunks, ReplayProgram& program)
      : wanted_(wanted), chunks_(chunks), program_(program) {
    const double in = seconds_of(program, round.h2d), out = seconds_of(program, round.d2h);
    if (wanted.engines > 1) {
      slower_in_ = slowdown(in, out);
      slower_out_ = slowdown(out, in);
    }
    // The results of a chunk go after the input of the next one, or one engine could overlap
    // nothing.
    for (int chunk = 0; chunk <= chunks; ++chunk) {
      if (chunk < chunks) add(round.h2d, chunk);
      if (chunk < chunks) add(round.kernels, chunk);
      if (chunk > 0) add(round.d2h, chunk - 1);
    }
    burst_.awaits = burst_.issues;
    burst_.issue_cost = wanted.issue_cost;
  }
  ReplayStep take() { return std::move(burst_); }

 private:
  /// The direction with less to copy is beside the other one all the time, and that one for as long
  /// as it.
  double slowdown(double copies_s, double others_s) const {
    if (copies_s <= 0) return 1;
    return 1 + std::min(1.0, others_s / copies_s) * (1 / wanted_.both_ways - 1);
  }

  void add(const std::vector<int>& operations, int chunk) {
    for (const int index : operations) {
      ReplayOperation piece = program_.operations[static_cast<std::size_t>(index)];
      piece.stream = first_new_stream + chunk % new_streams;
      piece.length /= chunks_;
      if (piece.kind == GpuKind::h2d) piece.length *= slower_in_;
      if (piece.kind == GpuKind::d2h) piece.length *= slower_out_;
      piece.bytes /= chunks_;
      piece.lead = 0;
      if (piece.kind == GpuKind::d2h && wanted_.engines == 1)
        piece.on_engine = GpuEngine::to_device;
      burst_.issues.push_back(static_cast<int>(program_.operations.size()));
      program_.operations.push_back(piece);
    }
  }

  const Chunking& wanted_;
  const int chunks_;
  ReplayProgram& program_;
  double slower_in_ = 1, slower_out_ = 1;
  ReplayStep burst_;
};

std::vector<bool> find_blocking(const ReplayProgram& program) {
  std::vector<bool> blocking(program.steps.size());
  for (std::size_t i = 0; i < program.steps.size(); ++i)
    blocking[i] = !program.steps[i].awaits.empty();
  return blocking;
}

void drop(const std::vector<int>& operations, ReplayProgram& program) {
  for (const int one : operations) program.operations[static_cast<std::size_t>(one)].gone = true;
}

}  // namespace

bool pin_copies(const GpuTimeline& gpu, const PinnedRates& rates, ReplayProgram& program) {
  bool changed = false;
  for (ReplayOperation& one : program.operations) {
    const double rate = one.kind == GpuKind::h2d   ? rates.h2d
                        : one.kind == GpuKind::d2h ? rates.d2h
                                                   : 0;
    if (rate <= 0 || one.gone || !is_pageable(gpu, one)) continue;
    const double length = std::min(one.length, one.bytes / rate);
    changed = changed || length < one.length;
    one.length = length;
  }
  return changed;
}

bool chunk_rounds(const Chunking& wanted, ReplayProgram& program) {
  const Rounds rounds(program);
  std::vector<std::pair<std::size_t, ReplayStep>> bursts;
  for (const Round& round : rounds.all()) {
    const double in = seconds_of(program, round.h2d), out = seconds_of(program, round.d2h);
    const double kernels = seconds_of(program, round.kernels);
    const double copies = wanted.engines > 1 ? std::max(in, out) : in + out;
    const int chunks = count_chunks(wanted, round, std::max(copies, kernels));
    if (chunks == 0) continue;
    ReplayStep burst = Chunks(wanted, round, chunks, program).take();
    burst.thread = program.steps[round.steps.front()].thread;
    for (const auto* part : {&round.h2d, &round.kernels, &round.d2h}) drop(*part, program);
    bursts.emplace_back(round.steps.back(), std::move(burst));
  }
  for (auto& exclusive : program.exclusive)
    if (!bursts.empty()) exclusive[0] = exclusive[1] = true;
  std::stable_sort(bursts.begin(), bursts.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (auto& [after, burst] : bursts)
    program.steps.insert(program.steps.begin() + static_cast<std::ptrdiff_t>(after) + 1,
                         std::move(burst));
  return !bursts.empty();
}

bool drop_repeats(const GpuTimeline& gpu, ReplayProgram& program) {
  const std::vector<bool> repeats = find_repeats(gpu);
  bool changed = false;
  std::map<int, bool> met;  // the first of a folded row may be the one that is needed
  for (ReplayOperation& one : program.operations) {
    if (one.operation < 0 || !repeats[static_cast<std::size_t>(one.operation)]) continue;
    const bool folded = gpu.operations[static_cast<std::size_t>(one.operation)].count > 1;
    if (folded && !std::exchange(met[one.operation], true)) continue;
    changed = one.gone = true;
  }
  return changed;
}

bool drop_rounds(bool inputs, ReplayProgram& program) {
  std::map<int, std::vector<const Round*>> by_device;
  const Rounds rounds(program);
  for (const Round& round : rounds.all()) {
    const int first = round.kernels.front();
    by_device[program.operations[static_cast<std::size_t>(first)].device].push_back(&round);
  }
  bool changed = false;
  for (const auto& [device, all] : by_device)
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i > 0 && inputs) drop(all[i]->h2d, program);
      if (i + 1 < all.size()) drop(all[i]->d2h, program);
      changed = changed || all.size() > 1;
    }
  return changed;
}

bool batch_launches(double node_s, ReplayProgram& program, const std::vector<bool>& fused) {
  const std::vector<bool> blocking = find_blocking(program);
  std::map<int, bool> after_kernel;  // by thread
  bool changed = false;
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    ReplayStep& step = program.steps[i];
    const bool starts_one =
        step.issues.size() == 1 && !blocking[i] &&
        is_kernel(program.operations[static_cast<std::size_t>(step.issues.front())].kind);
    bool& follows = after_kernel[step.thread];
    if (starts_one && follows) {
      ReplayOperation& one = program.operations[static_cast<std::size_t>(step.issues.front())];
      step.think = 0;
      one.lead = node_s * one.count;
      const auto row = static_cast<std::size_t>(one.operation);
      if (one.operation >= 0 && row < fused.size() && fused[row]) one.length = one.lead = 0;
      changed = true;
    }
    follows = starts_one;
  }
  return changed;
}

bool map_copies(const GpuTimeline& gpu, double left, ReplayProgram& program) {
  bool changed = false;
  for (ReplayOperation& one : program.operations) {
    if (!is_copy(one.kind) || one.gone) continue;
    if (!gpu.devices[static_cast<std::size_t>(one.device)].host_memory) continue;
    one.length *= left;
    one.lead *= left;
    changed = true;
  }
  return changed;
}

bool drop_waits(ReplayProgram& program) {
  std::map<int, bool> came_back;         // by thread, since its last wait
  std::map<int, std::size_t> last_wait;  // by thread: the end of the work is waited for
  for (std::size_t i = 0; i < program.steps.size(); ++i)
    if (program.steps[i].issues.empty()) last_wait[program.steps[i].thread] = i;
  bool changed = false;
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    ReplayStep& step = program.steps[i];
    for (const int index : step.issues) {
      const GpuKind kind = program.operations[static_cast<std::size_t>(index)].kind;
      if (kind == GpuKind::d2h || kind == GpuKind::map) came_back[step.thread] = true;
    }
    if (!step.issues.empty()) continue;
    if (!came_back[step.thread] && last_wait[step.thread] != i) {
      step.awaits.clear();
      step.lag = 0;
      changed = true;
    }
    came_back[step.thread] = false;
  }
  return changed;
}

}  // namespace bottleneck
