#include "src/analysis/memory_limit.h"

#include <algorithm>
#include <array>
#include <csignal>

#include <fmt/format.h>

#include "src/analysis/words.h"

namespace bottleneck {
namespace {

// What shells and env give for a program that cannot be run, and add to the number of a signal.
// Source: POSIX, XCU 2.8.2.
constexpr int exit_not_executable = 126;
constexpr int exit_not_found = 127;
constexpr int signal_base = 128;
/// Source: SIGRTMAX of Linux. Beyond it an exit status is the program's own.
constexpr int last_signal = 64;
constexpr const char* did_not_finish = "it did not finish: ";

struct OwnLimit {
  const char* ended_by;
  const char* name;
  const char* limit;
  const char* peak;
};
constexpr std::array own_limits = {
    OwnLimit{"rlimit_data", "RLIMIT_DATA", "memory.rlimit_data", "memory.peak_data"},
    OwnLimit{"rlimit_as", "RLIMIT_AS", "memory.rlimit_as", "memory.peak_address_space"},
};

/// Its own signal, or that of a child which a shell tells of; 0: it exited by itself.
int signal_of(const Run& run) {
  if (run.signal != 0) return run.signal;
  const int told = run.exit_status - signal_base;
  return told > 0 && told <= last_signal ? told : 0;
}

/// In a way in which a program ends that gets no memory. SIGINT and the like are somebody's wish.
bool has_failed(const Run& run) {
  if (run.timed_out || run.interrupted) return false;
  const int signal = signal_of(run);
  if (signal != 0)
    return signal == SIGKILL || signal == SIGABRT || signal == SIGSEGV || signal == SIGBUS;
  return run.exit_status != 0 && run.exit_status != exit_not_executable &&
         run.exit_status != exit_not_found;
}

std::string say_part(double part, double whole) {
  const std::string of = say_bytes(whole);
  std::string reached = say_bytes(part);
  const auto unit = [](const std::string& text) { return text.substr(text.find_last_of(' ') + 1); };
  if (unit(reached) == unit(of)) reached.resize(reached.size() - unit(reached).size() - 1);
  return fmt::format("{} of {}", reached, of);
}

std::string say_end(const Run& run) {
  const int signal = signal_of(run);
  return signal != 0 ? fmt::format("signal {}", signal) : fmt::format("exit {}", run.exit_status);
}

std::optional<LimitDeath> by_kernel(const Profile& profile) {
  const double kills = value_of(profile.measurements, "memory.oom_kills").value_or(0);
  if (kills <= 0) return std::nullopt;
  // The control group may have others in it: only a kill of the run itself is sure.
  const bool killed = signal_of(profile.this_run()) == SIGKILL;
  std::string sentence = did_not_finish;
  sentence += killed ? "the kernel killed it for want of memory"
                     : "the kernel killed a process of its control group for want of memory";
  const auto limit = value_of(profile.measurements, "memory.limit");
  const auto peak = value_of(profile.measurements, "memory.tree_rss");
  if (limit && peak) sentence += fmt::format(", {} (control group)", say_part(*peak, *limit));
  return LimitDeath{"oom_kill", killed ? Confidence::strong : Confidence::fair, sentence,
                    fmt::format("{} out-of-memory kill{}", say_count(kills), kills > 1 ? "s" : "")};
}

std::optional<LimitDeath> by_own_limit(const Profile& profile, const OwnLimit& own) {
  // No limit of a process sends SIGKILL.
  if (signal_of(profile.this_run()) == SIGKILL) return std::nullopt;
  const auto limit = value_of(profile.measurements, own.limit);
  const auto peak = value_of(profile.measurements, own.peak);
  if (!limit || !peak || *limit <= 0 || *peak < least_part_of_limit * *limit) return std::nullopt;
  const bool near = *peak >= strong_part_of_limit * *limit;
  // Address space is reserved by the gigabyte and never used, and programs end with 1 for many
  // reasons: far from that limit only a signal speaks for it. Data is what a program asked for.
  const bool only_reserved = std::string_view(own.ended_by) == "rlimit_as";
  if (only_reserved && signal_of(profile.this_run()) == 0 && *peak < reserved_part * *limit)
    return std::nullopt;
  const std::string part = say_part(*peak, *limit);
  return LimitDeath{own.ended_by, near ? Confidence::strong : Confidence::fair,
                    fmt::format("{}{}it died at its memory limit, {} ({})", did_not_finish,
                                near ? "" : "most likely ", part, own.name),
                    fmt::format("{}, {} at the last looks", say_end(profile.this_run()), part)};
}

}  // namespace

std::optional<LimitDeath> find_limit_death(const Profile& profile) {
  const bool ran = profile.run >= 0 && static_cast<std::size_t>(profile.run) < profile.runs.size();
  if (!ran || !has_failed(profile.this_run())) return std::nullopt;
  std::optional<LimitDeath> death = by_kernel(profile);
  for (const OwnLimit& own : own_limits) {
    if (death && death->confidence == Confidence::strong) return death;
    auto other = by_own_limit(profile, own);
    if (other && (!death || other->confidence > death->confidence)) death = std::move(other);
  }
  return death;
}

void settle_verdict(Verdict& verdict, const std::map<Bottleneck, double>& shares,
                    const LimitDeath& death) {
  const auto share = shares.find(Bottleneck::memory_capacity);
  verdict.mixed = verdict.idle = verdict.by_phase = false;
  verdict.kind = Bottleneck::memory_capacity;
  verdict.detail = Detail::limit;
  verdict.share = share == shares.end() ? 0 : share->second;
  verdict.top = {Bottleneck::memory_capacity};
  verdict.ended_by = death.ended_by;
}

void add_support(std::vector<Finding>& findings, const LimitDeath& death) {
  auto found = std::find_if(findings.begin(), findings.end(), [](const Finding& one) {
    return one.kind == Bottleneck::memory_capacity;
  });
  if (found == findings.end()) {
    Finding finding;
    finding.kind = Bottleneck::memory_capacity;
    finding.detail = Detail::limit;
    finding.confidence = death.confidence;
    found = findings.insert(findings.end(), std::move(finding));
  }
  found->supports.push_back(death.sentence);
}

}  // namespace bottleneck
