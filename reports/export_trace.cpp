#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "reports/exports.h"
#include "reports/json_text.h"
#include "reports/listings.h"
#include "reports/stacks.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

constexpr int own_pid = 0, phase_tid = 0;  // no process has these
constexpr int first_gpu_tid = 1 << 30;     // above the kernel's largest (2^22)

/// In whole nanoseconds: what follows one another here does so in the file, too.
struct Slice {
  int pid = 0;
  int tid = 0;
  std::int64_t start_ns = 0;
  std::int64_t end_ns = 0;
  std::string name;
  const char* category = "";
};

std::int64_t in_ns(double seconds) { return std::llround(seconds * 1e9); }

using Track = std::pair<int, int>;  // pid, tid

struct Trace {
  std::vector<Slice> slices;
  std::map<Track, std::string> names;
};

/// Of each thread; an own one where two have the same, as after a thread that was folded.
std::vector<Track> tracks_of_threads(const Profile& profile, Trace& trace) {
  std::vector<Track> tracks;
  for (const Thread& thread : profile.threads) {
    const Process& process = profile.processes.at(static_cast<std::size_t>(thread.process));
    Track track{process.pid, thread.tid};
    while (trace.names.contains(track)) track.second += 1 << 22;
    trace.names[track] = fmt::format("{}{}", thread.name,
                                     thread.folded > 1 ? fmt::format(" ×{}", thread.folded) : "");
    tracks.push_back(track);
  }
  return tracks;
}

/// The cells of a window one behind the other, the largest first; never longer than the window.
void add_windows(const Profile& profile, Trace& trace) {
  const std::vector<Track> tracks = tracks_of_threads(profile, trace);
  std::map<std::pair<int, int>, std::map<std::string, double>> windows;
  for (const CodeCell& cell : profile.timeline.code)
    windows[{cell.thread, cell.window}]
           [name_frame(profile.locations.at(static_cast<std::size_t>(cell.location)))] +=
        cell.seconds;
  std::map<int, std::size_t> last;  // slice of each thread
  for (const auto& [key, cells] : windows) {
    const auto& [thread, window] = key;
    std::vector<std::pair<double, std::string>> order;
    double all = 0;
    for (const auto& [name, seconds] : cells) {
      order.emplace_back(seconds, name);
      all += seconds;
    }
    std::stable_sort(order.begin(), order.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    const double scale = all > profile.timeline.window_s ? profile.timeline.window_s / all : 1;
    const auto found = last.find(thread);
    double at_s = window * profile.timeline.window_s;
    for (const auto& [seconds, name] : order) {
      std::int64_t start_ns = in_ns(at_s);
      const std::int64_t end_ns = in_ns(at_s += seconds * scale);
      Slice* before = found == last.end() ? nullptr : &trace.slices[found->second];
      if (before) start_ns = std::max(start_ns, before->end_ns);  // a rounded ns
      if (end_ns <= start_ns) continue;
      if (before && before->end_ns == start_ns && before->name == name && order.size() == 1) {
        before->end_ns = end_ns;
        continue;
      }
      const Track track = tracks.at(static_cast<std::size_t>(thread));
      trace.slices.push_back({track.first, track.second, start_ns, end_ns, name, "on a CPU"});
      last[thread] = trace.slices.size() - 1;
    }
  }
}

bool on_host(GpuKind kind) {
  return kind == GpuKind::sync || kind == GpuKind::api || kind == GpuKind::overhead;
}

std::string name_operation(const GpuTimeline& gpu, const GpuOperation& one) {
  std::string name(to_string(one.kind));
  if (one.name >= 0) name = gpu.names.at(static_cast<std::size_t>(one.name));
  return one.count > 1 ? fmt::format("{} ×{}", name, one.count) : name;
}

std::string name_stream(const Profile& profile, const GpuOperation& one) {
  if (on_host(one.kind)) {
    const bool known = one.thread >= 0;
    return fmt::format(
        "GPU calls of {}",
        known ? profile.threads.at(static_cast<std::size_t>(one.thread)).name : "unknown thread");
  }
  const bool known = static_cast<std::size_t>(one.device) < profile.gpu.devices.size();
  const bool simulated =
      known && profile.gpu.devices[static_cast<std::size_t>(one.device)].simulated;
  return fmt::format("{}GPU {} stream {}", simulated ? "simulated " : "", one.device, one.stream);
}

/// One tid for each stream, and for each thread inside the calls; operations of one stream that
/// overlap, as folded ones may, get further ones.
void add_gpu(const Profile& profile, Trace& trace) {
  using Key = std::tuple<int, bool, int, int>;
  std::map<Key, std::vector<const GpuOperation*>> streams;
  for (const GpuOperation& one : profile.gpu.operations) {
    const bool host = on_host(one.kind);
    streams[{one.process, host, host ? 0 : one.device, host ? one.thread : one.stream}].push_back(
        &one);
  }
  int tid = first_gpu_tid;
  for (auto& [key, operations] : streams) {
    std::stable_sort(operations.begin(), operations.end(),
                     [](const auto* a, const auto* b) { return a->start_s < b->start_s; });
    const int pid = profile.processes.at(static_cast<std::size_t>(std::get<0>(key))).pid;
    std::vector<std::int64_t> lane_ends;
    for (const GpuOperation* one : operations) {
      const std::int64_t start_ns = std::max<std::int64_t>(0, in_ns(one->start_s));
      const std::int64_t end_ns = in_ns(one->end_s);
      if (end_ns <= start_ns) continue;
      const auto free = std::find_if(lane_ends.begin(), lane_ends.end(),
                                     [&](std::int64_t end) { return end <= start_ns; });
      const auto lane = static_cast<int>(free - lane_ends.begin());
      if (free == lane_ends.end()) lane_ends.push_back(0);
      lane_ends[static_cast<std::size_t>(lane)] = end_ns;
      trace.names[{pid, tid + lane}] =
          name_stream(profile, *one) + (lane > 0 ? fmt::format(" ({})", lane + 1) : "");
      trace.slices.push_back({pid, tid + lane, start_ns, end_ns, name_operation(profile.gpu, *one),
                              on_host(one->kind) ? "call" : "gpu"});
    }
    tid += std::max(1, static_cast<int>(lane_ends.size()));
  }
}

void add_phases(const Report& report, Trace& trace) {
  trace.names[{own_pid, phase_tid}] = "phases";
  std::int64_t last_ns = 0;
  for (const Phase& phase : report.phases) {
    const std::int64_t start_ns = std::max(last_ns, in_ns(phase.start_s));
    const std::int64_t end_ns = in_ns(phase.start_s + phase.wall_s);
    last_ns = std::max(last_ns, end_ns);
    if (end_ns > start_ns)
      trace.slices.push_back(
          {own_pid, phase_tid, start_ns, end_ns, describe_shares(phase.shares), "phase"});
  }
}

/// The shortest go.
std::size_t drop_shortest(std::vector<Slice>& slices) {
  if (slices.size() <= most_trace_slices) return 0;
  const std::size_t dropped = slices.size() - most_trace_slices;
  std::stable_sort(slices.begin(), slices.end(), [](const Slice& a, const Slice& b) {
    return a.end_ns - a.start_ns > b.end_ns - b.start_ns;
  });
  slices.resize(most_trace_slices);
  return dropped;
}

std::string in_us(std::int64_t ns) { return fmt::format("{}.{:03}", ns / 1000, ns % 1000); }

void write_name(JsonText& json, const char* what, Track track, const std::string& name) {
  json.open("{").key("ph").text("M").key("name").text(what).key("pid").whole(track.first);
  json.key("tid")
      .whole(track.second)
      .key("args")
      .open("{")
      .key("name")
      .text(name)
      .close("}")
      .close("}");
}

void write_slice(JsonText& json, const Slice& slice) {
  json.open("{").key("ph").text("X").key("name").text(slice.name.empty() ? "unknown" : slice.name);
  json.key("cat").text(slice.category).key("pid").whole(slice.pid).key("tid").whole(slice.tid);
  json.key("ts").raw(in_us(slice.start_ns)).key("dur").raw(in_us(slice.end_ns - slice.start_ns));
  json.close("}");
}

void write_work(JsonText& json, const Timeline& timeline) {
  std::map<int, double> windows;
  for (const WorkCell& cell : timeline.work) windows[cell.window] += cell.seconds;
  for (int window = 0; window < timeline.windows; ++window) {
    const auto found = windows.find(window);
    const double seconds = found == windows.end() ? 0 : found->second;
    json.open("{")
        .key("ph")
        .text("C")
        .key("name")
        .text("threads at work")
        .key("pid")
        .whole(own_pid);
    json.key("ts").raw(in_us(in_ns(window * timeline.window_s))).key("args").open("{");
    json.key("threads").number(timeline.window_s > 0 ? seconds / timeline.window_s : 0);
    json.close("}").close("}");
  }
}

void write_names(JsonText& json, const Profile& profile, const Trace& trace) {
  write_name(json, "process_name", {own_pid, phase_tid}, "bottleneck");
  std::set<int> told;
  for (const Process& process : profile.processes)
    if (told.insert(process.pid).second)
      write_name(json, "process_name", {process.pid, process.pid}, process.name);
  for (const auto& [track, name] : trace.names) write_name(json, "thread_name", track, name);
}

}  // namespace

std::string export_trace(const Report& report) {
  const Profile& profile = report.profile;
  Trace trace;
  add_phases(report, trace);
  add_windows(profile, trace);
  add_gpu(profile, trace);
  const std::size_t dropped = drop_shortest(trace.slices);
  std::stable_sort(trace.slices.begin(), trace.slices.end(), [](const Slice& a, const Slice& b) {
    return std::tie(a.pid, a.tid, a.start_ns) < std::tie(b.pid, b.tid, b.start_ns);
  });
  JsonText json;
  json.open("{").key("displayTimeUnit").text("ms").key("otherData").open("{");
  json.key("written by")
      .text("bottleneck")
      .key("slices left out")
      .whole(static_cast<std::int64_t>(dropped));
  json.key("note").text(
      fmt::format("threads were sampled in windows of {:.0f} ms: inside one the order is not known",
                  profile.timeline.window_s * 1e3));
  json.key("simulated").flag(profile.gpu.simulated()).close("}").key("traceEvents").open("[");
  write_names(json, profile, trace);
  for (const Slice& slice : trace.slices) write_slice(json, slice);
  write_work(json, profile.timeline);
  return json.close("]").close("}").bytes() + "\n";
}

}  // namespace bottleneck
