// One part of a program with 200 MB of debug info: some thousand instantiations of standard
// templates with types of this file's own, so that no two copies of the object are merged by the
// linker. Works a little in each.
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

template <int N>
struct Key {
  int value;
  bool operator<(const Key& other) const { return value < other.value; }
};

template <int N>
__attribute__((noinline)) long work(long rounds) {
  std::map<Key<N>, std::vector<Key<N>>> tree;
  std::vector<std::pair<Key<N>, std::string>> list;
  for (int i = 0; i < 8; ++i) {
    tree[Key<N>{i * 7 % 8}].push_back(Key<N>{i});
    list.emplace_back(Key<N>{i * 5 % 8}, "x");
  }
  std::sort(list.begin(), list.end());
  const std::function<long(long)> step = [&](long x) {
    return x * 31 + list.front().first.value + N;
  };
  long sum = static_cast<long>(tree.size());
  for (long round = 0; round < rounds; ++round) sum = step(sum);
  return sum;
}

template <int... Ns>
long all(long rounds, std::integer_sequence<int, Ns...>) {
  return (work<Ns>(rounds) + ...);
}

}  // namespace

extern "C" long big_part(long rounds) { return all(rounds, std::make_integer_sequence<int, 62>{}); }
