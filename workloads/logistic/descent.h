// Logistic regression by gradient descent over all rows: the data, what one pass over rows costs,
// and the ways to descend. Its place: between main and the ways of several threads (teams.cpp).
// All ways take the same step for each row, so that the time to the same loss can be compared.
#pragma once

#include <cstddef>
#include <vector>

namespace logistic {

inline constexpr std::size_t features = 64;
/// Of the mean of the loss over all rows; 0.693 at the start.
inline constexpr double target_loss = 0.1;
inline constexpr float learning_rate = 0.6F;
/// The loss is looked at after so many passes, as looking is half a pass.
inline constexpr std::size_t passes_per_look = 16;
/// Some times more than any way of descending needs.
inline constexpr std::size_t most_passes = 20000;

struct Data {
  /// Rows that a plane divides, so that every target is reached at every size.
  explicit Data(std::size_t rows);

  std::size_t rows() const { return labels.size(); }
  const float* row(std::size_t i) const { return &values[i * features]; }

  std::vector<float> values;  ///< rows x features
  std::vector<float> labels;  ///< 0 or 1
};

struct alignas(64) Weights {
  float of[features] = {};
};

/// Adds to `gradient` that of the rows first..last.
using AddGradient = void (*)(const Data&, std::size_t first, std::size_t last, const Weights&,
                             Weights& gradient);
void add_gradient_scalar(const Data&, std::size_t first, std::size_t last, const Weights&,
                         Weights& gradient);
void add_gradient_simd(const Data&, std::size_t first, std::size_t last, const Weights&,
                       Weights& gradient);

/// Sum over the rows first..last.
using Loss = double (*)(const Data&, std::size_t first, std::size_t last, const Weights&);
double loss_scalar(const Data&, std::size_t first, std::size_t last, const Weights&);
double loss_simd(const Data&, std::size_t first, std::size_t last, const Weights&);

/// d loss / d z of a row whose weighted sum is z.
float slope(float z, float label);
/// Goes down the gradient of `rows` rows in all.
void step(Weights&, const Weights& gradient, std::size_t rows);

// Each descends until the target is reached. Errors: throw std::runtime_error where it is not.
Weights descend(const Data&, AddGradient, Loss);
/// Each thread has its rows; all sum up their gradients before anyone goes on.
Weights descend_all_reduce(const Data&, int threads);
/// Each thread takes the weights as they are from one place and brings its gradient there.
Weights descend_parameter_server(const Data&, int threads);
/// All threads change the same weights after each row, without any order (Niu et al. 2011).
Weights descend_hogwild(const Data&, int threads);

}  // namespace logistic
