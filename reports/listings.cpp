#include "reports/listings.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "reports/sections.h"
#include "reports/units.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

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

std::string name_thread(const Thread& thread) {
  std::string name = thread.name;
  if (thread.folded > 1) name += fmt::format(" ×{}", thread.folded);
  if (thread.ticker) name += " (ticker)";
  return name;
}

}  // namespace

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

std::string describe_cut(const Listing& listing) {
  if (listing.all <= listing.rows.size()) return "";
  return fmt::format(", the top {} of {}", listing.rows.size(), listing.all);
}

Listing list_on_cpu(const Profile& profile, std::size_t most_rows) {
  const std::vector<FunctionRow> functions = sum_functions(profile);
  double all = 0;
  for (const FunctionRow& row : functions) all += row.seconds;
  Listing listing{
      "On a CPU",
      {{"of CPU", true}, {"thread time", true}, {"samples", true}, {"function"}, {"where"}},
      {},
      functions.size()};
  for (const FunctionRow& row : functions) {
    if (listing.rows.size() == most_rows) break;
    const Location& location = profile.locations.at(static_cast<std::size_t>(row.location));
    listing.rows.push_back({all > 0 ? format_percent(row.seconds / all) : "",
                            format_seconds(row.seconds), format_count(row.samples),
                            name_code(location), place_of(location)});
  }
  return listing;
}

Listing list_blocked(const Profile& profile, std::size_t most_rows) {
  std::map<int, WaitRow> sums;
  for (const BlockedCell& cell : profile.timeline.blocked) {
    sums[cell.wait].seconds += cell.seconds;
    sums[cell.wait].count += cell.count;
  }
  std::vector<std::pair<int, WaitRow>> waits(sums.begin(), sums.end());
  std::stable_sort(waits.begin(), waits.end(), [](const auto& a, const auto& b) {
    return a.second.seconds > b.second.seconds;
  });
  Listing listing{"Blocked, all threads added up",
                  {{"thread time", true}, {"times", true}, {"reason"}, {"object"}, {"where"}},
                  {},
                  waits.size()};
  for (const auto& [index, row] : waits) {
    if (listing.rows.size() == most_rows) break;
    listing.rows.push_back(describe_wait(profile, index, row));
  }
  return listing;
}

Listing list_threads(const Profile& profile, std::size_t most_rows) {
  std::vector<const Thread*> threads;
  for (const Thread& thread : profile.threads) threads.push_back(&thread);
  std::stable_sort(threads.begin(), threads.end(),
                   [](const Thread* a, const Thread* b) { return a->cpu_s > b->cpu_s; });
  Listing listing{"Threads",
                  {{"on a CPU", true},
                   {"lived", true},
                   {"blocked", true},
                   {"preempted", true},
                   {"tid", true},
                   {"name"},
                   {"process"}},
                  {},
                  threads.size()};
  for (const Thread* thread : threads) {
    if (listing.rows.size() == most_rows) break;
    const Process& process = profile.processes.at(static_cast<std::size_t>(thread->process));
    listing.rows.push_back({format_seconds(thread->cpu_s),
                            format_seconds(thread->end_s - thread->start_s),
                            format_count(static_cast<double>(thread->switches)),
                            format_count(static_cast<double>(thread->preemptions)),
                            fmt::format("{}", thread->tid), name_thread(*thread),
                            fmt::format("{} {}{}", process.name, process.pid,
                                        process.still_running ? " (still running)" : "")});
  }
  return listing;
}

std::string describe_shares(const std::map<Bottleneck, double>& shares) {
  constexpr double shown_from = 0.01;
  std::vector<std::pair<Bottleneck, double>> order(shares.begin(), shares.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (const auto& [kind, share] : order) {
    if (share < shown_from) break;
    text +=
        fmt::format("{}{} {}", text.empty() ? "" : ", ", to_string(kind), format_percent(share));
  }
  return text;
}

}  // namespace bottleneck
