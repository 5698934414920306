// Properties of every first screen, whatever the report holds; exact texts are in tests/golden.
#include <numeric>
#include <regex>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/terminal.h"
#include "reports/visible.h"
#include "tests/golden/sample_reports.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr unsigned seeds = 50;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string strip_color(const std::string& text) {
  return std::regex_replace(text, std::regex("\x1b\\[[0-9;]*m"), "");
}

std::string screen_of(const Report& report, int width = 120) {
  TerminalStyle style;
  style.width = width;
  return render_terminal(report, style);
}

/// The percents of one block of bars.
std::vector<int> percents_of(const std::vector<std::string>& lines, std::size_t& at) {
  static const std::regex bar("^  [a-z0-9_ ]{16} .* +([0-9]+) %( .*)?$");
  std::vector<int> percents;
  std::smatch match;
  for (; at < lines.size() && std::regex_match(lines[at], match, bar); ++at) {
    percents.push_back(std::stoi(match[1]));
  }
  return percents;
}

TEST(FirstScreen, has_at_most_24_lines_that_fit_the_width) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    for (const int width : {20, 33, 80, 120, 200}) {
      const std::vector<std::string> lines = lines_of(screen_of(a_random_report(seed), width));
      EXPECT_LE(lines.size(), 24u) << seed << " " << width;
      for (const std::string& line : lines) EXPECT_LE(width_of(line), width) << seed << line;
    }
  }
}

TEST(FirstScreen, shows_percents_that_add_up_to_100) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    const Report report = a_random_report(seed);
    const std::vector<std::string> lines = lines_of(screen_of(report));
    std::size_t blocks = 0;
    for (std::size_t at = 2; at < lines.size(); ++at) {
      if (lines[at - 1].empty() || lines[at - 1] == "  of the busy time alone") {
        const std::vector<int> percents = percents_of(lines, at);
        if (percents.empty()) continue;
        ++blocks;
        EXPECT_EQ(std::accumulate(percents.begin(), percents.end(), 0), 100) << seed;
      }
    }
    EXPECT_GE(blocks, 1u) << seed;
  }
}

TEST(FirstScreen, lets_no_control_character_through) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    TerminalStyle style;
    style.verbose = true;
    style.color = seed % 2 == 0;
    const std::string text = strip_color(render_terminal(a_random_report(seed), style));
    for (const char c : text) {
      EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << seed;
    }
    EXPECT_EQ(make_visible(std::regex_replace(text, std::regex("\n"), " ")),
              std::regex_replace(text, std::regex("\n"), " "));
  }
}

TEST(FirstScreen, says_the_same_with_and_without_colour) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    TerminalStyle style;
    const std::string plain = render_terminal(a_random_report(seed), style);
    style.color = true;
    EXPECT_EQ(strip_color(render_terminal(a_random_report(seed), style)), plain) << seed;
  }
}

TEST(FirstScreen, is_ascii_alone_where_utf8_is_not_known) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    TerminalStyle style;
    style.unicode = false;
    style.width = 90;
    const std::string text = render_terminal(a_random_report(seed), style);
    for (const char c : text) EXPECT_LT(static_cast<unsigned char>(c), 0x7f);
    for (const std::string& line : lines_of(text)) EXPECT_LE(line.size(), 90u);
  }
}

TEST(FirstScreen, always_names_what_is_not_known) {
  Report report = a_matmul_report();
  report.shares = {{Bottleneck::compute, 1.0}};
  report.verdict.where = {};
  const std::string text = screen_of(report);
  EXPECT_THAT(text, HasSubstr("unattributed"));
  EXPECT_THAT(text, HasSubstr("where  not known"));
  EXPECT_THAT(text, HasSubstr("no hardware counters here"));
}

TEST(FirstScreen, of_an_idle_program_shows_the_busy_time_alone_and_no_class) {
  const std::string text = screen_of(an_idle_report());
  EXPECT_THAT(text, HasSubstr("idle 92 %, waiting for work"));
  EXPECT_THAT(text, HasSubstr("of the busy time alone"));
  EXPECT_THAT(text, Not(HasSubstr("of the time ")));
}

TEST(FirstScreen, says_how_the_program_ended_and_how_far_runs_spread) {
  Report report = an_idle_report();
  EXPECT_THAT(screen_of(report), HasSubstr("killed by SIGTERM"));
  EXPECT_THAT(screen_of(report), HasSubstr("median of 3 (3.00 s – 3.60 s)"));
  report.profile.runs[1].timed_out = true;
  EXPECT_THAT(screen_of(report, 160), HasSubstr("stopped by --timeout"));
}

TEST(FirstScreen, words_each_claim_by_what_it_is) {
  Report report = a_matmul_report();
  Recommendation& advice = report.recommendations[0];
  advice.prediction.speedup = {3.5, 3, 4, Unit::ratio};
  const auto with = [&](Claim claim) {
    advice.claim = claim;
    return screen_of(report, 140);
  };
  EXPECT_THAT(with(Claim::bound), HasSubstr("at most 4.0×"));
  EXPECT_THAT(with(Claim::conditional), HasSubstr("may give 3.0 – 4.0×"));
  advice.remedy = Remedy::spread_work;
  EXPECT_THAT(with(Claim::conditional), HasSubstr("if independent 3.0 – 4.0×"));
  EXPECT_THAT(with(Claim::expected), HasSubstr("expect 3.0 – 4.0×"));
  EXPECT_THAT(with(Claim::verified), HasSubstr("verified 3.0 – 4.0×"));
}

TEST(FirstScreen, of_an_empty_report_is_no_crash) {
  TerminalStyle style;
  style.verbose = true;
  EXPECT_THAT(render_terminal({}, style), HasSubstr("unattributed"));
}

TEST(FirstScreen, names_a_next_command_that_can_be_pasted) {
  TerminalStyle style;
  style.saved_file = "my report.json";
  EXPECT_THAT(render_terminal(a_matmul_report(), style),
              HasSubstr("bottleneck report 'my report.json' -v"));
  EXPECT_THAT(screen_of(an_idle_report()),
              HasSubstr("bottleneck run -v -- ./server --port '80 80'"));
}

TEST(FirstScreen, says_how_many_cpus_a_quota_left) {
  Report report = a_random_report(1);
  report.profile.machine.cpus_allowed = 4;
  report.profile.machine.cpu_quota.reset();
  EXPECT_THAT(screen_of(report), HasSubstr(" of 4 CPUs busy"));
  report.profile.machine.cpu_quota = 0.5;
  EXPECT_THAT(screen_of(report), HasSubstr(" of 0.5 CPU by quota busy"));
  report.profile.machine.cpu_quota = 2.5;
  EXPECT_THAT(screen_of(report), HasSubstr(" of 2.5 CPUs by quota busy"));
  report.profile.machine.cpu_quota = 8;
  EXPECT_THAT(screen_of(report), HasSubstr(" of 4 CPUs busy")) << "it limits nothing";
}

}  // namespace
}  // namespace bottleneck
