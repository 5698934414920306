// Verifications, demos and residuals, both ways.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "src/core/error.h"
#include "src/core/json.h"
#include "src/core/json_residual.h"
#include "tests/golden/sample_reports.h"
#include "tests/unit/json/schema.h"

namespace bottleneck {
namespace {

using nlohmann::json;
using testing::HasSubstr;

Verification a_verification() {
  Verification one;
  one.variant = "ikj";
  one.baseline = "ijk";
  one.remedy = Remedy::reorder_accesses;
  one.predicted = Quantity{3.5, 3, 4, Unit::ratio};
  one.model = "cache";
  one.measured = Quantity{3.75, 3.5, 4.25, Unit::ratio};
  one.outcome = Outcome::held;
  one.why = "measured <what> was predicted";
  one.frozen = "abc";
  one.pairs = 7;
  one.rejected = 1;
  one.losses = LossFactors{2, 0.5, 0.75, 0.875, 1.5};
  one.baseline_s = 1.25;
  one.variant_s = 0.5;
  one.baseline_rss_bytes = 1 << 20;
  one.variant_rss_bytes = 1 << 21;
  one.limit = "compute";
  return one;
}

Demo a_demo() {
  Demo demo;
  demo.name = "matmul";
  demo.line = "multiplies";
  demo.unit = "rows";
  demo.size = 1'000;
  demo.limit = "2 n^3 operations";
  demo.expected = {"memory_latency", "memory_bandwidth"};
  demo.control = true;
  demo.wrong = "it is compute";
  demo.interrupted = true;
  DemoStep step;
  step.variant = "ijk";
  step.line = "as in the book";
  step.profiled = true;
  step.kind = Bottleneck::memory_latency;
  step.detail = Detail::strided;
  step.share = 0.75;
  step.wall_s = 1.5;
  step.recommended = {Remedy::reorder_accesses, Remedy::vectorize};
  demo.steps = {step, DemoStep{}};
  demo.steps[1].after = "ijk";
  demo.device = "OpenCL: a CPU";
  demo.simulated = true;
  return demo;
}

Report a_proven_report() {
  Report report = a_matmul_report();
  report.verifications = {a_verification(), Verification{}};
  report.demo = a_demo();
  return report;
}

template <typename Change>
std::string why_refused(Change change) {
  json file = json::parse(report_to_json(a_proven_report()));
  change(file);
  try {
    saved_from_json(file.dump(), "saved");
  } catch (const Error& error) {
    return error.why;
  }
  return "not refused";
}

TEST(SavedProof, is_written_again_as_it_was_read) {
  const std::string text = report_to_json(a_proven_report());
  Saved saved = saved_from_json(text, "saved");
  Report again = a_matmul_report();
  again.verifications = saved.verifications;
  again.demo = saved.demo;
  EXPECT_EQ(report_to_json(again), text);
}

TEST(SavedProof, keeps_every_field) {
  const Saved saved = saved_from_json(report_to_json(a_proven_report()), "saved");
  ASSERT_EQ(saved.verifications.size(), 2u);
  const Verification& one = saved.verifications[0];
  EXPECT_EQ(one.variant, "ikj");
  EXPECT_EQ(one.baseline, "ijk");
  EXPECT_EQ(one.remedy, Remedy::reorder_accesses);
  EXPECT_EQ(one.predicted, (Quantity{3.5, 3, 4, Unit::ratio}));
  EXPECT_EQ(one.measured, (Quantity{3.75, 3.5, 4.25, Unit::ratio}));
  EXPECT_EQ(one.outcome, Outcome::held);
  EXPECT_EQ(one.pairs, 7);
  EXPECT_EQ(one.losses.value().busy_before, 1.5);
  EXPECT_EQ(one.variant_rss_bytes, 1u << 21);
  EXPECT_FALSE(saved.verifications[1].measured);
  EXPECT_FALSE(saved.verifications[1].remedy);
  ASSERT_TRUE(saved.demo);
  EXPECT_EQ(saved.demo->size, 1'000u);
  EXPECT_TRUE(saved.demo->interrupted);
  EXPECT_EQ(saved.demo->steps.at(0).recommended.at(1), Remedy::vectorize);
  EXPECT_EQ(saved.demo->steps.at(1).detail, Detail::none);
  EXPECT_EQ(saved.demo->steps.at(1).after, "ijk");
}

TEST(SavedProof, is_not_there_in_an_ordinary_report) {
  const json file = json::parse(report_to_json(a_matmul_report()));
  EXPECT_FALSE(file.contains("demo"));
  EXPECT_EQ(file["verifications"], json::array());
  EXPECT_FALSE(saved_from_json(file.dump(), "saved").demo);
}

TEST(SavedProof, that_is_bent_is_refused_by_its_path) {
  EXPECT_EQ(why_refused([](json&) {}), "not refused");
  const auto with = [](const char* pointer, const json& value) {
    return why_refused([&](json& file) { file[json::json_pointer(pointer)] = value; });
  };
  EXPECT_THAT(with("/verifications/0/verdict", "great"), HasSubstr("verifications[0].verdict"));
  EXPECT_THAT(with("/verifications/0/remedy", "prayer"), HasSubstr("word"));
  EXPECT_THAT(with("/verifications/0/measured/low", 9), HasSubstr("measured.low"));
  EXPECT_THAT(with("/verifications/0/predicted/high", 1), HasSubstr("predicted.high"));
  EXPECT_THAT(with("/verifications/0/predicted/value", -1), HasSubstr("predicted.value"));
  EXPECT_THAT(with("/verifications/0/predicted/high", 1e300), HasSubstr("predicted.high"));
  EXPECT_THAT(with("/verifications/0/pairs", -1), HasSubstr("pairs"));
  EXPECT_THAT(with("/verifications/0/losses/threads", 0), HasSubstr("threads"));
  EXPECT_THAT(with("/verifications/0/baseline_s", "1"), HasSubstr("a number"));
  EXPECT_THAT(with("/verifications", 3), HasSubstr("a list"));
  EXPECT_THAT(with("/demo", 3), HasSubstr("an object"));
  EXPECT_THAT(with("/demo/steps/0/class", "slow"), HasSubstr("demo.steps[0].class"));
  EXPECT_THAT(with("/demo/steps/0/share", 2), HasSubstr("share"));
  EXPECT_THAT(with("/demo/size", -2), HasSubstr("demo.size"));
  EXPECT_THAT(why_refused([](json& file) { file["demo"].erase("right"); }), HasSubstr("missing"));
  EXPECT_THAT(why_refused([](json& file) {
                file["demo"]["steps"][0]["recommended"] =
                    json(std::vector<std::string>(5'000, "vectorize"));
              }),
              HasSubstr("entries"));
}

TEST(SavedProof, is_what_the_schema_describes) {
  const json file = json::parse(report_to_json(a_proven_report()));
  EXPECT_EQ(schema_problem_of(file), "");
  const auto changed = [&](const char* pointer, const json& value) {
    json bent = file;
    bent[json::json_pointer(pointer)] = value;
    return schema_problem_of(bent);
  };
  EXPECT_NE(changed("/demo/steps/0/recommended/0", "prayer"), "");
  EXPECT_NE(changed("/verifications/0/remedy", "prayer"), "");
  EXPECT_NE(changed("/verifications/0/losses", 1), "");
  EXPECT_NE(changed("/demo/right", "yes"), "");
}

TEST(ResidualLine, reads_back_what_it_wrote) {
  const Residual one{"2024-02-29T12:00:00Z", "a CPU, 2", "matmul", Remedy::vectorize, 4, 3, 5, 3.5};
  EXPECT_EQ(residual_from_line(residual_to_line(one)), one);
  EXPECT_EQ(residual_to_line(one).find('\n'), std::string::npos);
}

TEST(ResidualLine, that_is_none_is_nothing) {
  const Residual one{"", "", "matmul", Remedy::vectorize, 4, 3, 5, 3.5};
  const std::string line = residual_to_line(one);
  for (std::size_t size = 0; size < line.size(); ++size)
    EXPECT_FALSE(residual_from_line(line.substr(0, size))) << size;
  const auto changed = [&](const char* key, const json& value) {
    json object = json::parse(line);
    object[key] = value;
    return residual_from_line(object.dump());
  };
  EXPECT_FALSE(changed("remedy", "prayer"));
  EXPECT_FALSE(changed("low", 4.5));
  EXPECT_FALSE(changed("low", 0));
  EXPECT_FALSE(changed("measured", -1));
  EXPECT_FALSE(changed("measured", 1e300));
  EXPECT_FALSE(residual_from_line(std::string(100'000, '[')));
  EXPECT_TRUE(changed("measured", 1));
}

}  // namespace
}  // namespace bottleneck
