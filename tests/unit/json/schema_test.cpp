// docs/schema/report.schema.json describes what is written.
#include "tests/unit/json/schema.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "src/core/json.h"
#include "src/core/words.h"
#include "tests/golden/sample_reports.h"

namespace bottleneck {
namespace {

using nlohmann::json;

json a_file() { return json::parse(report_to_json(a_matmul_report())); }

TEST(Schema, accepts_what_is_written) {
  for (const Report& report : {a_matmul_report(), an_idle_report(), a_hostile_report()}) {
    EXPECT_EQ(schema_problem_of(json::parse(report_to_json(report))), "");
  }
  for (unsigned seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(schema_problem_of(json::parse(report_to_json(a_random_report(seed)))), "") << seed;
  }
}

TEST(Schema, refuses_a_file_that_lacks_any_key_of_the_stable_face) {
  const json schema = read_schema();
  for (const json& key : schema["required"]) {
    json file = a_file();
    file.erase(key.get<std::string>());
    EXPECT_NE(schema_problem_of(file), "") << key;
  }
}

TEST(Schema, refuses_foreign_words_and_types) {
  const auto changed = [](const char* pointer, const json& value) {
    json file = a_file();
    file[json::json_pointer(pointer)] = value;
    return schema_problem_of(file);
  };
  EXPECT_NE(changed("/verdict/class", "slow"), "");
  EXPECT_NE(changed("/verdict/detail", ""), "");
  EXPECT_NE(changed("/verdict/tier", "E"), "");
  EXPECT_NE(changed("/verdict/top", json::array()), "");
  EXPECT_NE(changed("/shares/slow", 0.1), "");
  EXPECT_NE(changed("/wall_s", nullptr), "");
  EXPECT_NE(changed("/recommendations/0/claim", "sure"), "");
  EXPECT_NE(changed("/profile/waits/kind/0", "boredom"), "");
  EXPECT_EQ(changed("/verdict/class", "mixed"), "");
  EXPECT_EQ(changed("/something_new", 1), "");
}

/// Every word of the enum stands in that list of the schema, and nothing else but null.
template <typename Enum>
void expect_words(const char* pointer) {
  const json schema = read_schema();
  const json& words = schema.at(json::json_pointer(pointer));
  for (int i = 0; i < word_count<Enum>; ++i) {
    const std::string word(to_string(static_cast<Enum>(i)));
    const json expected = word.empty() ? json(nullptr) : json(word);
    EXPECT_NE(std::find(words.begin(), words.end(), expected), words.end())
        << pointer << " " << word;
    EXPECT_EQ(find_named<Enum>(word), static_cast<Enum>(i)) << word;
  }
  EXPECT_EQ(words.size(), static_cast<std::size_t>(word_count<Enum>)) << pointer;
}

TEST(Schema, knows_the_word_of_every_enumerator) {
  expect_words<Bottleneck>("/definitions/class/enum");
  expect_words<Detail>("/definitions/detail/enum");
  expect_words<Parallelism>("/definitions/parallelism/enum");
  expect_words<Confidence>("/definitions/confidence/enum");
  expect_words<Tier>("/definitions/tier/enum");
  expect_words<Unit>("/definitions/unit/enum");
  expect_words<ProbeStatus>("/definitions/state/enum");
  expect_words<Activity>("/definitions/activity/enum");
  expect_words<Role>("/definitions/role/enum");
  expect_words<WaitKind>("/definitions/wait/enum");
  expect_words<Peer>("/definitions/peer/enum");
  expect_words<GpuKind>("/definitions/gpu_operation/enum");
  expect_words<GpuMemory>("/definitions/gpu_memory/enum");
  expect_words<Claim>("/properties/recommendations/items/properties/claim/enum");
  expect_words<Remedy>("/definitions/remedy/enum");
  expect_words<Outcome>("/properties/verifications/items/properties/verdict/enum");
  expect_words<Family>("/properties/recommendations/items/properties/family/enum");
}

}  // namespace
}  // namespace bottleneck
