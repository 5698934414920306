#include "probes/gpu/fold_operations.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <tuple>
#include <unordered_map>

namespace bottleneck::gpu {
namespace {

/// What is copied again and again stays apart by its content, until that alone makes too many rows;
/// then names, threads and streams, too.
constexpr int rounds_with_content = 12;
constexpr int rounds_with_names = 24;
/// Windows double; after so many, one window is longer than any run.
constexpr int most_rounds = 64;

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9fb21c651e98df25;
  return hash ^ (hash >> 29);
}

/// All that must be equal within a row, time apart.
std::uint64_t likeness(const GpuOperation& one, int round) {
  std::uint64_t hash = 0x9e3779b97f4a7c15;
  const bool named = round < rounds_with_names;
  for (const int field :
       {static_cast<int>(one.kind), one.device, one.process, static_cast<int>(one.source),
        static_cast<int>(one.destination), int{one.asynchronous}, int{one.from_graph},
        named ? one.stream : 0, named ? one.thread : 0, named ? one.name : 0})
    hash = mixed(hash, static_cast<std::uint64_t>(field) + 1);
  return round < rounds_with_content ? mixed(hash, one.content) : hash;
}

void add_to(GpuOperation& row, const GpuOperation& more) {
  row.end_s = std::max(row.end_s, more.end_s);
  row.busy_s += more.busy_s;
  row.count += more.count;
  row.bytes += more.bytes;
  row.work_items += more.work_items;
  row.occupancy = std::min(row.occupancy, more.occupancy);
  if (row.name != more.name) row.name = -1;
  if (row.thread != more.thread) row.thread = -1;
  if (row.content != more.content) row.content = 0;
  if (row.correlation != more.correlation) row.correlation = 0;
}

std::vector<GpuOperation> fold(const std::vector<GpuOperation>& sorted, double window_s, int round,
                               std::size_t most) {
  std::vector<GpuOperation> rows;
  std::unordered_map<std::uint64_t, std::size_t> row_of;
  std::int64_t window = INT64_MIN;
  for (const GpuOperation& one : sorted) {
    const auto now = static_cast<std::int64_t>(std::floor(one.start_s / window_s));
    if (now != window) row_of.clear();
    window = now;
    const auto [found, is_new] = row_of.try_emplace(likeness(one, round), rows.size());
    if (is_new)
      rows.push_back(one);
    else
      add_to(rows[found->second], one);
    if (rows.size() > most) break;  // a longer window, then
  }
  return rows;
}

}  // namespace

void fold_operations(std::vector<GpuOperation>& operations, std::size_t most) {
  std::stable_sort(
      operations.begin(), operations.end(),
      [](const GpuOperation& a, const GpuOperation& b) { return a.start_s < b.start_s; });
  if (operations.size() <= most || most == 0) return;
  const double span_s = operations.back().start_s - operations.front().start_s;
  double window_s = std::max(1e-6, span_s / static_cast<double>(most));
  std::vector<GpuOperation> rows;
  for (int round = 0; round < most_rounds; ++round, window_s *= 2) {
    rows = fold(operations, window_s, round, most);
    if (rows.size() <= most) break;
  }
  operations = std::move(rows);
}

}  // namespace bottleneck::gpu
