// What was measured against the most that this machine can do: the evidence as one table.
#include <fmt/format.h>

#include "reports/annotation.h"
#include "reports/charts.h"
#include "reports/html_sections.h"
#include "reports/units.h"

namespace bottleneck {
namespace {

constexpr std::size_t shown_loops = 4;

struct Against {
  std::string what;
  double measured = 0;
  double limit = 0;
  std::string unit;  ///< of both, behind a scaled number
  std::string probe;
  std::string contradicts;
};

std::string shown(double value, const std::string& unit) {
  if (unit == "B/s") return format_bytes(value) + "/s";
  if (unit == "B") return format_bytes(value);
  if (unit == "s") return format_seconds(value);
  return fmt::format("{:.3g} {}", value, unit);
}

void add_row(Listing& listing, const Against& row) {
  if (row.measured <= 0 || row.limit <= 0) return;
  listing.rows.push_back({row.what, shown(row.measured, row.unit), shown(row.limit, row.unit),
                          format_percent(row.measured / row.limit), row.probe,
                          row.contradicts.empty() ? "–" : row.contradicts});
}

void add_loop(Listing& listing, const Report& report, const HotLoop& loop) {
  const HotCode& code = report.profile.hot_code.at(static_cast<std::size_t>(loop.code));
  const std::string name = name_loop(code);
  const LoopEvidence& seen = loop.evidence;
  const char* probe = report.profile.tier < Tier::C ? "perf.sampler" : "proc.sampler";
  add_row(listing,
          {fmt::format("through memory, {}", name), seen.traffic, loop.memory_ceiling, "B/s",
           fmt::format("{}; limit {}", probe, loop.ceiling_measured ? "measured" : "published"),
           loop.contradicts});
  // The other way round: the least that the instructions need is what the core reaches at most.
  if (seen.stall_factor && *seen.stall_factor > 0)
    add_row(listing, {fmt::format("core's own pace, {}", name), 1 / *seen.stall_factor, 1,
                      "of its fastest", probe, loop.contradicts});
  const auto dram = value_of(report.profile.ceilings, "latency.dram");
  if (seen.seconds_per_access && dram)
    add_row(listing, {fmt::format("time of an access, {}", name), *seen.seconds_per_access, *dram,
                      "s", fmt::format("{}; limit: main memory", probe), loop.contradicts});
}

void add_run(Listing& listing, const Profile& profile) {
  if (profile.runs.empty() || profile.this_run().wall_s <= 0) return;
  const Run& run = profile.this_run();
  add_row(listing, {"CPUs busy", (run.user_s + run.system_s) / run.wall_s,
                    static_cast<double>(profile.machine.cpus()), "CPUs", "rusage", ""});
  const auto rate = [&](const char* what, const char* measured, const char* ceiling) {
    const auto bytes = value_of(profile.measurements, measured);
    const auto most = value_of(profile.ceilings, ceiling);
    if (bytes && most) add_row(listing, {what, *bytes / run.wall_s, *most, "B/s", "io", ""});
  };
  rate("read from storage, over the run", "io.read_bytes", "storage.sequential_read_qd1");
  rate("written to storage, over the run", "io.written_bytes", "storage.sequential_write_qd1");
  const auto memory = profile.machine.memory_limit_bytes ? profile.machine.memory_limit_bytes
                                                         : profile.machine.memory_bytes;
  if (memory)
    add_row(listing, {"largest memory of a process", static_cast<double>(run.max_rss_bytes),
                      static_cast<double>(*memory), "B", "rusage", ""});
}

}  // namespace

void add_limits_table(Markup& page, const Report& report) {
  Listing listing{"Measured, and the most that this machine can do",
                  {{"what"},
                   {"measured", true},
                   {"at most", true},
                   {"of it", true},
                   {"seen by"},
                   {"speaks against it"}},
                  {},
                  0};
  std::size_t loops = 0;
  for (const HotLoop* loop : loops_to_annotate(report))
    if (loops++ < shown_loops) add_loop(listing, report, *loop);
  add_run(listing, report.profile);
  listing.all = listing.rows.size();
  if (!listing.rows.empty()) add_listing(page, listing);
}

}  // namespace bottleneck
