#include "src/core/classes.h"

#include <gtest/gtest.h>

namespace bottleneck {
namespace {

TEST(Classes, have_one_spelling_each_that_reads_back) {
  for (Bottleneck kind : all_bottlenecks()) EXPECT_EQ(bottleneck_named(to_string(kind)), kind);
}

}  // namespace
}  // namespace bottleneck
