#include "src/analysis/gpu_activity.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace bottleneck {
namespace {

/// Of all rows together; beyond, each is spread out into fewer. Source: a choice, for speed.
constexpr std::size_t most_pieces = 50'000;

void sort_out(const GpuOperation& one, const GpuPiece& piece, GpuActivity& device) {
  const Span span{piece.start, piece.end};
  if (one.kind == GpuKind::h2d)
    device.h2d.push_back(span);
  else if (one.kind == GpuKind::d2h)
    device.d2h.push_back(span);
  else if (is_kernel(one.kind))
    device.kernel.push_back(span);
  else
    device.other.push_back(span);
  device.any.push_back(span);
}

/// Each gap ends at the start of an operation: before its call began the host had the time, after
/// it the launch.
void split_gaps(const GpuTimeline& gpu, GpuActivity& device) {
  std::set<std::uint64_t> seen;
  std::size_t next = 0;
  for (std::size_t i = 0; i + 1 < device.any.size(); ++i) {
    const Span gap{device.any[i].end, device.any[i + 1].start};
    while (next < device.pieces.size() && device.pieces[next].start < gap.end) {
      const GpuPiece& before = device.pieces[next++];
      seen.insert(gpu.operations[static_cast<std::size_t>(before.operation)].correlation);
    }
    if (next == device.pieces.size()) break;
    const GpuPiece& after = device.pieces[next];
    const GpuOperation& one = gpu.operations[static_cast<std::size_t>(after.operation)];
    if (one.from_graph && one.correlation != 0 && seen.count(one.correlation)) {
      device.gaps.push_back({gap, after.operation, true, after.count});
      continue;
    }
    const double call = after.queued < 0 ? gap.end : std::clamp(after.queued, gap.start, gap.end);
    if (call < gap.end)
      device.gaps.push_back({{call, gap.end}, after.operation, false, after.count});
    if (gap.start < call) device.host.push_back({gap.start, call});
  }
}

/// Into how many pieces a row is spread out at most.
int most_pieces_each(const GpuTimeline& gpu) {
  std::size_t rows = 0, pieces = 0;
  for (const GpuOperation& one : gpu.operations) {
    if (!is_device_work(one.kind) || !has_time(one)) continue;
    ++rows;
    pieces += static_cast<std::size_t>(std::clamp(one.count, 1, most_pieces_of_one));
  }
  if (pieces <= most_pieces) return most_pieces_of_one;
  return static_cast<int>(std::max<std::size_t>(1, most_pieces / rows));
}

template <typename Wanted>
Spans spans_of(const GpuTimeline& gpu, int process, Wanted wanted) {
  Spans spans;
  for (const GpuOperation& one : gpu.operations) {
    if (process >= 0 && one.process != process) continue;
    if (!has_time(one) || !wanted(one)) continue;
    for (const GpuPiece& piece : pieces_of(one, 0)) spans.push_back(span_of_call(one, piece));
  }
  return unite(std::move(spans));
}

}  // namespace

bool is_copy(GpuKind kind) { return kind == GpuKind::h2d || kind == GpuKind::d2h; }
bool is_kernel(GpuKind kind) { return kind == GpuKind::kernel || kind == GpuKind::graph; }
bool is_device_work(GpuKind kind) {
  return kind != GpuKind::sync && kind != GpuKind::api && kind != GpuKind::overhead;
}
bool has_time(const GpuOperation& one) {
  return one.end_s >= one.start_s && !(one.start_s == 0 && one.end_s == 0);
}
bool blocks_host(const GpuOperation& one) { return is_copy(one.kind) && !one.asynchronous; }
Span span_of_call(const GpuOperation& one, const GpuPiece& piece) {
  const bool called = blocks_host(one) && piece.queued >= 0;
  return {called ? std::min(piece.queued, piece.start) : piece.start, piece.end};
}

std::vector<GpuPiece> pieces_of(const GpuOperation& one, int index, int most) {
  const int many = std::clamp(one.count, 1, most);
  const double span = one.end_s - one.start_s;
  const double busy = one.count > 1 ? std::min(one.busy_s, span) : span;
  const double each = busy / many;
  const double step = many > 1 ? (span - each) / (many - 1) : 0;
  // The others of a row are alike: as long before their start.
  const double lead = one.queued_s >= 0 ? one.start_s - one.queued_s : -1;
  std::vector<GpuPiece> pieces;
  for (int i = 0; i < many; ++i) {
    const double start = one.start_s + i * step;
    // The first as recorded: a rounded difference would change the order of calls.
    const double queued = i == 0 ? one.queued_s : start - lead;
    pieces.push_back({index, start, start + each, lead >= 0 ? queued : -1,
                      static_cast<double>(std::max(1, one.count)) / many});
  }
  return pieces;
}

std::vector<GpuActivity> activities_of(const GpuTimeline& gpu) {
  std::vector<GpuActivity> devices(gpu.devices.size());
  const int most = most_pieces_each(gpu);
  for (std::size_t i = 0; i < gpu.operations.size(); ++i) {
    const GpuOperation& one = gpu.operations[i];
    if (!is_device_work(one.kind) || !has_time(one)) continue;
    auto& pieces = devices.at(static_cast<std::size_t>(one.device)).pieces;
    for (const GpuPiece& piece : pieces_of(one, static_cast<int>(i), most)) pieces.push_back(piece);
  }
  for (GpuActivity& device : devices) {
    std::stable_sort(device.pieces.begin(), device.pieces.end(),
                     [](const GpuPiece& a, const GpuPiece& b) {
                       return std::tie(a.start, a.queued) < std::tie(b.start, b.queued);
                     });
    for (const GpuPiece& piece : device.pieces)
      sort_out(gpu.operations[static_cast<std::size_t>(piece.operation)], piece, device);
    for (Spans* spans : {&device.h2d, &device.d2h, &device.kernel, &device.other, &device.any})
      *spans = unite(std::move(*spans));
    if (device.any.empty()) continue;
    device.window = {device.any.front().start, device.any.back().end};
    split_gaps(gpu, device);
  }
  return devices;
}

Spans waits_of(const GpuTimeline& gpu, int process) {
  return spans_of(gpu, process, [](const GpuOperation& one) {
    return one.kind == GpuKind::sync || blocks_host(one);
  });
}

Spans calls_of(const GpuTimeline& gpu, int process) {
  return spans_of(gpu, process, [](const GpuOperation& one) { return one.kind == GpuKind::api; });
}

std::vector<bool> find_repeats(const GpuTimeline& gpu) {
  std::vector<bool> repeats(gpu.operations.size());
  std::set<std::tuple<int, std::uint64_t, std::uint64_t>> there;
  for (std::size_t i = 0; i < gpu.operations.size(); ++i) {
    const GpuOperation& one = gpu.operations[i];
    if (one.content == 0 || !is_copy(one.kind)) continue;
    const auto bytes = one.bytes / static_cast<std::uint64_t>(std::max(1, one.count));
    const bool fresh = there.emplace(one.device, one.content, bytes).second;
    repeats[i] = one.kind == GpuKind::h2d && (!fresh || one.count > 1);
  }
  return repeats;
}

}  // namespace bottleneck
