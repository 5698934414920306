#include "probes/io/process_files.h"

#include <array>
#include <charconv>

#include "probes/machine/text.h"

namespace bottleneck {
namespace {

/// Positions behind the last ')' of stat, "state" being 0. Source: proc(5).
enum StatField : std::size_t {
  state_field = 0,
  parent_field = 1,
  minor_field = 7,
  reaped_minor_field = 8,
  major_field = 9,
  reaped_major_field = 10,
  user_field = 11,
  system_field = 12,
  reaped_user_field = 13,
  reaped_system_field = 14,
  threads_field = 17,
  start_field = 19,
  code_field = 23,
};

/// stat has 52 fields of at most 20 digits; io has seven lines.
constexpr std::size_t most_stat_bytes = 2048;
constexpr std::size_t most_io_bytes = 512;

struct IoLine {
  std::string_view key;
  Counter counter;
};

/// Source: proc(5). read_bytes and write_bytes are of storage; rchar and wchar count every read and
/// write call.
constexpr std::array<IoLine, 6> io_lines{{{"rchar", Counter::read_chars},
                                          {"wchar", Counter::written_chars},
                                          {"syscr", Counter::read_calls},
                                          {"syscw", Counter::write_calls},
                                          {"read_bytes", Counter::read_bytes},
                                          {"write_bytes", Counter::written_bytes}}};

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  if (open == text.npos || close == text.npos || close < open || close + 2 >= text.size())
    return std::nullopt;
  const auto pid = leading_number(text.substr(0, open));
  const auto fields = split(text.substr(close + 2), ' ');
  if (!pid || fields.size() <= start_field || fields[state_field].size() != 1) return std::nullopt;
  bool complete = true;
  const auto number = [&](StatField field) {
    const auto value = leading_number(fields[field]);
    complete = complete && value.has_value();
    return value.value_or(0);
  };
  ProcessStat stat;
  stat.pid = static_cast<pid_t>(*pid);
  stat.name = text.substr(open + 1, close - open - 1);
  stat.state = fields[state_field].front();
  stat.parent = static_cast<pid_t>(number(parent_field));
  stat.own[Counter::minor_faults] = number(minor_field);
  stat.own[Counter::major_faults] = number(major_field);
  stat.own[Counter::user_ticks] = number(user_field);
  stat.own[Counter::system_ticks] = number(system_field);
  stat.reaped[Counter::minor_faults] = number(reaped_minor_field);
  stat.reaped[Counter::major_faults] = number(reaped_major_field);
  stat.reaped[Counter::user_ticks] = number(reaped_user_field);
  stat.reaped[Counter::system_ticks] = number(reaped_system_field);
  stat.threads = number(threads_field);
  stat.start_ticks = number(start_field);
  if (fields.size() > code_field) stat.code_begin = leading_number(fields[code_field]).value_or(0);
  return complete ? std::optional(stat) : std::nullopt;
}

bool parse_process_io(std::string_view text, CounterValues<std::uint64_t>& counters) {
  for (const IoLine& line : io_lines) {
    const auto value = number_after(text, line.key);
    if (!value) return false;
    counters[line.counter] = *value;
  }
  return true;
}

ProcessFiles::ProcessFiles(const System& system, pid_t pid, bool keep_open)
    : system_(system), folder_("/proc/" + std::to_string(pid)), keep_open_(keep_open) {
  if (!keep_open) return;
  stat_ = KeptFile(system, folder_ + "/stat");
  io_ = KeptFile(system, folder_ + "/io");
}

std::optional<ProcessReading> ProcessFiles::read() const {
  std::array<char, most_stat_bytes> stat_text;
  std::array<char, most_io_bytes> io_text;
  const KeptFile stat_once = keep_open_ ? KeptFile() : KeptFile(system_, folder_ + "/stat");
  const KeptFile io_once = keep_open_ ? KeptFile() : KeptFile(system_, folder_ + "/io");
  const auto text = (keep_open_ ? stat_ : stat_once).read(stat_text);
  const auto stat = text ? parse_process_stat(*text) : std::nullopt;
  if (!stat) return std::nullopt;
  ProcessReading reading{stat->pid,         stat->parent, stat->name, stat->state,
                         stat->start_ticks, {},           0,          false};
  for (std::size_t i = 0; i < counter_count; ++i)
    reading.counters.values[i] = stat->own.values[i] + stat->reaped.values[i];
  reading.reaped_minor_faults = stat->reaped[Counter::minor_faults];
  const auto io = (keep_open_ ? io_ : io_once).read(io_text);
  reading.io_known = io && parse_process_io(*io, reading.counters);
  return reading;
}

}  // namespace bottleneck
