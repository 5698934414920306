#include "reports/gpu_details.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "reports/units.h"

namespace bottleneck {
namespace {

using Row = std::vector<std::string>;

constexpr std::array<std::string_view, gpu_time_count> meanings = {
    "only copies to the device",
    "only copies from it",
    "copies in both directions at once",
    "only kernels",
    "copies behind kernels",
    "copies and sets in its memory, maps",
    "idle, though the call for the next operation had begun",
    "idle between the nodes of a graph",
    "idle while the host was still in a call that waited for it",
    "idle while the host was in another call of the driver",
    "idle while the host ran its own code"};

std::string name_device(const Report& report, const GpuUse& use) {
  const GpuDevice& one = report.profile.gpu.devices.at(static_cast<std::size_t>(use.device));
  const std::string name = one.name.empty() ? fmt::format("device {}", use.device) : one.name;
  return one.simulated ? name + " (SIMULATED)" : name;
}

std::string say_way(const GpuWay& way) {
  std::string text = fmt::format(
      "{} of {} in {}, {}/s", format_count(static_cast<double>(way.copies)),
      format_bytes(way.bytes), format_seconds(way.busy_s), format_bytes(way.bandwidth()));
  if (way.busy_s > 0)
    text += fmt::format("; {} of the time pageable", format_percent(way.pageable_s / way.busy_s));
  if (way.hashed && way.bytes > 0)
    text += fmt::format("; {} sent before", format_percent(way.repeated_bytes / way.bytes));
  return text;
}

std::string say_kernels(const GpuUse& use) {
  std::string text =
      fmt::format("{} in {}, median {}", format_count(static_cast<double>(use.kernels)),
                  format_seconds(use.kernel_s), format_seconds(use.median_kernel_s));
  if (!use.main_kernel.empty() && use.kernel_s > 0)
    text += fmt::format("; {} of it in {}", format_percent(use.main_kernel_s / use.kernel_s),
                        use.main_kernel);
  if (use.occupancy > 0)
    text += fmt::format("; occupancy {} in theory", format_percent(use.occupancy));
  if (use.tiny_launches > 0)
    text += fmt::format("; {} shorter than their launch",
                        format_count(static_cast<double>(use.tiny_launches)));
  return text;
}

void add_device(const Report& report, const GpuUse& use, std::vector<Row>& rows) {
  const std::string device = name_device(report, use);
  const auto add = [&](const char* what, std::string text) {
    rows.push_back({device, what, std::move(text)});
  };
  add("window",
      fmt::format("{} from {} on", format_seconds(use.window_s), format_seconds(use.start_s)));
  if (use.h2d.copies > 0) add("copies to it", say_way(use.h2d));
  if (use.d2h.copies > 0) add("copies from it", say_way(use.d2h));
  if (use.kernels > 0) add("kernels", say_kernels(use));
  if (!use.kernel_cause.empty()) add("their limit", use.kernel_cause);
  if (use.syncs > 0) add("waits for it", format_count(static_cast<double>(use.syncs)));
}

void add_missing(const GpuTimeline& gpu, std::vector<Row>& rows) {
  const auto add = [&](const char* what, std::string text) {
    rows.push_back({"", what, std::move(text)});
  };
  const auto count = [&](const char* what, std::uint64_t many) {
    if (many > 0) add(what, fmt::format("{} operations", format_count(static_cast<double>(many))));
  };
  count("recorded", gpu.recorded);
  count("not recorded", gpu.dropped);
  count("cut short", gpu.torn);
  count("without a time", gpu.without_time);
  if (gpu.truncated) add("cut off", "a process ended before its last operations were written");
  if (gpu.tracing_s > 0)
    add("tracing cost", format_seconds(gpu.tracing_s) + ", estimated from the number of records");
}

}  // namespace

std::string describe_simulation(const Profile& profile) {
  return profile.gpu.simulated() ? "GPU SIMULATED" : "";
}

Listing list_gpu_time(const Report& report) {
  Listing listing;
  listing.title = "GPU time, of each device's own window";
  if (report.profile.gpu.simulated()) listing.title += " (SIMULATED)";
  listing.columns = {{"device"}, {"share", true}, {"time", true}, {"what"}, {"that is"}};
  for (const GpuUse& use : report.gpu) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < use.shares.size(); ++i)
      if (use.shares[i] > 0) order.push_back(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return use.shares[a] > use.shares[b]; });
    for (const std::size_t i : order)
      listing.rows.push_back({name_device(report, use), format_percent(use.shares[i]),
                              format_seconds(use.shares[i] * use.window_s),
                              std::string(to_string(static_cast<GpuTime>(i))),
                              std::string(meanings[i])});
  }
  listing.all = listing.rows.size();
  return listing;
}

Listing list_gpu_work(const Report& report) {
  Listing listing;
  listing.title = "GPU operations";
  if (report.profile.gpu.simulated()) listing.title += " (SIMULATED)";
  listing.columns = {{"device"}, {"what"}, {"figures"}};
  for (const GpuUse& use : report.gpu) add_device(report, use, listing.rows);
  add_missing(report.profile.gpu, listing.rows);
  listing.all = listing.rows.size();
  return listing;
}

void add_gpu_details(Screen& screen, const Report& report) {
  for (const Listing& one : {list_gpu_time(report), list_gpu_work(report)})
    if (!one.rows.empty()) add_table(screen, one.title, one.columns, one.rows);
}

void add_gpu_section(Markup& page, const Report& report) {
  const Listing time = list_gpu_time(report), work = list_gpu_work(report);
  if (time.rows.empty() && work.rows.empty()) return;
  page.add("<section aria-labelledby=\"gpu\">\n<h2 id=\"gpu\">");
  page.text(report.profile.gpu.simulated() ? "GPU (SIMULATED)" : "GPU").add("</h2>\n");
  if (report.profile.gpu.simulated())
    page.element("p",
                 "A stand-in for a driver ran here: every figure of this page that depends on the "
                 "device is SIMULATED and proves plumbing only.");
  if (!time.rows.empty()) add_listing(page, time);
  if (!work.rows.empty()) add_listing(page, work);
  page.add("</section>\n");
}

}  // namespace bottleneck
