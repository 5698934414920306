#include "src/prove/freeze.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/prove/sha256.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;

Promise a_promise() {
  Promise promise;
  promise.baseline = "before";
  promise.variant = "after/../../etc";
  promise.prediction = Prediction{{2, 1.5, 2.5, Unit::ratio}, "amdahl", {}};
  return promise;
}

TEST(Sha256, is_the_one_of_the_standard) {
  // Source: FIPS 180-4, the examples of NIST.
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 pieces;
  pieces.add("a");
  pieces.add("bc");
  EXPECT_EQ(pieces.digits(), sha256("abc"));
}

TEST(Freeze, writes_the_text_that_it_hashes) {
  TemporaryFolder folder;
  const Frozen frozen = freeze(a_promise(), System{}, folder.path("new/predictions"));
  EXPECT_EQ(frozen.why_not, "");
  EXPECT_THAT(frozen.file, testing::StartsWith(folder.path("new/predictions/")));
  EXPECT_THAT(frozen.text, testing::StartsWith(write_down(a_promise())));
  EXPECT_THAT(frozen.text, HasSubstr("machine: "));
  EXPECT_THAT(frozen.text, testing::ContainsRegex("time: 20..-..-..T..:..:..Z\n"));
  EXPECT_EQ(folder.read(frozen.file.substr(folder.path().size() + 1)), frozen.text);
  EXPECT_EQ(frozen.sha256, sha256(frozen.text));
  EXPECT_EQ(std::filesystem::path(frozen.file).parent_path(), folder.path("new/predictions"))
      << "a variant's name is no path";
  const auto rights = std::filesystem::status(frozen.file).permissions();
  EXPECT_EQ(rights & std::filesystem::perms(0222), std::filesystem::perms::none);
}

TEST(Freeze, that_cannot_be_written_keeps_it_and_says_so) {
  TemporaryFolder folder;
  folder.write("file", "");
  const Frozen frozen = freeze(a_promise(), System{}, folder.path("file") + "/below");
  EXPECT_EQ(frozen.file, "");
  EXPECT_THAT(frozen.why_not, HasSubstr("below"));
  EXPECT_EQ(frozen.sha256, sha256(frozen.text));
}

TEST(Freeze, lies_beside_the_ceilings_by_default) {
  const char* before = std::getenv("XDG_CACHE_HOME");
  const std::string kept = before ? before : "";
  setenv("XDG_CACHE_HOME", "/x", 1);
  EXPECT_EQ(default_freeze_directory(), "/x/bottleneck/predictions");
  if (before) {
    setenv("XDG_CACHE_HOME", kept.c_str(), 1);
  } else {
    unsetenv("XDG_CACHE_HOME");
  }
}

}  // namespace
}  // namespace bottleneck
