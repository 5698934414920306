// kappa(n): how much more n threads get of a resource than one. 1 = they share it, n = each has its
// own; above n the caches of more cores hold what one core's could not.
#include <fmt/format.h>

#include "probes/ceilings/kernels/session.h"

namespace bottleneck::ceilings {
namespace {

constexpr double small_s = 0.001;  // all but a division is measured by others

Outcome divide(Session& session, const std::string& all, const std::string& one,
               const std::string& what) {
  const Measurement above = session.figure(all);
  const Measurement below = session.figure(one);
  for (const Measurement* each : {&above, &below})
    if (const auto* why = std::get_if<Unavailable>(&each->result)) return *why;
  const auto& high = std::get<Quantity>(above.result);
  const auto& low = std::get<Quantity>(below.result);
  if (low.low <= 0) return Unavailable{"one thread's figure is too uncertain", ""};
  return Derived{{high.value / low.value, high.low / low.high, high.high / low.low, Unit::ratio},
                 what};
}

void add(Figures& figures, const std::string& resource, int threads, const std::string& all,
         const std::string& one, const std::string& who) {
  figures.push_back({fmt::format("kappa.{}_{}", resource, threads), small_s, small_s,
                     [=](Session& session, double) {
                       return divide(session, all, one, fmt::format("{} / {}{}", all, one, who));
                     }});
}

}  // namespace

void add_scaling(Figures& figures, const Surroundings& around) {
  const int all = static_cast<int>(around.cpus.size());
  const bool siblings = around.siblings.has_value();
  const std::string who =
      siblings ? fmt::format(" ({} cores, the rest of the CPUs their siblings)", around.cores)
               : ", each thread on a core of its own as far as told";
  if (all > 1)
    add(figures, "compute", all, "compute.flops_f64_sse_all", "compute.flops_f64_sse_1", who);
  for (const char* mix : {"read", "write", "triad"})
    for (const int threads : around.thread_counts())
      if (threads > 1)
        add(figures, mix, threads, fmt::format("memory.{}_{}", mix, threads),
            fmt::format("memory.{}_1", mix), who);
  figures.push_back({"kappa.siblings", small_s, small_s, [](Session& session, double) -> Outcome {
                       if (!session.around().siblings)
                         return Unavailable{
                             "no two of the allowed CPUs are siblings of one core, as far as told",
                             ""};
                       return divide(session, "compute.flops_siblings", "compute.flops_f64_sse_1",
                                     "two siblings of one core / one of them");
                     }});
}

void add_gpu(Figures& figures) {
  for (const char* name : {"gpu.copy", "gpu.flops"})
    figures.push_back({name, small_s, small_s, [](Session&, double) -> Outcome {
                         return Unavailable{"GPUs are not measured by this version", ""};
                       }});
}

}  // namespace bottleneck::ceilings
