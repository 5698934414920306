// A 5 x 5 filter over an image of floats, frame after frame: each frame is made of the one before.
#include <cstdio>
#include <utility>

#include "workloads/harness/barrier.h"
#include "workloads/harness/harness.h"
#include "workloads/harness/lanes.h"

namespace {

using workload::Result;
using workload::Setting;

constexpr std::size_t columns = 1920;
constexpr std::size_t frames = 24;
constexpr std::size_t taps = 5;
constexpr std::size_t edge = taps / 2;  ///< of zeros around the image
constexpr std::size_t stride = columns + 2 * edge;

/// Binomial, of the sum 1: what is smoothed stays in range.
constexpr float weights[taps][taps] = {{1 / 256.F, 4 / 256.F, 6 / 256.F, 4 / 256.F, 1 / 256.F},
                                       {4 / 256.F, 16 / 256.F, 24 / 256.F, 16 / 256.F, 4 / 256.F},
                                       {6 / 256.F, 24 / 256.F, 36 / 256.F, 24 / 256.F, 6 / 256.F},
                                       {4 / 256.F, 16 / 256.F, 24 / 256.F, 16 / 256.F, 4 / 256.F},
                                       {1 / 256.F, 4 / 256.F, 6 / 256.F, 4 / 256.F, 1 / 256.F}};

using Image = std::vector<float>;
using Filter = void (*)(const Image& from, Image& to, std::size_t first_row, std::size_t last_row);

WORKLOAD_SCALAR void filter_scalar(const Image& from, Image& to, std::size_t first_row,
                                   std::size_t last_row) {
  for (std::size_t y = first_row; y < last_row; ++y)
    for (std::size_t x = 0; x < columns; ++x) {
      float sum = 0;
      for (std::size_t i = 0; i < taps; ++i)
        for (std::size_t j = 0; j < taps; ++j)
          sum += weights[i][j] * from[(y + i) * stride + x + j];
      to[(y + edge) * stride + x + edge] = sum;
    }
}

/// The same for as many columns at a time as a vector has.
WORKLOAD_LANES void filter_simd(const Image& from, Image& to, std::size_t first_row,
                                std::size_t last_row) {
  for (std::size_t y = first_row; y < last_row; ++y) {
    const float* const in = &from[y * stride];
    float* const out = &to[(y + edge) * stride + edge];
#pragma omp simd
    for (std::size_t x = 0; x < columns; ++x) {
      float sum = 0;
#pragma GCC unroll 5
      for (std::size_t i = 0; i < taps; ++i)
#pragma GCC unroll 5
        for (std::size_t j = 0; j < taps; ++j) sum += weights[i][j] * in[i * stride + x + j];
      out[x] = sum;
    }
  }
}

Image make_image(std::size_t rows) {
  Image image((rows + 2 * edge) * stride);
  std::uint64_t state = workload::seed;
  for (std::size_t y = 0; y < rows; ++y)
    for (std::size_t x = 0; x < columns; ++x)
      image[(y + edge) * stride + x + edge] = static_cast<float>(workload::next_uniform(state));
  return image;
}

Result sum_up(const Image& image) {
  double sum = 0, weighted = 0;  // the second sees pixels that are in each other's place
  for (std::size_t i = 0; i < image.size(); ++i) {
    sum += static_cast<double>(image[i]);
    weighted += static_cast<double>(image[i]) * static_cast<double>(i % 7);
  }
  return {"checksums", {sum, weighted}};
}

template <Filter filter>
Result run_alone(const Setting& setting) {
  Image image = make_image(setting.size), next(image.size());
  for (std::size_t frame = 0; frame < frames; ++frame) {
    filter(image, next, 0, setting.size);
    std::swap(image, next);
  }
  return sum_up(image);
}

/// Each thread has its rows; two rows of its neighbours on each side are read, so that all wait for
/// all after each frame.
Result run_threads(const Setting& setting) {
  Image images[2] = {make_image(setting.size), {}};
  images[1].resize(images[0].size());
  workload::Barrier barrier(setting.threads);
  workload::in_parallel(setting.threads, setting.size,
                        [&](int, std::size_t first, std::size_t last) {
                          for (std::size_t frame = 0; frame < frames; ++frame) {
                            filter_simd(images[frame % 2], images[(frame + 1) % 2], first, last);
                            barrier.meet();
                          }
                        });
  return sum_up(images[frames % 2]);
}

std::string limit(std::size_t size, int threads) {
  const double pixels = static_cast<double>(size * columns * frames);
  char text[300];
  std::snprintf(
      text, sizeof text,
      "%.3g pixels of 25 multiplications and additions, %.3g operations; %.3g MB are read "
      "and as much written: 6 operations for each byte, arithmetic is the limit until "
      "vectors do it, then caches or memory. %d threads are at most %d times faster",
      pixels, 50 * pixels, pixels * sizeof(float) / 1e6, threads, threads);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload workload;
  workload.name = "convolution";
  workload.line = "a 5 x 5 filter over an image of floats, one pixel at a time";
  workload.verdicts = {"compute"};
  workload.unit = "rows of 1920 pixels";
  workload.default_size = 2160;
  workload.quick_size = 720;
  workload.check_size = 33;
  workload.most_size = 1000000;
  workload.tolerance = 1e-5;
  workload.variants = {
      {"scalar", "one pixel at a time", "", "", "speedup", run_alone<filter_scalar>},
      {"simd", "a vector of pixels at a time", "scalar", "vectorize", "speedup",
       run_alone<filter_simd>},
      {"threads", "vectors, a piece of the rows for each CPU", "simd", "spread_work", "speedup",
       run_threads}};
  workload.needs = [](std::size_t size) {
    return workload::Needs{2 * (size + 2 * edge) * stride * sizeof(float) + (8 << 20), 0};
  };
  workload.limit = limit;
  return workload::run_main(workload, argc, argv);
}
