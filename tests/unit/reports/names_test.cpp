#include <gtest/gtest.h>

#include "reports/sections.h"

namespace bottleneck {
namespace {

TEST(Names, of_functions_are_short_enough_to_be_read) {
  const std::pair<const char*, const char*> table[] = {
      {"", ""},
      {"multiply", "multiply()"},
      {"ns::f(int, char) const", "ns::f()"},
      {"(anonymous namespace)::multiply(std::vector<double, std::allocator<double> > const&)",
       "multiply()"},
      {"std::vector<int>::push_back(int const&)", "std::vector<int>::push_back()"},
      {"std::map<std::string, std::vector<long> >::find(std::string const&)",
       "std::map<…>::find()"},
      {"bool operator< <int>(A<int> const&, A<int> const&)", "bool operator< <int>"},
      {"std::ostream::operator<<(int)", "std::ostream::operator<<"},
      {"Less::operator()(int, int) const", "Less::operator()"},
      {"run(int)::{lambda(int)#1}::operator()(int) const", "run(int)::{lambda(int)#1}::operator()"},
      {"core::iter::Iterator::fold", "core::iter::Iterator::fold()"},
      {"<alloc::vec::Vec<T> as core::ops::Drop>::drop",
       "<alloc::vec::Vec<T> as core::ops::Drop>::drop"},
      {"function at 0x5ae0", "function at 0x5ae0"},
      {"exc_page_fault", "exc_page_fault()"},
      {"broken<(int", "broken<"},
      {"f<>()", "f<>()"},
  };
  for (const auto& [full, shown] : table) EXPECT_EQ(name_function(full), shown);
}

}  // namespace
}  // namespace bottleneck
