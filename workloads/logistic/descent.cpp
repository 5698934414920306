#include "workloads/logistic/descent.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include "workloads/harness/harness.h"
#include "workloads/harness/lanes.h"

namespace logistic {
namespace {

/// Uniform in [-1, 1).
float draw(std::uint64_t& state) {
  return static_cast<float>(2 * workload::next_uniform(state) - 1);
}

/// log(1 + exp(-m)) where m is how far the row is on its own side.
double row_loss(float z, float label) {
  const double margin = static_cast<double>(label > 0 ? z : -z);
  return margin > 0 ? std::log1p(std::exp(-margin)) : std::log1p(std::exp(margin)) - margin;
}

}  // namespace

Data::Data(std::size_t rows) : values(rows * features), labels(rows) {
  std::uint64_t state = workload::seed;
  float plane[features];
  for (float& x : plane) x = draw(state);
  for (std::size_t i = 0; i < rows; ++i) {
    float side = 0;
    for (std::size_t j = 0; j < features; ++j) {
      values[i * features + j] = draw(state);
      side += values[i * features + j] * plane[j];
    }
    labels[i] = side > 0 ? 1 : 0;
  }
}

float slope(float z, float label) { return 1 / (1 + std::exp(-z)) - label; }

WORKLOAD_SCALAR void add_gradient_scalar(const Data& data, std::size_t first, std::size_t last,
                                         const Weights& weights, Weights& gradient) {
  for (std::size_t i = first; i < last; ++i) {
    const float* const row = data.row(i);
    float z = 0;
    for (std::size_t j = 0; j < features; ++j) z += weights.of[j] * row[j];
    const float scale = slope(z, data.labels[i]);
    for (std::size_t j = 0; j < features; ++j) gradient.of[j] += scale * row[j];
  }
}

WORKLOAD_LANES void add_gradient_simd(const Data& data, std::size_t first, std::size_t last,
                                      const Weights& weights, Weights& gradient) {
  for (std::size_t i = first; i < last; ++i) {
    const float* const row = data.row(i);
    float z = 0;
#pragma omp simd reduction(+ : z)
    for (std::size_t j = 0; j < features; ++j) z += weights.of[j] * row[j];
    const float scale = slope(z, data.labels[i]);
#pragma omp simd
    for (std::size_t j = 0; j < features; ++j) gradient.of[j] += scale * row[j];
  }
}

WORKLOAD_SCALAR double loss_scalar(const Data& data, std::size_t first, std::size_t last,
                                   const Weights& weights) {
  double sum = 0;
  for (std::size_t i = first; i < last; ++i) {
    const float* const row = data.row(i);
    float z = 0;
    for (std::size_t j = 0; j < features; ++j) z += weights.of[j] * row[j];
    sum += row_loss(z, data.labels[i]);
  }
  return sum;
}

WORKLOAD_LANES double loss_simd(const Data& data, std::size_t first, std::size_t last,
                                const Weights& weights) {
  double sum = 0;
  for (std::size_t i = first; i < last; ++i) {
    const float* const row = data.row(i);
    float z = 0;
#pragma omp simd reduction(+ : z)
    for (std::size_t j = 0; j < features; ++j) z += weights.of[j] * row[j];
    sum += row_loss(z, data.labels[i]);
  }
  return sum;
}

void step(Weights& weights, const Weights& gradient, std::size_t rows) {
  const float rate = learning_rate / static_cast<float>(rows);
  for (std::size_t j = 0; j < features; ++j) weights.of[j] -= rate * gradient.of[j];
}

Weights descend(const Data& data, AddGradient add_gradient, Loss loss) {
  Weights weights;
  for (std::size_t pass = 1; pass <= most_passes; ++pass) {
    Weights gradient;
    add_gradient(data, 0, data.rows(), weights, gradient);
    step(weights, gradient, data.rows());
    if (pass % passes_per_look != 0) continue;
    const double sum = loss(data, 0, data.rows(), weights);
    if (sum <= target_loss * static_cast<double>(data.rows())) return weights;
  }
  throw std::runtime_error("the loss was not reached in " + std::to_string(most_passes) +
                           " passes");
}

}  // namespace logistic
