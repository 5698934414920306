#include "probes/sched/kernel_stack.h"

#include <gtest/gtest.h>

#include "tests/unit/sched/named_kernel.h"

namespace bottleneck::sched {
namespace {

using Names = std::vector<std::string>;

KernelPlace sampled(const Names& chain) {
  const NamedKernel kernel(chain);
  KernelStack stack;
  stack.set_symbols(kernel.symbols());
  return stack.sampled(kernel.chain(chain));
}

KernelPlace switched_out(const Names& chain) {
  const NamedKernel kernel(chain);
  KernelStack stack;
  stack.set_symbols(kernel.symbols());
  return stack.switched_out(kernel.chain(chain));
}

TEST(KernelStack, names_the_system_call_by_its_outermost_function) {
  const KernelPlace place =
      sampled({"copy_page_to_iter", "filemap_read", "ksys_read", "__x64_sys_read", "do_syscall_64",
               "entry_SYSCALL_64_after_hwframe"});
  EXPECT_EQ(place.activity, Activity::syscall);
  EXPECT_EQ(place.call, "read");
  EXPECT_EQ(place.function, "copy_page_to_iter");
}

TEST(KernelStack, knows_calls_of_which_only_the_worker_is_left_on_the_stack) {
  const auto call = [](const std::string& worker) {
    return sampled({"leaf", worker, "do_syscall_64"}).call;
  };
  EXPECT_EQ(call("do_epoll_wait"), "epoll_wait");
  EXPECT_EQ(call("do_fsync"), "fsync");
  EXPECT_EQ(call("__do_sys_newfstatat"), "newfstatat");
  EXPECT_EQ(call("__sys_sendto"), "sendto");
  EXPECT_EQ(call("do_sys_openat2"), "openat2");
  EXPECT_EQ(call("other"), "");
}

TEST(KernelStack, tells_faults_on_memory_from_those_on_files) {
  const KernelPlace memory = sampled({"clear_page_erms", "do_anonymous_page", "handle_mm_fault",
                                      "exc_page_fault", "asm_exc_page_fault"});
  EXPECT_EQ(memory.activity, Activity::page_fault);
  EXPECT_EQ(memory.call, "");
  EXPECT_EQ(memory.function, "clear_page_erms");
  EXPECT_EQ(sampled({"xas_load", "filemap_fault", "handle_mm_fault", "exc_page_fault",
                     "asm_exc_page_fault"})
                .activity,
            Activity::file_fault);
}

TEST(KernelStack, gives_a_fault_inside_a_system_call_to_the_call) {
  const KernelPlace place =
      sampled({"clear_page_erms", "exc_page_fault", "asm_exc_page_fault", "copy_user_generic",
               "filemap_read", "ksys_read", "do_syscall_64"});
  EXPECT_EQ(place.activity, Activity::syscall);
  EXPECT_EQ(place.call, "read");
}

TEST(KernelStack, calls_fork_exec_exit_and_their_insides_processes) {
  for (const char* call : {"__x64_sys_execve", "kernel_clone", "do_exit", "kernel_wait4"})
    EXPECT_EQ(sampled({"copy_page_range", call, "do_syscall_64"}).activity, Activity::process)
        << call;
  EXPECT_TRUE(is_process_call("execve"));
  EXPECT_FALSE(is_process_call("read"));
  EXPECT_FALSE(is_process_call(""));
}

TEST(KernelStack, knows_the_scheduler_and_interrupts) {
  EXPECT_EQ(sampled({"finish_task_switch", "__schedule", "schedule", "futex_wait_queue", "do_futex",
                     "__x64_sys_futex", "do_syscall_64"})
                .activity,
            Activity::context_switch);
  EXPECT_EQ(sampled({"finish_task_switch", "ret_from_fork"}).activity, Activity::context_switch);
  EXPECT_EQ(
      sampled({"net_rx_action", "sysvec_apic_timer_interrupt", "asm_sysvec_apic_timer_interrupt"})
          .activity,
      Activity::interrupt);
}

TEST(KernelStack, gives_a_switch_out_the_function_that_waits_not_the_scheduler) {
  const KernelPlace place =
      switched_out({"__perf_event_task_sched_out", "__schedule", "schedule", "futex_wait_queue",
                    "futex_wait", "do_futex", "__x64_sys_futex", "do_syscall_64"});
  EXPECT_EQ(place.call, "futex");
  EXPECT_EQ(place.function, "futex_wait_queue");
  EXPECT_FALSE(place.io_wait);
  EXPECT_FALSE(place.wakes);
}

TEST(KernelStack, prefers_a_telling_function_and_sees_waits_for_storage) {
  const KernelPlace place =
      switched_out({"__schedule", "schedule", "io_schedule", "folio_wait_bit_common",
                    "do_swap_page", "handle_mm_fault", "exc_page_fault", "asm_exc_page_fault"});
  EXPECT_EQ(place.function, "do_swap_page");
  EXPECT_TRUE(place.io_wait);
  EXPECT_EQ(place.activity, Activity::page_fault);
  EXPECT_EQ(switched_out({"__schedule", "io_schedule", "folio_wait_bit_common", "filemap_read",
                          "ksys_read", "do_syscall_64"})
                .function,
            "folio_wait_bit_common");
}

TEST(KernelStack, sees_that_a_call_was_waking_another_thread) {
  EXPECT_TRUE(switched_out({"__schedule", "preempt_schedule_common", "__wake_up_sync_key",
                            "pipe_write", "ksys_write", "do_syscall_64"})
                  .wakes);
}

TEST(KernelStack, ignores_what_compilers_append_to_names) {
  FakeRoot root;
  root.put("/proc/kallsyms",
           "ffffffff81000000 t do_epoll_wait.isra.0\nffffffff81000100 T do_syscall_64\n");
  KernelStack stack;
  stack.set_symbols(KernelSymbols::load(root.system(), ""));
  const std::vector<std::uint64_t> chain = {0xffffffff81000010, 0xffffffff81000110};
  EXPECT_EQ(stack.sampled(chain).call, "epoll_wait");
}

TEST(KernelStack, knows_nothing_without_names_or_frames) {
  KernelStack stack;
  const std::vector<std::uint64_t> chain = {0xffffffff81000010};
  EXPECT_FALSE(stack.known());
  EXPECT_EQ(stack.sampled(chain).activity, Activity::unknown_kernel);
  EXPECT_EQ(stack.sampled(chain).function, "");
  EXPECT_EQ(sampled({}).activity, Activity::unknown_kernel);
}

TEST(KernelStack, looks_again_once_the_names_are_there) {
  const NamedKernel kernel({"leaf", "__x64_sys_read", "do_syscall_64"});
  const auto chain = kernel.chain({"leaf", "__x64_sys_read", "do_syscall_64"});
  KernelStack stack;
  EXPECT_EQ(stack.sampled(chain).call, "");
  stack.set_symbols(kernel.symbols());
  EXPECT_EQ(stack.sampled(chain).call, "read");
}

}  // namespace
}  // namespace bottleneck::sched
