#include "src/core/suggest.h"

#include <gtest/gtest.h>

namespace bottleneck {
namespace {

TEST(Suggest, counts_slips) {
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("run", "run"), 0);
}

TEST(Suggest, offers_the_nearest_and_nothing_far_away) {
  EXPECT_EQ(suggest("docter", {"run", "report", "doctor"}), "doctor");
  EXPECT_EQ(suggest("reprot", {"run", "report", "doctor"}), "report");
  EXPECT_EQ(suggest("zzz", {"run", "report", "doctor"}), "");
}

}  // namespace
}  // namespace bottleneck
