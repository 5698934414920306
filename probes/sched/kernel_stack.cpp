#include "probes/sched/kernel_stack.h"

#include <algorithm>
#include <array>
#include <utility>

namespace bottleneck::sched {
namespace {

using namespace std::string_view_literals;

// Names are those of Linux 5.10 to 6.18 on x86-64; a name that is missing on another kernel costs
// detail, not truth.
constexpr std::array call_prefixes = {"__x64_sys_"sv, "__ia32_sys_"sv, "__se_sys_"sv, "__do_sys_"sv,
                                      "ksys_"sv,      "__sys_"sv,      "do_sys_"sv};
// System calls whose own function is left by a tail call, so that only its worker is on the stack.
constexpr std::array<std::pair<std::string_view, std::string_view>, 22> workers = {{
    {"do_epoll_wait", "epoll_wait"},
    {"do_fsync", "fsync"},
    {"kernel_wait4", "wait4"},
    {"kernel_waitid", "waitid"},
    {"hrtimer_nanosleep", "nanosleep"},
    {"core_sys_select", "select"},
    {"do_futex", "futex"},
    {"kernel_clone", "clone"},
    {"do_execveat_common", "execve"},
    {"do_group_exit", "exit_group"},
    {"do_exit", "exit_group"},
    {"__do_semtimedop", "semtimedop"},
    {"do_semtimedop", "semtimedop"},
    {"do_readv", "readv"},
    {"do_writev", "writev"},
    {"do_preadv", "preadv"},
    {"do_pwritev", "pwritev"},
    {"do_sendfile", "sendfile"},
    {"do_pselect", "pselect6"},
    {"__vm_munmap", "munmap"},
    {"vm_mmap_pgoff", "mmap"},
    {"do_mprotect_pkey", "mprotect"},
}};
constexpr std::array process_calls = {"fork"sv,   "vfork"sv,    "clone"sv,      "clone3"sv,
                                      "execve"sv, "execveat"sv, "exit_group"sv, "exit"sv,
                                      "wait4"sv,  "waitid"sv};
constexpr std::array scheduler_functions = {"schedule"sv,
                                            "__schedule"sv,
                                            "schedule_timeout"sv,
                                            "finish_task_switch"sv,
                                            "preempt_schedule"sv,
                                            "preempt_schedule_common"sv,
                                            "preempt_schedule_irq"sv,
                                            "schedule_idle"sv,
                                            "__cond_resched"sv,
                                            "dynamic_cond_resched"sv,
                                            "schedule_preempt_disabled"sv,
                                            "try_to_wake_up"sv,
                                            "ttwu_do_activate"sv,
                                            "schedule_hrtimeout_range"sv,
                                            "schedule_hrtimeout_range_clock"sv,
                                            "__perf_event_task_sched_out"sv,
                                            "prepare_task_switch"sv,
                                            "context_switch"sv};
constexpr std::array telling_functions = {"do_swap_page"sv,
                                          "balance_dirty_pages"sv,
                                          "throttle_direct_reclaim"sv,
                                          "wait_for_vfork_done"sv,
                                          "do_signal_stop"sv,
                                          "ptrace_stop"sv,
                                          "jbd2_log_wait_commit"sv,
                                          "submit_bio_wait"sv,
                                          "folio_wait_writeback"sv,
                                          "shrink_node"sv,
                                          "mem_cgroup_handle_over_high"sv,
                                          "try_to_free_mem_cgroup_pages"sv};
constexpr std::array file_fault_functions = {"filemap_fault"sv, "filemap_map_pages"sv,
                                             "do_read_fault"sv, "do_shared_fault"sv};
constexpr std::array wake_functions = {
    "pipe_write"sv, "anon_pipe_write"sv,    "futex_wake"sv,    "sock_sendmsg"sv,   "__sys_sendto"sv,
    "wake_up_q"sv,  "__wake_up_sync_key"sv, "eventfd_write"sv, "sock_write_iter"sv};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view call_of(std::string_view name) {
  for (const auto& [worker, call] : workers)
    if (name == worker) return call;
  for (std::string_view prefix : call_prefixes)
    if (name.starts_with(prefix)) return name.substr(prefix.size());
  return {};
}

}  // namespace

bool is_process_call(std::string_view call) { return among(process_calls, call); }

void KernelStack::set_symbols(KernelSymbols symbols) {
  symbols_ = std::move(symbols);
  seen_.clear();
}

KernelStack::Named KernelStack::describe(std::string_view name) {
  Named named;
  named.name = name;
  named.call = call_of(name);
  if (name.starts_with("do_syscall_64") || name.starts_with("entry_SYSCALL") ||
      name.starts_with("do_fast_syscall"))
    named.meaning = Meaning::entry_syscall;
  else if (name == "asm_exc_page_fault" || name == "exc_page_fault" || name == "page_fault")
    named.meaning = Meaning::entry_fault;
  else if (name == "io_schedule" || name == "io_schedule_timeout")
    named.meaning = Meaning::io_schedule;
  else if (among(scheduler_functions, name))
    named.meaning = Meaning::scheduler;
  else if (among(telling_functions, name) || name.starts_with("shrink_"))
    named.meaning = Meaning::telling;
  else if (among(file_fault_functions, name))
    named.meaning = Meaning::file_fault;
  else if (among(wake_functions, name))
    named.meaning = Meaning::wake;
  return named;
}

const KernelStack::Named& KernelStack::look(std::uint64_t address) {
  const auto found = seen_.find(address);
  if (found != seen_.end()) return found->second;
  return seen_.emplace(address, describe(symbols_.name_of(address))).first->second;
}

KernelPlace KernelStack::read(std::span<const std::uint64_t> chain) {
  KernelPlace place;
  if (!known() || chain.empty()) return place;
  bool fault = false, file_fault = false, syscall = false, scheduling = false;
  for (std::uint64_t address : chain) {
    const Named& frame = look(address);
    if (!frame.call.empty()) place.call = frame.call;
    switch (frame.meaning) {
      case Meaning::entry_fault:
        fault = true;
        syscall = false;
        break;
      case Meaning::entry_syscall:
        syscall = true;
        break;
      case Meaning::file_fault:
        file_fault = true;
        break;
      case Meaning::scheduler:
        scheduling = true;
        break;
      case Meaning::io_schedule:
        place.io_wait = true;
        break;
      case Meaning::wake:
        place.wakes = true;
        break;
      default:
        break;
    }
  }
  place.in_call = syscall;
  // The entry that was met last is the outermost: a fault inside a copy of a system call is the
  // call's.
  if (syscall || (!fault && !place.call.empty())) {
    place.activity = is_process_call(place.call) ? Activity::process
                     : scheduling                ? Activity::context_switch
                                                 : Activity::syscall;
  } else if (fault) {
    place.call.clear();
    place.activity = file_fault ? Activity::file_fault : Activity::page_fault;
  } else {
    place.call.clear();
    place.activity = scheduling ? Activity::context_switch : Activity::interrupt;
  }
  return place;
}

KernelPlace KernelStack::sampled(std::span<const std::uint64_t> chain) {
  KernelPlace place = read(chain);
  if (!chain.empty()) place.function = look(chain.front()).name;
  return place;
}

KernelPlace KernelStack::switched_out(std::span<const std::uint64_t> chain) {
  KernelPlace place = read(chain);
  for (std::uint64_t address : chain) {
    const Named& frame = look(address);
    if (frame.meaning == Meaning::telling) {
      place.function = frame.name;
      break;
    }
    const bool skips = frame.meaning == Meaning::scheduler || frame.meaning == Meaning::io_schedule;
    if (!skips && place.function.empty()) place.function = frame.name;
  }
  return place;
}

}  // namespace bottleneck::sched
