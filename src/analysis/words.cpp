#include "src/analysis/words.h"

#include <array>

#include <fmt/format.h>

#include "src/analysis/gpu_words.h"
#include "src/analysis/places.h"

namespace bottleneck {
namespace {

using enum Bottleneck;
using D = Detail;

struct Phrase {
  Kind kind;
  std::string_view words;
};

// Follows the share: "91 % of the time ...". The row without a detail is the class's last resort.
constexpr std::array phrases = {
    Phrase{{compute, D::scalar}, "of the time the program computes, one number at a time"},
    Phrase{{compute, D::vectorized}, "of the time the program computes, on whole vectors"},
    Phrase{{compute, D::divide}, "of the time the program divides"},
    Phrase{{compute, D::chain},
           "of the time each step of a computation waits for the result of the one before"},
    Phrase{{compute, D::branchy}, "of the time the program computes, with branches all along"},
    Phrase{{compute, D::interpreted}, "of the time an interpreter runs the program's lines"},
    Phrase{{compute, D::unoptimized},
           "of the time the program computes, compiled without optimization"},
    Phrase{{compute, D::none}, "of the time the program computes"},
    Phrase{{memory_bandwidth, D::none}, "of the time data streams from memory"},
    Phrase{{memory_bandwidth, D::partial_lines},
           "of the time data streams from memory, of whose lines only a part is used"},
    Phrase{{memory_latency, D::dependent},
           "of the time the core waits for a load whose address the load before brought"},
    Phrase{{memory_latency, D::strided},
           "of the time the core waits for memory that is walked across its lines"},
    Phrase{{memory_latency, D::random},
           "of the time the core waits for loads from all over a large memory"},
    Phrase{{memory_latency, D::none}, "of the time the core waits for single loads from memory"},
    Phrase{{memory_capacity, D::first_touch},
           "of the time the kernel hands out fresh memory, page by page"},
    Phrase{{memory_capacity, D::swap}, "of the time memory comes back from swap"},
    Phrase{{memory_capacity, D::reclaim}, "of the time threads wait until memory is freed"},
    Phrase{{memory_capacity, D::limit},
           "of the time pages are read again that did not fit in memory"},
    Phrase{{memory_capacity, D::none}, "of the time goes into getting memory"},
    Phrase{{io_read, D::none}, "of the time the program waits for reads from storage"},
    Phrase{{io_write, D::sync}, "of the time the program waits until its data is safe on storage"},
    Phrase{{io_write, D::none}, "of the time the program waits for writes to storage"},
    Phrase{{network, D::none}, "of the time the program waits for another host"},
    Phrase{{lock, D::flock}, "of the time processes queue for a file lock"},
    Phrase{{lock, D::runtime}, "of the time threads queue for a lock of the language's runtime"},
    Phrase{{lock, D::spin}, "of the time threads spin for a lock"},
    Phrase{{lock, D::none}, "of the time threads queue for a lock"},
    Phrase{{Bottleneck::sleep, D::timer}, "of the time the program sleeps on a timer of its own"},
    Phrase{{Bottleneck::sleep, D::child},
           "of the time it waits for a program outside the observed tree"},
    Phrase{{Bottleneck::sleep, D::outside},
           "of the time it waits for another program of this machine"},
    Phrase{{Bottleneck::sleep, D::for_work}, "of the time it waits for work to arrive"},
    Phrase{{Bottleneck::sleep, D::none}, "of the time the program sleeps"},
    Phrase{{kernel, D::syscalls}, "of the time the kernel serves system calls"},
    Phrase{{kernel, D::switches}, "of the time goes into handing over from one thread to the next"},
    Phrase{{kernel, D::processes}, "of the time goes into starting and ending processes"},
    Phrase{{kernel, D::copies},
           "of the time the kernel copies data: pipes, local sockets, cached files"},
    Phrase{{kernel, D::none}, "of the time is spent in the kernel"},
    Phrase{{run_queue, D::quota}, "of the time threads are held back by the CPU quota"},
    Phrase{{run_queue, D::other_load}, "of the time threads wait for CPUs that other programs use"},
    Phrase{{run_queue, D::placement},
           "of the time threads wait for a CPU while another one is idle"},
    Phrase{{run_queue, D::none}, "of the time threads wait for a CPU"},
    Phrase{{gpu_transfer, D::pageable},
           "of the time data moves to or from the GPU, out of or into pageable memory"},
    Phrase{{gpu_transfer, D::repeated},
           "of the time data moves to the GPU that had been there before"},
    Phrase{{gpu_transfer, D::none}, "of the time data moves to or from the GPU"},
    Phrase{{gpu_compute, D::unsplit},
           "of the time the GPU computes or waits for its memory, which could not be told apart"},
    Phrase{{gpu_compute, D::none}, "of the time the GPU computes"},
    Phrase{{gpu_memory, D::none}, "of the time the GPU waits for its memory"},
    Phrase{{gpu_launch, D::tiny},
           "of the time GPU work is being launched that is shorter than its launch"},
    Phrase{{gpu_launch, D::setup}, "of the time the GPU's driver prepares: contexts, modules, JIT"},
    Phrase{{gpu_launch, D::none}, "of the time GPU work is being launched"},
    Phrase{{gpu_sync, D::none}, "of the time the host waits for the GPU"},
    Phrase{{unattributed, D::none}, "of the time could not be observed"},
};

std::string_view phrase_of(Kind kind) {
  for (const Phrase& one : phrases)
    if (one.kind == kind) return one.words;
  for (const Phrase& one : phrases)
    if (one.kind == Kind{kind.kind, D::none}) return one.words;
  return "of the time";
}

std::string say_mixed(const Evidence& evidence, const Verdict& verdict) {
  std::string words = "no single cause:";
  for (std::size_t i = 0; i < verdict.top.size(); ++i)
    words += fmt::format("{} {} {}", i == 0 ? "" : ",", to_string(verdict.top[i]),
                         say_share(evidence.share_of(verdict.top[i])));
  return words;
}

std::string say_lock(const Figures& figures) {
  if (figures.lock_waits <= 0) return "";
  return fmt::format("{} waits of {} threads", say_count(figures.lock_waits),
                     say_count(figures.threads_blocked_on_locks));
}

std::string say_kernel(const Figures& figures, Detail detail) {
  if (detail == D::processes)
    return fmt::format("{} process{}", say_count(figures.processes),
                       figures.processes == 1 ? "" : "es");
  if (detail == D::switches && figures.run_s > 0)
    return fmt::format("{} switches/s", say_count(figures.switches / figures.run_s));
  if (figures.calls && *figures.calls > 0)
    return fmt::format("{} reads and writes", say_count(*figures.calls));
  return "";
}

std::string say_queue(const Evidence& evidence, Detail detail) {
  if (!evidence.system_seen) return "";
  if (detail == D::quota) return fmt::format("throttled {:.1f} s", evidence.throttled_s);
  return fmt::format("other programs used {:.1f} of the machine's CPUs", evidence.others_cpus);
}

std::string say_blocked(const Figures& figures, Bottleneck kind) {
  const auto found = figures.blocked_s.find(kind);
  return fmt::format("{:.1f} s blocked", found == figures.blocked_s.end() ? 0 : found->second);
}

/// What the quota left of the machine: all times of this run are those of so many CPUs.
std::string say_quota(const Machine& machine) {
  if (!machine.cpu_quota) return "";
  return fmt::format(": this run had {:.3g} CPU{} by quota", *machine.cpu_quota,
                     *machine.cpu_quota > 1 ? "s" : "");
}

}  // namespace

std::string say_verdict(const Profile& profile, const Evidence& evidence, const Verdict& verdict) {
  if (verdict.mixed) return say_mixed(evidence, verdict);
  if (verdict.idle) return "";
  std::string words{phrase_of({verdict.kind, verdict.detail})};
  const std::string object = main_object(profile, evidence, verdict.kind);
  if (!object.empty() && verdict.kind != lock) words += fmt::format(" ({})", object);
  if (verdict.kind == run_queue && verdict.detail == D::quota) words += say_quota(profile.machine);
  if (verdict.by_phase) words += "; it is most of the longest phase";
  if (verdict.kind == compute && verdict.parallelism == Parallelism::parallel)
    words += " on all CPUs: nothing to gain from less waiting";
  if (verdict.kind == compute && verdict.parallelism == Parallelism::serial && evidence.cpus > 1)
    words += fmt::format(", mostly on one of {} CPUs", evidence.cpus);
  return words;
}

std::string say_note(const Profile& profile, const Evidence& evidence, const Figures& figures,
                     Bottleneck kind, Detail detail) {
  switch (kind) {
    case memory_capacity:
      return figures.faults ? say_count(*figures.faults) + " page faults" : "";
    case io_read:
      return figures.read_bytes ? say_bytes(*figures.read_bytes) + " read from storage" : "";
    case io_write:
      return figures.written_bytes ? say_bytes(*figures.written_bytes) + " written to storage" : "";
    case lock:
      return say_lock(figures);
    case kernel:
      return say_kernel(figures, detail);
    case run_queue:
      return say_queue(evidence, detail);
    case network:
      return main_object(profile, evidence, kind);
    case Bottleneck::sleep:
      return std::string(to_string(detail));
    case gpu_transfer:
    case gpu_compute:
    case gpu_memory:
    case gpu_launch:
    case gpu_sync:
      return say_gpu_note(profile, evidence, kind);
    default:
      return "";
  }
}

std::string say_ruled_out(const Evidence& evidence, const Figures& figures, Bottleneck kind,
                          double share) {
  std::string percent = say_share(share);
  switch (kind) {
    case lock:
      return figures.lock_waits > 0 || evidence.lock_burnt_s > 0
                 ? fmt::format("{}, {:.1f} s queued for", percent,
                               (figures.blocked_s.count(lock) ? figures.blocked_s.at(lock) : 0) +
                                   evidence.lock_burnt_s)
             : share > 0 ? percent
                         : "no waits";
    case io_read:
    case io_write:
    case network:
      return say_blocked(figures, kind);
    case memory_capacity:
      return figures.faults ? say_count(*figures.faults) + " page faults" : percent;
    case run_queue:
      return evidence.system_seen
                 ? fmt::format("{}, others used {:.1f} CPUs", percent, evidence.others_cpus)
                 : percent;
    default:
      return percent;
  }
}

}  // namespace bottleneck
