#include "src/analysis/verdict.h"

#include <algorithm>

#include "src/analysis/gpu_words.h"

namespace bottleneck {
namespace {

using enum Bottleneck;
constexpr Kind for_work{Bottleneck::sleep, Detail::for_work};

bool is_wait_class(Bottleneck kind) {
  return kind == network || kind == lock || kind == Bottleneck::sleep;
}

/// Without anything that sees waits, their classes are absent rather than 0.
bool waits_seen(const Profile& profile) {
  bool asked = false;
  for (const ProbeState& probe : profile.probes) {
    if (probe.name != "perf.sampler" && probe.name != "proc.sampler") continue;
    asked = true;
    if (probe.status != ProbeStatus::unavailable) return true;
  }
  return !asked;
}

std::vector<Bottleneck> sorted_by_share(const std::map<Bottleneck, double>& shares) {
  std::vector<Bottleneck> order;
  for (const auto& [kind, share] : shares) order.push_back(kind);
  std::stable_sort(order.begin(), order.end(),
                   [&](Bottleneck a, Bottleneck b) { return shares.at(a) > shares.at(b); });
  return order;
}

/// The two or three that matter. A known class goes before time that is not known.
std::vector<Bottleneck> top_of(const std::map<Bottleneck, double>& shares, bool mixed) {
  std::vector<Bottleneck> top = sorted_by_share(shares);
  const std::size_t at_least = mixed ? 2 : 1;
  std::size_t keep = 1;
  while (keep < top.size() && keep < 3 && shares.at(top[keep]) > 0 &&
         (keep < at_least || shares.at(top[keep]) >= matters_share))
    ++keep;
  top.resize(std::min(keep, top.size()));
  return top;
}

}  // namespace

std::map<Bottleneck, double> shares_of(const Profile& profile, const Evidence& evidence) {
  std::map<Bottleneck, double> shares;
  const bool waits = waits_seen(profile);
  for (Bottleneck kind : {compute, memory_capacity, io_read, io_write, network, lock,
                          Bottleneck::sleep, kernel, run_queue})
    if (waits || !is_wait_class(kind)) shares[kind] = 0;
  // Without instructions nothing tells waiting for memory from computing.
  if (!profile.hot_code.empty()) shares[memory_bandwidth] = shares[memory_latency] = 0;
  if (gpus_seen(profile)) {
    for (Bottleneck kind : {gpu_transfer, gpu_compute, gpu_launch, gpu_sync}) shares[kind] = 0;
    // Where nothing tells it from computing, nobody can say that it was not there.
    if (evidence.seconds_of(Kind{gpu_compute, Detail::unsplit}) <= 0) shares[gpu_memory] = 0;
  }
  shares[unattributed] = 0;
  if (evidence.wall_s <= 0) {
    shares[unattributed] = 1;
    return shares;
  }
  for (const Slice& slice : evidence.slices)
    shares[slice.kind.kind] += slice.seconds / evidence.wall_s;
  // What is left, so that rounding does not show: the shares sum to 1.
  double known = 0;
  for (const auto& [kind, share] : shares)
    if (kind != unattributed) known += share;
  shares[unattributed] = std::max(0.0, 1 - known);
  return shares;
}

std::map<Bottleneck, double> busy_shares_of(const Evidence& evidence) {
  std::map<Bottleneck, double> shares;
  double sum = 0;
  for (const Slice& slice : evidence.slices) {
    if (slice.kind == for_work) continue;
    shares[slice.kind.kind] += slice.seconds;
    sum += slice.seconds;
  }
  for (auto& [kind, share] : shares) share = sum > 0 ? share / sum : 0;
  return shares;
}

Detail main_detail(const Evidence& evidence, Bottleneck kind) {
  std::map<Detail, double> seconds;
  for (const Slice& slice : evidence.slices)
    if (slice.kind.kind == kind) seconds[slice.kind.detail] += slice.seconds;
  const auto most =
      std::max_element(seconds.begin(), seconds.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == seconds.end() ? Detail::none : most->first;
}

Verdict judge(const Evidence& evidence, const std::map<Bottleneck, double>& shares,
              const std::vector<Phase>& phases) {
  Verdict verdict;
  const auto largest = sorted_by_share(shares).front();
  verdict.kind = largest;
  verdict.mixed = shares.at(largest) <= majority;
  for (const Phase& phase : phases) {
    if (!verdict.mixed || phase.wall_s <= majority * evidence.wall_s) continue;
    for (const auto& [kind, share] : phase.shares) {
      if (share <= majority || kind == unattributed) continue;
      verdict.kind = kind;
      verdict.mixed = false;
      verdict.by_phase = true;
    }
  }
  verdict.top = top_of(shares, verdict.mixed);
  // Time that is not known is no advice: the first known class stands for a mixed verdict.
  if (verdict.mixed && verdict.top.size() > 1)
    verdict.kind = verdict.top[verdict.top.front() == unattributed ? 1 : 0];
  verdict.share = shares.at(verdict.kind);
  verdict.detail = main_detail(evidence, verdict.kind);
  verdict.idle = evidence.wall_s > 0 && evidence.seconds_of(for_work) > majority * evidence.wall_s;
  return verdict;
}

}  // namespace bottleneck
