#include "workloads/harness/harness.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <thread>

#include <sched.h>
#include <stdlib.h>

#include "workloads/harness/options.h"

namespace workload {
namespace {

/// The input files of a --check, gone with it.
class CheckDirectory {
 public:
  CheckDirectory() {
    std::string pattern = std::filesystem::temp_directory_path() / "workload-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
    path_ = pattern;
  }
  CheckDirectory(const CheckDirectory&) = delete;
  CheckDirectory& operator=(const CheckDirectory&) = delete;
  ~CheckDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string to_line(const Result& result) {
  std::string line = result.text;
  char number[32];
  for (const double value : result.values) {
    std::snprintf(number, sizeof number, "%.17g", value);
    line += (line.empty() ? "" : " ") + std::string(number);
  }
  return line;
}

bool close(double a, double b, double tolerance) {
  if (a == b) return true;
  return std::fabs(a - b) <= tolerance * std::max(std::fabs(a), std::fabs(b));
}

bool equivalent(const Result& a, const Result& b, double tolerance) {
  if (a.text != b.text || a.values.size() != b.values.size()) return false;
  for (std::size_t i = 0; i < a.values.size(); ++i)
    if (!close(a.values[i], b.values[i], tolerance)) return false;
  return true;
}

/// What CTest and automake call skipped.
constexpr int exit_skipped = 77;

int check(const Workload& workload, Setting setting) {
  if (const std::string missing = why_missing(workload); !missing.empty()) {
    std::printf("%s: skipped, %s\n", workload.name.c_str(), missing.c_str());
    return exit_skipped;
  }
  setting.threads = std::max(setting.threads, 2);  // a variant with threads is tried with several
  std::unique_ptr<CheckDirectory> directory;
  if (workload.prepare) {
    directory = std::make_unique<CheckDirectory>();
    setting.data = directory->path();
    workload.prepare(setting);
  }
  int status = 0;
  Result expected;
  for (const Variant& variant : workload.variants) {
    const char* const name = variant.name.c_str();
    if (const std::string missing = why_missing(variant); !missing.empty()) {
      std::printf("%s %s: left out, %s\n", workload.name.c_str(), name, missing.c_str());
      continue;
    }
    const Result result = variant.run(setting);
    if (&variant == &workload.variants.front()) expected = result;
    const bool same = equivalent(expected, result, workload.tolerance);
    std::printf("%s %s: %s (%s)\n", workload.name.c_str(), name, same ? "same" : "DIFFERENT",
                to_line(result).c_str());
    if (!same) status = 1;
  }
  return status;
}

int run(const Workload& workload, const Options& options) {
  const std::string missing = why_missing(*options.variant);
  if (!missing.empty())
    throw std::runtime_error("--variant " + options.variant->name + ": " + missing);
  const Result result = options.variant->run(options.setting);
  std::printf("%s size %zu: %s\n", workload.name.c_str(), options.setting.size,
              to_line(result).c_str());
  return 0;
}

int carry_out(const Workload& workload, const Options& options) {
  const Setting& setting = options.setting;
  switch (options.mode) {
    case Mode::run:
      return run(workload, options);
    case Mode::check:
      return check(workload, setting);
    case Mode::prepare:
      std::filesystem::create_directories(setting.data);
      workload.prepare(setting);
      return 0;
    case Mode::describe:
      std::puts(describe(workload, setting.size, setting.threads).c_str());
      return 0;
    case Mode::limit:
      std::puts(workload.limit(setting.size, setting.threads).c_str());
      if (workload.device) std::printf("device: %s\n", workload.device().c_str());
      return 0;
    case Mode::help:
      std::fputs(help_text(workload).c_str(), stdout);
      return 0;
  }
  return 2;
}

}  // namespace

int allowed_cpus() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

double next_uniform(std::uint64_t& state) {
  return static_cast<double>(next_random(state) >> 11) * 0x1p-53;  // a double has 53 bits
}

void in_parallel(int threads, std::size_t count,
                 const std::function<void(int part, std::size_t first, std::size_t last)>& f) {
  const auto parts = static_cast<std::size_t>(threads);
  std::exception_ptr failure;
  std::mutex mutex;
  {
    std::vector<std::jthread> team;
    for (std::size_t part = 0; part < parts; ++part)
      team.emplace_back([&, part] {
        try {
          f(static_cast<int>(part), count * part / parts, count * (part + 1) / parts);
        } catch (...) {
          const std::lock_guard guard(mutex);
          failure = std::current_exception();
        }
      });
  }
  if (failure) std::rethrow_exception(failure);
}

int run_main(const Workload& workload, int argc, char** argv) {
  assert(!workload.variants.empty() && workload.variants.front().after.empty());
  const char* const name = workload.name.c_str();
  try {
    const int status = carry_out(workload, parse_options(workload, argc, argv));
    if (std::fflush(stdout) == 0) return status;
    std::fprintf(stderr, "%s: standard output could not be written\n", name);
  } catch (const Usage& usage) {
    std::fprintf(stderr, "%s: %s\n%s --help says what there is\n", name, usage.what(), name);
    return 2;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "%s: out of memory: a smaller --size needs less\n", name);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s: %s\n", name, failure.what());
  }
  return 1;
}

}  // namespace workload
