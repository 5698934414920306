// How fast the cores compute: the clock, by a chain of dependent adds, and floating point by width.
#include <optional>

#include <fmt/format.h>

#include "probes/ceilings/kernels/session.h"
#include "probes/ceilings/kernels/slices.h"
#include "probes/ceilings/kernels/wide.h"

namespace bottleneck::ceilings {
namespace {

/// Long enough that reading the thread's clock (0.2-0.5 us, a system call) is < 1 % of a slice.
constexpr long chain_length = 100'000;
constexpr long flop_rounds = 20'000;
/// No x86 core does more: two fused pipes, or two multipliers and two adders.
constexpr double most_flops_per_lane_and_cycle = 4;
constexpr double quick_s = 0.03;
constexpr double full_s = 0.12;

/// Each add needs the one before: one a cycle on every x86.
void run_add_chain() {
  std::uint64_t value = 1;
  for (long i = 0; i < chain_length; i += 10)
    asm volatile(
        "add %0, %0\n\tadd %0, %0\n\tadd %0, %0\n\tadd %0, %0\n\tadd %0, %0\n\t"
        "add %0, %0\n\tadd %0, %0\n\tadd %0, %0\n\tadd %0, %0\n\tadd %0, %0"
        : "+r"(value));
}

Outcome measure_clock(Session& session, double seconds) {
  Samples samples{{}, Unit::hertz, Best::highest, "a chain of dependent adds, 1 thread"};
  samples.values = rates_together({session.around().cpus.front()}, [&](std::size_t) {
    return rates_of(time_slices(seconds, run_add_chain), chain_length);
  });
  return samples;
}

struct FlopKind {
  const WideKernels* kernels;
  bool doubles;
  std::string name() const { return fmt::format("{}_{}", doubles ? "f64" : "f32", kernels->name); }
  double lanes() const {
    if (kernels == &scalar_kernels()) return 1;
    return static_cast<double>(kernels->vector_bytes) / (doubles ? sizeof(double) : sizeof(float));
  }
};

std::optional<Unavailable> refuse(const FlopKind& kind) {
  if (!has_kernels(kind.kernels->name))
    return Unavailable{fmt::format("this CPU has no {}", kind.kernels->name), ""};
  const std::string wrong = check_kernels(*kind.kernels);
  if (!wrong.empty()) return Unavailable{"self-check failed: " + wrong, ""};
  return std::nullopt;
}

Outcome measure_flops(Session& session, double seconds, const FlopKind& kind,
                      const std::vector<int>& used) {
  if (const auto why = refuse(kind)) return *why;
  const auto flops = kind.doubles ? kind.kernels->flops_f64 : kind.kernels->flops_f32;
  const double each = 2.0 * flop_chains * kind.lanes() * flop_rounds;
  Samples samples{{},
                  Unit::flop_per_second,
                  Best::highest,
                  fmt::format("{} chains of multiply and add, {} {}", flop_chains, used.size(),
                              used.size() == 1 ? "thread" : "threads")};
  samples.values = rates_together(used, [&](std::size_t) {
    double sum = 0;
    return rates_of(time_slices(seconds,
                                [&] {
                                  sum += flops(flop_rounds);
                                  asm volatile("" : : "g"(&sum) : "memory");
                                }),
                    each);
  });
  samples.possible = kind.lanes() * most_flops_per_lane_and_cycle * session.highest_clock() *
                     static_cast<double>(used.size());
  return samples;
}

}  // namespace

void add_compute(Figures& figures, const Surroundings& around) {
  const auto add = [&](const std::string& name, const FlopKind& kind,
                       const std::vector<int>& used) {
    figures.push_back({name, quick_s, full_s, [=](Session& session, double seconds) {
                         return measure_flops(session, seconds, kind, used);
                       }});
  };
  figures.push_back({"compute.clock", quick_s, full_s, measure_clock});
  for (const WideKernels* kernels :
       {&scalar_kernels(), &sse_kernels(), &avx2_kernels(), &avx512_kernels()})
    for (const bool doubles : {false, true})
      for (const bool all : {false, true}) {
        const FlopKind kind{kernels, doubles};
        const auto end = all ? around.cpus.end() : around.cpus.begin() + 1;
        add(fmt::format("compute.flops_{}_{}", kind.name(), all ? "all" : "1"), kind,
            {around.cpus.begin(), end});
      }
  if (around.siblings)
    add("compute.flops_siblings", {&sse_kernels(), true},
        {around.siblings->first, around.siblings->second});
}

}  // namespace bottleneck::ceilings
