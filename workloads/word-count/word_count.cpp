// The most frequent word of a text whose words are as frequent as Zipf's law says. The list of
// words is searched from its start for each word: the time grows faster than the text.
#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <unordered_map>

#include "workloads/harness/harness.h"

namespace {

using workload::Result;
using workload::Setting;

constexpr std::size_t most_ranks = 100'000;

struct Entry {
  std::string word;
  long count = 0;
};

using Counts = std::unordered_map<std::string, long>;

/// Different for each rank, 3 to 7 letters.
std::string spell(std::size_t rank) {
  constexpr std::string_view consonants = "bcdfghjklmnprstvwz";
  constexpr std::string_view vowels = "aeiou";
  std::string word;
  std::size_t left = rank + 1;
  do {
    word += consonants[left % consonants.size()];
    left /= consonants.size();
    word += vowels[left % vowels.size()];
    left /= vowels.size();
  } while (left > 0);
  return word + (rank % 3 == 0 ? "n" : rank % 3 == 1 ? "s" : "t");
}

std::string path_of(const Setting& setting) {
  return setting.data + "/text-" + std::to_string(setting.size) + ".txt";
}

void write_text(const Setting& setting) {
  // Weight 1 / rank; the sums of weights are searched for a uniform number.
  std::vector<double> sums(most_ranks);
  double sum = 0;
  for (std::size_t rank = 0; rank < most_ranks; ++rank)
    sums[rank] = sum += 1 / static_cast<double>(rank + 1);
  std::ofstream file(path_of(setting));
  std::uint64_t random = workload::seed;
  for (std::size_t word = 0; word < setting.size; ++word) {
    const double at = workload::next_uniform(random) * sum;
    const auto rank = std::lower_bound(sums.begin(), sums.end(), at) - sums.begin();
    file << spell(static_cast<std::size_t>(rank)) << (word % 12 == 11 ? '\n' : ' ');
  }
  file.close();
  if (!file) throw std::runtime_error(path_of(setting) + " could not be written");
}

std::string read_text(const Setting& setting) {
  std::ifstream file(path_of(setting));
  if (!file) throw std::runtime_error(path_of(setting) + " cannot be opened: --prepare writes it");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool is_space(char c) { return c == ' ' || c == '\n'; }

/// f(word) for each word.
template <typename F>
void for_each_word(std::string_view text, const F& f) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() && !is_space(text[end])) ++end;
    if (end > at) f(text.substr(at, end - at));
    at = end + 1;
  }
}

[[gnu::noinline]] Entry* find_in_list(std::vector<Entry>& list, std::string_view word) {
  for (Entry& entry : list)
    if (entry.word == word) return &entry;
  return nullptr;
}

[[gnu::noinline]] std::vector<Entry> count_in_list(std::string_view text) {
  std::vector<Entry> list;
  for_each_word(text, [&](std::string_view word) {
    Entry* const entry = find_in_list(list, word);
    if (entry != nullptr)
      ++entry->count;
    else
      list.push_back({std::string(word), 1});
  });
  return list;
}

[[gnu::noinline]] Counts count_in_map(std::string_view text) {
  Counts counts;
  for_each_word(text, [&](std::string_view word) { ++counts[std::string(word)]; });
  return counts;
}

/// Of equally frequent words the first of the alphabet.
void take_better(Entry& best, const std::string& word, long count) {
  if (count > best.count || (count == best.count && word < best.word)) best = {word, count};
}

Result answer(const Entry& best, std::size_t different) {
  return {best.word + " " + std::to_string(best.count) + " of " + std::to_string(different), {}};
}

Result answer(const Counts& counts) {
  Entry best;
  for (const auto& [word, count] : counts) take_better(best, word, count);
  return answer(best, counts.size());
}

Result use_list(const Setting& setting) {
  const std::vector<Entry> list = count_in_list(read_text(setting));
  Entry best;
  for (const Entry& entry : list) take_better(best, entry.word, entry.count);
  return answer(best, list.size());
}

Result use_hash(const Setting& setting) { return answer(count_in_map(read_text(setting))); }

/// The first start of a word at or after `at`.
std::size_t next_start(std::string_view text, std::size_t at) {
  if (at == 0) return 0;
  while (at < text.size() && !is_space(text[at - 1])) ++at;
  return std::min(at, text.size());
}

/// First round: each thread counts its part of the text. Second round: the counts are merged.
Result use_chunks(const Setting& setting) {
  const std::string text = read_text(setting);
  const std::string_view view = text;
  std::vector<Counts> parts(static_cast<std::size_t>(std::max(1, setting.threads)));
  workload::in_parallel(static_cast<int>(parts.size()), view.size(),
                        [&](int part, std::size_t first, std::size_t last) {
                          const std::size_t from = next_start(view, first);
                          const std::size_t to = next_start(view, last);
                          parts[static_cast<std::size_t>(part)] =
                              count_in_map(view.substr(from, to - from));
                        });
  for (std::size_t part = 1; part < parts.size(); ++part)
    for (const auto& [word, count] : parts[part]) parts[0][word] += count;
  return answer(parts[0]);
}

std::string say_limit(std::size_t size, int threads) {
  return "the list compares each of " + std::to_string(size) +
         " words with the words found before it, thousands of them, and the more the longer the "
         "text is: twice the text takes three times as long and more. A table takes one step a "
         "word: no constant bounds its gain. After it " +
         std::to_string(threads) + " threads gain at most " + std::to_string(threads) +
         "x, less what merging their tables takes, which hold most of the different words each.";
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload w;
  w.name = "word-count";
  w.line = "most frequent word of a text, from a list: time grows faster than the input";
  w.verdicts = {"compute"};
  w.unit = "words";
  w.default_size = 65'000;
  w.quick_size = 38'000;
  w.check_size = 10'000;
  w.most_size = 100'000'000;
  w.variants = {
      {"list", "a list of words, searched from its start", "", "", "speedup", use_list},
      {"hash", "a hash table: no profile foretells a better algorithm", "list", "", "bound",
       use_hash},
      {"chunks", "each thread counts its part, then the tables are merged", "hash", "spread_work",
       "none", use_chunks},
  };
  w.needs = [](std::size_t size) { return workload::Needs{size * 24 + 100'000'000, size * 8}; };
  w.limit = say_limit;
  w.prepare = write_text;
  return workload::run_main(w, argc, argv);
}
