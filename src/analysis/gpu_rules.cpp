#include "src/analysis/gpu_rules.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "src/analysis/gpu_activity.h"
#include "src/analysis/gpu_workers.h"
#include "src/analysis/loop_rules.h"

namespace bottleneck {
namespace {

using enum Bottleneck;
using D = Detail;
using S = GpuState;

bool works(const GpuFacts& f) { return f.state == S::works; }
bool copies(const GpuFacts& f) { return works(f) && (is_copy(f.kind) || f.kind == GpuKind::p2p); }
bool computes(const GpuFacts& f) { return works(f) && is_kernel(f.kind); }

const std::array table = {
    GpuRule{{gpu_transfer, D::repeated},
            [](const GpuFacts& f) { return copies(f) && f.repeated; },
            "copies of data that had been on the device before, by their hash",
            ""},
    GpuRule{{gpu_transfer, D::pageable},
            [](const GpuFacts& f) { return copies(f) && f.pageable; },
            "copies with an end in pageable memory",
            ""},
    GpuRule{{gpu_transfer, D::none},
            [](const GpuFacts& f) { return copies(f) || (works(f) && f.kind == GpuKind::map); },
            "copies between the host and the device",
            ""},
    GpuRule{{gpu_memory, D::none},
            [](const GpuFacts& f) {
              return works(f) && (f.kind == GpuKind::d2d || f.kind == GpuKind::memset);
            },
            "copies and sets inside the device's memory",
            ""},
    GpuRule{{gpu_launch, D::tiny},
            [](const GpuFacts& f) { return computes(f) && f.tiny; },
            "kernels that are over before the next one can be started",
            ""},
    GpuRule{{gpu_memory, D::stream},
            [](const GpuFacts& f) {
              return computes(f) && f.memory_share >= limits_kernel &&
                     f.memory_share >= f.issue_share;
            },
            "kernels near the bandwidth of the device's memory",
            ""},
    GpuRule{{gpu_compute, D::none},
            [](const GpuFacts& f) { return computes(f) && f.issue_share >= limits_kernel; },
            "kernels near what the device can issue",
            ""},
    GpuRule{{gpu_compute, D::none},
            [](const GpuFacts& f) { return computes(f) && f.memory_share >= 0; },
            "kernels far below the bandwidth of the device's memory",
            "whether they wait for single loads or compute was not seen"},
    GpuRule{{gpu_compute, D::unsplit},
            computes,
            "the device executes kernels",
            "cause unknown: counters need privileges"},
    GpuRule{{gpu_sync, D::none},
            [](const GpuFacts& f) { return f.state == S::waits_for_host; },
            "the host was in a call that waits for the device, which had nothing to do",
            ""},
    GpuRule{{gpu_launch, D::setup},
            [](const GpuFacts& f) { return f.state == S::prepares || f.gap_s > longest_launch_s; },
            "contexts, modules and compiling before the device can start",
            ""},
    GpuRule{{gpu_launch, D::tiny},
            [](const GpuFacts& f) { return is_kernel(f.kind) && f.busy_s < f.gap_s; },
            "kernels shorter than what it takes to start them",
            ""},
    GpuRule{{gpu_launch, D::none},
            [](const GpuFacts&) { return true; },
            "the device had nothing to do although its next call had begun",
            ""},
};

KernelEvidence from_counters(const Profile& profile) {
  const auto memory = value_of(profile.measurements, "gpu.dram_share");
  const auto issue = value_of(profile.measurements, "gpu.issue_share");
  KernelEvidence found{memory.value_or(-1), issue.value_or(-1), ""};
  if (memory) found.said = fmt::format("memory {:.0f} % of its peak", 100 * *memory);
  if (issue)
    found.said +=
        fmt::format("{}issue slots {:.0f} % used", found.said.empty() ? "" : ", ", 100 * *issue);
  if (!found.said.empty()) found.said += ", by counters";
  return found;
}

KernelEvidence from_bytes(const Profile& profile, int device) {
  const GpuDevice& one = profile.gpu.devices.at(static_cast<std::size_t>(device));
  double bytes = 0, busy_s = 0;
  for (const GpuOperation& row : profile.gpu.operations) {
    if (row.device != device || !is_kernel(row.kind) || row.bytes == 0) continue;
    bytes += static_cast<double>(row.bytes);
    busy_s += row.count > 1 ? row.busy_s : row.end_s - row.start_s;
  }
  if (busy_s <= 0 || one.memory_bandwidth <= 0) return {};
  const double rate = bytes / busy_s;
  return {rate / one.memory_bandwidth, -1,
          fmt::format("{:.0f} of {:.0f} GB/s of its memory, by the bytes that it declares",
                      rate * 1e-9, one.memory_bandwidth * 1e-9)};
}

/// On a CPU the kernels are code like any other: the loops of the threads that run them.
KernelEvidence from_loops(const Profile& profile, const HotLoops& loops, int device) {
  const std::vector<bool> workers = find_device_workers(profile, device);
  double streams_s = 0, seen_s = 0;
  for (const CodeCell& cell : profile.timeline.code) {
    if (!workers.at(static_cast<std::size_t>(cell.thread))) continue;
    const LoopFacts* loop = loops.at(cell.location);
    if (!loop || !has_evidence(*loop)) continue;
    seen_s += cell.seconds;
    Facts facts;
    facts.activity = Activity::user;
    facts.loop = loop;
    const Bottleneck kind = classify(facts).kind.kind;
    if (kind == memory_bandwidth || kind == memory_latency) streams_s += cell.seconds;
  }
  if (seen_s <= 0) return {};
  return {streams_s / seen_s, 1 - streams_s / seen_s,
          fmt::format("{:.0f} % of the kernels' loops wait for the CPUs' memory",
                      100 * streams_s / seen_s)};
}

}  // namespace

std::span<const GpuRule> gpu_rules() { return table; }

const GpuRule& classify_gpu(const GpuFacts& facts) {
  return *std::find_if(table.begin(), table.end(),
                       [&](const GpuRule& rule) { return rule.applies(facts); });
}

KernelEvidence find_kernel_evidence(const Profile& profile, const HotLoops& loops, int device) {
  if (auto found = from_counters(profile); !found.said.empty()) return found;
  if (auto found = from_bytes(profile, device); !found.said.empty()) return found;
  const bool on_cpus = profile.gpu.devices.at(static_cast<std::size_t>(device)).is_cpu;
  if (on_cpus) {
    auto found = from_loops(profile, loops, device);
    if (found.said.empty()) found.said = "cause unknown: no evidence of the kernels' instructions";
    return found;
  }
  return {-1, -1, "cause unknown: counters need privileges"};
}

}  // namespace bottleneck
