// `bottleneck doctor`: what each probe can see here, and how to get more. Attaches nothing.
#include <unistd.h>

#include "probes/machine/machine.h"
#include "src/cli/commands.h"
#include "src/cli/screen.h"

namespace bottleneck {

int doctor_command(const DoctorCommand& command) {
  System system;
  std::vector<ProbeState> states;
  bool tree_kept = false;
  for (const std::unique_ptr<Probe>& probe : all_probes(system, {})) {
    if (probe->keeps_tree() && tree_kept) continue;  // stands in for one that works
    states.push_back(probe->check(system));
    tree_kept |= probe->keeps_tree() && states.back().status != ProbeStatus::unavailable;
  }
  show(STDOUT_FILENO, render_doctor(describe_machine(system), states,
                                    style_for(STDOUT_FILENO, command.color, true)));
  return exit_ok;
}

}  // namespace bottleneck
