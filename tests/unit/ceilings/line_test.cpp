#include <gtest/gtest.h>

#include "src/core/json_measurement.h"

namespace bottleneck {
namespace {

const Measurement figure{"memory.read_1", Quantity{1.09e10, 1.0e10, 1.1e10, Unit::bytes_per_second},
                         "ceilings: read"};
const Measurement missing{"gpu.copy", Unavailable{"no \"device\"\n", "plug one in"}, "ceilings"};

TEST(MeasurementLine, says_the_same_after_reading_it_again) {
  for (const Measurement& one : {figure, missing}) {
    const std::string line = measurement_to_line(one, 0.1);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto read = measurement_from_line(line);
    ASSERT_TRUE(read) << line;
    EXPECT_EQ(*read, one);
  }
}

TEST(MeasurementLine, has_a_word_for_each_unit) {
  const Measurement flops{"compute.flops", exactly(1e9, Unit::flop_per_second), "x"};
  const std::string line = measurement_to_line(flops, 0);
  EXPECT_NE(line.find("\"flop_per_second\""), std::string::npos) << line;
  EXPECT_EQ(measurement_from_line(line), flops);
}

TEST(MeasurementLine, is_nothing_wherever_it_is_cut_off) {
  const std::string line = measurement_to_line(figure, 0.1);
  for (std::size_t end = 0; end < line.size(); ++end)
    EXPECT_FALSE(measurement_from_line(line.substr(0, end))) << line.substr(0, end);
}

TEST(MeasurementLine, is_nothing_if_it_is_rubbish) {
  const std::string deep = R"({"name": "a", "reason": )" + std::string(4000, '[');
  for (const std::string& line : {
           std::string("Segmentation fault"),
           std::string("[]"),
           std::string("null"),
           std::string("{}"),
           std::string("\0\xff\xfe", 3),
           deep,
           R"({"name": 1, "reason": "x"})" + std::string(),
           R"({"name": "a", "reason": ""})" + std::string(),
           R"({"name": "a b", "reason": "x"})" + std::string(),
           R"({"name": "../a", "reason": "x"})" + std::string(),
           R"({"name": "a", "reason": 5})" + std::string(),
           R"({"name": ")" + std::string(100, 'a') + R"(", "reason": "x"})",
           R"({"name": "a", "reason": ")" + std::string(20'000, 'x') + R"("})",
       })
    EXPECT_FALSE(measurement_from_line(line)) << line.substr(0, 80);
}

TEST(MeasurementLine, is_nothing_if_its_numbers_make_no_sense) {
  const auto line = [](const char* value, const char* low, const char* high, const char* unit) {
    return std::string(R"({"name": "a", "value": )") + value + R"(, "low": )" + low +
           R"(, "high": )" + high + R"(, "unit": )" + unit + R"(, "source": "s"})";
  };
  EXPECT_TRUE(measurement_from_line(line("2", "1", "3", "\"seconds\"")));
  EXPECT_FALSE(measurement_from_line(line("4", "1", "3", "\"seconds\"")));
  EXPECT_FALSE(measurement_from_line(line("0", "1", "3", "\"seconds\"")));
  EXPECT_FALSE(measurement_from_line(line("-1", "-2", "3", "\"seconds\"")));
  EXPECT_FALSE(measurement_from_line(line("1e999", "1", "1e999", "\"seconds\"")));
  EXPECT_FALSE(measurement_from_line(line("\"2\"", "1", "3", "\"seconds\"")));
  EXPECT_FALSE(measurement_from_line(line("NaN", "1", "3", "\"seconds\"")));
  EXPECT_FALSE(measurement_from_line(line("2", "1", "3", "\"furlongs\"")));
  EXPECT_FALSE(measurement_from_line(line("2", "1", "3", "null")));
}

}  // namespace
}  // namespace bottleneck
