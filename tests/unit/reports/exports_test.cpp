// The exports as text. That other people's readers open them is shown in tests/exports.
#include "reports/exports.h"

#include <gmock/gmock.h>

#include "reports/comparison.h"
#include "reports/markdown.h"
#include "reports/visible.h"
#include "tests/golden/sample_reports.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

bool has_control(const std::string& text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') return true;
  return false;
}

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

TEST(Exports, of_hostile_names_hold_no_control_character_and_no_direction_mark) {
  Report report = a_hostile_report();
  report.profile.locations[0].function = std::string(100'000, ';') + "\x1b[2J\xe2\x80\xae</script>";
  for (const std::string& text :
       {export_trace(report), export_folded(report), export_sarif(report, {"/src", "1"}),
        export_markdown(report), export_junit(report)}) {
    EXPECT_FALSE(has_control(text)) << text.substr(0, 200);
    EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
    EXPECT_LT(text.size(), 2'000'000u);
  }
  // Markdown has it in a code span; collapsed stacks are plain text.
  for (const std::string& text :
       {export_trace(report), export_sarif(report, {"/src", "1"}), export_junit(report)})
    EXPECT_THAT(text, Not(HasSubstr("</script>")));
}

TEST(Folded, has_a_count_at_the_end_of_each_line_and_semicolons_between_frames_alone) {
  Report report = a_matmul_report();
  report.profile.locations[0].function = "a;b c";
  const std::string text = export_folded(report);
  EXPECT_THAT(text, HasSubstr(";a:b c"));
  std::size_t from = 0;
  for (std::size_t end; (end = text.find('\n', from)) != std::string::npos; from = end + 1) {
    const std::string line = text.substr(from, end - from);
    const std::string last = line.substr(line.rfind(' ') + 1);
    EXPECT_EQ(last.find_first_not_of("0123456789"), std::string::npos) << line;
  }
  EXPECT_GT(from, 0u);
}

TEST(Sarif, names_files_below_the_root_relative_and_leaves_others_out) {
  Report report = a_matmul_report();
  report.recommendations.resize(1);
  report.findings.clear();
  Where& where = report.recommendations[0].where;
  where.line = 7;
  const std::pair<const char*, const char*> table[] = {
      {"/src/a b/ü.cpp", "\"a%20b/%C3%BC.cpp\""}, {"./x.c", "\"x.c\""}, {"sub/x.c", "\"sub/x.c\""}};
  for (const auto& [file, uri] : table) {
    where.file = file;
    EXPECT_THAT(export_sarif(report, {"/src", "1"}), HasSubstr(uri));
  }
  for (const char* outside : {"/other/x.c", "/srcs/x.c", "../x.c", "/src/../x.c", ""}) {
    where.file = outside;
    const std::string text = export_sarif(report, {"/src", "1"});
    EXPECT_THAT(text, HasSubstr("\"results\":[]")) << outside;
    EXPECT_THAT(text, HasSubstr("1 findings lie at no line")) << outside;
  }
}

TEST(Trace, has_a_thread_for_each_gpu_stream_and_no_slice_that_lasts_nothing) {
  Report report = a_matmul_report();
  report.profile.gpu.devices.resize(1);
  report.profile.gpu.devices[0].simulated = true;
  report.profile.gpu.names = {"kernel<</script>>"};
  for (const auto& [stream, start_s] :
       {std::pair(7, 0.01), std::pair(7, 0.015), std::pair(8, 0.01), std::pair(8, 0.03)}) {
    GpuOperation one;
    one.stream = stream;
    one.start_s = start_s;
    one.end_s = start_s + 0.01;  // the first two overlap
    one.name = 0;
    report.profile.gpu.operations.push_back(one);
  }
  const std::string text = export_trace(report);
  EXPECT_EQ(count_of(text, "simulated GPU 0 stream 7\""), 1);
  EXPECT_EQ(count_of(text, "simulated GPU 0 stream 7 (2)\""), 1) << "an own one for what overlaps";
  EXPECT_EQ(count_of(text, "simulated GPU 0 stream 8\""), 1);
  EXPECT_THAT(text, Not(HasSubstr("\"dur\":0.000")));
  EXPECT_THAT(text, HasSubstr("\"simulated\":true"));
}

TEST(Pprof, is_a_gzip_file_that_is_the_same_each_time) {
  const std::string text = export_pprof(a_matmul_report());
  EXPECT_THAT(text, StartsWith("\x1f\x8b\x08"));
  EXPECT_EQ(text, export_pprof(a_matmul_report()));
}

TEST(Markdown, shows_names_in_code_spans_that_they_cannot_leave) {
  EXPECT_EQ(code_span("f()"), "`f()`");
  EXPECT_EQ(code_span("a`b"), "``a`b``");
  EXPECT_EQ(code_span("`"), "`` ` ``");
  EXPECT_EQ(code_span("a|b\nc"), "`a\\|b\\nc`");
  EXPECT_EQ(code_span(""), "–");
  EXPECT_EQ(prose("<b>*x*</b>"), "\\<b\\>\\*x\\*\\</b\\>");
  EXPECT_EQ(prose("3.21 s: f(x), a.b"), "3.21 s: f(x), a.b");
  EXPECT_EQ(prose("1. x"), "1\\. x");
  EXPECT_THAT(prose("@team"), Not(HasSubstr("@team")));
  EXPECT_THAT(prose("see www.x.org, http://x"), Not(HasSubstr("www.")));
}

TEST(Markdown, begins_with_the_marker_and_fits_a_comment) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const std::string text = export_markdown(a_random_report(seed));
    EXPECT_THAT(text, StartsWith(markdown_marker));
    EXPECT_LT(text.size(), most_markdown);
  }
  EXPECT_THAT(export_markdown(a_hostile_report()), Not(HasSubstr("<b>")));
}

TEST(Junit, fails_where_the_program_failed) {
  Report report = a_matmul_report();
  EXPECT_THAT(export_junit(report), HasSubstr("failures=\"0\""));
  report.profile.runs[static_cast<std::size_t>(report.profile.run)].exit_status = 3;
  EXPECT_THAT(export_junit(report), HasSubstr("failures=\"1\""));
  EXPECT_THAT(export_junit(report), HasSubstr("<failure message=\"exit 3\""));
}

Comparison a_full_comparison() {
  Comparison all;
  all.verdict = CompareVerdict::incomparable;
  all.why = std::string(1000, 'w');
  all.base.command = all.head.command = {"\x1b[31m", "</script>", std::string(100'000, 'x')};
  all.base.profiled = all.head.profiled = true;
  all.base.wall_s = all.head.wall_s = {1, 2};
  all.base.profiled_s = 1;
  all.ratio = Quantity{1.1, 1.0, 1.2, Unit::ratio};
  all.cpu_ratio = Quantity{1.1, 1.05, 1.2, Unit::ratio};
  all.smallest = 0.1;
  all.interleaved = true;
  all.most_looks = 6;
  all.obstacles.assign(50, "another kernel: \n<b>");
  all.notes.assign(50, "note |");
  all.outputs_differ = "line 3: \x1b[2J";
  all.classes.assign(10, {"compute", "", "", 0, 1, 2});
  all.functions.assign(20, {std::string(100'000, 'y'), "m", "f.cpp", 3, 0, 1});
  return all;
}

TEST(ComparisonScreen, fits_24_lines_and_shows_no_control_character) {
  for (const int width : {60, 80, 120}) {
    TerminalStyle style;
    style.width = width;
    const std::string text = render_comparison(a_full_comparison(), style);
    EXPECT_LE(count_of(text, "\n"), 24);
    EXPECT_FALSE(has_control(text));
    std::size_t from = 0;
    for (std::size_t end; (end = text.find('\n', from)) != std::string::npos; from = end + 1)
      EXPECT_LE(width_of(text.substr(from, end - from)), width);
  }
}

TEST(ComparisonScreen, tells_the_cpu_time_beside_the_ratio_and_only_where_it_was_measured) {
  Comparison all = a_full_comparison();
  EXPECT_THAT(render_comparison(all, {}), HasSubstr("CPU time 1.10× [1.05 – 1.20]"));
  EXPECT_THAT(comparison_to_markdown(all), HasSubstr("CPU time: 1.10×"));
  all.cpu_ratio.reset();
  EXPECT_THAT(render_comparison(all, {}), Not(HasSubstr("CPU time")));
}

TEST(ComparisonForms, are_inert_and_fit_their_receivers) {
  const Comparison all = a_full_comparison();
  EXPECT_LT(comparison_to_markdown(all).size(), most_markdown);
  EXPECT_THAT(comparison_to_markdown(all), StartsWith(markdown_marker));
  EXPECT_THAT(comparison_to_markdown(all), Not(HasSubstr("<b>")));
  EXPECT_FALSE(has_control(comparison_to_junit(all, true)));
  EXPECT_THAT(comparison_to_junit(all, true), HasSubstr("failures=\"1\""));
  EXPECT_THAT(comparison_to_junit(all, false), HasSubstr("skipped=\"1\""));
}

}  // namespace
}  // namespace bottleneck
