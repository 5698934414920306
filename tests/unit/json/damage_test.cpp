// Files that were cut, bent or made to hurt: an Error or a valid Profile, never a crash. Runs under
// ASan in `dev`.
#include <optional>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/error.h"
#include "src/core/json.h"
#include "tests/golden/sample_reports.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;

/// The reason of the refusal; none if it was read, and then it can be written too.
std::optional<std::string> refusal_of(const std::string& text) {
  try {
    Report report;
    report.profile = profile_from_json(text, "damaged");
    EXPECT_FALSE(report_to_json(report).empty());
    return std::nullopt;
  } catch (const Error& error) {
    return error.why;
  }
}

TEST(DamagedFile, cut_anywhere_is_refused) {
  const std::string text = report_to_json(a_matmul_report());
  const std::size_t whole = text.rfind('}') + 1;
  for (std::size_t size = 0; size < whole; size += 1 + size % 37) {
    EXPECT_TRUE(refusal_of(text.substr(0, size))) << size;
  }
  EXPECT_THAT(*refusal_of(text.substr(0, 500)), HasSubstr("cut off after 500 bytes"));
}

TEST(DamagedFile, with_any_byte_changed_is_refused_or_valid) {
  const std::string text = report_to_json(a_hostile_report());
  std::mt19937 dice(7);
  const std::string bytes("09-.eE\"{}[],:\\x\xff\0tn", 20);
  for (int round = 0; round < 400; ++round) {
    std::string damaged = text;
    for (auto changes = 1 + dice() % 3; changes > 0; --changes) {
      damaged[dice() % damaged.size()] = bytes[dice() % bytes.size()];
    }
    refusal_of(damaged);
  }
}

TEST(DamagedFile, with_a_piece_left_out_or_doubled_is_refused_or_valid) {
  const std::string text = report_to_json(a_matmul_report());
  std::mt19937 dice(11);
  for (int round = 0; round < 200; ++round) {
    const std::size_t begin = dice() % text.size();
    const std::size_t size = dice() % 40;
    std::string shorter = text;
    refusal_of(shorter.erase(begin, size));
    std::string longer = text;
    refusal_of(longer.insert(begin, text.substr(begin, size)));
  }
}

TEST(DamagedFile, that_is_nested_too_deeply_is_refused) {
  EXPECT_THAT(*refusal_of(std::string(1'000'000, '[')), HasSubstr("nested"));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_THAT(*refusal_of(objects), HasSubstr("nested"));
}

TEST(DamagedFile, that_is_huge_is_refused) {
  EXPECT_THAT(*refusal_of(std::string((64u << 20) + 1, ' ')), HasSubstr("at most"));
  std::string values = "[";
  for (int i = 0; i < 4'100'000; ++i) values += "0,";
  EXPECT_THAT(*refusal_of(values + "0]"), HasSubstr("more values"));
}

TEST(DamagedFile, that_is_no_json_is_refused_without_quoting_it) {
  const std::string why = *refusal_of("\x1b[2J\xff");
  EXPECT_EQ(why.find('\x1b'), std::string::npos);
  EXPECT_THAT(*refusal_of(""), HasSubstr("empty"));
  EXPECT_THAT(*refusal_of("{\"kind\": 1e999}"), HasSubstr("too large"));
}

}  // namespace
}  // namespace bottleneck
