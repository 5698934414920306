#include <numeric>

#include <gtest/gtest.h>

#include "reports/bars.h"
#include "reports/units.h"
#include "reports/visible.h"

namespace bottleneck {
namespace {

TEST(Units, scale_seconds) {
  const std::pair<double, const char*> table[] = {
      {0, "0 s"},         {1.2e-9, "1.2 ns"}, {4.5e-5, "45 µs"},     {0.0451, "45 ms"},
      {0.9994, "999 ms"}, {0.9996, "1.00 s"}, {3.214, "3.21 s"},     {9.996, "10.0 s"},
      {119.4, "119 s"},   {125, "2 min 5 s"}, {7199.6, "2 h 0 min"}, {86400, "24 h 0 min"}};
  for (const auto& [seconds, text] : table) EXPECT_EQ(format_seconds(seconds), text);
}

TEST(Units, scale_bytes_and_counts) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(8000), "8000 B");
  EXPECT_EQ(format_bytes(9'999.7), "10 kB");
  EXPECT_EQ(format_bytes(999'900'000), "1.0 GB");
  EXPECT_EQ(format_bytes(13.1e9), "13 GB");
  EXPECT_EQ(format_count(37'000), "37 000");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1'234'567), "1 234 567");
  EXPECT_EQ(format_quantity(exactly(2.4e9, Unit::hertz)), "2.4 GHz");
  EXPECT_EQ(format_quantity(exactly(2.4e9, Unit::bytes_per_second)), "2.4 GB/s");
}

TEST(Units, never_show_a_small_share_as_nothing) {
  EXPECT_EQ(format_percent(0), "0 %");
  EXPECT_EQ(format_percent(0.0001), "< 0.1 %");
  EXPECT_EQ(format_percent(0.004), "0.4 %");
  EXPECT_EQ(format_percent(0.91), "91 %");
  EXPECT_EQ(format_factor(1.052), "1.05×");
  EXPECT_EQ(format_factor(1.82), "1.8×");
  EXPECT_EQ(format_factor(11.1), "11×");
}

TEST(Percents, are_rounded_by_the_largest_remainder) {
  EXPECT_EQ(round_to_hundred({1.0 / 3, 1.0 / 3, 1.0 / 3}), (std::vector<int>{34, 33, 33}));
  EXPECT_EQ(round_to_hundred({0.905, 0.0649, 0.0191, 0.011}), (std::vector<int>{91, 6, 2, 1}));
  EXPECT_EQ(round_to_hundred({1.0, 0.0}), (std::vector<int>{100, 0}));
  EXPECT_EQ(round_to_hundred({}), std::vector<int>{});
}

TEST(Bars, are_as_wide_as_they_should_be_and_show_whatever_is_there) {
  EXPECT_EQ(draw_bar(1, 4), "████");
  EXPECT_EQ(draw_bar(0.5, 4), "██  ");
  EXPECT_EQ(draw_bar(0.53125, 4), "██▏ ");
  EXPECT_EQ(draw_bar(0.0001, 4), "▏   ");
  EXPECT_EQ(draw_bar(0, 4), "    ");
  for (int i = 0; i <= 100; ++i) EXPECT_EQ(width_of(draw_bar(i / 100.0, 17)), 17);
}

TEST(Bars, fold_what_does_not_fit_and_keep_unattributed_last) {
  using enum Bottleneck;
  const std::map<Bottleneck, double> shares = {{compute, 0.4},  {io_read, 0.3},
                                               {lock, 0.15},    {kernel, 0.1},
                                               {network, 0.03}, {unattributed, 0.02}};
  const std::vector<BarRow> rows = arrange_bars(shares, 4);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].label, "compute");
  EXPECT_EQ(rows[2].label, "3 others");
  EXPECT_EQ(rows[2].percent, 28);
  EXPECT_EQ(rows[3].label, "unattributed");
  EXPECT_EQ(arrange_bars({}, 4).size(), 1u);
}

TEST(Visible, escapes_what_a_terminal_would_obey) {
  EXPECT_EQ(make_visible("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(make_visible("\x1b[31m"), "\\x1b[31m");
  EXPECT_EQ(make_visible(std::string_view("\0\x7f", 2)), "\\x00\\x7f");
  EXPECT_EQ(make_visible("\xc2\x9b"), "\\x9b");        // a control sequence in one character
  EXPECT_EQ(make_visible("\xe2\x80\xae"), "\\u202e");  // right to left
  EXPECT_EQ(make_visible("caf\xc3\xa9 \xe4\xb8\xad"), "caf\xc3\xa9 \xe4\xb8\xad");
}

TEST(Visible, escapes_what_is_no_utf8) {
  EXPECT_EQ(make_visible("caf\xe9"), "caf\\xe9");
  EXPECT_EQ(make_visible("\xc0\xaf"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(make_visible("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(make_visible("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(make_visible("\xe4\xb8"), "\\xe4\\xb8");  // cut
}

TEST(Visible, lets_one_mark_stand_on_a_letter_and_no_tower) {
  EXPECT_EQ(make_visible("e\xcc\x81"), "e\xcc\x81");
  EXPECT_EQ(make_visible("e\xcc\x81\xcc\x81"), "e\xcc\x81\\u0301");
  EXPECT_EQ(make_visible("\xcc\x81"), "\\u0301");
}

TEST(Visible, measures_and_cuts_in_columns) {
  EXPECT_EQ(width_of("\xe4\xb8\xad\xe6\x96\x87"), 4);
  EXPECT_EQ(width_of("e\xcc\x81"), 1);
  EXPECT_EQ(cut_to("multiply", 8), "multiply");
  EXPECT_EQ(cut_to("multiply", 5), "mult…");
  EXPECT_EQ(cut_to("\xe4\xb8\xad\xe6\x96\x87", 3), "\xe4\xb8\xad…");
  EXPECT_EQ(cut_to("\xe4\xb8\xad\xe6\x96\x87", 2), "…");
  EXPECT_EQ(cut_to("x", 0), "");
  EXPECT_EQ(pad_to("ab", 4), "ab  ");
}

TEST(Visible, wraps_at_blanks_and_cuts_the_last_line) {
  EXPECT_EQ(wrap_to("one two three", 8, 3), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap_to("one two three four", 8, 2), (std::vector<std::string>{"one two", "three f…"}));
  EXPECT_EQ(wrap_to("unbreakable", 5, 3), (std::vector<std::string>{"unbr…"}));
  EXPECT_TRUE(wrap_to("", 5, 3).empty());
}

}  // namespace
}  // namespace bottleneck
