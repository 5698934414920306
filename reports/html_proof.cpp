// What was predicted before the reruns and what they gave.
#include <fmt/format.h>

#include "reports/describe.h"
#include "reports/html_sections.h"
#include "reports/proof.h"
#include "reports/units.h"

namespace bottleneck {
namespace {

constexpr std::size_t shown_verifications = 100;

void add_demo_facts(Markup& page, const Demo& demo) {
  page.add("<dl class=\"facts\">\n");
  page.fact("demo", fmt::format("{}: {}", demo.name, demo.line));
  page.fact("size", fmt::format("{} {}", demo.size, demo.unit));
  page.fact("diagnosis", describe_right(demo));
  page.fact("its own limit", demo.limit);
  if (!demo.device.empty()) page.fact("device", demo.device);
  if (demo.simulated)
    page.fact("SIMULATED", "every figure of this page: a stand-in answered for a driver");
  if (demo.interrupted) page.fact("interrupted", "what was measured until then is here");
  for (const std::string& note : demo.notes) page.fact("note", note);
  page.add("</dl>\n");
}

/// Several demos may stand on one page: a region's name tells them apart.
Listing list_verifications(const Report& report) {
  const std::vector<Verification>& all = report.verifications;
  Listing listing{report.demo ? report.demo->name + ": each variant against the one that it changes"
                              : "Each variant against the one that it changes",
                  {{"variant"},
                   {"changes"},
                   {"wall time", true},
                   {"predicted"},
                   {"measured"},
                   {"verdict"},
                   {"what limits now"}},
                  {},
                  all.size()};
  for (const Verification& one : all) {
    if (listing.rows.size() == shown_verifications) break;
    listing.rows.push_back({one.variant, one.baseline,
                            one.variant_s > 0 ? format_seconds(one.variant_s) : "–",
                            describe_predicted(one), describe_measured(one), describe_outcome(one),
                            one.limit.empty() ? "–" : one.limit});
  }
  return listing;
}

std::string describe_losses(const LossFactors& losses) {
  return fmt::format(
      "{} threads × balance {:.2f} × communication {:.2f} × work {:.2f} / {:.2f} CPUs busy before",
      losses.threads, losses.load_balance, losses.communication, losses.work, losses.busy_before);
}

void add_verification(Markup& page, const Verification& one) {
  page.add("<details>\n<summary>").text(fmt::format("{}: {}", one.variant, describe_outcome(one)));
  page.add("</summary>\n<dl class=\"facts\">\n");
  page.fact("why", one.why.empty() ? "not said" : one.why);
  if (!one.model.empty()) page.fact("predicted by", one.model);
  if (one.losses) page.fact("the gain is", describe_losses(*one.losses));
  page.fact("pairs",
            fmt::format("{} that count, {} runs rejected by their cause", one.pairs, one.rejected));
  page.fact("peak memory", fmt::format("{} before, {} after",
                                       format_bytes(static_cast<double>(one.baseline_rss_bytes)),
                                       format_bytes(static_cast<double>(one.variant_rss_bytes))));
  if (!one.frozen.empty()) page.fact("written before the rerun, SHA-256", one.frozen);
  page.add("</dl>\n</details>\n");
}

}  // namespace

void add_proof(Markup& page, const Report& report) {
  if (report.demo) add_demo_facts(page, *report.demo);
  if (report.verifications.empty()) {
    page.element("p", "nothing was rerun");
  } else {
    add_listing(page, list_verifications(report));
  }
  add_amdahl_chart(page, report);
  for (std::size_t i = 0; i < report.verifications.size() && i < shown_verifications; ++i)
    add_verification(page, report.verifications[i]);
}

void add_proof_section(Markup& page, const Report& report) {
  if (!report.demo && report.verifications.empty()) return;
  page.add("<section aria-labelledby=\"proof\">\n<h2 id=\"proof\">Predicted and measured</h2>\n");
  add_proof(page, report);
  page.add("</section>\n");
}

}  // namespace bottleneck
