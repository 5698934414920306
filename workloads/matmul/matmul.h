// The product of two square matrices, one function for each way of doing it. Its place: between
// main and the kernels. Matrices are rows of doubles without gaps; c is zero before.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace matmul {

using Matrix = std::vector<double>;

/// Rows first..last of c, each block of a and b used again while it is in a cache.
void multiply_blocked(const Matrix& a, const Matrix& b, Matrix& c, std::size_t n,
                      std::size_t first_row, std::size_t last_row);

/// What OpenBLAS makes of it with one thread. Needs: why_no_openblas() is "".
void multiply_openblas(const Matrix& a, const Matrix& b, Matrix& c, std::size_t n);
/// Why OpenBLAS cannot be used here; "" it can. Loads it.
std::string why_no_openblas();

}  // namespace matmul
