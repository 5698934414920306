#include <algorithm>

#include <fmt/format.h>

#include "reports/sections.h"
#include "reports/table.h"
#include "reports/units.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

constexpr std::size_t shown_phases = 12;
constexpr std::size_t shown_threads = 20;

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

std::string name_thread(const Thread& thread) {
  std::string name = thread.name;
  if (thread.folded > 1) name += fmt::format(" ×{}", thread.folded);
  if (thread.ticker) name += " (ticker)";
  return name;
}

void add_threads(Screen& screen, const Profile& profile) {
  std::vector<const Thread*> threads;
  for (const Thread& thread : profile.threads) threads.push_back(&thread);
  std::stable_sort(threads.begin(), threads.end(),
                   [](const Thread* a, const Thread* b) { return a->cpu_s > b->cpu_s; });
  std::vector<std::vector<std::string>> rows;
  for (const Thread* thread : threads) {
    if (rows.size() == shown_threads) break;
    const Process& process = profile.processes.at(static_cast<std::size_t>(thread->process));
    rows.push_back({format_seconds(thread->cpu_s), format_seconds(thread->end_s - thread->start_s),
                    format_count(static_cast<double>(thread->switches)),
                    format_count(static_cast<double>(thread->preemptions)),
                    fmt::format("{}", thread->tid), name_thread(*thread),
                    fmt::format("{} {}{}", process.name, process.pid,
                                process.still_running ? " (still running)" : "")});
  }
  const std::string more = threads.size() > shown_threads
                               ? fmt::format(", the top {} of {}", shown_threads, threads.size())
                               : "";
  add_table(screen, "Threads" + more,
            {{"on a CPU", true},
             {"lived", true},
             {"blocked", true},
             {"preempted", true},
             {"tid", true},
             {"name"},
             {"process"}},
            rows);
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

void add_run_details(Screen& screen, const Report& report) {
  constexpr int lines_of_a_note = 4;
  add_parallelism(screen, report.parallelism);
  add_phases(screen, report.phases);
  add_threads(screen, report.profile);
  add_overhead(screen, report.profile.overhead);
  for (const std::string& note : report.profile.notes) {
    screen.add_wrapped({"note          ", Hue::bold}, note, lines_of_a_note);
  }
}

}  // namespace bottleneck
