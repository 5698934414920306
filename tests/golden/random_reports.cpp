#include <algorithm>
#include <random>

#include "src/core/words.h"
#include "tests/golden/sample_reports.h"

namespace bottleneck {
namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}

  int below(int end) { return static_cast<int>(engine_() % static_cast<unsigned>(end)); }
  double share() { return std::uniform_real_distribution<double>(0, 1)(engine_); }
  template <typename Enum>
  Enum word() {
    return static_cast<Enum>(below(word_count<Enum>));
  }
  /// Short and long, tame and wild.
  std::string text() {
    static const std::vector<std::string> pieces = {"a",
                                                    "multiply",
                                                    " ",
                                                    "std::vector<int, std::allocator<int> >",
                                                    "/usr/lib/x.so",
                                                    "\n",
                                                    "\x1b[1m",
                                                    "\xff",
                                                    "\xe4\xb8\xad",
                                                    "\xcc\x81",
                                                    "\xe2\x80\xae",
                                                    "\x9b",
                                                    "caf\xc3\xa9",
                                                    "\xf0\x9f\x98\x80",
                                                    "\t",
                                                    "word "};
    std::string text;
    for (int i = below(below(4) == 0 ? 60 : 5); i > 0; --i) {
      text += pieces[static_cast<std::size_t>(below(static_cast<int>(pieces.size())))];
    }
    return text;
  }
  std::vector<std::string> texts(int most) {
    std::vector<std::string> all(static_cast<std::size_t>(below(most + 1)));
    for (std::string& one : all) one = text();
    return all;
  }
  std::map<Bottleneck, double> shares() {
    std::map<Bottleneck, double> shares{{Bottleneck::unattributed, share() * 0.1}};
    for (int i = below(8); i >= 0; --i) shares[word<Bottleneck>()] = share() * share();
    double sum = 0;
    for (const auto& [kind, one] : shares) sum += one;
    for (auto& [kind, one] : shares) one /= sum;
    return shares;
  }
  Where where() { return {text(), text(), text(), below(100), share()}; }

 private:
  std::mt19937 engine_;
};

void randomize_profile(Dice& dice, Profile& profile) {
  profile.target.command = dice.texts(6);
  profile.tier = dice.word<Tier>();
  profile.runs.assign(static_cast<std::size_t>(1 + dice.below(4)), profile.runs[0]);
  for (Run& run : profile.runs) {
    run.wall_s = dice.share() * (dice.below(3) == 0 ? 9000 : 3);
    run.signal = dice.below(4) == 0 ? dice.below(70) : 0;
    run.exit_status = dice.below(256);
    run.timed_out = dice.below(5) == 0;
  }
  for (Thread& thread : profile.threads) thread.name = dice.text();
  for (Location& place : profile.locations) {
    place = {dice.text(),
             dice.text(),
             dice.text(),
             dice.below(3000),
             dice.text(),
             dice.word<Activity>(),
             dice.text(),
             dice.word<Peer>(),
             dice.word<Role>(),
             false,
             false};
  }
  for (Wait& wait : profile.waits) {
    wait = {dice.word<WaitKind>(), dice.text(),       dice.text(),
            dice.text(),           dice.word<Peer>(), dice.below(3) - 1};
  }
  for (ProbeState& probe : profile.probes) {
    probe = {dice.text(), dice.word<ProbeStatus>(), dice.text(), dice.text(), dice.text()};
  }
  profile.notes = dice.texts(5);
}

Operand a_random_operand(Dice& dice) {
  return {dice.word<Operand::Kind>(), static_cast<Register>(dice.below(58) - 1), 32,
          dice.below(1000) - 500};
}

void add_hot_code(Dice& dice, Profile& profile) {
  HotCode& code = profile.hot_code.emplace_back();
  code.module = dice.text();
  code.function = dice.text();
  code.line = dice.below(100);
  code.loop = dice.below(2) == 0;
  for (int i = dice.below(3); i > 0; --i)
    code.outer_steps.push_back({static_cast<Register>(dice.below(16)), dice.below(100) - 50});
  code.locations = {dice.below(static_cast<int>(profile.locations.size()))};
  for (int i = 1 + dice.below(10); i > 0; --i) {
    Instruction one;
    one.address = static_cast<std::uint64_t>(dice.below(1 << 30));
    one.text = dice.text();
    one.operation = dice.word<Operation>();
    one.arithmetic = dice.word<Arithmetic>();
    one.destination = a_random_operand(dice);
    one.first = a_random_operand(dice);
    one.second = a_random_operand(dice);
    one.reads = ~std::uint64_t{0} >> dice.below(64);
    one.writes = static_cast<std::uint64_t>(dice.below(1 << 30));
    one.branches = dice.below(3) == 0;
    for (int k = dice.below(3); k > 0; --k)
      one.memory.push_back({static_cast<Register>(dice.below(16)), no_register, 8, true, false,
                            false, false, 8, dice.below(4096) - 2048});
    code.body.push_back(std::move(one));
  }
  code.hits.assign(code.body.size(), dice.below(100));
  code.lines.assign(code.body.size(), dice.below(100));
  for (int i = dice.below(100); i > 0; --i) {
    RegisterSample sample;
    sample.time_s = dice.share();
    sample.stretch = static_cast<std::uint32_t>(dice.below(10));
    sample.at = dice.below(static_cast<int>(code.body.size()));
    for (std::uint64_t& one : sample.registers)
      one = ~std::uint64_t{0} >> dice.below(64) << dice.below(32);
    code.samples.push_back(sample);
  }
}

GpuOperation a_random_operation(Dice& dice, const Profile& profile) {
  GpuOperation one;
  one.kind = dice.word<GpuKind>();
  one.device = dice.below(static_cast<int>(profile.gpu.devices.size()));
  one.stream = dice.below(9) - 1;
  one.process = dice.below(static_cast<int>(profile.processes.size()));
  one.thread = dice.below(static_cast<int>(profile.threads.size()) + 1) - 1;
  one.start_s = dice.share() * 3;
  one.end_s = one.start_s + dice.share() * 1e-3;
  one.queued_s = dice.below(3) == 0 ? -1 : one.start_s - dice.share() * 1e-5;
  one.busy_s = one.end_s - one.start_s;
  one.count = 1 + dice.below(5);
  one.bytes = static_cast<std::uint64_t>(dice.below(1 << 30)) << dice.below(8);
  one.source = dice.word<GpuMemory>();
  one.destination = dice.word<GpuMemory>();
  one.asynchronous = dice.below(2) == 0;
  one.from_graph = dice.below(5) == 0;
  one.name = dice.below(static_cast<int>(profile.gpu.names.size()) + 1) - 1;
  one.correlation = ~std::uint64_t{0} >> dice.below(64);
  one.content = static_cast<std::uint64_t>(dice.below(10));
  one.work_items = static_cast<std::uint64_t>(dice.below(1 << 30));
  one.occupancy = dice.share();
  return one;
}

void add_gpu(Dice& dice, Profile& profile) {
  GpuTimeline& gpu = profile.gpu;
  for (int i = dice.below(3); i > 0; --i)
    gpu.devices.push_back({dice.word<GpuSource>(), dice.text(), dice.below(2) == 0,
                           dice.below(2) == 0, dice.below(4) == 0, dice.below(200),
                           dice.share() * 3e12, dice.below(4), dice.share() * 6e10});
  gpu.names = dice.texts(5);
  gpu.notes = dice.texts(2);
  gpu.dropped = static_cast<std::uint64_t>(dice.below(3));
  gpu.truncated = dice.below(4) == 0;
  gpu.tracing_s = dice.share();
  for (int i = gpu.devices.empty() ? 0 : dice.below(40); i > 0; --i)
    gpu.operations.push_back(a_random_operation(dice, profile));
  gpu.recorded = gpu.operations.size();
}

}  // namespace

Report a_random_report(unsigned seed) {
  Dice dice(seed);
  Report report = a_matmul_report();
  randomize_profile(dice, report.profile);
  Dice of_code(seed);
  for (int i = of_code.below(3); i > 0; --i) add_hot_code(of_code, report.profile);
  Dice of_gpu(seed);
  add_gpu(of_gpu, report.profile);
  report.shares = dice.shares();
  report.busy_shares = dice.shares();
  Verdict& verdict = report.verdict;
  verdict.mixed = dice.below(3) == 0;
  verdict.idle = dice.below(4) == 0;
  if (dice.below(5) == 0) verdict.ended_by = "rlimit_as";
  verdict.kind = dice.word<Bottleneck>();
  verdict.detail = dice.word<Detail>();
  verdict.share = dice.share();
  verdict.parallelism = dice.word<Parallelism>();
  verdict.top = {verdict.kind, dice.word<Bottleneck>(), dice.word<Bottleneck>()};
  verdict.where = dice.where();
  verdict.sentence = dice.text();
  verdict.reasons = dice.texts(6);
  verdict.ruled_out.clear();
  for (int i = dice.below(12); i > 0; --i) {
    verdict.ruled_out.push_back({dice.word<Bottleneck>(), dice.text()});
  }
  for (Finding& finding : report.findings) {
    finding = {dice.word<Bottleneck>(), dice.word<Detail>(), dice.share(), Confidence::fair,
               dice.texts(4),           dice.texts(2),       dice.text(),  dice.where()};
  }
  report.recommendations.resize(static_cast<std::size_t>(dice.below(6)));
  for (Recommendation& advice : report.recommendations) {
    const double factor = 1 + dice.share() * 50;
    advice = {dice.word<Family>(),
              dice.word<Remedy>(),
              dice.text(),
              dice.where(),
              dice.text(),
              dice.texts(3),
              dice.word<Claim>(),
              {{factor, factor * 0.8, factor * 1.2, Unit::ratio}, "amdahl", {}},
              ""};
    if (dice.below(4) == 0) advice.promise = "completes";
  }
  return report;
}

}  // namespace bottleneck
