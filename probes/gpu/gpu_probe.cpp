#include "probes/gpu/gpu_probe.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "probes/gpu/gpu_drivers.h"
#include "probes/gpu/gpu_timeline.h"
#include "probes/gpu/trace_folder.h"
#include "probes/inject/preload.h"
#include "src/core/error.h"

namespace bottleneck {
namespace {

using gpu::TraceFile;
using gpu::TraceFolder;

/// How often processes are asked whether they have loaded CUDA, where there is no driver for it.
/// A look costs 50 us (mappings of one process).
constexpr std::chrono::milliseconds look_interval{1000};
constexpr std::size_t most_looked_at = 8;

/// What was lost on the way, in words; "" nothing. Of this source: the other one's is subtracted.
using Loss = std::string;

Loss loss_between(const GpuTimeline& before, const GpuTimeline& after) {
  std::vector<std::string> lost;
  const auto tell = [&](std::uint64_t count, const char* words) {
    if (count > 0) lost.push_back(fmt::format("{} {}", count, words));
  };
  tell(after.dropped - before.dropped, "operations were dropped, out of space");
  tell(after.without_time - before.without_time, "operations have no times");
  tell(after.torn - before.torn, "operations were begun and never finished");
  if (after.truncated && !before.truncated)
    lost.push_back("a process ended before its last operations were written");
  for (std::size_t i = before.notes.size(); i < after.notes.size(); ++i)
    lost.push_back(after.notes[i]);
  return fmt::format("{}", fmt::join(lost, "; "));
}

/// What the two have in common: an object, the variable that has it loaded, a folder.
class GpuProbe : public Probe {
 public:
  bool may_yet_see() const override { return true; }
  void attach(ProcessTree&) override {}
  void target_started(std::int64_t at_ns) override { started_ns_ = at_ns; }

 protected:
  struct Means {
    const char* object;           ///< file of ours
    const char* variable;         ///< what has it loaded
    const char* folder_variable;  ///< where it writes
    GpuSource source;
    const char* api;  ///< in words
  };

  GpuProbe(System system, Means means) : system_(std::move(system)), means_(means) {}

  /// The settings, or none and why not.
  std::vector<std::string> arrange(const std::vector<std::string>& environment) {
    const std::string variable = std::string(means_.variable) + "=";
    for (const std::string& entry : environment)
      if (entry.starts_with(variable) && entry != variable && entry != variable + "none") {
        why_not_ = fmt::format("{} is set already: another tool observes here ({})",
                               means_.variable, entry.substr(variable.size()));
        remedy_ = fmt::format("env -u {} bottleneck ...", means_.variable);
        return {};
      }
    const auto object = inject::find_object(system_, means_.object);
    if (!object) {
      why_not_ =
          fmt::format("{} is not beside this program, or there is a blank or a colon in its path",
                      means_.object);
      return {};
    }
    folder_.emplace();
    return {variable + *object, fmt::format("{}={}", means_.folder_variable, folder_->path())};
  }

  /// The files of all processes. Afterwards the folder is gone.
  Loss read(Profile& profile) {
    std::vector<TraceFile> files;
    if (folder_)
      for (const std::string& path : folder_->files())
        if (auto file = TraceFile::open(path)) files.push_back(std::move(*file));
    GpuTimeline before;
    before.dropped = profile.gpu.dropped;
    before.without_time = profile.gpu.without_time;
    before.torn = profile.gpu.torn;
    before.truncated = std::exchange(profile.gpu.truncated, false);
    before.notes = profile.gpu.notes;
    before.tracing_s = profile.gpu.tracing_s;
    gpu::add_to_timeline(files, means_.source, started_ns_, profile);
    profile.overhead.in_target_s += profile.gpu.tracing_s - before.tracing_s;
    processes_ = files.size();
    folder_.reset();
    const bool other = std::exchange(before.truncated, false);
    Loss loss = loss_between(before, profile.gpu);
    profile.gpu.truncated |= other;
    return loss;
  }

  void describe(ProbeState& state, const Loss& loss) const {
    if (!why_not_.empty()) {
      state.status = ProbeStatus::unavailable;
      state.reason = why_not_;
      state.remedy = remedy_;
    } else if (processes_ > 0) {
      state.status = loss.empty() ? ProbeStatus::available : ProbeStatus::degraded;
      state.reason = loss;
      state.remedy = "";
      state.detail =
          fmt::format("{} process{} used {}", processes_, processes_ == 1 ? "" : "es", means_.api);
    } else if (state.status != ProbeStatus::unavailable) {
      state.detail = fmt::format("no process used {}", means_.api);
    }
  }

  ProbeState& row_in(Profile& profile) const {
    for (ProbeState& state : profile.probes)
      if (state.name == name()) return state;
    return profile.probes.emplace_back(ProbeState{std::string(name()), {}, "", "", ""});
  }

  System system_;
  Means means_;
  std::optional<TraceFolder> folder_;
  std::int64_t started_ns_ = 0;
  std::size_t processes_ = 0;
  std::string why_not_;
  std::string remedy_;
};

class CuptiProbe : public GpuProbe {
 public:
  CuptiProbe(const System& system, bool may_preload)
      : GpuProbe(system, {"libbottleneck_cupti.so", "CUDA_INJECTION64_PATH",
                          inject::cupti_folder_variable, GpuSource::cupti, "CUDA"}),
        may_preload_(may_preload) {}
  std::string_view name() const override { return "gpu.cupti"; }
  ProbeState check(const System& system) override { return gpu::check_cupti(system); }

  std::vector<std::string> prepare(const std::string& program,
                                   const std::vector<std::string>& environment) override {
    driver_ = gpu::find_nvidia_driver(system_, environment);
    std::vector<std::string> settings = arrange(environment);
    // Without a driver nothing can be lost at an exit, and nothing is preloaded for it.
    if (settings.empty() || driver_.driver.empty() || !may_preload_) return settings;
    const auto hook = inject::find_object(system_, "libbottleneck_exit.so");
    if (!hook || inject::refuse_preload(system_, program)) return settings;
    for (std::string& more : inject::preload_settings(environment, *hook))
      settings.push_back(std::move(more));
    return settings;
  }

  std::chrono::milliseconds tick_interval() const override {
    return driver_.lacking.empty() || !user_.empty() ? std::chrono::milliseconds{0} : look_interval;
  }
  void tick(ProcessTree& tree) override {
    if (driver_.lacking.empty() || !user_.empty()) return;
    std::size_t looked_at = 0;
    for (const pid_t pid : tree.live)
      if (looked_at++ < most_looked_at && gpu::has_cuda_loaded(system_, pid))
        user_ = system_.read_link(fmt::format("/proc/{}/exe", pid)).value_or("a process of it");
  }

  void finish(Profile& profile) override {
    const Loss loss = read(profile);
    ProbeState& state = row_in(profile);
    if (why_not_.empty() && processes_ == 0) tell_driver(profile, state);
    describe(state, loss);
  }

 private:
  /// A CUDA program that found no driver has done without, or has ended.
  void tell_driver(Profile& profile, ProbeState& state) {
    if (driver_.lacking.empty()) return;
    state.status = ProbeStatus::unavailable;
    state.reason = driver_.lacking;
    state.remedy = driver_.remedy;
    if (user_.empty()) user_ = gpu::find_cuda_program(system_, profile.processes);
    if (!user_.empty())
      profile.notes.push_back(fmt::format("{} uses CUDA, but {}", user_, driver_.lacking));
  }

  bool may_preload_;
  gpu::DriverState driver_;
  std::string user_;  ///< a program with CUDA in it, where there is no driver
};

class OpenclProbe : public GpuProbe {
 public:
  explicit OpenclProbe(const System& system)
      : GpuProbe(system, {"libbottleneck_opencl.so", "OPENCL_LAYERS",
                          inject::opencl_folder_variable, GpuSource::opencl, "OpenCL"}) {}
  std::string_view name() const override { return "gpu.opencl"; }
  ProbeState check(const System& system) override { return gpu::check_opencl(system); }
  std::vector<std::string> prepare(const std::string&,
                                   const std::vector<std::string>& environment) override {
    return arrange(environment);
  }
  void finish(Profile& profile) override {
    const Loss loss = read(profile);
    describe(row_in(profile), loss);
  }
};

}  // namespace

std::unique_ptr<Probe> make_cupti_probe(const System& system, bool may_preload) {
  return std::make_unique<CuptiProbe>(system, may_preload);
}

std::unique_ptr<Probe> make_opencl_probe(const System& system) {
  return std::make_unique<OpenclProbe>(system);
}

}  // namespace bottleneck
