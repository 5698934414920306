#include "src/prove/demo.h"

#include <algorithm>
#include <csignal>
#include <map>

#include <fmt/format.h>

#include "src/analysis/analyze.h"
#include "src/core/error.h"
#include "src/launch/signals.h"
#include "src/prove/arm_run.h"
#include "src/prove/demo_plan.h"
#include "src/prove/experiment.h"
#include "src/prove/freeze.h"
#include "src/prove/growth.h"
#include "src/prove/residuals.h"
#include "src/prove/workload_run.h"

namespace bottleneck {
namespace {

/// Source: the issue of this command (quick), docs/prediction.md (10 by default).
constexpr int quick_blocks = 5, default_blocks = 10;
/// Files of a gigabyte are written in less.
constexpr double longest_prepare_s = 600;
/// A variant that takes this much longer than what it should make faster is not worth waiting for.
constexpr double slowest_variant = 4, shortest_timeout_s = 10;

/// Others' load of that share makes a profile again. Source: it is 2 % for a rerun; a profile only
/// has to show the right class.
constexpr double most_held_up = 0.1;
constexpr int most_profiles = 3;
constexpr double longest_made_again_s = 5;

/// Share of the wall time in which others had the CPUs.
double held_up(const Report& report) {
  for (const Finding& one : report.findings)
    if (one.kind == Bottleneck::run_queue && one.detail != Detail::quota) return one.share;
  return 0;
}

/// Whether a signal to end came while nobody watched.
bool is_asked_to_end() {
  sigset_t pending;
  sigpending(&pending);
  return std::any_of(std::begin({SIGINT, SIGTERM, SIGHUP, SIGQUIT}),
                     std::end({SIGINT, SIGTERM, SIGHUP, SIGQUIT}),
                     [&](int one) { return sigismember(&pending, one) == 1; });
}

std::vector<Remedy> remedies_of(const std::vector<Recommendation>& all) {
  std::vector<Remedy> remedies;
  for (const Recommendation& one : all) remedies.push_back(one.remedy);
  return remedies;
}

/// Where it has no files its memory tells how much it works on.
std::uint64_t input_of(const DemoDescription& demo) {
  return demo.prepares ? demo.disk_bytes : demo.memory_bytes;
}

Demo describe(const DemoDescription& from) {
  Demo demo;
  demo.name = from.name;
  demo.line = from.line;
  demo.unit = from.unit;
  demo.size = from.size;
  demo.limit = from.limit;
  demo.expected = from.verdicts;
  demo.control = from.control;
  demo.device = from.device;
  demo.simulated = from.simulated;
  return demo;
}

class DemoRun {
 public:
  DemoRun(const DemoDescription& about, const DemoOptions& options, const System& system,
          const std::function<void(const std::string&)>& progress)
      : about_(about),
        options_(options),
        system_(system),
        progress_(progress),
        machine_(name_machine(system)),
        demo_(describe(about)) {
    residuals_ = load_residuals(residuals_path(), machine_);
  }

  Report run() {
    if (about_.prepares) prepare(about_, data_);
    const std::string& baseline = about_.variants.front().name;
    profile(about_.variants.front());
    if (profiled_.empty())
      throw Error("interrupted", "a signal came before anything ran", "nothing was measured", "",
                  exit_interrupted);
    check_baseline();
    watch_growth();
    std::vector<std::string> open{baseline};
    for (std::size_t i = 0; i < open.size() && !stopped(); ++i) {
      for (const DemoVariant& one : rerun(open[i])) open.push_back(one.name);
      if (options_.quick && !options_.all_variants) break;
    }
    judge();
    Report report = std::move(profiled_.at(baseline));
    report.verifications = std::move(verifications_);
    report.demo = std::move(demo_);
    return report;
  }

 private:
  void tell(const std::string& step) const {
    if (progress_) progress_(fmt::format("{}: {}", about_.name, step));
  }
  bool stopped() {
    demo_.interrupted = demo_.interrupted || is_asked_to_end();
    return demo_.interrupted;
  }
  std::string residuals_path() const {
    return options_.residuals.empty() ? default_residuals_path() : options_.residuals;
  }

  /// Pieces as large as the diagnosis advises.
  Target target_of(const std::string& variant) const {
    return variant_target(about_, variant, data_.path(), piece_bytes_);
  }

  void prepare(const DemoDescription& demo, const DataFolder& folder) const {
    tell("writing its input");
    const Answer answer =
        ask({demo.executable, "--prepare", folder.path(), "--size", std::to_string(demo.size)},
            longest_prepare_s, demo.environment);
    if (answer.exit_status == exit_ok) return;
    throw Error(fmt::format("the input of {} could not be written", demo.name),
                answer.last_words.empty() ? fmt::format("exit status {}", answer.exit_status)
                                          : answer.last_words,
                "nothing was measured", "TMPDIR=/a/folder/with/room bottleneck demo " + demo.name,
                exit_failed);
  }

  /// Drivers compile kernels at their first run, and keep them: seconds that are no variant's.
  void warm_up(const DemoVariant& variant) const {
    if (about_.device.empty()) return;
    tell("running " + variant.name + " once, for its kernels to be compiled");
    const Target target = target_of(variant.name);
    ask(target.command, longest_prepare_s, target.environment);
  }

  /// One profile of it, as of any program.
  Report watch(const DemoVariant& variant) {
    LaunchOptions launch;
    launch.target = target_of(variant.name);
    if (!profiled_.empty())
      launch.timeout_s = std::max(shortest_timeout_s, slowest_variant * demo_.steps.front().wall_s);
    Profile profile;
    {
      const Silence silence;
      profile = collect(launch, system_, all_probes(system_, options_.probes));
    }
    if (profile.this_run().interrupted) demo_.interrupted = true;
    if (options_.add_ceilings) options_.add_ceilings(profile);
    return analyze(std::move(profile));
  }

  /// Again while others hold the CPUs: as of the reruns, a profile is rejected for its cause alone.
  void profile(const DemoVariant& variant) {
    Report best;
    warm_up(variant);
    for (int attempt = 1; attempt <= most_profiles && !stopped(); ++attempt) {
      tell("profiling " + variant.name + (attempt > 1 ? ", again: the CPUs were busy" : ""));
      Report report = watch(variant);
      if (attempt == 1 || held_up(report) < held_up(best)) best = std::move(report);
      const bool too_long = best.profile.this_run().wall_s > longest_made_again_s;
      if (held_up(best) < most_held_up || too_long) break;
    }
    if (best.profile.runs.empty()) return;
    if (held_up(best) >= most_held_up)
      demo_.notes.push_back(fmt::format("{}: other programs held up {:.0f} % of the profiled run",
                                        variant.name, 100 * held_up(best)));
    for (const Recommendation& one : best.recommendations)
      if (one.piece_bytes > 0) piece_bytes_ = static_cast<std::size_t>(one.piece_bytes);
    const Verdict& verdict = best.verdict;
    demo_.steps.push_back({variant.name, variant.line, variant.after, true, verdict.kind,
                           verdict.detail, verdict.share, best.profile.this_run().wall_s,
                           remedies_of(best.recommendations)});
    profiled_.insert_or_assign(variant.name, std::move(best));
  }

  /// Only where "completes" is to be shown may it die.
  void check_baseline() const {
    const DemoVariant& first = about_.variants.front();
    const Run& run = profiled_.at(first.name).profile.this_run();
    const bool may_die = std::any_of(about_.variants.begin(), about_.variants.end(),
                                     [](const auto& one) { return one.claim == "completes"; });
    if (run.exit_status == 0 || may_die || demo_.interrupted) return;
    const Target target = variant_target(about_, first.name, "DIR");
    throw Error(fmt::format("{} failed", about_.name),
                fmt::format("exit status {}", run.exit_status), "there is nothing to compare with",
                fmt::format("{}", fmt::join(target.command, " ")), exit_failed);
  }

  /// The baseline once more at half its size: does its time grow faster than its input?
  void watch_growth() {
    const Run& run = profiled_.at(about_.variants.front().name).profile.this_run();
    if (about_.size < 2 || run.exit_status != 0 || stopped()) return;
    const DemoDescription half =
        describe_demo(about_.name, about_.size / 2, options_.quick, about_.environment);
    const DataFolder folder;
    if (half.prepares) prepare(half, folder);
    tell("running it at half its size");
    SignalQueue signals;
    const ArmRun small = run_arm(variant_target(half, half.variants.front().name, folder.path()),
                                 longest_made_again_s + run.wall_s, system_, {}, signals);
    demo_.interrupted = demo_.interrupted || small.interrupted;
    if (small.interrupted || small.run.exit_status != 0) return;
    std::string growth = say_growth({small.run.cpu_s, input_of(half)},
                                    {run.user_s + run.system_s, input_of(about_)});
    if (!growth.empty()) demo_.notes.insert(demo_.notes.begin(), std::move(growth));
  }

  std::vector<DemoVariant> choose(const std::string& after) {
    const auto& advice = profiled_.at(after).recommendations;
    const Breadth breadth = options_.all_variants ? Breadth::all
                            : options_.quick      ? Breadth::recommended
                                                  : Breadth::path;
    std::vector<DemoVariant> chosen = choose_variants(about_, after, advice, breadth);
    if (chosen.empty())
      if (std::string why = say_nothing_chosen(about_, after, advice); !why.empty())
        demo_.notes.push_back(std::move(why));
    return chosen;
  }

  struct Promised {
    Promise promise;                     ///< as it is held against the rerun
    std::optional<Prediction> by_model;  ///< before calibration
    std::string frozen;
  };

  Promised promise(const DemoVariant& variant) {
    Promised made{promise_for(variant, profiled_.at(variant.after).recommendations), {}, ""};
    made.promise.of = fmt::format("{} {}", about_.name, about_.size);
    made.by_model = made.promise.prediction;
    calibrate_promise(made.promise, residuals_, about_.name);
    const Frozen frozen = freeze(made.promise, system_, options_.freeze);
    made.frozen = frozen.sha256;
    const std::string note = "predictions are in this report alone: " + frozen.why_not;
    const bool told = std::find(demo_.notes.begin(), demo_.notes.end(), note) != demo_.notes.end();
    if (!frozen.why_not.empty() && !told) demo_.notes.push_back(note);
    return made;
  }

  ExperimentResult experiment(const std::string& after, const std::vector<DemoVariant>& chosen) {
    ExperimentPlan plan;
    plan.arms.push_back({after, target_of(after)});
    for (const DemoVariant& one : chosen) plan.arms.push_back({one.name, target_of(one.name)});
    plan.most_blocks = options_.blocks > 0 ? options_.blocks
                       : options_.quick    ? quick_blocks
                                           : default_blocks;
    plan.least_blocks = std::min(quick_blocks, plan.most_blocks);
    const Silence silence;  // a baseline that is meant to die says so each time
    ExperimentResult result = run_experiment(plan, system_, [&](int block, int blocks) {
      tell(fmt::format("rerunning {} and {} more, {} of {}", after, chosen.size(), block, blocks));
    });
    demo_.interrupted = demo_.interrupted || result.interrupted;
    if (!result.noise.empty()) demo_.notes.push_back(fmt::format("{}: {}", after, result.noise));
    if (std::string cost = say_tracing(profiled_.at(after).profile, result.trials.front());
        !cost.empty())
      demo_.notes.push_back(std::move(cost));
    return result;
  }

  /// Promises what the diagnosis of `after` promises, and holds the reruns against it. Those that
  /// were rerun and profiled.
  std::vector<DemoVariant> rerun(const std::string& after) {
    std::vector<DemoVariant> chosen = choose(after);
    if (chosen.empty()) return {};
    std::vector<Promised> promises;
    for (const DemoVariant& one : chosen) promises.push_back(promise(one));
    const ExperimentResult result = experiment(after, chosen);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      Verification verification = verify(promises[i].promise, result.trials.front(),
                                         result.trials[i + 1], Equivalence{about_.tolerance});
      judge_bound(verification);
      judge_noise(verification, result.noise);
      name_rescue(verification, promises[i].promise);
      verification.frozen = promises[i].frozen;
      if (!stopped()) look_inside(verification, chosen[i]);
      if (result.noise.empty()) remember(verification, promises[i]);  // else it tells of the noise
      verifications_.push_back(std::move(verification));
    }
    if (std::string pieces = compare_pieces(about_, verifications_, piece_bytes_, after);
        !pieces.empty())
      demo_.notes.insert(demo_.notes.begin(), std::move(pieces));
    return demo_.interrupted ? std::vector<DemoVariant>{} : chosen;
  }

  void look_inside(Verification& verification, const DemoVariant& variant) {
    profile(variant);
    if (!profiled_.contains(variant.name)) return;
    const Report& report = profiled_.at(variant.name);
    const Run& run = report.profile.this_run();
    if (run.interrupted || run.timed_out) return;  // half a profile says what its first half was
    verification.limit = name_limit(report.verdict);
    if (verification.measured)
      explain_miss(verification, profiled_.at(variant.after).profile, report.profile);
  }

  void remember(const Verification& verification, const Promised& made) {
    const bool of_a_model = demo_.simulated;  // made-up times calibrate nothing
    if (verification.claim == "bound" || !made.by_model || of_a_model) return;
    auto residual = residual_of(verification, about_.name, machine_, utc_now());
    if (!residual) return;
    residual->predicted = made.by_model->speedup.value;
    residual->low = made.by_model->speedup.low;
    residual->high = made.by_model->speedup.high;
    keep_residual(residuals_path(), *residual);  // where there is no cache, later ones know less
  }

  void judge() {
    const Report& baseline = profiled_.at(about_.variants.front().name);
    demo_.wrong = judge_diagnosis(about_, baseline.verdict);
    if (!demo_.wrong.empty() && held_up(baseline) >= most_held_up)
      demo_.wrong += "; other programs held it up: try again without them";
    if (about_.control) {
      const std::string broken = judge_control(baseline.recommendations, verifications_);
      demo_.wrong += (demo_.wrong.empty() || broken.empty() ? "" : "; ") + broken;
    }
    demo_.right = demo_.wrong.empty();
  }

  const DemoDescription& about_;
  const DemoOptions& options_;
  const System& system_;
  const std::function<void(const std::string&)>& progress_;
  DataFolder data_;
  std::string machine_;
  std::size_t piece_bytes_ = 0;  ///< advised; 0 nothing was
  Demo demo_;
  std::vector<Residual> residuals_;
  std::map<std::string, Report> profiled_;
  std::vector<Verification> verifications_;
};

}  // namespace

Report run_demo(const DemoDescription& about, const DemoOptions& options, const System& system,
                const std::function<void(const std::string& step)>& progress) {
  hold_signals();  // from here on the folder is removed whoever asks us to end
  return DemoRun(about, options, system, progress).run();
}

}  // namespace bottleneck
