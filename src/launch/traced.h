// A target that calls ptrace(PTRACE_TRACEME), as programs do that want no debugger, makes us its
// tracer unasked: from then on each signal stops it until we say go on. We let go of it instead.
// Alone it would have met the same with its shell; but the signals of the preloaded sampler are
// ours.
#pragma once

#include <sys/types.h>

namespace bottleneck {

/// Lets a thread that stopped for its tracer go on with its signal, and no longer be traced.
/// Errors: none; one that is not stopped, or not ours, is left as it is.
void stop_tracing(pid_t thread, int signal);

}  // namespace bottleneck
