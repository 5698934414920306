#include "probes/machine/text.h"

#include <gtest/gtest.h>

namespace bottleneck {
namespace {

TEST(Text, takes_no_number_for_max_minus_one_or_nothing) {
  EXPECT_EQ(leading_number("max 100000"), std::nullopt);
  EXPECT_EQ(leading_number("-1\n"), std::nullopt);
  EXPECT_EQ(leading_number(""), std::nullopt);
  EXPECT_EQ(leading_number("99999999999999999999999"), std::nullopt);  // more than 64 bits
  EXPECT_EQ(leading_number(" 42 kB"), 42U);
}

TEST(Text, takes_the_whole_key_only) {
  const std::string_view text = "pgmajfault 3\nread_bytes: 7\nchar: 1\nVmHWM:\t  344 kB";
  EXPECT_EQ(number_after(text, "read_bytes"), 7U);
  EXPECT_EQ(number_after(text, "VmHWM"), 344U);
  EXPECT_EQ(number_after(text, "pgmaj"), std::nullopt);
  EXPECT_EQ(number_after(text, "bytes"), std::nullopt);
}

TEST(Text, counts_cpus_of_a_list) {
  EXPECT_EQ(count_cpu_list("0-3,8\n"), 5);
  EXPECT_EQ(count_cpu_list("0"), 1);
  EXPECT_EQ(count_cpu_list(""), std::nullopt);
  EXPECT_EQ(count_cpu_list("3-1"), std::nullopt);
  EXPECT_EQ(count_cpu_list("a-b"), std::nullopt);
}

}  // namespace
}  // namespace bottleneck
