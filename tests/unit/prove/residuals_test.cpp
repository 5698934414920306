#include "src/prove/residuals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;

Residual a_residual(const std::string& workload) {
  return {"2024-02-29T12:00:00Z", "here", workload, Remedy::vectorize, 4, 3, 5, 3.5};
}

TEST(Residuals, are_read_back_in_their_order) {
  TemporaryFolder folder;
  const std::string path = folder.path("new/residuals.jsonl");
  EXPECT_TRUE(load_residuals(path, "here").empty());
  for (const char* name : {"a", "b"}) EXPECT_EQ(keep_residual(path, a_residual(name)), "");
  EXPECT_EQ(load_residuals(path, "here"), (std::vector{a_residual("a"), a_residual("b")}));
  EXPECT_TRUE(load_residuals(path, "elsewhere").empty()) << "another machine misses otherwise";
}

TEST(Residuals, skip_lines_that_are_none) {
  TemporaryFolder folder;
  const std::string path = folder.path("residuals.jsonl");
  folder.write("residuals.jsonl", "{\"time\": \"2024\n[[[[\n\nx\n");
  EXPECT_EQ(keep_residual(path, a_residual("a")), "");
  EXPECT_EQ(load_residuals(path, "here").size(), 1u);
}

TEST(Residuals, of_a_file_that_everybody_may_write_are_not_believed) {
  TemporaryFolder folder;
  const std::string path = folder.path("residuals.jsonl");
  keep_residual(path, a_residual("a"));
  std::filesystem::permissions(path, std::filesystem::perms(0666));
  EXPECT_TRUE(load_residuals(path, "here").empty());
}

TEST(Residuals, that_cannot_be_kept_say_why) {
  TemporaryFolder folder;
  folder.write("file", "");
  EXPECT_THAT(keep_residual(folder.path("file") + "/x.jsonl", a_residual("a")), HasSubstr("file"));
  EXPECT_THAT(keep_residual("", a_residual("a")), HasSubstr("XDG_CACHE_HOME"));
}

TEST(Residuals, are_of_predictions_that_were_measured) {
  Verification one;
  one.remedy = Remedy::vectorize;
  one.predicted = Quantity{4, 3, 5, Unit::ratio};
  one.measured = Quantity{3.5, 3.4, 3.6, Unit::ratio};
  one.outcome = Outcome::held;
  EXPECT_EQ(residual_of(one, "a", "here", "2024-02-29T12:00:00Z"), a_residual("a"));
  Verification other = one;
  other.outcome = Outcome::inconclusive;
  EXPECT_FALSE(residual_of(other, "a", "here", ""));
  other = one;
  other.measured.reset();
  EXPECT_FALSE(residual_of(other, "a", "here", ""));
  other = one;
  other.predicted.reset();
  EXPECT_FALSE(residual_of(other, "a", "here", ""));
  other = one;
  other.remedy.reset();
  EXPECT_FALSE(residual_of(other, "a", "here", ""));
}

}  // namespace
}  // namespace bottleneck
