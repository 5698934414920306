#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/ceilings/ceilings_process.h"
#include "src/core/error.h"

namespace bottleneck::ceilings {
namespace {

using testing::HasSubstr;

constexpr const char* good_line =
    R"({"name":"call.system","value":2,"low":1,"high":3,"unit":"seconds","source":"s","seconds":0})";

/// A helper that is a shell script of one's own.
class FalseProgram : public testing::Test {
 protected:
  FalseProgram() {
    std::string pattern = testing::TempDir() + "ceilingsXXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~FalseProgram() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& body) {
    const std::string path = folder_ / "helper";
    std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
    chmod(path.c_str(), 0755);
    return path;
  }
  std::vector<Measurement> run(const std::string& body, double budget_s = 5,
                               std::vector<std::string> names = {}) {
    CeilingRequest request;
    request.budget_s = budget_s;
    request.names = std::move(names);
    told_ = 0;
    return measure_with(write(body), request, [&](const Measurement&) { ++told_; });
  }
  static std::string reason_of(const std::vector<Measurement>& all, const std::string& name) {
    for (const Measurement& one : all)
      if (const auto* why = std::get_if<Unavailable>(&one.result); why && one.name == name)
        return why->reason;
    return "nothing of that name is unavailable";
  }
  const std::filesystem::path& folder() const { return folder_; }
  int told_ = 0;

 private:
  std::filesystem::path folder_;
};

std::string echo(const std::string& line) { return "echo '" + line + "'\n"; }

TEST_F(FalseProgram, is_heard_line_by_line) {
  const auto all = run(echo(good_line));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(value_of(all, "call.system"), 2);
  EXPECT_EQ(told_, 1);
}

TEST_F(FalseProgram, that_tells_a_figure_again_replaces_it) {
  std::string better = good_line;
  better.replace(better.find(":2"), 2, ":3");
  const auto all = run(echo(good_line) + echo(better));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(value_of(all, "call.system"), 3);
  EXPECT_EQ(told_, 1);
}

TEST_F(FalseProgram, that_prints_rubbish_is_not_believed) {
  const auto all = run("echo Hello; head -c 100000 /dev/urandom; echo; " + echo(good_line));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(value_of(all, "call.system"), 2);
}

TEST_F(FalseProgram, that_writes_without_end_is_ended) {
  const auto all = run("exec yes", 30);
  EXPECT_THAT(reason_of(all, "machine.ceilings"), HasSubstr("without end"));
}

TEST_F(FalseProgram, that_is_killed_leaves_what_it_told) {
  const auto all = run(echo(good_line) + "kill -KILL $$", 5, {"call.", "fault.small"});
  EXPECT_EQ(value_of(all, "call.system"), 2);
  EXPECT_THAT(reason_of(all, "machine.ceilings"), HasSubstr("OOM killer"));
  EXPECT_THAT(reason_of(all, "machine.ceilings"), HasSubstr("after call.system"));
  EXPECT_THAT(reason_of(all, "fault.small"), HasSubstr("killed"));
}

TEST_F(FalseProgram, that_crashes_or_fails_is_said) {
  EXPECT_THAT(reason_of(run("kill -SEGV $$"), "machine.ceilings"), HasSubstr("signal 11"));
  EXPECT_THAT(reason_of(run("exit 3"), "machine.ceilings"), HasSubstr("status 3"));
}

TEST_F(FalseProgram, that_does_not_know_a_name_leaves_it_unavailable) {
  const auto all = run(echo(good_line), 5, {"call.system", "no.such"});
  EXPECT_THAT(reason_of(all, "no.such"), HasSubstr("does not know"));
  EXPECT_EQ(all.size(), 2u);
}

TEST_F(FalseProgram, that_hangs_is_ended_with_its_children) {
  const std::string file = folder() / "child";
  const auto all = run(echo(good_line) + "sleep 1000 & echo $! > " + file + "; wait", 0.5);
  EXPECT_EQ(value_of(all, "call.system"), 2);
  EXPECT_THAT(reason_of(all, "machine.ceilings"), HasSubstr("0.5 s"));
  int child = 0;
  ASSERT_TRUE(std::ifstream(file) >> child);
  // Killed, and no longer running: gone, or a zombie that whoever reaps orphans has not seen yet.
  std::string state = "gone";
  for (int tries = 0; tries < 500; ++tries) {
    std::ifstream stat("/proc/" + std::to_string(child) + "/stat");
    std::string pid, name;
    if (!(stat >> pid >> name >> state)) state = "gone";
    if (state == "gone" || state == "Z") break;
    usleep(10'000);
  }
  EXPECT_THAT(state, testing::AnyOf("gone", "Z"));
}

TEST_F(FalseProgram, that_closes_its_output_and_goes_on_is_ended) {
  const auto all = run("exec sleep 1000 > /dev/null", 5);
  EXPECT_THAT(reason_of(all, "machine.ceilings"), HasSubstr("closed its output"));
}

TEST_F(FalseProgram, is_given_what_was_asked_for) {
  const std::string file = folder() / "words";
  CeilingRequest request;
  request.names = {"memory.", "fault.small"};
  request.full = true;
  request.budget_s = 10;
  request.directory = "/some where";
  measure_with(write("printf '%s|' \"$@\" > " + file), request, {});
  std::string words;
  std::getline(std::ifstream(file), words);
  EXPECT_EQ(words, "--set|full|--budget|9.000|--only|memory.,fault.small|--directory|/some where|");
}

TEST(CeilingsProgram, that_cannot_be_started_is_an_error) {
  EXPECT_THROW(measure_with("/nowhere/at/all", {}, {}), Error);
}

}  // namespace
}  // namespace bottleneck::ceilings
