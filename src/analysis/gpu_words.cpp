#include "src/analysis/gpu_words.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "src/analysis/confidence.h"
#include "src/analysis/gpu_activity.h"
#include "src/analysis/gpu_pinned.h"
#include "src/analysis/words.h"

namespace bottleneck {
namespace {

using enum Bottleneck;

/// Tracing that cost more than this of the run changed what it saw. Source: a choice.
constexpr double costly_tracing = 0.05;
constexpr std::string_view simulated_mark = "SIMULATED";

GpuUse add_up(const std::vector<GpuUse>& all) {
  GpuUse sum;
  const auto add = [](const GpuWay& one, GpuWay& into) {
    into.copies += one.copies;
    into.bytes += one.bytes;
    into.busy_s += one.busy_s;
    into.pageable_s += one.pageable_s;
    into.repeated_bytes += one.repeated_bytes;
  };
  for (const GpuUse& one : all) {
    add(one.h2d, sum.h2d);
    add(one.d2h, sum.h2d);
    sum.kernels += one.kernels;
    sum.syncs += one.syncs;
    sum.tiny_launches += one.tiny_launches;
    sum.kernel_s += one.kernel_s;
    if (one.main_kernel_s > sum.main_kernel_s) {
      sum.main_kernel = one.main_kernel;
      sum.main_kernel_s = one.main_kernel_s;
    }
  }
  return sum;
}

std::string say_copies(const GpuWay& way) {
  if (way.copies == 0) return "";
  std::string text =
      fmt::format("{} cop{}, {} at {}/s", say_count(static_cast<double>(way.copies)),
                  way.copies == 1 ? "y" : "ies", say_bytes(way.bytes), say_bytes(way.bandwidth()));
  if (way.busy_s > 0 && way.pageable_s > 0)
    text += fmt::format(", {} of the time pageable", say_share(way.pageable_s / way.busy_s));
  if (way.bytes > 0 && way.repeated_bytes > 0)
    text += fmt::format(", {} sent again", say_share(way.repeated_bytes / way.bytes));
  return text;
}

std::string say_kernels(const GpuUse& sum) {
  if (sum.kernels == 0) return "";
  std::string text = fmt::format("{} kernel{}", say_count(static_cast<double>(sum.kernels)),
                                 sum.kernels == 1 ? "" : "s");
  if (!sum.main_kernel.empty() && sum.kernel_s > 0)
    text += fmt::format(", {} {}", sum.main_kernel, say_share(sum.main_kernel_s / sum.kernel_s));
  return text;
}

bool belongs_to(const GpuOperation& one, Bottleneck kind) {
  switch (kind) {
    case gpu_transfer:
      return is_copy(one.kind) || one.kind == GpuKind::p2p || one.kind == GpuKind::map;
    case gpu_sync:
      return one.kind == GpuKind::sync;
    case gpu_memory:
      return is_kernel(one.kind) || one.kind == GpuKind::d2d || one.kind == GpuKind::memset;
    default:
      return is_kernel(one.kind);
  }
}

void add_missing(const GpuTimeline& gpu, std::vector<std::string>& notes) {
  const auto add = [&](std::uint64_t count, const char* what) {
    if (count > 0)
      notes.push_back(fmt::format("GPU: {} {}", say_count(static_cast<double>(count)), what));
  };
  add(gpu.dropped, "operations were not recorded, out of space");
  add(gpu.torn, "records were begun and never finished: the process died meanwhile");
  add(gpu.without_time, "operations ran, and nobody knows when");
  if (gpu.truncated)
    notes.emplace_back("GPU: a process ended before its last operations were written");
  for (const std::string& one : gpu.notes) notes.push_back("GPU: " + one);
}

}  // namespace

bool is_gpu_class(Bottleneck kind) { return kind >= gpu_transfer && kind <= gpu_sync; }

bool gpus_seen(const Profile& profile) {
  if (!profile.gpu.empty()) return true;
  return std::any_of(profile.probes.begin(), profile.probes.end(), [](const ProbeState& probe) {
    return probe.name.rfind("gpu", 0) == 0 && probe.status != ProbeStatus::unavailable;
  });
}

Where find_gpu_where(const Profile& profile, const Evidence& evidence, Bottleneck kind) {
  std::map<std::pair<int, int>, double> sums;  // by process and name
  double total = 0;
  for (const GpuOperation& one : profile.gpu.operations) {
    if (!has_time(one) || !belongs_to(one, kind)) continue;
    const double seconds = one.count > 1 ? one.busy_s : one.end_s - one.start_s;
    sums[{one.process, one.name}] += seconds;
    total += seconds;
  }
  if (evidence.seconds_of(kind) <= 0 || total <= 0) return {};
  const auto most = std::max_element(
      sums.begin(), sums.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  Where where;
  where.process = profile.processes.at(static_cast<std::size_t>(most->first.first)).name;
  if (most->first.second >= 0)
    where.function = profile.gpu.names.at(static_cast<std::size_t>(most->first.second));
  where.share = most->second / total;
  return where;
}

std::string say_gpu_note(const Profile& profile, const Evidence& evidence, Bottleneck kind) {
  const GpuUse sum = add_up(evidence.gpu);
  switch (kind) {
    case gpu_transfer:
      return say_copies(sum.h2d);
    case gpu_compute:
    case gpu_memory: {
      std::string text = say_kernels(sum);
      for (const GpuUse& use : evidence.gpu)
        if (!use.kernel_cause.empty()) return text + "; " + use.kernel_cause;
      return text;
    }
    case gpu_launch:
      if (sum.tiny_launches == 0) return say_kernels(sum);
      return fmt::format("{}, {} of them shorter than their launch", say_kernels(sum),
                         say_count(static_cast<double>(sum.tiny_launches)));
    case gpu_sync: {
      double waits = 0;
      for (const GpuOperation& one : profile.gpu.operations)
        if (one.kind == GpuKind::sync) waits += one.count;
      return waits > 0 ? say_count(waits) + " waits" : "";
    }
    default:
      return "";
  }
}

std::vector<GpuDoubt> find_gpu_doubts(const Profile& profile, const Evidence& evidence, Kind kind) {
  std::vector<GpuDoubt> doubts;
  const GpuTimeline& gpu = profile.gpu;
  if (!is_gpu_class(kind.kind)) return doubts;
  const auto missing = static_cast<double>(gpu.dropped + gpu.torn + gpu.without_time);
  const double all = missing + static_cast<double>(gpu.recorded);
  if (missing > lost_share * all)
    doubts.push_back({missing > much_lost_share * all,
                      say_count(missing) + " operations of the GPU are missing"});
  if (gpu.truncated) doubts.push_back({false, "the GPU's timeline is cut off"});
  if (evidence.wall_s > 0 && gpu.tracing_s > costly_tracing * evidence.wall_s)
    doubts.push_back({false, fmt::format("tracing the GPU cost an estimated {} of the run",
                                         say_share(gpu.tracing_s / evidence.wall_s))});
  if (kind == Kind{gpu_compute, Detail::unsplit}) {
    std::string why = "cause unknown: counters need privileges";
    for (const GpuUse& use : evidence.gpu)
      if (!use.kernel_cause.empty()) why = use.kernel_cause;
    doubts.push_back({true, std::move(why)});
  }
  return doubts;
}

void mark_devices(Report& report) {
  Profile& profile = report.profile;
  std::vector<std::string> notes;
  add_missing(profile.gpu, notes);
  if (const std::string missing = why_no_rate(profile); !missing.empty())
    notes.push_back("GPU: " + missing);
  if (profile.gpu.simulated()) {
    notes.insert(notes.begin(), fmt::format("{}: a stand-in for a GPU's driver ran here; its "
                                            "figures prove plumbing only",
                                            simulated_mark));
    Verdict& verdict = report.verdict;
    verdict.sentence +=
        fmt::format("{}({} device)", verdict.sentence.empty() ? "" : " ", simulated_mark);
    verdict.reasons.insert(verdict.reasons.begin(), fmt::format("{} device", simulated_mark));
    // In front: a narrow screen cuts the ends.
    for (Finding& one : report.findings)
      if (is_gpu_class(one.kind))
        one.note = fmt::format("{}{}{}", simulated_mark, one.note.empty() ? "" : ": ", one.note);
    for (Recommendation& one : report.recommendations) {
      one.action = fmt::format("{}: {}", simulated_mark, one.action);
      one.prediction.assumptions.push_back(
          fmt::format("{}: a real device takes other times", simulated_mark));
    }
  }
  for (std::string& note : notes)
    if (!std::count(profile.notes.begin(), profile.notes.end(), note))
      profile.notes.push_back(std::move(note));
}

}  // namespace bottleneck
