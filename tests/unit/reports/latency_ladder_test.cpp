#include "reports/latency_ladder.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace bottleneck {
namespace {

TEST(Ladder, scales_times_to_what_a_person_feels) {
  const std::pair<double, const char*> table[] = {
      {0.05e-9, "0.05 s"},  {0.5e-9, "0.5 s"},    {1.9e-9, "1.9 s"},    {7e-9, "7 s"},
      {25e-9, "25 s"},      {60e-9, "1 min"},     {59.9e-9, "1 min"},   {100e-9, "1.7 min"},
      {120e-9, "2 min"},    {3e-6, "50 min"},     {3.6e-6, "1 hour"},   {10e-6, "2.8 hours"},
      {86.4e-6, "1 day"},   {150e-6, "1.7 days"}, {250e-6, "2.9 days"}, {10e-3, "116 days"},
      {150e-3, "4.8 years"}};
  for (const auto& [seconds, words] : table) EXPECT_EQ(format_human_time(seconds), words);
}

std::optional<Rung> rung_of(const std::vector<Measurement>& ceilings, std::string_view what) {
  for (const Rung& rung : climb_ladder(ceilings))
    if (rung.what == what) return rung;
  return std::nullopt;
}

TEST(Ladder, keeps_the_textbooks_figure_where_nothing_was_measured) {
  const std::optional<Rung> memory = rung_of({}, "main memory");
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->textbook_s, 100e-9);
  EXPECT_EQ(memory->here_s, std::nullopt);
  EXPECT_FALSE(rung_of({}, "system call")) << "neither in the textbook nor measured";
  EXPECT_FALSE(rung_of({{"latency.dram", Unavailable{"no", ""}, "", 1}}, "main memory")->here_s);
}

TEST(Ladder, makes_times_of_rates) {
  const std::vector<Measurement> here = {
      {"memory.read_1", exactly(1e10, Unit::bytes_per_second), "", 1},
      {"storage.random_read_iops_qd1", exactly(20'000, Unit::count), "", 1},
      {"call.system", exactly(1e-7, Unit::seconds), "", 1}};
  EXPECT_DOUBLE_EQ(*rung_of(here, "1 MB in order from memory")->here_s, 1e-4);
  EXPECT_DOUBLE_EQ(*rung_of(here, "4 KB at random from an SSD")->here_s, 5e-5);
  EXPECT_DOUBLE_EQ(*rung_of(here, "system call")->here_s, 1e-7);
}

TEST(Ladder, goes_upwards) {
  const std::vector<Rung> rungs = climb_ladder({});
  EXPECT_TRUE(std::is_sorted(rungs.begin(), rungs.end(), [](const Rung& a, const Rung& b) {
    return *a.textbook_s < *b.textbook_s;
  }));
}

}  // namespace
}  // namespace bottleneck
