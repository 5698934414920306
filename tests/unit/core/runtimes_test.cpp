#include "src/core/runtimes.h"

#include <gtest/gtest.h>

namespace bottleneck {
namespace {

TEST(SpinFrame, is_the_sampled_instruction_in_a_stripped_openmp_runtime) {
  EXPECT_TRUE(is_spin_frame("/usr/lib/x86_64-linux-gnu/libgomp.so.1.0.0", "", true));
  EXPECT_TRUE(is_spin_frame("/usr/lib/llvm-14/lib/libomp-14.so.5", "", true));
  EXPECT_TRUE(is_spin_frame("libiomp5.so", "__kmp_something", true));
}

TEST(SpinFrame, is_not_the_runtime_below_the_programs_own_loop) {
  EXPECT_FALSE(is_spin_frame("/usr/lib/x86_64-linux-gnu/libgomp.so.1", "GOMP_parallel", false));
  EXPECT_FALSE(is_spin_frame("libomp.so.5", "__kmp_invoke_microtask", false));
  EXPECT_FALSE(is_spin_frame("libopenblas.so.0", "blas_thread_server", false));
}

TEST(SpinFrame, is_any_frame_in_a_wait_or_progress_function) {
  EXPECT_TRUE(is_spin_frame("libmpi.so.40", "MPI_Recv", false));
  EXPECT_TRUE(is_spin_frame("libmpi.so.40", "PMPI_Allreduce", false));
  EXPECT_TRUE(is_spin_frame("", "opal_progress", false));
  EXPECT_TRUE(is_spin_frame("/usr/lib/openmpi/mca_btl_vader.so", "", true));
  EXPECT_TRUE(is_spin_frame("libucp.so.0", "ucp_worker_progress", false));
  EXPECT_TRUE(is_spin_frame("libomp.so.5", "__kmp_wait_64", false));
  EXPECT_TRUE(is_spin_frame("libopenblas.so.0", "blas_thread_server", true));
}

TEST(SpinFrame, is_not_in_ordinary_code) {
  EXPECT_FALSE(is_spin_frame("/usr/lib/x86_64-linux-gnu/libc.so.6", "sched_yield", true));
  EXPECT_FALSE(is_spin_frame("libopenblas.so.0", "dgemm_kernel_HASWELL", true));
  EXPECT_FALSE(is_spin_frame("libmpi.so.40", "MPI_Init", false));
  EXPECT_FALSE(is_spin_frame("./app", "wait_for_it", true));
  EXPECT_FALSE(is_spin_frame("./app", "", false));
  EXPECT_FALSE(is_spin_frame("libomptarget.so", "", true));
}

TEST(RuntimeLock, is_known_by_the_data_symbol_it_lies_in) {
  EXPECT_EQ(runtime_lock_name("_PyRuntime"), "Python GIL");
  EXPECT_EQ(runtime_lock_name("_PyRuntimeState"), "");
  EXPECT_EQ(runtime_lock_name(""), "");
}

TEST(Locking, is_the_c_librarys_and_under_any_of_its_names) {
  for (auto name : {"___pthread_mutex_lock", "pthread_mutex_unlock", "lll_mutex_lock_optimized",
                    "__GI___lll_lock_wake", "__GI___pthread_mutex_unlock_usercnt", "futex_wait"})
    EXPECT_TRUE(is_locking("/usr/lib/x86_64-linux-gnu/libc.so.6", name)) << name;
  EXPECT_TRUE(is_locking("/lib/libpthread-2.31.so", "__pthread_mutex_lock"));
  EXPECT_FALSE(is_locking("/usr/bin/prog", "pthread_mutex_lock")) << "a program's own";
  EXPECT_FALSE(is_locking("/usr/lib/x86_64-linux-gnu/libc.so.6", "malloc"));
  EXPECT_FALSE(is_locking("/usr/lib/x86_64-linux-gnu/libc.so.6", ""));
}

TEST(Interpreter, is_known_by_its_name_and_version) {
  for (auto path : {"/usr/bin/python3.11", "python3", "/opt/pypy3", "/usr/bin/perl", "ruby3.1",
                    "/usr/bin/node", "lua5.4", "php8.2", "/usr/lib/R/bin/exec/R", "/bin/bash"})
    EXPECT_TRUE(is_interpreter(path)) << path;
}

TEST(Interpreter, is_not_what_merely_starts_like_one) {
  for (auto path : {"/usr/bin/python3-config", "perlbench", "Renderer", "/usr/bin/java",
                    "node_exporter", "shasum", ""})
    EXPECT_FALSE(is_interpreter(path)) << path;
}

}  // namespace
}  // namespace bottleneck
