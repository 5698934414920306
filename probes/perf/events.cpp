#include "probes/perf/events.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "probes/perf/records.h"

namespace bottleneck::perf {
namespace {

/// Data pages a CPU. 1 MB holds 0.2 s of 20 000 records/s; fits perf_event_mlock_kb (516) +
/// RLIMIT_MEMLOCK (8 MB) for ordinary users on machines of up to 8 CPUs, then it is halved until
/// accepted. Source: research/pmuless.md section 1.
constexpr std::size_t ring_pages = 256;
constexpr std::size_t least_ring_pages = 8;
/// User stack copied with a sample: the word at the stack pointer is a frameless leaf's return
/// address.
constexpr std::uint32_t stack_bytes = 16;

int open_event(perf_event_attr& attr, pid_t pid, int cpu) {
  return static_cast<int>(
      ::syscall(SYS_perf_event_open, &attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC));
}

perf_event_attr base_attr(Scope scope, std::size_t ring_bytes) {
  perf_event_attr attr{};
  attr.size = sizeof attr;
  attr.type = PERF_TYPE_SOFTWARE;
  attr.disabled = 1;
  const bool follows = scope != Scope::cpu_wide;
  attr.inherit = follows;
  attr.enable_on_exec = follows;
  attr.exclude_kernel = scope == Scope::inherited_user;
  attr.exclude_hv = 1;
  attr.exclude_idle = 1;
  attr.use_clockid = 1;
  attr.clockid = CLOCK_MONOTONIC;
  attr.sample_id_all = 1;
  attr.watermark = 1;
  attr.wakeup_watermark = static_cast<std::uint32_t>(ring_bytes / 4);
  attr.sample_type = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME |
                     PERF_SAMPLE_CPU;
  return attr;
}

void add_stack(perf_event_attr& attr) {
  attr.sample_type |= PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER;
  attr.sample_regs_user = user_register_mask;
  attr.sample_stack_user = stack_bytes;
  attr.exclude_callchain_kernel = attr.exclude_kernel;
}

perf_event_attr attr_of(EventKind kind, Scope scope, const Rates& rates, std::size_t ring_bytes) {
  perf_event_attr attr = base_attr(scope, ring_bytes);
  switch (kind) {
    case EventKind::clock:
    case EventKind::burst: {
      attr.config = PERF_COUNT_SW_CPU_CLOCK;
      const int hz = kind == EventKind::clock ? rates.clock_hz : rates.burst_hz;
      attr.sample_period = 1'000'000'000ULL / static_cast<std::uint64_t>(hz);
      add_stack(attr);
      // A period changed by IOC_PERIOD misbehaves on inherited threads (54 kHz measured): a second
      // event is toggled.
      if (kind == EventKind::burst) attr.enable_on_exec = 0;
      break;
    }
    case EventKind::switch_sample:
      attr.config = PERF_COUNT_SW_CONTEXT_SWITCHES;
      attr.sample_period = 1;
      add_stack(attr);
      break;
    case EventKind::side_band:
      attr.config = PERF_COUNT_SW_DUMMY;
      attr.mmap = attr.mmap2 = attr.comm = attr.comm_exec = attr.task = attr.context_switch = 1;
      attr.exclude_kernel = 1;
      break;
  }
  return attr;
}

[[noreturn]] void fail(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

Ring map_ring(int fd) {
  for (std::size_t pages = ring_pages;; pages /= 2) {
    try {
      return Ring(fd, pages);
    } catch (const std::system_error&) {
      if (pages / 2 < least_ring_pages) throw;
    }
  }
}

}  // namespace

EventSet::EventSet(Scope scope, pid_t target, const Rates& rates) : scope_(scope) {
  const long cpus = ::sysconf(_SC_NPROCESSORS_CONF);
  for (int cpu = 0; cpu < cpus; ++cpu) open_cpu(cpu, target, rates);
}

void EventSet::open_cpu(int cpu, pid_t target, const Rates& rates) {
  const pid_t pid = scope_ == Scope::cpu_wide ? -1 : target;
  int leader = -1;
  for (EventKind kind :
       {EventKind::side_band, EventKind::clock, EventKind::burst, EventKind::switch_sample}) {
    if (kind == EventKind::switch_sample && scope_ == Scope::inherited_user) continue;
    perf_event_attr attr = attr_of(kind, scope_, rates,
                                   ring_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
    Event event;
    event.kind = kind;
    event.fd = Fd(open_event(attr, pid, cpu));
    if (!event.fd && errno == ENODEV) return;  // offline
    if (!event.fd) fail("perf_event_open");
    if (::ioctl(event.fd.get(), PERF_EVENT_IOC_ID, &event.id) != 0) fail("PERF_EVENT_IOC_ID");
    if (leader < 0) {
      leader = event.fd.get();
      rings_.push_back(map_ring(leader));
      ring_fds_.push_back(leader);
    } else if (::ioctl(event.fd.get(), PERF_EVENT_IOC_SET_OUTPUT, leader) != 0) {
      fail("PERF_EVENT_IOC_SET_OUTPUT");
    }
    kinds_[event.id] = kind;
    events_.push_back(std::move(event));
  }
}

void EventSet::enable(EventKind kind, bool on) {
  for (const Event& event : events_)
    if (event.kind == kind)
      ::ioctl(event.fd.get(), on ? PERF_EVENT_IOC_ENABLE : PERF_EVENT_IOC_DISABLE, 0);
}

std::vector<int> EventSet::wake_fds() const { return ring_fds_; }

EventKind EventSet::kind_of(std::uint64_t id) const {
  const auto found = kinds_.find(id);
  return found == kinds_.end() ? EventKind::side_band : found->second;
}

Grant best_scope() {
  Grant grant;
  for (Scope scope : {Scope::cpu_wide, Scope::inherited, Scope::inherited_user}) {
    perf_event_attr attr = attr_of(EventKind::clock, scope, Rates{}, 4096);
    const bool everyone = scope == Scope::cpu_wide;
    const Fd fd(open_event(attr, everyone ? -1 : 0, 0));
    if (fd) {
      grant.scope = scope;
      return grant;
    }
    grant.error = errno;
  }
  return grant;
}

}  // namespace bottleneck::perf
