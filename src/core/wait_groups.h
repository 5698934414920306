// System calls and kernel functions by what they do: the vocabulary in which the rules of waits.cpp
// are written. Data only; included by waits.cpp alone. A word is in one group; the first group that
// matches counts.
#pragma once

#include <array>
#include <string_view>

namespace bottleneck::wait_groups {

/// Words separated by blanks; one group is a bit.
struct Group {
  unsigned bit;
  std::string_view words;
};

enum Calls : unsigned {
  any_call = 0,
  fault = 1U << 0,  // no system call: a page fault
  read_call = 1U << 1,
  write_call = 1U << 2,
  sync_call = 1U << 3,
  aio_call = 1U << 4,
  uring_call = 1U << 5,
  path_call = 1U << 6,
  receive_call = 1U << 7,
  send_call = 1U << 8,
  connect_call = 1U << 9,
  accept_call = 1U << 10,
  poll_call = 1U << 11,
  sleep_call = 1U << 12,
  pause_call = 1U << 13,
  sigwait_call = 1U << 14,
  suspend_call = 1U << 15,
  child_call = 1U << 16,
  fork_call = 1U << 17,
  flock_call = 1U << 18,
  sysv_call = 1U << 19,
  input_call = read_call | receive_call | poll_call | uring_call,
  output_call = write_call | send_call | connect_call,
};

constexpr std::array call_groups = {
    Group{read_call,
          "read pread64 readv preadv preadv2 splice tee copy_file_range readahead "
          "getdents getdents64"},
    Group{write_call, "write pwrite64 writev pwritev pwritev2 vmsplice fallocate ftruncate"},
    Group{sync_call, "fsync fdatasync sync_file_range msync syncfs sync"},
    Group{aio_call, "io_getevents io_pgetevents io_submit"},
    Group{uring_call, "io_uring_enter"},
    Group{
        path_call,
        "open openat openat2 creat close stat lstat fstat newfstatat statx access faccessat "
        "faccessat2 "
        "unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir link linkat symlink "
        "symlinkat "
        "readlink readlinkat truncate chmod fchmod fchmodat chown fchown fchownat utimensat execve "
        "execveat exit exit_group statfs fstatfs getxattr lgetxattr"},
    Group{receive_call, "recvfrom recvmsg recvmmsg"},
    Group{send_call, "sendto sendmsg sendmmsg sendfile"},
    Group{connect_call, "connect"},
    Group{accept_call, "accept accept4"},
    Group{poll_call, "poll ppoll select pselect6 epoll_wait epoll_pwait epoll_pwait2"},
    Group{sleep_call, "nanosleep clock_nanosleep"},
    Group{pause_call, "pause"},
    Group{sigwait_call, "rt_sigtimedwait"},
    Group{suspend_call, "rt_sigsuspend"},
    Group{child_call, "wait4 waitid"},
    Group{fork_call, "vfork fork clone clone3"},
    Group{flock_call, "flock fcntl"},
    Group{sysv_call, "semop semtimedop"},
};

enum Functions : unsigned {
  any_function = 0,
  stop_function = 1U << 0,
  swap_function = 1U << 1,
  dirty_function = 1U << 2,
  reclaim_function = 1U << 3,
  sync_function = 1U << 4,
  cache_function = 1U << 5,
  kernel_lock = 1U << 6,
  vfork_function = 1U << 7,
  sleep_function = 1U << 8,
  block_function = 1U << 9,
};

// Prefixes of kernel function names (compilers add ".constprop.0"). Sources: names of Linux 5.10
// to 6.18; those of storage and sleep as seen in samples and in wchan of programs that do just
// that.
constexpr std::array function_groups = {
    Group{stop_function,
          "do_signal_stop ptrace_stop do_jobctl_trap ptrace_notify cgroup_enter_frozen "
          "cgroup_freezer do_freezer_trap"},
    Group{swap_function,
          "do_swap_page swap_readpage swap_read_folio swapin_readahead swap_cluster_readahead "
          "read_swap_cache shmem_swapin swap_vma_readahead"},
    Group{dirty_function, "balance_dirty_pages"},
    Group{reclaim_function,
          "shrink_ throttle_direct_reclaim reclaim_throttle try_to_free_ do_try_to_free "
          "mem_cgroup_handle_over_high __mem_cgroup_handle_over_high mem_cgroup_oom "
          "try_charge_memcg out_of_memory congestion_wait compact_zone too_many_isolated"},
    Group{sync_function,
          "jbd2_ wait_on_commit folio_wait_writeback wait_on_page_writeback __filemap_fdatawait "
          "file_write_and_wait filemap_fdatawait blkdev_issue_flush wb_wait_for_completion "
          "xfs_log_force __xfs_log_force btrfs_sync_log xlog_ ext4_sync ext4_fc_commit"},
    Group{block_function, "submit_bio_wait wait_for_completion_io blk_wait_io"},
    Group{cache_function,
          "filemap_ folio_wait_bit __folio_lock folio_lock __lock_page wait_on_page_bit "
          "__iomap_dio_rw blkdev_direct_IO "
          "__blkdev_direct_IO __wait_on_buffer bit_wait_io"},
    Group{kernel_lock,
          "rwsem_down_ __mutex_lock mutex_lock down_read down_write percpu_rwsem_wait "
          "lock_sock_nested "
          "__lock_sock"},
    Group{vfork_function, "wait_for_vfork_done"},
    Group{sleep_function, "hrtimer_nanosleep do_nanosleep"},
};

}  // namespace bottleneck::wait_groups
