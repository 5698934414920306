#include <algorithm>

#include <fmt/format.h>

#include "reports/listings.h"
#include "reports/sections.h"
#include "reports/table.h"
#include "reports/units.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

constexpr std::size_t shown_phases = 12;
constexpr std::size_t shown_rows = 20;  // issue: "the top 20 functions on- and off-CPU"

void add_parallelism(Screen& screen, const ParallelismReport& parallelism) {
  screen.add_blank();
  screen.add({{"Parallelism", Hue::bold}});
  screen.add_wrapped({"  "},
                     fmt::format("{}; {:.2f} threads work while any does; exactly one works {} of "
                                 "the time. {}",
                                 to_string(parallelism.word), parallelism.average,
                                 format_percent(parallelism.serial_share), parallelism.why),
                     3);
  std::string histogram;
  for (std::size_t k = 0; k < parallelism.seconds_at.size(); ++k) {
    const bool last = k > 0 && k + 1 == parallelism.seconds_at.size();
    histogram += fmt::format("{}{}{}: {}", k == 0 ? "" : " · ", k, last ? " or more" : "",
                             format_seconds(parallelism.seconds_at[k]));
  }
  if (!histogram.empty()) screen.add_wrapped({"  working threads  "}, histogram, 3);
}

void add_phases(Screen& screen, const std::vector<Phase>& phases) {
  std::vector<std::vector<std::string>> rows;
  for (const Phase& phase : phases) {
    if (rows.size() == shown_phases) break;
    rows.push_back({format_seconds(phase.start_s), format_seconds(phase.wall_s),
                    describe_shares(phase.shares)});
  }
  const std::string more = phases.size() > shown_phases
                               ? fmt::format(", the first {} of {}", shown_phases, phases.size())
                               : "";
  add_table(screen, "Phases" + more, {{"start", true}, {"wall", true}, {"shares"}}, rows);
}

void add_listing(Screen& screen, const Listing& listing) {
  add_table(screen, listing.title + describe_cut(listing), listing.columns, listing.rows);
}

void add_overhead(Screen& screen, const Overhead& overhead) {
  const auto count = [](std::uint64_t n) { return format_count(static_cast<double>(n)); };
  screen.add_blank();
  screen.add_wrapped(
      {"own overhead  ", Hue::bold},
      fmt::format("{} estimated: {} CPU of ours, {} in the target ({} samples, {} "
                  "switches, {} task records, {} lost); {} after its exit",
                  format_percent(overhead.share), format_seconds(overhead.own_cpu_s),
                  format_seconds(overhead.in_target_s), count(overhead.samples),
                  count(overhead.switch_records), count(overhead.task_records),
                  count(overhead.lost_records), format_seconds(overhead.after_exit_s)),
      3);
}

}  // namespace

void add_hot_loops(Screen& screen, const Report& report) {
  add_listing(screen, list_hot_loops(report, shown_rows));
}

void add_code_details(Screen& screen, const Profile& profile) {
  add_listing(screen, list_on_cpu(profile, shown_rows));
  add_listing(screen, list_blocked(profile, shown_rows));
}

void add_run_details(Screen& screen, const Report& report) {
  constexpr int lines_of_a_note = 4;
  add_parallelism(screen, report.parallelism);
  add_phases(screen, report.phases);
  add_listing(screen, list_threads(report.profile, shown_rows));
  add_overhead(screen, report.profile.overhead);
  for (const std::string& note : report.profile.notes) {
    screen.add_wrapped({"note          ", Hue::bold}, note, lines_of_a_note);
  }
}

}  // namespace bottleneck
