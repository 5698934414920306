#include "src/analysis/counters.h"

#include <algorithm>

namespace bottleneck {
namespace {

/// Counters are read every few windows; a block holds several readings.
constexpr double block_s = 0.2;

void add_to(std::optional<double>& sum, const std::optional<std::uint64_t>& more) {
  if (more) sum = sum.value_or(0) + static_cast<double>(*more);
}

}  // namespace

void Totals::add(const CounterCell& cell) {
  user_s += cell.user_s;
  system_s += cell.system_s;
  minor_faults += static_cast<double>(cell.minor_faults);
  major_faults += static_cast<double>(cell.major_faults);
  add_to(read_bytes, cell.read_bytes);
  add_to(written_bytes, cell.written_bytes);
  add_to(read_chars, cell.read_chars);
  add_to(written_chars, cell.written_chars);
  add_to(read_calls, cell.read_calls);
  add_to(write_calls, cell.write_calls);
}

Counters::Counters(const Profile& profile)
    : profile_(profile),
      by_process_(profile.processes.size()),
      was_read_(profile.processes.size()),
      all_started_(profile.processes.size()),
      costs_(costs_of(profile)) {
  const auto block_of = [&](double seconds) { return static_cast<int>(seconds / block_s); };
  for (const CounterCell& cell : profile.timeline.counters) {
    const auto process = static_cast<std::size_t>(cell.process);
    if (process >= by_process_.size()) continue;
    by_process_[process].add(cell);
    was_read_[process] = true;
    by_block_[{cell.process, block_of(cell.window * profile.timeline.window_s)}].add(cell);
    all_.add(cell);
    any_ = true;
  }
  for (const Process& process : profile.processes) {
    if (process.parent < 0) continue;
    started_[{process.parent, block_of(process.start_s)}] += process.folded;
    all_started_.at(static_cast<std::size_t>(process.parent)) += process.folded;
  }
}

int Counters::reader_of(int process) const {
  // Indices of parents are smaller than those of their children; the bound guards against a loop in
  // a foreign file.
  for (std::size_t steps = 0; process >= 0 && steps <= by_process_.size(); ++steps) {
    if (was_read_.at(static_cast<std::size_t>(process))) return process;
    process = profile_.processes[static_cast<std::size_t>(process)].parent;
  }
  return -1;
}

const Totals& Counters::of(int process) const {
  static const Totals nothing;
  const int reader = reader_of(process);
  return reader < 0 ? nothing : by_process_[static_cast<std::size_t>(reader)];
}

double Counters::started_in(int process, int block) const {
  const auto found = started_.find({process, block});
  return found == started_.end() ? 0 : found->second;
}

std::vector<std::pair<Kind, double>> Counters::split_kernel(int process, int window) const {
  const int reader = reader_of(process);
  if (reader < 0) return {{{Bottleneck::kernel, Detail::none}, 1.0}};
  const int block = static_cast<int>(window * profile_.timeline.window_s / block_s);
  const auto near = by_block_.find({reader, block});
  if (near != by_block_.end() && near->second.system_s > 0)
    return split(near->second, started_in(reader, block));
  return split(by_process_[static_cast<std::size_t>(reader)],
               all_started_[static_cast<std::size_t>(reader)]);
}

std::vector<std::pair<Kind, double>> Counters::split(const Totals& seen, double started) const {
  using enum Bottleneck;
  const double total = seen.system_s;
  if (total <= 0) return {{{kernel, Detail::none}, 1.0}};
  const double read_chars = seen.read_chars.value_or(0);
  const double written_chars = seen.written_chars.value_or(0);
  const bool device_reads =
      read_chars > 0 && seen.read_bytes.value_or(0) >= device_majority * read_chars;
  std::vector<std::pair<Kind, double>> parts;
  parts.push_back({{kernel, Detail::processes}, started * costs_.process.seconds});
  parts.push_back(
      {{memory_capacity, Detail::first_touch}, seen.minor_faults * costs_.fault.seconds});
  parts.push_back({device_reads ? Kind{io_read, Detail::none} : Kind{kernel, Detail::copies},
                   read_chars * costs_.copied_byte.seconds});
  parts.push_back({{kernel, Detail::copies}, written_chars * costs_.copied_byte.seconds});
  parts.push_back(
      {{kernel, Detail::syscalls},
       (seen.read_calls.value_or(0) + seen.write_calls.value_or(0)) * costs_.call.seconds});
  double sum = 0;
  for (const auto& part : parts) sum += part.second;
  if (sum < total) {
    const bool faults = seen.minor_faults >= telling_faults_per_s * total && started == 0;
    parts.push_back(
        {faults ? Kind{memory_capacity, Detail::first_touch} : Kind{kernel, Detail::syscalls},
         total - sum});
    sum = total;
  }
  for (auto& part : parts) part.second /= sum;
  std::erase_if(parts, [](const auto& part) { return part.second <= 0; });
  return parts;
}

}  // namespace bottleneck
