#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "reports/sections.h"
#include "reports/table.h"
#include "reports/units.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

constexpr std::size_t shown_rows = 20;  // issue: "the top 20 functions on- and off-CPU"

std::string name_code(const Location& location) {
  std::string name = name_function(location.function);
  if (location.activity == Activity::syscall && !location.call.empty()) {
    return fmt::format("{} call{}", location.call, name.empty() ? "" : ": " + name);
  }
  if (name.empty()) name = "unknown";
  if (location.activity == Activity::user) return name;
  return fmt::format("{} ({})", name, to_string(location.activity));
}

std::string place_of(const Location& location) {
  std::string place = name_file(location.module);
  if (!location.file.empty()) place = name_place({"", "", location.file, location.line, 0});
  if (!location.caller.empty()) place += ", from " + name_function(location.caller);
  return place.empty() ? "unknown" : place;
}

/// All lines of one function together; the place is that of its line with the most time.
struct FunctionRow {
  double seconds = 0;
  int samples = 0;
  int location = -1;
};

using FunctionKey = std::tuple<std::string, std::string>;

std::vector<FunctionRow> sum_functions(const Profile& profile) {
  std::map<int, FunctionRow> lines;
  for (const CodeCell& cell : profile.timeline.code) {
    FunctionRow& line = lines[cell.location];
    line.seconds += cell.seconds;
    line.samples += cell.samples;
  }
  std::map<FunctionKey, FunctionRow> functions;
  std::map<FunctionKey, double> largest;
  for (const auto& [index, line] : lines) {
    const Location& location = profile.locations.at(static_cast<std::size_t>(index));
    const FunctionKey key{name_code(location), location.module};
    FunctionRow& function = functions[key];
    function.seconds += line.seconds;
    function.samples += line.samples;
    if (function.location < 0 || line.seconds > largest[key]) {
      function.location = index;
      largest[key] = line.seconds;
    }
  }
  std::vector<FunctionRow> rows;
  for (const auto& [key, function] : functions) rows.push_back(function);
  std::stable_sort(rows.begin(), rows.end(), [](const FunctionRow& a, const FunctionRow& b) {
    return a.seconds > b.seconds;
  });
  return rows;
}

std::string top_of(std::size_t all) {
  return all > shown_rows ? fmt::format(", the top {} of {}", shown_rows, all) : "";
}

void add_on_cpu(Screen& screen, const Profile& profile) {
  const std::vector<FunctionRow> functions = sum_functions(profile);
  double all = 0;
  for (const FunctionRow& row : functions) all += row.seconds;
  std::vector<std::vector<std::string>> rows;
  for (const FunctionRow& row : functions) {
    if (rows.size() == shown_rows) break;
    const Location& location = profile.locations.at(static_cast<std::size_t>(row.location));
    rows.push_back({all > 0 ? format_percent(row.seconds / all) : "", format_seconds(row.seconds),
                    format_count(row.samples), name_code(location), place_of(location)});
  }
  add_table(screen, "On a CPU" + top_of(functions.size()),
            {{"of CPU", true}, {"thread time", true}, {"samples", true}, {"function"}, {"where"}},
            rows);
}

struct WaitRow {
  double seconds = 0;
  std::uint64_t count = 0;
};

std::vector<std::string> describe_wait(const Profile& profile, int index, const WaitRow& row) {
  Wait wait;
  if (index >= 0) wait = profile.waits.at(static_cast<std::size_t>(index));
  std::string where = "unknown";
  if (wait.location >= 0) {
    const Location& location = profile.locations.at(static_cast<std::size_t>(wait.location));
    where = fmt::format("{}  {}", name_code(location), place_of(location));
  }
  std::string reason(to_string(wait.kind));
  if (!wait.call.empty()) reason += fmt::format(" ({})", wait.call);
  return {format_seconds(row.seconds), format_count(static_cast<double>(row.count)), reason,
          wait.object, where};
}

void add_off_cpu(Screen& screen, const Profile& profile) {
  std::map<int, WaitRow> sums;
  for (const BlockedCell& cell : profile.timeline.blocked) {
    sums[cell.wait].seconds += cell.seconds;
    sums[cell.wait].count += cell.count;
  }
  std::vector<std::pair<int, WaitRow>> waits(sums.begin(), sums.end());
  std::stable_sort(waits.begin(), waits.end(), [](const auto& a, const auto& b) {
    return a.second.seconds > b.second.seconds;
  });
  std::vector<std::vector<std::string>> rows;
  for (const auto& [index, row] : waits) {
    if (rows.size() == shown_rows) break;
    rows.push_back(describe_wait(profile, index, row));
  }
  add_table(screen, "Blocked, all threads added up" + top_of(waits.size()),
            {{"thread time", true}, {"times", true}, {"reason"}, {"object"}, {"where"}}, rows);
}

}  // namespace

void add_code_details(Screen& screen, const Profile& profile) {
  add_on_cpu(screen, profile);
  add_off_cpu(screen, profile);
}

}  // namespace bottleneck
