#include "probes/code/demangle.h"

#include <gtest/gtest.h>

namespace bottleneck {
namespace {

TEST(Demangle, shows_cpp_as_it_was_written) {
  EXPECT_EQ(demangle("_ZNK6shapes3Box5outerEi"), "shapes::Box::outer(int) const");
  EXPECT_EQ(demangle("_ZN12_GLOBAL__N_14spinEv"), "(anonymous namespace)::spin()");
}

TEST(Demangle, shows_legacy_rust_without_its_hash_and_escapes) {
  EXPECT_EQ(demangle("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE"),
            "core::fmt::Formatter::pad");
  EXPECT_EQ(
      demangle("_ZN50_$LT$T$u20$as$u20$core..convert..Into$LT$U$GT$$GT$4into17h8dc87f1d6a1b2c3dE"),
      "<T as core::convert::Into<U>>::into");
}

TEST(Demangle, shows_rust_v0) {
  EXPECT_EQ(demangle("_RNvC6_123foo3bar"), "123foo::bar");
  EXPECT_EQ(demangle("_RNvNtCs1234_7mycrate3foo3bar"), "mycrate::foo::bar");
}

TEST(Demangle, leaves_other_names_alone) {
  EXPECT_EQ(demangle("main"), "main");
  EXPECT_EQ(demangle(""), "");
  EXPECT_EQ(demangle("_Znonsense"), "_Znonsense");
  EXPECT_EQ(demangle("_R"), "_R");
}

TEST(Demangle, ends_quickly_and_short_for_a_name_that_stands_for_gigabytes) {
  // a<int, int>, then each type is a<last, last>: 2^30 times "int" at the end.
  std::string name = "_Z1f1aIiiE";
  constexpr const char* digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (int i = 0; i < 30; ++i) {
    const std::string last = std::string("S") + digits[i] + "_";
    name += "S_I" + last + last + "E";
  }
  const std::string shown = demangle(name);
  EXPECT_EQ(shown.size(), longest_name);
  EXPECT_TRUE(shown.starts_with("f(a<int, int>, a<a<int, int>, a<int, int> >"));
  EXPECT_TRUE(shown.ends_with("..."));
}

TEST(Demangle, survives_deep_nesting_and_very_long_names) {
  EXPECT_LE(demangle("_Z1f" + std::string(100'000, 'P') + "i").size(), longest_name);
  EXPECT_LE(demangle("_Z1f" + std::string(4'000, 'P') + "i").size(), longest_name);
  EXPECT_LE(demangle("_R" + std::string(4'000, 'N')).size(), longest_name);
  EXPECT_LE(demangle(std::string(1'000'000, 'a')).size(), longest_name);
}

}  // namespace
}  // namespace bottleneck
