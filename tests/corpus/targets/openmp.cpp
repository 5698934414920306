// OpenMP with a known shape: openmp MODE SECONDS (run with OMP_NUM_THREADS=2; the shape holds for
// two threads on two free CPUs)
//   serial30    30 % of the wall time one thread works, the other 70 % both do     compute,
//   parallel, serial share 0.30 triangular  row i costs i, static schedule: the threads get 1/4 and
//   3/4        compute, imbalanced
#include <string_view>

#include <omp.h>

#include "target.h"

namespace {

/// About 20 ms of wall time per round: 6 ms in one thread, then 14 ms in each of two.
double run_serial30(int rounds) {
  constexpr long unit = 10'000'000;
  double sum = 0;
  for (int round = 0; round < rounds; ++round) {
    sum += target::burn(unit * 3 / 10);
#pragma omp parallel reduction(+ : sum)
    sum += target::burn(unit * 7 / 10);
  }
  return sum;
}

double run_triangular(int rounds) {
  constexpr long rows = 200;
  double sum = 0;
  for (int round = 0; round < rounds; ++round) {
#pragma omp parallel for schedule(static) reduction(+ : sum)
    for (long row = 0; row < rows; ++row) sum += target::burn(row * 600);
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string_view mode = argv[1];
  const int rounds = static_cast<int>(std::atof(argv[2]) / 0.02);
  if (mode == "serial30") return run_serial30(rounds) > 0 ? 0 : 1;
  if (mode == "triangular") return run_triangular(rounds) > 0 ? 0 : 1;
  return 2;
}
