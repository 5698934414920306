// Tasks that each wait for something outside and compute nothing. A sleep stands for that wait (a
// reply, a device, a lease): it cannot be made shorter, but the waits can be side by side.
#include <chrono>
#include <thread>

#include "workloads/harness/harness.h"

namespace {

using workload::Result;
using workload::Setting;

constexpr std::size_t tasks = 8;

/// Waits for `tenths` of a second and gives the answer to `number`.
__attribute__((noinline)) double do_task(std::size_t number, std::size_t tenths) {
  std::this_thread::sleep_for(std::chrono::milliseconds(100 * tenths));
  return static_cast<double>(number * number + 1);
}

Result sum_up(const std::vector<double>& answers) {
  double sum = 0;
  for (const double answer : answers) sum += answer;
  return {"sum of the answers", {sum}};
}

Result run_in_turn(const Setting& setting) {
  std::vector<double> answers;
  for (std::size_t i = 0; i < tasks; ++i) answers.push_back(do_task(i, setting.size));
  return sum_up(answers);
}

/// As many threads as tasks: what waits needs no CPU.
Result run_threads(const Setting& setting) {
  std::vector<double> answers(tasks);
  workload::in_parallel(tasks, tasks, [&](int, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) answers[i] = do_task(i, setting.size);
  });
  return sum_up(answers);
}

std::string limit(std::size_t size, int) {
  const std::string one = std::to_string(static_cast<double>(size) / 10).substr(0, 5);
  return std::to_string(tasks) + " waits of " + one +
         " s: no run is shorter than one of them, so at most " + std::to_string(tasks) +
         " times faster, however many CPUs there are";
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload workload;
  workload.name = "sleep-map";
  workload.line =
      "8 independent tasks that wait, one after the other (a sleep stands for the wait)";
  workload.verdicts = {"sleep"};
  workload.unit = "tenths of a second per task";
  workload.default_size = 10;
  workload.quick_size = 1;
  workload.check_size = 1;
  workload.most_size = 36000;
  workload.variants = {{"in-turn", "one task after the other", "", "", "speedup", run_in_turn},
                       {"threads", "a thread for each task, so that all wait together", "in-turn",
                        "wait_together", "speedup", run_threads}};
  workload.needs = [](std::size_t) { return workload::Needs{16 << 20, 0}; };
  workload.limit = limit;
  return workload::run_main(workload, argc, argv);
}
