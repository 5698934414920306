// The published runtime table: the few names of well-known runtimes that the accounting may know,
// because no profile can tell them apart otherwise. Everything else must be judged without names (a
// test renames all of them).
#pragma once

#include <string_view>

namespace bottleneck {

/// A frame at which a thread waits or makes progress for others while it keeps its CPU.
/// `leaf` true: the sampled instruction itself is in code of `module` (stripped runtimes such as
/// libgomp). Otherwise any frame of the call chain whose function matches.
bool is_spin_frame(std::string_view module, std::string_view function, bool leaf);

/// False where no function of that module can be in the table: its names need not be looked up.
bool may_name_spin_functions(std::string_view module);

/// A module that the table speaks of at all; without one, no thread of a process can be spinning in
/// a runtime.
bool is_runtime_module(std::string_view module);

/// A function of the C library that takes or gives a mutex, a lock or a condition; waiting or not.
bool is_locking(std::string_view module, std::string_view function);

/// A futex inside this data symbol is a runtime's own lock ("_PyRuntime" is Python's GIL). "" if it
/// is none.
std::string_view runtime_lock_name(std::string_view data_symbol);

/// The executable is an interpreter: what it runs is not in its own symbols.
bool is_interpreter(std::string_view executable);

/// The file is an interpreter or the library that one of them is made of (libpython3.11.so.1.0).
bool is_interpreter_code(std::string_view module);

}  // namespace bottleneck
