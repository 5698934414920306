// OpenBLAS is opened when it is asked for: a run of any other variant neither needs nor loads it.
#include <dlfcn.h>

#include "workloads/matmul/matmul.h"

namespace matmul {
namespace {

// Values of the CBLAS interface (netlib.org/blas/blast-forum, 1999).
constexpr int row_major = 101;
constexpr int not_transposed = 111;

using Dgemm = void (*)(int order, int transpose_a, int transpose_b, int m, int n, int k,
                       double alpha, const double* a, int stride_a, const double* b, int stride_b,
                       double beta, double* c, int stride_c);
using SetThreads = void (*)(int);

template <typename Function>
Function find(const char* name) {
  static void* const library = ::dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  return library == nullptr ? nullptr : reinterpret_cast<Function>(::dlsym(library, name));
}

}  // namespace

void multiply_openblas(const Matrix& a, const Matrix& b, Matrix& c, std::size_t n) {
  if (const auto set_threads = find<SetThreads>("openblas_set_num_threads")) set_threads(1);
  const int size = static_cast<int>(n);
  find<Dgemm>("cblas_dgemm")(row_major, not_transposed, not_transposed, size, size, size, 1.0,
                             a.data(), size, b.data(), size, 0.0, c.data(), size);
}

std::string why_no_openblas() {
  if (find<Dgemm>("cblas_dgemm") != nullptr) return "";
  return "libopenblas.so.0 could not be opened (package libopenblas0)";
}

}  // namespace matmul
