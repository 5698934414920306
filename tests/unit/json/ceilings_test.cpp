// The kept ceilings and the face of `machine --json`, both ways.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "src/core/error.h"
#include "src/core/json_ceilings.h"

namespace bottleneck {
namespace {

using nlohmann::json;

CeilingSet a_set() {
  CeilingSet set;
  set.fingerprint = {{"kernel", "6.1"}, {"boot", "abc"}};
  set.full = true;
  set.storage_device = "8:1";
  set.ceilings = {{"latency.l1", Quantity{1e-9, 0.9e-9, 1.2e-9, Unit::seconds}, "16 kB", 1},
                  {"storage.fsync", Unavailable{"\x1b[2J no \xff room", "df ."}, "ceilings", 1}};
  return set;
}

template <typename Change>
bool is_refused(Change change) {
  json file = json::parse(ceilings_to_json(a_set()));
  change(file);
  try {
    ceilings_from_json(file.dump(), "kept");
    return false;
  } catch (const Error& error) {
    EXPECT_NE(error.what.find("kept"), std::string::npos);
    return true;
  }
}

TEST(KeptFile, reads_back_what_it_wrote) {
  CeilingSet set = a_set();
  set.ceilings[1].result = Unavailable{"no room", "df ."};
  const CeilingSet again = ceilings_from_json(ceilings_to_json(set), "kept");
  EXPECT_EQ(again.fingerprint, set.fingerprint);
  EXPECT_EQ(again.full, true);
  EXPECT_EQ(again.storage_device, "8:1");
  EXPECT_EQ(again.ceilings, set.ceilings);
}

TEST(KeptFile, that_is_cut_anywhere_is_refused) {
  const std::string text = ceilings_to_json(a_set());
  for (std::size_t size = 0; size + 2 < text.size(); ++size)
    EXPECT_THROW(ceilings_from_json(text.substr(0, size), "kept"), Error) << size;
}

TEST(KeptFile, with_impossible_figures_is_refused) {
  EXPECT_FALSE(is_refused([](json&) {}));
  EXPECT_TRUE(is_refused([](json& f) { f["ceilings"][0]["value"] = -1; }));
  EXPECT_TRUE(is_refused([](json& f) { f["ceilings"][0]["value"] = 1e300; }));
  EXPECT_TRUE(is_refused([](json& f) { f["ceilings"][0]["low"] = 2e-9; }));
  EXPECT_TRUE(is_refused([](json& f) { f["ceilings"][0]["unit"] = "parsecs"; }));
  EXPECT_TRUE(is_refused([](json& f) { f["ceilings"][0].erase("name"); }));
  EXPECT_TRUE(is_refused([](json& f) { f["ceilings"][0]["name"] = std::string(2000, 'x'); }));
  EXPECT_TRUE(is_refused([](json& f) { f["ceilings"] = json(std::vector<int>(5000, 1)); }));
  EXPECT_TRUE(is_refused([](json& f) { f["fingerprint"] = 1; }));
  EXPECT_TRUE(is_refused([](json& f) { f["fingerprint"]["boot"] = nullptr; }));
  EXPECT_TRUE(is_refused([](json& f) { f["kind"] = "report"; }));
  EXPECT_TRUE(is_refused([](json& f) { f["schema_version"] = 99; }));
  EXPECT_THROW(ceilings_from_json(std::string(100'000, '['), "kept"), Error);
}

TEST(MachineFace, has_a_value_for_every_ceiling_and_says_what_is_missing) {
  Topology topology;
  topology.cpus = 2;
  topology.cores = 1;
  const json face = json::parse(machine_to_json({}, topology, a_set()));
  EXPECT_EQ(face["kind"], "machine");
  EXPECT_EQ(face["topology"], json({{"cpus", 2}, {"cores", 1}})) << "what is not told is absent";
  ASSERT_EQ(face["ceilings"].size(), 1u);
  for (const char* key : {"name", "value", "unit", "low", "high"})
    EXPECT_TRUE(face["ceilings"][0].contains(key)) << key;
  EXPECT_EQ(face["ceilings"][0]["unit"], "seconds");
  EXPECT_EQ(face["unavailable"][0]["name"], "storage.fsync");
  EXPECT_EQ(face["unavailable"][0]["remedy"], "df .");
}

}  // namespace
}  // namespace bottleneck
