#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/analysis/verify.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;

std::string differ(const std::string& one, const std::string& other, double tolerance = 0) {
  const std::string there = compare_outputs(one, other, {tolerance});
  EXPECT_EQ(there.empty(), compare_outputs(other, one, {tolerance}).empty()) << "the order matters";
  return there;
}

TEST(Outputs, are_compared_byte_by_byte_without_a_tolerance) {
  EXPECT_EQ(differ("sum 1.0\n", "sum 1.0\n"), "");
  EXPECT_NE(differ("sum 1.0\n", "sum 1.00\n"), "");
  EXPECT_NE(differ("sum 1.0\n", "sum 1.0"), "");
  EXPECT_NE(differ("", "x"), "");
  EXPECT_THAT(differ("a\nb\nc\n", "a\nB\nc\n"), HasSubstr("line 2: \"b\" and \"B\""));
}

TEST(Outputs, may_differ_in_numbers_within_the_tolerance) {
  EXPECT_EQ(differ("sum 1.0000001\n", "sum 1e0\n", 1e-6), "");
  EXPECT_EQ(differ("1 2 3", "1 2.0 3.0000001", 1e-6), "");
  EXPECT_EQ(differ("-1e-9 x", "-1.0000001e-9 x", 1e-6), "");
  EXPECT_EQ(differ("0", "0.0", 1e-6), "");
  EXPECT_THAT(differ("sum 1.1\n", "sum 1.0\n", 1e-6), HasSubstr("1.1 and 1.0 differ by more than"));
  EXPECT_NE(differ("x 1", "x -1", 1e-6), "");
  EXPECT_NE(differ("0", "1e-12", 1e-6), "") << "relative: 0 is only near itself";
}

TEST(Outputs, must_be_the_same_text_around_the_numbers) {
  EXPECT_NE(differ("sum 1", "min 1", 1e-6), "");
  EXPECT_NE(differ("1 2", "1 2 3", 1e-6), "");
  EXPECT_NE(differ("1", "one", 1e-6), "");
  EXPECT_NE(differ("1 s", "1 ms", 1e-6), "");
  EXPECT_NE(differ("float32", "float33", 0.5), "") << "a digit inside a word is no number";
  EXPECT_NE(differ("0x10", "0x11", 0.5), "");
  EXPECT_NE(differ("v1.2.3", "v1.2.4", 0.5), "");
  EXPECT_NE(differ("nan", "1", 0.5), "");
  EXPECT_EQ(differ("3-5", "3-5.0", 1e-6), "") << "a hyphen is no sign";
}

TEST(Outputs, that_differ_are_quoted_without_control_characters) {
  const std::string why = differ("\x1b[2Jx", std::string(1'000, 'y'));
  EXPECT_EQ(why.find('\x1b'), std::string::npos);
  EXPECT_LT(why.size(), 200u);
}

}  // namespace
}  // namespace bottleneck
