// SHA-256 by libcrypto: of predictions before their rerun, and of output that is too long to keep.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace bottleneck {

class Sha256 {
 public:
  Sha256();  ///< Errors: throws Error where the library has none (a FIPS policy)
  ~Sha256();
  void add(std::string_view bytes);
  /// 64 hexadecimal digits, lower case. Needs: called once, last.
  std::string digits();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256(std::string_view bytes);

}  // namespace bottleneck
