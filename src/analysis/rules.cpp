#include "src/analysis/rules.h"

#include <algorithm>
#include <array>

namespace bottleneck {
namespace {

using enum Bottleneck;
using D = Detail;
using A = Activity;
using W = WaitKind;

constexpr std::array read_calls = {"read",       "pread64",         "readv",   "preadv",
                                   "preadv2",    "recvfrom",        "recvmsg", "recvmmsg",
                                   "getdents64", "sendfile",        "splice",  "sendfile64",
                                   "readahead",  "copy_file_range", "tee",     "process_vm_readv"};
constexpr std::array write_calls = {"write",  "pwrite64", "writev",   "pwritev",  "pwritev2",
                                    "sendto", "sendmsg",  "sendmmsg", "vmsplice", "fallocate"};
constexpr std::array sync_calls = {"fsync",  "fdatasync",       "sync",
                                   "syncfs", "sync_file_range", "msync"};
constexpr std::array process_calls = {"fork",     "vfork", "clone",      "clone3", "execve",
                                      "execveat", "exit",  "exit_group", "wait4",  "waitid"};

template <typename Names>
bool is_one_of(std::string_view name, const Names& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool reads(const Facts& f) { return is_one_of(f.call, read_calls); }
bool writes(const Facts& f) { return is_one_of(f.call, write_calls); }
bool on_file(const Facts& f) { return f.peer == Peer::file; }
bool from_device(const Facts& f) {
  return reads(f) && on_file(f) && f.device_reads.value_or(0) >= device_majority;
}
bool to_device(const Facts& f) {
  return writes(f) && on_file(f) && f.device_writes.value_or(0) >= device_majority && f.held_up;
}
bool always(const Facts&) { return true; }
bool starting(const Facts& f) { return f.starting; }
bool refaulted(const Facts& f) { return f.refaults; }

// Read from the top: the first row of an activity or wait that applies decides. `device bytes` are
// per process and of files only; a parent's counters contain its reaped children.
const std::array table = {
    // --- what a CPU was doing ---
    Rule{{unattributed, D::none},
         A::user,
         {},
         [](const Facts& f) { return f.unknown_code; },
         "code that is in no file and has no name",
         ""},
    Rule{{kernel, D::syscalls},
         A::user,
         {},
         [](const Facts& f) { return f.after_syscall; },
         "samples on the instruction after a system call",
         ""},
    Rule{{compute, D::unsplit},
         A::user,
         {},
         always,
         "time in user code",
         "not told apart from waiting for memory: no instruction evidence"},
    Rule{{io_read, D::none},
         A::syscall,
         {},
         from_device,
         "CPU in file reads that went to the device",
         ""},
    Rule{{io_write, D::none},
         A::syscall,
         {},
         to_device,
         "CPU in file writes that went to the device",
         ""},
    Rule{{io_write, D::sync},
         A::syscall,
         {},
         [](const Facts& f) { return is_one_of(f.call, sync_calls); },
         "CPU in calls that force data to storage",
         ""},
    Rule{{network, D::none},
         A::syscall,
         {},
         [](const Facts& f) { return (reads(f) || writes(f)) && f.peer == Peer::socket_remote; },
         "CPU in sending to and receiving from another host",
         ""},
    Rule{{kernel, D::syscalls},
         A::syscall,
         {},
         [](const Facts& f) {
           return (reads(f) || writes(f)) &&
                  f.bytes_per_call.value_or(copy_bytes_per_call) < copy_bytes_per_call;
         },
         "reads and writes of a few bytes each",
         ""},
    Rule{{kernel, D::copies},
         A::syscall,
         {},
         [](const Facts& f) { return reads(f) || writes(f); },
         "CPU in copying through pipes, local sockets or the page cache",
         ""},
    Rule{{kernel, D::processes},
         A::syscall,
         {},
         [](const Facts& f) { return is_one_of(f.call, process_calls); },
         "CPU in making and ending processes",
         ""},
    Rule{{kernel, D::switches},
         A::syscall,
         {},
         [](const Facts& f) { return f.call == "sched_yield"; },
         "CPU in giving up the CPU",
         ""},
    Rule{{kernel, D::syscalls}, A::syscall, {}, always, "CPU in system calls", ""},
    Rule{{kernel, D::processes},
         A::page_fault,
         {},
         starting,
         "page faults of starting processes",
         ""},
    Rule{{memory_capacity, D::first_touch},
         A::page_fault,
         {},
         always,
         "page faults on fresh memory",
         ""},
    Rule{{kernel, D::processes},
         A::file_fault,
         {},
         starting,
         "file faults of starting processes",
         ""},
    Rule{{memory_capacity, D::limit},
         A::file_fault,
         {},
         refaulted,
         "file pages that had been evicted before",
         ""},
    Rule{{io_read, D::none},
         A::file_fault,
         {},
         [](const Facts& f) { return f.faults_read_device; },
         "faults on file mappings that read storage",
         ""},
    Rule{{kernel, D::none}, A::file_fault, {}, always, "faults on cached file mappings", ""},
    Rule{{kernel, D::processes}, A::process, {}, always, "CPU in fork, exec and exit", ""},
    Rule{{kernel, D::switches}, A::context_switch, {}, always, "CPU in the scheduler", ""},
    Rule{{kernel, D::none}, A::interrupt, {}, always, "interrupts on the program's time", ""},
    Rule{{kernel, D::processes},
         A::unknown_kernel,
         {},
         starting,
         "kernel time of starting processes",
         ""},
    Rule{{kernel, D::none},
         A::unknown_kernel,
         {},
         always,
         "kernel time that could not be looked into",
         "the kernel's part could not be split here"},
    // --- why nobody worked ---
    Rule{{lock, D::mutex}, {}, W::lock_mutex, always, "blocked on a mutex", ""},
    Rule{{lock, D::flock}, {}, W::lock_flock, always, "blocked on a file lock", ""},
    Rule{{lock, D::mutex}, {}, W::lock_sysv, always, "blocked on a System V semaphore", ""},
    Rule{{lock, D::runtime}, {}, W::lock_runtime, always, "blocked on a lock of the runtime", ""},
    Rule{{unattributed, D::none},
         {},
         W::condition,
         always,
         "a condition that nobody here was seen to work for",
         ""},
    Rule{{unattributed, D::none}, {}, W::join, always, "a thread that was not seen to work", ""},
    Rule{{unattributed, D::none},
         {},
         W::pipe_inside,
         always,
         "a pipe whose writer was not seen to work",
         ""},
    Rule{{unattributed, D::none},
         {},
         W::socket_inside,
         always,
         "a socket whose peer was not seen to work",
         ""},
    Rule{{unattributed, D::none}, {}, W::child, always, "a child that was not seen to work", ""},
    Rule{{io_read, D::none}, {}, W::file_read, always, "blocked in reading files", ""},
    Rule{{io_write, D::none}, {}, W::file_write, always, "blocked in writing files", ""},
    Rule{{io_write, D::sync}, {}, W::file_sync, always, "blocked until data is on storage", ""},
    Rule{{memory_capacity, D::limit},
         {},
         W::file_fault,
         refaulted,
         "file pages that had been evicted before",
         ""},
    Rule{{io_read, D::none}, {}, W::file_fault, always, "blocked in faults on file mappings", ""},
    Rule{{memory_capacity, D::reclaim},
         {},
         W::memory_reclaim,
         always,
         "blocked until memory is freed",
         ""},
    Rule{
        {memory_capacity, D::swap}, {}, W::memory_swap, always, "blocked in reading from swap", ""},
    Rule{{network, D::none}, {}, W::network, always, "blocked on another host", ""},
    Rule{{sleep, D::outside},
         {},
         W::socket_local,
         always,
         "blocked on another program of this host",
         ""},
    Rule{{sleep, D::timer}, {}, W::timer, always, "blocked on a timer", ""},
    Rule{
        {sleep, D::child}, {}, W::child_outside, always, "blocked on a child outside the tree", ""},
    Rule{{sleep, D::outside}, {}, W::outside, always, "blocked on input from outside", ""},
    Rule{{sleep, D::for_work}, {}, W::for_work, always, "blocked until work arrives", ""},
    Rule{{kernel, D::processes},
         {},
         W::wake_up,
         [](const Facts& f) { return is_one_of(f.call, process_calls); },
         "gaps between the birth or death of a process and the next work",
         ""},
    Rule{{kernel, D::switches},
         {},
         W::wake_up,
         always,
         "gaps between a wake-up and the woken thread",
         ""},
    Rule{{run_queue, D::none}, {}, W::preempted, always, "runnable without a CPU", ""},
    Rule{{sleep, D::outside}, {}, W::stopped, always, "stopped by a signal or a tracer", ""},
    Rule{{lock, D::none},
         {},
         W::unknown,
         [](const Facts& f) { return f.queued; },
         "threads queue for a lock",
         ""},
    Rule{{kernel, D::processes},
         {},
         W::unknown,
         [](const Facts& f) { return f.newborn; },
         "the start of a process or thread",
         ""},
    Rule{{unattributed, D::none},
         {},
         W::unknown,
         always,
         "nobody worked, and the reason was not seen",
         ""},
};

}  // namespace

std::span<const Rule> rules() { return table; }

const Rule& classify(const Facts& facts) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Rule& rule) {
    return rule.activity == facts.activity && rule.wait == facts.wait && rule.applies(facts);
  });
  return found != table.end() ? *found : table.back();
}

}  // namespace bottleneck
