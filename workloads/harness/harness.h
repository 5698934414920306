// What every reference workload is made of: its variants in one binary, compiled with the same
// flags, and one command line for all of them. A workload fills a Workload and returns run_main
// from its main. It links nothing of bottleneck: a workload is a target like any other, and what
// the tool may know of it before it has run is what `--describe` prints.
//
//   NAME [--variant V] [--size S] [--threads N] [--piece N] [--data DIR]   run, print one line with
//   a checksum NAME --prepare DIR [--size S]   write the input files, outside of the time that is
//   measured NAME --describe [--size S]      JSON: variants, sizes, what it needs at that size NAME
//   --limit [--size S]         the workload's own theoretical bounds, in words NAME --check all
//   variants at a small size against the baseline: 0 or 1
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace workload {

/// Every random input comes from this seed (splitmix64 of harness.cpp), so runs are repeatable.
inline constexpr std::uint64_t seed = 20240229;

struct Setting {
  std::size_t size = 0;
  int threads = 1;        ///< that a variant with threads uses: --threads, else the CPUs allowed
  std::size_t piece = 0;  ///< bytes of each, of a variant that takes it; 0: its own choice
  std::string data;       ///< directory that --prepare has filled; "" where the workload needs none
};

/// What a variant answers. Two variants are equivalent if the texts are the same and the values
/// agree within Workload::tolerance.
struct Result {
  std::string text;            ///< what must be the same byte by byte; may be ""
  std::vector<double> values;  ///< checksums, losses
};

struct Variant {
  std::string name;
  std::string line;    ///< what it does differently, for a person
  std::string after;   ///< the variant that it changes; "" the baseline
  std::string remedy;  ///< the recommendation that it carries out, a word of core/remedies.h
  /// "speedup"; "completes": the one before dies; "bound": a gain that no profile foretells (a
  /// better algorithm); "none": a lure, the tool must not promise a gain
  std::string claim = "speedup";
  std::function<Result(const Setting&)> run;
  /// Why it cannot run on this machine, "" it can; empty: it always can. --describe leaves it out.
  std::function<std::string()> missing = {};
  bool takes_piece = false;  ///< --piece sets Setting::piece
  /// Why it gains nothing on this machine's device; empty or "": it may. It runs and is checked,
  /// and --describe leaves it out.
  std::function<std::string()> useless = {};
};

struct Needs {
  std::uint64_t memory_bytes = 0;  ///< of the largest variant
  std::uint64_t disk_bytes = 0;    ///< that --prepare writes
};

struct Workload {
  std::string name;
  std::string line;                   ///< one line for `bottleneck demo`
  std::vector<std::string> verdicts;  ///< classes that are right for the baseline, best first
  bool control = false;               ///< nothing that is recommended comes true
  std::string unit;                   ///< of the size: "rows", "tasks"
  std::size_t default_size = 0;       ///< baseline >= 1 s
  std::size_t quick_size = 0;         ///< baseline about 0.5 s
  std::size_t check_size = 0;         ///< all variants in some 0.1 s
  std::size_t most_size = 0;          ///< refused above, whatever memory there is
  double tolerance = 0;               ///< relative, of Result::values; 0: exact
  std::vector<Variant> variants;      ///< the baseline first
  std::function<Needs(std::size_t size)> needs;
  std::function<std::string(std::size_t size, int threads)> limit;
  std::function<void(const Setting&)> prepare;  ///< empty: no input files
  /// Which accelerator it works on, as that calls itself; empty: on none.
  std::function<std::string()> device = {};
  /// Why no accelerator can be had, "" one answers; empty: it needs none. Asked for only where it
  /// matters: looking for one takes time.
  std::function<std::string()> missing = {};
  /// Whether that accelerator is a stand-in, whose times are made up.
  std::function<bool()> simulated = {};
};

/// 0 done; 1 --check found a difference, or the work failed (said on standard error); 2 usage; 77
/// --check without the accelerator that it needs.
int run_main(const Workload&, int argc, char** argv);

/// CPUs that this process may use.
int allowed_cpus();

/// The next of a fixed sequence of random numbers. Source: splitmix64 (Steele, Lea, Flood 2014).
std::uint64_t next_random(std::uint64_t& state);
/// Uniform in [0, 1).
double next_uniform(std::uint64_t& state);

/// f(part, first, last) for `threads` equal parts of [0, count), each in a thread of its own.
void in_parallel(int threads, std::size_t count,
                 const std::function<void(int part, std::size_t first, std::size_t last)>& f);

/// Keeps the compiler from dropping what leads to `value`.
template <typename T>
inline void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

}  // namespace workload
