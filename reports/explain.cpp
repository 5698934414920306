#include "reports/explain.h"

#include <array>

#include "src/core/words.h"

namespace bottleneck {
namespace {

template <typename Enum>
using Meanings = std::array<std::string_view, static_cast<std::size_t>(word_count<Enum>)>;

// Source of all: DESIGN sections 2, 4 and 5, in a reader's words.
constexpr Meanings<Bottleneck> bottleneck_meanings = {
    "the processor's core is the limit",
    "streams of data from memory are the limit",
    "waits for single pieces of data from memory: dependent, random or strided accesses",
    "page faults, reclaim and swap",
    "reads from storage",
    "writes to storage",
    "waits for, or sends to, another host",
    "threads queue for something that another one holds",
    "timers, or work and input that do not come",
    "system calls, switches, process creation",
    "ready to run without a CPU: others' load or a CPU quota",
    "copies between the host and the GPU",
    "the GPU's cores are the limit",
    "the GPU's memory is the limit",
    "starting work on the GPU takes longer than the work",
    "waits for the GPU to finish",
    "not known; it is not spread over the others"};

constexpr std::array<std::string_view, 3> confidence_meanings = {
    "believe it only with a second look", "likely, from indirect evidence",
    "directly observed, and nothing known speaks against it"};

constexpr Meanings<Claim> claim_meanings = {"a bound: it cannot give more, and may give less",
                                            "holds only if what it assumes is so",
                                            "expected from what was measured, within the interval",
                                            "measured by running the changed program"};

constexpr Meanings<Parallelism> parallelism_meanings = {
    "for more than half of the time nobody works or starves",
    "more threads want to run than there are CPUs", "the CPUs are well used",
    "some threads have much more work than others", "mostly one thread works at a time"};

constexpr std::array<TierMeaning, static_cast<std::size_t>(word_count<Tier>)> tier_meanings = {{
    {"hardware counters, samples of user and kernel code with registers, and every context switch "
     "with its reason",
     ""},
    {"samples of user and kernel code with registers by a software clock, and every context switch "
     "with its reason",
     "hardware counters: cycles, instructions, cache and TLB misses. They say how much; this says "
     "why"},
    {"samples of user code by a software clock, and the reasons of waits polled from /proc",
     "what the kernel does on behalf of the program, and the exact reasons of short waits"},
    {"samples of user code by a sampler that is preloaded into the program, and /proc",
     "perf_event_open, which is refused here: kernel samples, the record of every context switch, "
     "and all samples of programs that take no preloading (static, setuid, sanitizer-built)"},
    {"the files of /proc and of the cgroup, and the resource usage of processes, alone",
     "all samples: which code ran is not known, and user time is not split further"},
}};

}  // namespace

std::string_view explain(Bottleneck kind) {
  return bottleneck_meanings.at(static_cast<std::size_t>(kind));
}
std::string_view explain(Confidence word) {
  return confidence_meanings.at(static_cast<std::size_t>(word));
}
std::string_view explain(Claim claim) { return claim_meanings.at(static_cast<std::size_t>(claim)); }
std::string_view explain(Parallelism word) {
  return parallelism_meanings.at(static_cast<std::size_t>(word));
}
TierMeaning explain(Tier tier) { return tier_meanings.at(static_cast<std::size_t>(tier)); }

}  // namespace bottleneck
