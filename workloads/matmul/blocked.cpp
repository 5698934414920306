// The blocked product: strips of a and b are copied into the order in which a small kernel reads
// them, b for all of a block's rows and a for all of its columns. After Goto and van de Geijn,
// Anatomy of High-Performance Matrix Multiplication, 2008.
#include <algorithm>

#include "workloads/matmul/matmul.h"

namespace matmul {
namespace {

// Of a block in doubles: a strip of b (depth x 12) stays in the first cache, a block of a
// (rows x depth, 192 KB) in the second, one of b (depth x columns, 4 MB) in the third.
constexpr std::size_t block_depth = 256;
constexpr std::size_t block_rows = 96;
constexpr std::size_t block_columns = 2016;

#define ROWS 4
#define WIDTH 2
#define KERNEL micro_kernel_sse2
#define TARGET
#include "workloads/matmul/micro_kernel.inc"
#undef WIDTH
#undef KERNEL
#undef TARGET
#if defined(__x86_64__)
#define WIDTH 4
#define KERNEL micro_kernel_avx2
#define TARGET __attribute__((target("avx2,fma")))
#include "workloads/matmul/micro_kernel.inc"
#undef ROWS
#undef WIDTH
#undef KERNEL
#undef TARGET
#define ROWS 8
#define WIDTH 8
#define KERNEL micro_kernel_avx512
#define TARGET __attribute__((target("avx512f")))
#include "workloads/matmul/micro_kernel.inc"
#endif

struct Kernel {
  std::size_t rows, columns;  ///< of its tile
  void (*add)(const double* a, const double* b, std::size_t depth, double* c, std::size_t stride);
};
constexpr std::size_t most_rows = 8, most_columns = 24;

Kernel choose_kernel() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return {8, 24, micro_kernel_avx512};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return {4, 12, micro_kernel_avx2};
#endif
  return {4, 6, micro_kernel_sse2};
}

/// A rectangle of a matrix with rows of n doubles.
struct Block {
  std::size_t row, column, rows, columns;
};

/// Strips of `height` rows, column after column; what is missing of the last strip is 0.
__attribute__((noinline)) void pack_rows(const Matrix& from, std::size_t n, const Block& block,
                                         std::size_t height, double* to) {
  for (std::size_t top = 0; top < block.rows; top += height)
    for (std::size_t k = 0; k < block.columns; ++k)
      for (std::size_t i = top; i < top + height; ++i)
        *to++ = i < block.rows ? from[(block.row + i) * n + block.column + k] : 0;
}

/// Strips of `width` columns, row after row.
__attribute__((noinline)) void pack_columns(const Matrix& from, std::size_t n, const Block& block,
                                            std::size_t width, double* to) {
  for (std::size_t left = 0; left < block.columns; left += width)
    for (std::size_t k = 0; k < block.rows; ++k) {
      const std::size_t there = std::min(width, block.columns - left);
      const double* const row = &from[(block.row + k) * n + block.column + left];
      to = std::fill_n(std::copy_n(row, there, to), width - there, 0.0);
    }
}

/// Adds a tile that reaches over the edge of the block.
void add_at_edge(const Kernel& kernel, const double* a, const double* b, std::size_t depth,
                 double* c, std::size_t n, std::size_t rows, std::size_t columns) {
  double tile[most_rows * most_columns] = {};
  kernel.add(a, b, depth, tile, kernel.columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) c[i * n + j] += tile[i * kernel.columns + j];
}

/// All tiles of one block of c, from a packed block of a and one of b.
void add_block(const Kernel& kernel, const std::vector<double>& a, const std::vector<double>& b,
               std::size_t depth, const Block& block, Matrix& c, std::size_t n) {
  for (std::size_t j = 0; j < block.columns; j += kernel.columns)
    for (std::size_t i = 0; i < block.rows; i += kernel.rows) {
      const std::size_t rows = std::min(kernel.rows, block.rows - i);
      const std::size_t columns = std::min(kernel.columns, block.columns - j);
      double* const tile = &c[(block.row + i) * n + block.column + j];
      if (rows == kernel.rows && columns == kernel.columns)
        kernel.add(&a[i * depth], &b[j * depth], depth, tile, n);
      else
        add_at_edge(kernel, &a[i * depth], &b[j * depth], depth, tile, n, rows, columns);
    }
}

}  // namespace

void multiply_blocked(const Matrix& a, const Matrix& b, Matrix& c, std::size_t n,
                      std::size_t first_row, std::size_t last_row) {
  const Kernel kernel = choose_kernel();
  std::vector<double> packed_a((block_rows + most_rows) * block_depth);
  std::vector<double> packed_b((std::min(block_columns, n) + most_columns) * block_depth);
  for (std::size_t j = 0; j < n; j += block_columns)
    for (std::size_t k = 0; k < n; k += block_depth) {
      const std::size_t columns = std::min(block_columns, n - j);
      const std::size_t depth = std::min(block_depth, n - k);
      pack_columns(b, n, {k, j, depth, columns}, kernel.columns, packed_b.data());
      for (std::size_t i = first_row; i < last_row; i += block_rows) {
        const std::size_t rows = std::min(block_rows, last_row - i);
        pack_rows(a, n, {i, k, rows, depth}, kernel.rows, packed_a.data());
        add_block(kernel, packed_a, packed_b, depth, {i, j, rows, columns}, c, n);
      }
    }
}

}  // namespace matmul
