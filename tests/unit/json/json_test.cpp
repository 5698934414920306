#include "src/core/json.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "src/core/error.h"
#include "tests/golden/sample_reports.h"

namespace bottleneck {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::string write_again(const std::string& text) {
  Report report = a_matmul_report();
  report.profile = profile_from_json(text, "test");
  report.hot_loops.clear();  // of another profile
  return json::parse(report_to_json(report))["profile"].dump();
}

std::string profile_text(const std::string& text) { return json::parse(text)["profile"].dump(); }

/// The reason for which a file with this change is refused.
template <typename Change>
std::string why_refused(Change change) {
  json file = json::parse(report_to_json(a_matmul_report()));
  change(file);
  try {
    profile_from_json(file.dump(), "report.json");
  } catch (const Error& error) {
    EXPECT_THAT(error.what, HasSubstr("report.json"));
    EXPECT_FALSE(error.so.empty());
    EXPECT_FALSE(error.fix.empty());
    EXPECT_EQ(error.exit_status, exit_failed);
    return error.why;
  }
  return "not refused";
}

TEST(SavedFile, reads_back_what_it_wrote_byte_for_byte) {
  for (const Report& report : {a_matmul_report(), an_idle_report(), a_hostile_report()}) {
    const std::string text = report_to_json(report);
    EXPECT_EQ(write_again(text), profile_text(text));
  }
  for (unsigned seed = 0; seed < 50; ++seed) {
    const std::string text = report_to_json(a_random_report(seed));
    EXPECT_EQ(write_again(text), profile_text(text)) << seed;
  }
}

/// A kernel of a microsecond on a device of its own.
Report a_gpu_report() {
  Report report = a_matmul_report();
  GpuTimeline& gpu = report.profile.gpu;
  gpu.devices = {{GpuSource::opencl, "a device", true, true, true, 4, 3e12, 2, 55e9}};
  gpu.names = {"add"};
  GpuOperation one;
  one.start_s = 1.000000001;
  one.end_s = 1.000001235;
  one.busy_s = 1.234e-6;
  one.name = 0;
  one.content = ~std::uint64_t{0};
  gpu.operations = {one};
  gpu.recorded = 1;
  return report;
}

TEST(SavedFile, keeps_what_a_device_did_to_the_nanosecond) {
  const std::string text = report_to_json(a_gpu_report());
  EXPECT_EQ(write_again(text), profile_text(text));
  const GpuTimeline after = profile_from_json(text, "test").gpu;
  ASSERT_EQ(after.operations.size(), 1U);
  EXPECT_EQ(after.operations[0].end_s, 1.000001235);
  EXPECT_EQ(after.operations[0].content, ~std::uint64_t{0});
  EXPECT_EQ(after.operations[0].queued_s, -1);
  EXPECT_EQ(after.devices.at(0).link_bandwidth, 55e9);
  EXPECT_TRUE(after.simulated());
}

TEST(SavedFile, says_that_a_device_was_simulated_and_nothing_where_none_was_used) {
  EXPECT_TRUE(json::parse(report_to_json(a_gpu_report()))["simulated"].get<bool>());
  const json without = json::parse(report_to_json(a_matmul_report()));
  EXPECT_FALSE(without["simulated"].get<bool>());
  EXPECT_FALSE(without["profile"].contains("gpu"));
}

TEST(SavedFile, refuses_operations_of_devices_that_are_not_there) {
  const auto why = [](const char* column, const json& value) {
    json file = json::parse(report_to_json(a_gpu_report()));
    file["profile"]["gpu"]["operations"][column][0] = value;
    try {
      profile_from_json(file.dump(), "report.json");
    } catch (const Error& error) {
      return error.why;
    }
    return std::string("not refused");
  };
  EXPECT_THAT(why("device", 1), HasSubstr("gpu.operations[0].device"));
  EXPECT_THAT(why("process", -1), HasSubstr("gpu.operations[0].process"));
  EXPECT_THAT(why("name", 7), HasSubstr("gpu.operations[0].name"));
  EXPECT_THAT(why("end_s", 0.5), HasSubstr("gpu.operations[0].end_s"));
  EXPECT_THAT(why("busy_s", -1), HasSubstr("gpu.operations[0].busy_s"));
  EXPECT_THAT(why("count", 0), HasSubstr("gpu.operations[0].count"));
  EXPECT_THAT(why("occupancy", 2), HasSubstr("gpu.operations[0].occupancy"));
  EXPECT_THAT(why("kind", "dance"), HasSubstr("kind"));
}

TEST(SavedFile, keeps_every_field_of_the_profile) {
  const Profile before = a_matmul_report().profile;
  const Profile after = profile_from_json(report_to_json(a_matmul_report()), "test");
  EXPECT_EQ(after.target.command, before.target.command);
  EXPECT_EQ(after.machine.memory_bytes, before.machine.memory_bytes);
  EXPECT_EQ(after.machine.cpu_quota, std::nullopt);
  EXPECT_EQ(after.tier, Tier::B1);
  EXPECT_EQ(after.probes, before.probes);
  EXPECT_EQ(after.measurements, before.measurements);
  EXPECT_EQ(after.ceilings, before.ceilings);
  EXPECT_FALSE(after.ceilings.empty());
  EXPECT_EQ(after.locations.at(2).peer, Peer::file);
  EXPECT_EQ(after.waits.at(0).kind, WaitKind::timer);
  EXPECT_EQ(after.timeline.code.at(2).samples, 1600);
  EXPECT_EQ(after.timeline.counters.at(0).read_bytes, 8'000'000u);
  EXPECT_EQ(after.timeline.counters.at(0).written_bytes, std::nullopt);
  EXPECT_EQ(after.timeline.idle.at(1).thread, -1);
  EXPECT_EQ(after.notes, before.notes);
}

TEST(SavedFile, of_an_older_version_has_no_ceilings) {
  json file = json::parse(report_to_json(a_matmul_report()));
  file["profile"].erase("ceilings");
  EXPECT_TRUE(profile_from_json(file.dump(), "old").ceilings.empty());
  file["profile"]["ceilings"] = 3;
  EXPECT_THROW(profile_from_json(file.dump(), "bent"), Error);
}

TEST(SavedFile, rounds_times_to_a_microsecond_when_it_writes) {
  const Profile after = profile_from_json(report_to_json(a_matmul_report()), "test");
  EXPECT_EQ(after.timeline.code.at(2).seconds, 1.6);
}

TEST(SavedFile, has_the_stable_face) {
  const json file = json::parse(report_to_json(a_matmul_report()));
  EXPECT_EQ(file["schema_version"], 1);
  EXPECT_EQ(file["kind"], "report");
  EXPECT_EQ(file["command"], json({"./matmul", "1000"}));
  EXPECT_EQ(file["simulated"], false);
  EXPECT_EQ(file["verdict"]["class"], "memory_latency");
  EXPECT_EQ(file["verdict"]["detail"], "strided");
  EXPECT_EQ(file["verdict"]["tier"], "B1");
  EXPECT_EQ(file["verdict"]["where"]["line"], 14);
  EXPECT_EQ(file["shares"]["lock"], 0);
  EXPECT_FALSE(file["shares"].contains("network"));
  EXPECT_EQ(file["recommendations"][0]["prediction"]["speedup"]["high"], 11.1);
  EXPECT_EQ(file["verifications"], json::array());
  EXPECT_EQ(file["probes"][1]["state"], "unavailable");
}

TEST(SavedFile, says_mixed_and_null_where_there_is_no_finer_word) {
  Report report = a_matmul_report();
  report.verdict.mixed = true;
  report.verdict.detail = Detail::none;
  report.shares.erase(Bottleneck::unattributed);
  const json file = json::parse(report_to_json(report));
  EXPECT_EQ(file["verdict"]["class"], "mixed");
  EXPECT_TRUE(file["verdict"]["detail"].is_null());
  EXPECT_EQ(file["shares"]["unattributed"], 0);
}

TEST(SavedFile, may_stand_inside_html_and_is_valid_utf8) {
  const std::string text = report_to_json(a_hostile_report());
  EXPECT_EQ(text.find('<'), std::string::npos);
  EXPECT_EQ(json::parse(text)["command"][3], "</script>");
  EXPECT_THAT(text, HasSubstr("\xef\xbf\xbd"));  // U+FFFD for what was no UTF-8
}

TEST(SavedFile, stays_below_five_megabytes_with_sixty_thousand_cells) {
  Report report = a_matmul_report();
  Timeline& timeline = report.profile.timeline;
  timeline.windows = 4096;
  for (int i = 0; i < 20'000; ++i) {
    const double seconds = 0.01 * (i % 977) / 977;
    timeline.work.push_back({i % 4096, i % 2, {1 + i % 16, 0, i % 3, 0}, seconds});
    timeline.code.push_back({i % 4096, i % 2, i % 3, seconds, i % 100});
    CounterCell cell;
    cell.window = i % 4096;
    cell.user_s = seconds;
    cell.read_bytes = 123'456'789;
    timeline.counters.push_back(cell);
  }
  EXPECT_LT(report_to_json(report).size(), 5'000'000u);
}

TEST(SavedFile, of_another_kind_or_version_is_refused) {
  EXPECT_THAT(why_refused([](json& file) { file["kind"] = "demos"; }), HasSubstr("kind"));
  EXPECT_THAT(why_refused([](json& file) { file["schema_version"] = 2; }),
              HasSubstr("another version"));
  EXPECT_THAT(why_refused([](json& file) { file["schema_version"] = "1"; }), HasSubstr("number"));
  EXPECT_THAT(why_refused([](json& file) { file.erase("profile"); }), HasSubstr("missing"));
  EXPECT_THAT(why_refused([](json& file) { file = json::array(); }), HasSubstr("not written by"));
}

TEST(SavedFile, with_a_wrong_type_or_word_is_refused_by_its_path) {
  EXPECT_THAT(why_refused([](json& file) { file["profile"]["tier"] = "E"; }),
              HasSubstr("profile.tier"));
  EXPECT_THAT(why_refused([](json& file) { file["profile"]["threads"]["tid"][1] = "x"; }),
              HasSubstr("profile.threads.tid[1]"));
  EXPECT_THAT(why_refused([](json& file) { file["profile"]["threads"]["tid"][1] = 1e300; }),
              HasSubstr("whole number"));
  EXPECT_THAT(why_refused([](json& file) { file["profile"]["waits"]["kind"][0] = "boredom"; }),
              HasSubstr("word"));
  EXPECT_THAT(why_refused([](json& file) { file["profile"]["machine"].erase("kernel"); }),
              HasSubstr("\"kernel\" is missing"));
  EXPECT_THAT(
      why_refused([](json& file) { file["profile"]["timeline"]["work"]["rows"] = 1'000'000'000; }),
      HasSubstr("a list of 1000000000"));
  EXPECT_THAT(why_refused([](json& file) { file["profile"]["threads"]["tid"].erase(0); }),
              HasSubstr("a list of 2"));
}

TEST(SavedFile, with_an_index_that_points_nowhere_is_refused) {
  const auto with = [](const char* table, const char* column, int value) {
    return why_refused([&](json& file) { file["profile"]["timeline"][table][column][0] = value; });
  };
  EXPECT_THAT(with("work", "window", 2), HasSubstr("timeline.work[0].window: 2 points nowhere"));
  EXPECT_THAT(with("work", "window", -1), HasSubstr("points nowhere"));
  EXPECT_THAT(with("code", "location", 3), HasSubstr("points nowhere"));
  EXPECT_THAT(with("idle", "wait", -2), HasSubstr("points nowhere"));
  EXPECT_THAT(with("blocked", "thread", 99), HasSubstr("points nowhere"));
  EXPECT_THAT(with("counters", "process", 1), HasSubstr("points nowhere"));
  EXPECT_THAT(why_refused([](json& file) { file["profile"]["run"] = 1; }),
              HasSubstr("profile.run"));
  EXPECT_THAT(why_refused([](json& file) { file["profile"]["processes"]["parent"][0] = 0; }),
              HasSubstr("circle"));
}

TEST(SavedFile, with_an_absurd_value_is_refused) {
  EXPECT_THAT(why_refused([](json& file) { file["profile"]["timeline"]["windows"] = -1; }),
              HasSubstr("windows"));
  EXPECT_THAT(
      why_refused([](json& file) { file["profile"]["timeline"]["windows"] = 2'000'000'000; }),
      HasSubstr("windows"));
  EXPECT_THAT(
      why_refused([](json& file) { file["profile"]["timeline"]["work"]["seconds"][0] = -1; }),
      HasSubstr("no possible time"));
  EXPECT_THAT(why_refused([](json& file) { file["profile"]["runs"][0]["wall_s"] = 1e300; }),
              HasSubstr("no possible time"));
  EXPECT_THAT(why_refused([](json& file) { file["profile"]["runs"] = json::array(); }),
              HasSubstr("runs"));
  EXPECT_THAT(
      why_refused([](json& file) { file["profile"]["machine"]["cpus_online"] = 100'000'000; }),
      HasSubstr("cpus_online"));
}

TEST(SavedFile, with_hot_code_that_no_probe_writes_is_refused) {
  const auto with = [](const char* key, auto value) {
    return why_refused([&](json& file) { file["profile"]["hot_code"][0][key][0] = value; });
  };
  EXPECT_THAT(with("hits", -1), HasSubstr("profile.hot_code[0].hits"));
  EXPECT_THAT(with("lines", -1), HasSubstr("profile.hot_code[0].lines"));
  EXPECT_THAT(why_refused([](json& file) {
                json& hits = file["profile"]["hot_code"][0]["hits"];
                hits[0] = hits[1] = std::numeric_limits<int>::max();
              }),
              HasSubstr("profile.hot_code[0].hits"));  // their sum is no int
  EXPECT_THAT(why_refused([](json& file) {
                file["profile"]["ceilings"].push_back(json::object({{"name", "compute.clock"},
                                                                    {"value", 1e300},
                                                                    {"low", 1},
                                                                    {"high", 1},
                                                                    {"unit", "hertz"},
                                                                    {"source", ""},
                                                                    {"coverage", 1}}));
              }),
              HasSubstr("no possible quantity"));
}

}  // namespace
}  // namespace bottleneck
