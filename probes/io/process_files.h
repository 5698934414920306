// /proc/PID/stat and /proc/PID/io as numbers: parsing, and reading them again and again for one
// process. The command name in stat is whatever the program wants it to be (brackets, newlines), so
// fields are counted from the last ')'. It keeps no history: differences and reaped children are
// io/tree_counters.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "probes/system.h"

namespace bottleneck {

/// The counters of a process in one place, so that differences are one loop. Times in ticks of
/// sysconf(_SC_CLK_TCK).
enum class Counter {
  user_ticks,
  system_ticks,
  minor_faults,
  major_faults,  // stat
  read_bytes,
  written_bytes,
  read_chars,
  written_chars,
  read_calls,
  write_calls,  // io
};
inline constexpr std::size_t counter_count = static_cast<std::size_t>(Counter::write_calls) + 1;
inline constexpr std::size_t first_io_counter = static_cast<std::size_t>(Counter::read_bytes);

template <typename Number>
struct CounterValues {
  std::array<Number, counter_count> values{};
  Number& operator[](Counter which) { return values[static_cast<std::size_t>(which)]; }
  Number operator[](Counter which) const { return values[static_cast<std::size_t>(which)]; }
  bool operator==(const CounterValues&) const = default;
};

struct ProcessStat {
  pid_t pid = 0;
  std::string name;
  char state = '?';
  pid_t parent = 0;
  CounterValues<std::uint64_t> own;     ///< without the io counters
  CounterValues<std::uint64_t> reaped;  ///< of children that were waited for
  std::uint64_t start_ticks = 0;        ///< since boot: with the pid, the identity of a process
  std::uint64_t threads = 0;
  std::uint64_t code_begin = 0;  ///< address of the program's code: changes with exec; 0 withheld
};

std::optional<ProcessStat> parse_process_stat(std::string_view text);

/// Puts the six io counters into `counters`; false if one is missing. /proc/PID/io contains reaped
/// children.
bool parse_process_io(std::string_view text, CounterValues<std::uint64_t>& counters);

/// One reading: everything with reaped children included.
struct ProcessReading {
  pid_t pid = 0;
  pid_t parent = 0;
  std::string name;
  char state = '?';
  std::uint64_t start_ticks = 0;
  CounterValues<std::uint64_t> counters;
  std::uint64_t reaped_minor_faults = 0;  ///< tells whether a vanished child was waited for
  bool io_known = false;                  ///< false: /proc/PID/io may not be read
};

/// The files of one process. Keeps them open if asked to; a process that has ended then reads as
/// gone.
class ProcessFiles {
 public:
  ProcessFiles(const System&, pid_t, bool keep_open);
  /// nullopt: gone.
  std::optional<ProcessReading> read() const;
  bool kept_open() const { return keep_open_; }

 private:
  System system_;
  std::string folder_;
  bool keep_open_;
  KeptFile stat_;
  KeptFile io_;
};

}  // namespace bottleneck
