// Compares a text with the expected one beside the tests, or writes it there (scripts/regolden). It
// knows nothing of what the text is.
#pragma once

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace bottleneck {

inline void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(GOLDEN_DIRECTORY) + "/" + name;
  if (std::getenv("BOTTLENECK_REGOLDEN")) std::ofstream(path) << text;
  std::ifstream file(path);
  std::stringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(text, expected.str()) << "if this is wanted: scripts/regolden";
}

}  // namespace bottleneck
