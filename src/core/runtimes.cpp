#include "src/core/runtimes.h"

#include <algorithm>
#include <array>

namespace bottleneck {
namespace {

enum class Match { leaf_of_module, function, function_of_module };

/// `module` and `function` are prefixes (of the file's base name, of the function); "" matches
/// everything.
struct SpinRow {
  Match match;
  std::string_view module;
  std::string_view function;
};

// Not here: pthread_spin_lock and the like, which are evidence for a lock, and GOMP_parallel,
// GOMP_barrier, which are in the chain of useful work too: only the sampled instruction itself may
// speak for a runtime whose code is stripped.
constexpr std::array spin_rows = {
    // GCC's OpenMP: its own code is waiting or handing out; stripped. Source:
    // libgomp/config/linux/wait.h, do_spin.
    SpinRow{Match::leaf_of_module, "libgomp.so", ""},
    // LLVM's and Intel's OpenMP. Work runs above __kmp_invoke_microtask, so a leaf in the module is
    // the runtime's own.
    // Source: openmp/runtime/src/kmp_wait_release.h, kmp_barrier.cpp, kmp_dispatch.cpp.
    SpinRow{Match::leaf_of_module, "libomp.so", ""},
    SpinRow{Match::leaf_of_module, "libomp-", ""},
    SpinRow{Match::leaf_of_module, "libiomp5", ""},
    // The waits proper; __kmp_launch_worker and __kmp_fork_call have the work above them.
    SpinRow{Match::function, "", "__kmp_wait_"},
    SpinRow{Match::function, "", "__kmp_hyper_barrier"},
    SpinRow{Match::function, "", "__kmp_yield"},
    // OpenBLAS: idle pool threads poll their queue with sched_yield; its kernels run above the same
    // function, hence
    // leaf only. Source: driver/others/blas_server.c.
    SpinRow{Match::function_of_module, "libopenblas", "blas_thread_server"},
    SpinRow{Match::function_of_module, "libopenblas", "exec_blas_async_wait"},
    // MPI calls that wait for other ranks. Source: MPI 4.0 standard; Send may copy, but into
    // another's hands.
    SpinRow{Match::function, "", "MPI_Wait"},
    SpinRow{Match::function, "", "MPI_Recv"},
    SpinRow{Match::function, "", "MPI_Mrecv"},
    SpinRow{Match::function, "", "MPI_Probe"},
    SpinRow{Match::function, "", "MPI_Mprobe"},
    SpinRow{Match::function, "", "MPI_Test"},
    SpinRow{Match::function, "", "MPI_Iprobe"},
    SpinRow{Match::function, "", "MPI_Send"},
    SpinRow{Match::function, "", "MPI_Ssend"},
    SpinRow{Match::function, "", "MPI_Barrier"},
    SpinRow{Match::function, "", "MPI_Bcast"},
    SpinRow{Match::function, "", "MPI_Reduce"},
    SpinRow{Match::function, "", "MPI_Allreduce"},
    SpinRow{Match::function, "", "MPI_Gather"},
    SpinRow{Match::function, "", "MPI_Allgather"},
    SpinRow{Match::function, "", "MPI_Scatter"},
    SpinRow{Match::function, "", "MPI_Alltoall"},
    SpinRow{Match::function, "", "MPI_Scan"},
    SpinRow{Match::function, "", "MPI_Finalize"},
    SpinRow{Match::function, "", "PMPI_"},  // the same by the name that Fortran and tools call
    SpinRow{Match::function, "", "pmpi_"},
    // Open MPI's progress loop, and its transports, which are plug-ins of their own (stripped).
    // Source: opal/runtime.
    SpinRow{Match::function, "", "opal_progress"},
    SpinRow{Match::leaf_of_module, "libopen-pal", ""},
    SpinRow{Match::leaf_of_module, "mca_btl_", ""},
    SpinRow{Match::leaf_of_module, "mca_pml_", ""},
    SpinRow{Match::leaf_of_module, "mca_mtl_", ""},
    // UCX and MPICH. Source: ucp/core/ucp_worker.c, mpid/ch4/src/ch4_progress.h.
    SpinRow{Match::function, "", "ucp_worker_progress"},
    SpinRow{Match::leaf_of_module, "libucp.so", ""},
    SpinRow{Match::leaf_of_module, "libuct.so", ""},
    SpinRow{Match::leaf_of_module, "libuct_", ""},
    SpinRow{Match::function, "", "MPIDI_CH3I_Progress"},
    SpinRow{Match::function, "", "MPIDI_progress"},
    SpinRow{Match::function, "", "MPID_Progress"},
    // oneTBB and TBB: the arena's own code steals and waits; tasks are the program's functions
    // above it.
    // Source: src/tbb/waiters.h, task_dispatcher.h.
    SpinRow{Match::leaf_of_module, "libtbb.so", ""},
};

/// The libraries that the named functions above are in.
constexpr std::array<std::string_view, 10> spin_modules = {
    "libopenblas", "libomp",      "libiomp5", "libmpi", "libpmpi",
    "libmpich",    "libopen-pal", "libucp",   "libuct", "libmpifort"};

/// Beginnings of the C library's functions around locks; glibc's are found under internal names,
/// too. Source: glibc's nptl (pthread_mutex_lock.c, lowlevellock.h), musl's src/thread.
constexpr std::array<std::string_view, 9> locking = {
    "pthread_mutex_",      "pthread_spin_", "pthread_rwlock_", "pthread_cond_", "lll_",
    "GI___pthread_mutex_", "GI___lll_",     "futex_w",         "GI___futex_"};
constexpr std::array<std::string_view, 4> c_libraries = {"libc.so", "libc-", "libpthread",
                                                         "ld-musl"};

/// Data symbols of runtimes' own locks.
struct LockRow {
  std::string_view symbol;
  std::string_view name;
};
constexpr std::array lock_rows = {
    // CPython 3.7 and later: the GIL's mutex and condition lie in _PyRuntime (`nm -D
    // libpython3.10.so`); a thread that
    // wants it waits there with the switch interval as time-out. Source: Python/ceval_gil.h,
    // take_gil.
    LockRow{"_PyRuntime", "Python GIL"},
};

// Base names of executables; a version may follow ("python3.11", "ruby3.1"). Not java, node,
// luajit's own machine code: code that is in no file is told by the samples, but node's own
// bytecode interpreter (Ignition) is in its executable.
constexpr std::array<std::string_view, 18> interpreters = {
    "python", "pypy",       "perl", "ruby", "node", "nodejs", "lua",  "php", "R",
    "tclsh",  "octave-cli", "awk",  "gawk", "mawk", "bash",   "dash", "sh",  "zsh"};

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool matches(const SpinRow& row, std::string_view module, std::string_view function, bool leaf) {
  const bool in_module = base_name(module).starts_with(row.module);
  const bool in_function = !function.empty() && function.starts_with(row.function);
  switch (row.match) {
    case Match::leaf_of_module:
      return leaf && in_module;
    case Match::function:
      return in_function;
    case Match::function_of_module:
      return leaf && in_module && in_function;
  }
  return false;
}

/// "3.11", "8.2", "-3" and the like, or nothing.
bool is_version(std::string_view text) {
  return text.find_first_not_of("0123456789.-") == std::string_view::npos;
}

}  // namespace

bool is_spin_frame(std::string_view module, std::string_view function, bool leaf) {
  return std::any_of(spin_rows.begin(), spin_rows.end(),
                     [&](const SpinRow& row) { return matches(row, module, function, leaf); });
}

bool is_locking(std::string_view module, std::string_view function) {
  const auto begins = [](std::string_view text, const auto& beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](std::string_view one) { return text.starts_with(one); });
  };
  function.remove_prefix(std::min(function.find_first_not_of('_'), function.size()));
  return begins(base_name(module), c_libraries) && begins(function, locking);
}

bool may_name_spin_functions(std::string_view module) {
  const std::string_view name = base_name(module);
  return std::any_of(spin_modules.begin(), spin_modules.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

bool is_runtime_module(std::string_view module) {
  const std::string_view name = base_name(module);
  return may_name_spin_functions(module) ||
         std::any_of(spin_rows.begin(), spin_rows.end(), [&](const SpinRow& row) {
           return !row.module.empty() && name.starts_with(row.module);
         });
}

std::string_view runtime_lock_name(std::string_view data_symbol) {
  for (const LockRow& row : lock_rows)
    if (row.symbol == data_symbol) return row.name;
  return "";
}

bool is_interpreter(std::string_view executable) {
  const std::string_view name = base_name(executable);
  return std::any_of(interpreters.begin(), interpreters.end(), [&](std::string_view known) {
    return name.starts_with(known) && is_version(name.substr(known.size()));
  });
}

bool is_interpreter_code(std::string_view module) {
  std::string_view name = base_name(module);
  const std::size_t suffix = name.find(".so");
  if (!name.starts_with("lib") || suffix == std::string_view::npos) return is_interpreter(module);
  return is_interpreter(name.substr(3, suffix - 3));
}

}  // namespace bottleneck
