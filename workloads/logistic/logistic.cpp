// Logistic regression of 64 features by gradient descent, compared by the time to the same loss: a
// way that is quicker for each pass and needs more passes gains nothing.
#include <cstdio>
#include <stdexcept>

#include "workloads/harness/harness.h"
#include "workloads/logistic/descent.h"

namespace {

using logistic::Data;
using logistic::Weights;
using workload::Result;
using workload::Setting;

/// Sums of the same losses in another order.
constexpr double slack = 1 + 1e-9;

/// The same text for all: the ways differ in what they end with, not in having reached the target.
template <typename Descend>
Result run(const Setting& setting, Descend descend) {
  const Data data(setting.size);
  const Weights weights = descend(data, setting.threads);
  const double loss = logistic::loss_simd(data, 0, data.rows(), weights);
  if (loss > slack * logistic::target_loss * static_cast<double>(data.rows()))
    throw std::runtime_error("the loss is above the target in the end");
  return {"loss reached", {}};
}

Result run_scalar(const Setting& setting) {
  return run(setting, [](const Data& data, int) {
    return logistic::descend(data, logistic::add_gradient_scalar, logistic::loss_scalar);
  });
}

Result run_simd(const Setting& setting) {
  return run(setting, [](const Data& data, int) {
    return logistic::descend(data, logistic::add_gradient_simd, logistic::loss_simd);
  });
}

template <Weights (*descend)(const Data&, int)>
Result run_team(const Setting& setting) {
  return run(setting, descend);
}

std::string limit(std::size_t size, int threads) {
  const double values = static_cast<double>(size * logistic::features);
  char text[400];
  std::snprintf(
      text, sizeof text,
      "each pass needs %.3g operations and one exp for each of %zu rows, and reads %.3g MB, "
      "which a cache may hold; vectors are at most 4, 8 or 16 times faster in all but the "
      "exp. A pass needs the weights of the one before, so that %d threads, at most %d "
      "times faster, meet after each",
      4 * values, size, values * sizeof(float) / 1e6, threads, threads);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload workload;
  workload.name = "logistic";
  workload.line = "logistic regression by gradient descent until the loss is low enough";
  workload.verdicts = {"compute"};
  workload.unit = "rows of 64 features";
  workload.default_size = 16384;
  workload.quick_size = 4096;
  workload.check_size = 512;
  workload.most_size = 10000000;
  workload.variants = {
      {"scalar", "one thread, one feature at a time", "", "", "speedup", run_scalar},
      {"simd", "a vector of features at a time", "scalar", "vectorize", "speedup", run_simd},
      {"all-reduce", "the rows over all CPUs, gradients summed up after each pass", "simd",
       "spread_work", "speedup", run_team<logistic::descend_all_reduce>},
      {"parameter-server", "threads bring gradients to one place and do not wait", "simd",
       "spread_work", "speedup", run_team<logistic::descend_parameter_server>},
      {"hogwild", "all threads change the same weights after each row", "simd", "spread_work",
       "none", run_team<logistic::descend_hogwild>}};
  workload.needs = [](std::size_t size) {
    return workload::Needs{(logistic::features + 1) * sizeof(float) * size + (16 << 20), 0};
  };
  workload.limit = limit;
  return workload::run_main(workload, argc, argv);
}
