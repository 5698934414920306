// How long the device took by its own events, for holding a tracer's times against: only where
// GPU_EVENT_TIMES is in the environment, and told on standard error. Beside cuda.h; it changes no
// step, but puts two events around each.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "workloads/gpu/cuda.h"

namespace workload::gpu {

class EventTimes {
 public:
  EventTimes() : wanted_(std::getenv("GPU_EVENT_TIMES") != nullptr) {
    if (!wanted_) return;
    check(cudaEventCreate(&begin_), "cudaEventCreate");
    check(cudaEventCreate(&end_), "cudaEventCreate");
  }
  EventTimes(const EventTimes&) = delete;
  EventTimes& operator=(const EventTimes&) = delete;
  /// "event_times_ms d2h 1.5 h2d 3.0 kernel 0.1"
  ~EventTimes() {
    if (!wanted_) return;
    std::string line = "event_times_ms";
    for (const auto& [step, ms] : sums_) line += " " + step + " " + std::to_string(ms);
    std::fprintf(stderr, "%s\n", line.c_str());
    cudaEventDestroy(begin_);
    cudaEventDestroy(end_);
  }

  /// One step on the default stream.
  template <typename Step>
  void around(const char* name, const Step& step) {
    if (!wanted_) return step();
    check(cudaEventRecord(begin_, nullptr), "cudaEventRecord");
    step();
    check(cudaEventRecord(end_, nullptr), "cudaEventRecord");
    check(cudaEventSynchronize(end_), "cudaEventSynchronize");
    float ms = 0;
    check(cudaEventElapsedTime(&ms, begin_, end_), "cudaEventElapsedTime");
    sums_[name] += static_cast<double>(ms);
  }

 private:
  bool wanted_;
  cudaEvent_t begin_ = nullptr, end_ = nullptr;
  std::map<std::string, double> sums_;
};

}  // namespace workload::gpu
