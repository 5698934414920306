#include "probes/sched/register_samples.h"

#include <algorithm>

namespace bottleneck::sched {
namespace {

/// Where perf's order has what the instructions call 0 to 15.
constexpr std::array<perf::Register, general_registers> encoding_order = {
    perf::ax, perf::cx, perf::dx,  perf::bx,  perf::sp,  perf::bp,  perf::si,  perf::di,
    perf::r8, perf::r9, perf::r10, perf::r11, perf::r12, perf::r13, perf::r14, perf::r15};

}  // namespace

void RegisterSamples::add(int thread, std::uint32_t tid, int place, std::int64_t time_ns,
                          const perf::Sample& sample) {
  if (!sample.registers_known) return;
  const std::size_t batch = seen_ / samples_in_batch;
  const bool begins = seen_ % samples_in_batch == 0;
  seen_ += 1;
  if (begins) stretches_.clear();  // the batch between two that stay may go
  if (batch % keep_every_ != 0) return;
  if (begins) batches_.push_back(kept_.size());
  const auto [stretch, fresh] = stretches_.try_emplace(thread, last_stretch_ + 1);
  if (fresh) last_stretch_ += 1;
  Kept& kept = kept_.emplace_back();
  kept.time_ns = time_ns;
  kept.tid = tid;
  kept.stretch = stretch->second;
  kept.place = place;
  for (std::size_t i = 0; i < encoding_order.size(); ++i)
    kept.registers[i] = sample.registers[encoding_order[i]];
  if (kept_.size() >= most_register_samples && seen_ % samples_in_batch == 0) thin();
}

void RegisterSamples::thin() {
  keep_every_ *= 2;
  std::vector<Kept> rest;
  std::vector<std::size_t> begins;
  for (std::size_t batch = 0; batch < batches_.size(); batch += 2) {
    const std::size_t from = batches_[batch];
    const std::size_t to = batch + 1 < batches_.size() ? batches_[batch + 1] : kept_.size();
    begins.push_back(rest.size());
    rest.insert(rest.end(), kept_.begin() + static_cast<std::ptrdiff_t>(from),
                kept_.begin() + static_cast<std::ptrdiff_t>(to));
  }
  kept_ = std::move(rest);
  batches_ = std::move(begins);
}

}  // namespace bottleneck::sched
