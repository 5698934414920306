// The page: exact for three reports, and what holds for every report, whatever stands in its names.
#include "reports/html.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/html_sections.h"
#include "tests/golden/golden_file.h"
#include "tests/golden/sample_others.h"
#include "tests/golden/sample_reports.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr unsigned seeds = 40;
const std::string alarm =
    "<script>alert(1)</script>\"'><img src=x onerror=y>]]>-->\x1b[31m\xff\xe2\x80\xae&lt;";

/// That name wherever a name can stand.
Report a_report_of_alarms() {
  Report report = a_demo_report();
  Profile& profile = report.profile;
  profile.target = {{alarm, alarm}, alarm, {alarm}};
  profile.machine.cpu_model = profile.machine.kernel = alarm;
  profile.probes[1] = {alarm, ProbeStatus::degraded, alarm, alarm, alarm};
  profile.measurements[0].name = profile.measurements[0].source = alarm;
  profile.processes[0].name = profile.threads[0].name = alarm;
  profile.processes[0].still_running = true;
  for (Location& place : profile.locations) {
    place.module = place.function = place.file = place.caller = place.call = alarm;
  }
  for (Wait& wait : profile.waits) wait.call = wait.object = alarm;
  profile.notes = {alarm};
  Verdict& verdict = report.verdict;
  verdict.sentence = alarm;
  verdict.reasons = {alarm};
  verdict.where = {alarm, alarm, alarm, 1, 1};
  verdict.ruled_out[0].why = alarm;
  Finding& finding = report.findings[0];
  finding.supports = finding.contradicts = {alarm};
  finding.note = alarm;
  Recommendation& advice = report.recommendations[0];
  advice.action = advice.why = advice.next_limit = advice.prediction.model = alarm;
  advice.how = advice.prediction.assumptions = {alarm};
  report.parallelism.why = alarm;
  Demo& demo = *report.demo;
  demo.name = demo.line = demo.unit = demo.limit = demo.wrong = alarm;
  demo.expected = demo.notes = {alarm};
  demo.steps.front().variant = alarm;
  for (Verification& one : report.verifications) {
    one.variant = one.baseline = one.why = one.model = one.limit = one.frozen = alarm;
  }
  return report;
}

/// What check_page.py says about all of these.
std::string breaches_of(const std::vector<std::string>& pages) {
  const TemporaryFolder folder;
  std::string line = "/usr/bin/python3 -B " GOLDEN_DIRECTORY "/check_page.py";
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const std::string name = std::to_string(i) + ".html";
    folder.write(name, pages[i]);
    line += " " + folder.path(name);
  }
  const int status = std::system((line + " > " + folder.path("said") + " 2>&1").c_str());
  return status == 0 ? "" : "breaches:\n" + folder.read("said");
}

bool has_python() { return std::filesystem::exists("/usr/bin/python3"); }

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

const std::string style =
    "<style>" + std::string(page_style.text()) + std::string(chart_style.text()) + "</style>";

/// The same in every page, and looked at by itself.
void expect_golden_page(const std::string& name, const Report& report) {
  std::string page = render_html(report);
  if (const auto at = page.find(style); at != std::string::npos)
    page.replace(at, style.size(), "<style>reports/html_style.cpp, html_chart_style.cpp</style>");
  expect_golden(name, page);
}

TEST(Page, of_a_strided_loop) { expect_golden_page("matmul.html", a_matmul_report()); }
TEST(Page, of_a_demo) { expect_golden_page("demo.html", a_demo_report()); }
TEST(Page, of_an_idle_server) { expect_golden_page("idle.html", an_idle_report()); }
TEST(Page, of_alarms) { expect_golden_page("hostile.html", a_hostile_report()); }

TEST(Page, has_the_style_sheet_once_and_a_colour_for_each_class) {
  EXPECT_EQ(count_of(render_html(a_matmul_report()), style), 1u);
  for (const Bottleneck kind : all_bottlenecks()) {
    EXPECT_THAT(style, HasSubstr("\n." + std::string(to_string(kind)) + " {"));
  }
}

TEST(Page, is_well_formed_inert_and_readable_whatever_the_report_holds) {
  if (!has_python()) GTEST_SKIP() << "no /usr/bin/python3, whose HTML parser reads the pages";
  std::vector<std::string> pages = {render_html({}),
                                    render_html(a_matmul_report()),
                                    render_html(an_idle_report()),
                                    render_html(a_hostile_report()),
                                    render_html(a_report_of_alarms()),
                                    render_html(MachineReport{}, {}),
                                    render_html(Comparison{}, {}),
                                    render_html(std::vector<TriedDemo>{}, {})};
  for (const std::string& name : {std::string(), hostile_name}) {
    pages.push_back(render_html(a_machine(name), {}));
    pages.push_back(render_html(a_comparison(name), {}));
    pages.push_back(render_html(some_demos(name), {}));
  }
  for (unsigned seed = 0; seed < seeds; ++seed) pages.push_back(render_html(a_random_report(seed)));
  EXPECT_EQ(breaches_of(pages), "");
}

TEST(Page, lets_no_name_become_markup) {
  const std::string page = render_html(a_report_of_alarms());
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=x"));
  EXPECT_THAT(page, HasSubstr("]]&gt;--&gt;\\x1b[31m\\xff\\u202e&amp;lt;"));
  EXPECT_EQ(count_of(page, "<script"), 1u);  // the data
  for (const char* piece : {"<script>", "<img", "]]>", "-->", "\x1b", "\xff", "\xe2\x80\xae"}) {
    EXPECT_THAT(page, Not(HasSubstr(piece)));
  }
}

TEST(Page, of_a_machine_has_each_figure_with_its_interval_its_source_or_why_it_is_missing) {
  const MachineReport machine = a_machine("");
  const std::string page = render_html(machine, {});
  for (const Measurement& one : machine.ceilings) {
    EXPECT_THAT(page, HasSubstr(one.name));
    const auto* quantity = std::get_if<Quantity>(&one.result);
    if (quantity) continue;
    EXPECT_THAT(page, HasSubstr(std::get<Unavailable>(one.result).reason));
  }
  EXPECT_THAT(page, HasSubstr("<td>latency.dram</td><td class=\"number\">120 ns</td><td "
                              "class=\"number\">96 – 144 ns</td><td>14 chains"));
  EXPECT_THAT(page, HasSubstr("<td class=\"number\">exact</td>"));
  EXPECT_THAT(page, HasSubstr("busy: others used 12 % of the CPUs"));
}

TEST(Page, of_a_comparison_says_the_verdict_and_what_changed) {
  Comparison all = a_comparison("");
  EXPECT_THAT(render_html(all, {}), HasSubstr("<h1 id=\"verdict\">regression</h1>"));
  EXPECT_THAT(render_html(all, {}), HasSubstr("1.11× [1.10 – 1.12] of base&#39;s: no verdict"));
  EXPECT_THAT(render_html(all, {}), HasSubstr("+150 ms"));
  EXPECT_THAT(render_html(all, {}), HasSubstr("class=\"meter memory_latency\""));
  all.ratio.reset();
  all.cpu_ratio.reset();
  all.head.profiled = false;
  EXPECT_THAT(render_html(all, {}), HasSubstr("not measured"));
  EXPECT_THAT(render_html(all, {}), HasSubstr("what changed is not known"));
  EXPECT_THAT(render_html(all, {}), Not(HasSubstr("CPU time")));
}

TEST(Page, of_all_demos_has_a_row_for_each_rerun_and_one_for_what_was_not) {
  const std::string page = render_html(some_demos(""), {});
  EXPECT_EQ(count_of(page, "<a href=\"#demo-0\">matmul</a></th>"), 4u);
  EXPECT_EQ(count_of(page, "<h2 id=\"demo-"), 2u);
  EXPECT_THAT(page, HasSubstr("<td>not tried: no GPU answers</td>"));
  EXPECT_THAT(page, HasSubstr("could not run: no room (the disk is full)"));
}

TEST(Page, draws_what_was_predicted_only_where_the_slice_can_give_it) {
  Report report = a_matmul_report();
  EXPECT_EQ(count_of(render_html(report), "<circle class=\"predicted\""), 2u);
  report.recommendations[0].prediction.speedup = {20, 15, 30, Unit::ratio};  // of 91 %: at most 11
  EXPECT_EQ(count_of(render_html(report), "<circle class=\"predicted\""), 1u);
  EXPECT_THAT(render_html(report), HasSubstr(">2 spread_work</text>"));
  EXPECT_EQ(count_of(render_html(a_demo_report()), "<circle class=\"predicted\""), 0u);
}

TEST(Page, stays_small_when_the_report_is_large) {
  Report report = a_report_of_alarms();
  Profile& profile = report.profile;
  profile.target.command.assign(3, std::string(1'000'000, '<'));
  profile.threads.resize(500, profile.threads[0]);
  profile.notes.assign(5000, std::string(10'000, '&'));
  profile.measurements.resize(5000, profile.measurements[0]);
  report.phases.resize(5000, report.phases[0]);
  report.recommendations.resize(500, report.recommendations[0]);
  report.parallelism.seconds_at.resize(1000, 0.5);
  profile.runs.resize(1000, profile.runs[0]);
  const std::string page = render_html(report);
  EXPECT_LT(page.size(), 2'000'000u);
  EXPECT_THAT(page, HasSubstr("and 480 more"));
}

TEST(Page, runs_the_one_script_that_it_is_given_and_no_other) {
  const std::string page = render_html(a_matmul_report(), {{"draw()", "sha256-abc="}, {}});
  EXPECT_THAT(page, HasSubstr("script-src 'sha256-abc='; "));
  EXPECT_THAT(page, HasSubstr("<script>draw()</script>\n</body>"));
  EXPECT_THAT(render_html(a_matmul_report()), Not(HasSubstr("script-src")));
}

TEST(Page, shows_the_source_lines_of_hot_loops_where_they_could_be_read) {
  const SourceLines sources = {{{"/home/user/matmul.cpp", 14}, "sum += a[k] * <b>[k];"}};
  EXPECT_THAT(render_html(a_matmul_report(), {{}, sources}),
              HasSubstr("<code>sum += a[k] * &lt;b&gt;[k];</code>"));
  EXPECT_THAT(render_html(a_matmul_report()), HasSubstr("<code>mulsd xmm1, [rdx]</code>"));
}

TEST(Page, has_a_row_for_each_probe_with_its_reason_and_remedy) {
  const Report report = a_matmul_report();
  const std::string page = render_html(report);
  for (const ProbeState& probe : report.profile.probes) {
    EXPECT_THAT(page, HasSubstr("<th scope=\"row\">" + escape(probe.name) + "</th>"));
    EXPECT_THAT(page, HasSubstr(escape(probe.reason)));
    EXPECT_THAT(page, HasSubstr(escape(probe.remedy)));
  }
  EXPECT_EQ(count_of(page, "<td class=\"state "), report.profile.probes.size());
}

TEST(Page, says_the_verdict_in_its_title) {
  EXPECT_THAT(render_html(a_matmul_report()),
              HasSubstr("<title>memory_latency, strided, serial, 91 % of the time waits for a "
                        "column walk"));
}

TEST(Page, says_what_was_not_observed_and_never_0_for_it) {
  const std::string page = render_html(a_matmul_report());
  EXPECT_THAT(page, HasSubstr("Could not be observed here: memory_bandwidth, "));
  EXPECT_THAT(page, HasSubstr("Looked for, and next to nothing: io_read 0.4 %, lock 0 %."));
  EXPECT_THAT(page, HasSubstr("not measured"));
}

TEST(Page, names_the_tier_and_what_was_lost_with_it) {
  Report report = a_matmul_report();
  report.profile.overhead.lost_records = 7;
  for (const auto& [tier, words] :
       std::map<Tier, const char*>{{Tier::A, "hardware counters, samples of user"},
                                   {Tier::B1, "hardware counters: cycles"},
                                   {Tier::B2, "exact reasons of short waits"},
                                   {Tier::C, "perf_event_open, which is refused here"},
                                   {Tier::D, "all samples"}}) {
    report.profile.tier = tier;
    EXPECT_THAT(render_html(report), HasSubstr(words));
  }
  EXPECT_THAT(render_html(report), HasSubstr("7: what they held is not in the figures"));
}

}  // namespace
}  // namespace bottleneck
