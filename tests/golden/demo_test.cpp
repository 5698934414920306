// A demo on the terminal and on the page.
#include "reports/demo.h"

#include <algorithm>

#include <gmock/gmock.h>

#include "reports/html.h"
#include "reports/visible.h"
#include "tests/golden/golden_file.h"
#include "tests/golden/sample_reports.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;
using testing::Not;

Report a_wrong_control() {
  Report report = a_demo_report();
  report.demo->control = true;
  report.demo->right = false;
  report.demo->wrong = "ikj was promised 3.10x and gives 1.00x";
  report.demo->interrupted = true;
  report.verifications.clear();
  return report;
}

Report a_rescue() {
  Report report = a_demo_report();
  report.profile.runs.front().exit_status = 1;
  Verification one = report.verifications.front();
  one.claim = "completes";
  one.predicted.reset();
  one.measured.reset();
  one.model = "it runs to its end where the other dies";
  one.variant_rss_bytes = 12'000'000;
  report.verifications = {one};
  return report;
}

TEST(DemoScreen, is_as_it_was) { expect_golden("demo.txt", render_terminal(a_demo_report(), {})); }

TEST(DemoScreen, fits_on_any_terminal) {
  for (const int width : {60, 80, 120}) {
    TerminalStyle style;
    style.width = width;
    const std::string screen = render_terminal(a_demo_report(), style);
    EXPECT_LE(std::count(screen.begin(), screen.end(), '\n'), 24) << screen;
    std::istringstream lines(screen);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(width_of(line), width) << line;
  }
}

TEST(DemoScreen, says_plainly_what_is_wrong_and_that_it_was_cut) {
  const std::string screen = render_terminal(a_wrong_control(), {});
  EXPECT_THAT(screen, HasSubstr("WRONG  the diagnosis is wrong: ikj was promised 3.10x"));
  EXPECT_THAT(screen, HasSubstr("nothing was rerun"));
  EXPECT_THAT(screen, HasSubstr("interrupted"));
}

TEST(DemoScreen, tells_a_rescue_from_a_gain) {
  const std::string screen = render_terminal(a_rescue(), {});
  EXPECT_THAT(screen, HasSubstr("completes, 12 MB"));
  EXPECT_THAT(screen, HasSubstr("exit 1"));
  EXPECT_THAT(screen, Not(HasSubstr("3.6×")));
}

TEST(DemoScreen, has_the_first_screen_below_it_with_verbose) {
  TerminalStyle style;
  style.verbose = true;
  const std::string screen = render_terminal(a_demo_report(), style);
  EXPECT_THAT(screen, HasSubstr("what limits now"));
  EXPECT_THAT(screen, HasSubstr("sure?"));
}

TEST(DemoScreen, lets_no_name_reach_the_terminal_or_the_page_raw) {
  Report report = a_demo_report();
  const std::string bad = "\x1b[2J</svg><script>alert(1)</script>\xff";
  report.demo->name = report.demo->line = report.demo->limit = report.demo->wrong = bad;
  report.demo->steps.front().variant = bad;
  report.demo->notes = {bad};
  for (Verification& one : report.verifications) {
    one.variant = one.why = one.limit = one.model = bad;
    one.baseline = bad;
  }
  EXPECT_THAT(render_terminal(report, {}), Not(HasSubstr("\x1b")));
  const std::string page = render_html(report);
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(page, HasSubstr("<svg"));
}

TEST(DemoPage, has_no_curve_where_nothing_was_promised) {
  EXPECT_THAT(render_html(a_rescue()), Not(HasSubstr("<svg")));
  EXPECT_THAT(render_html(a_matmul_report()), Not(HasSubstr("Predicted and measured")));
}

TEST(DemoTable, counts_predictions_and_not_bounds) {
  const DemoRow row = demo_row(a_demo_report(), 12);
  EXPECT_EQ(row.predictions, 2);
  EXPECT_EQ(row.held, 1);
  DemoRow wrong = demo_row(a_wrong_control(), 1);
  EXPECT_FALSE(wrong.right);
  const std::string table = render_demo_table({row, wrong}, {});
  EXPECT_THAT(table, HasSubstr("1 of 2 verdicts right, 1 of 2 predictions held, 13"));
  EXPECT_THAT(render_demo_line(wrong, {}), HasSubstr("WRONG"));
}

}  // namespace
}  // namespace bottleneck
