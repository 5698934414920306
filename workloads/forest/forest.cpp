// Trains an ensemble of decision trees, each on its own bootstrap sample with its own random
// numbers: the trees are independent, and inside of a tree so are the samples of a level.
#include <algorithm>
#include <array>

#include "workloads/harness/barrier.h"
#include "workloads/harness/harness.h"

namespace {

using workload::Result;
using workload::Setting;

constexpr std::size_t samples = 50'000;
constexpr std::size_t features = 16;
constexpr std::size_t tried = 8;  // features that a split is chosen from
constexpr std::size_t bins = 32;  // of a feature's values
constexpr int depth = 6;
constexpr std::size_t nodes = (1U << depth) - 1;  // that split
constexpr std::size_t test_stride = 50;           // each 50th sample is asked of the forest

struct Sample {
  std::array<std::uint8_t, features> bin;  // of each feature's value
  std::uint8_t label;
};

struct Split {
  std::uint8_t feature = 0;
  std::uint8_t bin = 0;  // at most this: left
};

struct Tree {
  std::array<Split, nodes> splits;
  std::array<std::uint8_t, nodes + 1> labels;  // of the leaves
};

/// Samples of each label with each bin of each tried feature, in one node.
struct Histogram {
  std::array<std::array<std::array<std::uint32_t, 2>, bins>, tried> counts{};
};

/// The sample drawn, and the node that it has reached.
struct Draw {
  std::uint32_t sample = 0;
  std::uint32_t node = 0;
};

using Tried = std::array<std::uint8_t, tried>;

std::vector<Sample> make_samples() {
  std::vector<Sample> all(samples);
  std::uint64_t random = workload::seed;
  for (Sample& sample : all) {
    for (std::size_t half = 0; half < 2; ++half) {
      std::uint64_t bits = workload::next_random(random);
      for (std::size_t i = 0; i < features / 2; ++i, bits >>= 5)
        sample.bin[half * features / 2 + i] = bits % bins;
    }
    const int score = sample.bin[0] + sample.bin[3] - sample.bin[7] + sample.bin[11] / 2;
    const bool noise = workload::next_random(random) % 10 == 0;
    sample.label = (score > static_cast<int>(bins) / 2 + 8) != noise ? 1 : 0;
  }
  return all;
}

std::vector<Draw> draw_samples(std::uint64_t& random) {
  std::vector<Draw> draws(samples);
  for (Draw& draw : draws)
    draw.sample = static_cast<std::uint32_t>(workload::next_random(random) % samples);
  return draws;
}

/// The features that the splits of a level are chosen from.
Tried choose_features(std::uint64_t& random) {
  std::array<std::uint8_t, features> order{};
  for (std::size_t i = 0; i < features; ++i) order[i] = static_cast<std::uint8_t>(i);
  Tried chosen{};
  for (std::size_t i = 0; i < tried; ++i) {
    std::swap(order[i], order[i + workload::next_random(random) % (features - i)]);
    chosen[i] = order[i];
  }
  return chosen;
}

[[gnu::noinline]] void fill_histograms(const std::vector<Sample>& all, const Tried& chosen,
                                       const Draw* first, const Draw* last, std::size_t level_start,
                                       std::vector<Histogram>& histograms) {
  for (const Draw* draw = first; draw < last; ++draw) {
    const Sample& sample = all[draw->sample];
    Histogram& histogram = histograms[draw->node - level_start];
    for (std::size_t i = 0; i < tried; ++i)
      ++histogram.counts[i][sample.bin[chosen[i]]][sample.label];
  }
}

[[gnu::noinline]] void move_down(const std::vector<Sample>& all, const Tree& tree, Draw* first,
                                 Draw* last) {
  for (Draw* draw = first; draw < last; ++draw) {
    const Split& split = tree.splits[draw->node];
    const bool right = all[draw->sample].bin[split.feature] > split.bin;
    draw->node = 2 * draw->node + (right ? 2 : 1);
  }
}

/// Gini impurity of a part times its samples.
double impurity(double zeros, double ones) {
  const double sum = zeros + ones;
  return sum > 0 ? 2 * zeros * ones / sum : 0;
}

Split best_split(const Histogram& histogram, const Tried& chosen) {
  Split best{chosen[0], bins - 1};
  double least = 1e300;
  for (std::size_t i = 0; i < tried; ++i) {
    double zeros = 0, ones = 0, left_zeros = 0, left_ones = 0;
    for (const auto& bin : histogram.counts[i]) {
      zeros += bin[0];
      ones += bin[1];
    }
    for (std::size_t bin = 0; bin < bins; ++bin) {
      left_zeros += histogram.counts[i][bin][0];
      left_ones += histogram.counts[i][bin][1];
      const double both =
          impurity(left_zeros, left_ones) + impurity(zeros - left_zeros, ones - left_ones);
      if (both < least) {
        least = both;
        best = {chosen[i], static_cast<std::uint8_t>(bin)};
      }
    }
  }
  return best;
}

void label_leaves(const std::vector<Sample>& all, const std::vector<Draw>& draws, Tree& tree) {
  std::array<std::array<std::uint32_t, 2>, nodes + 1> counts{};
  for (const Draw& draw : draws) ++counts[draw.node - nodes][all[draw.sample].label];
  for (std::size_t leaf = 0; leaf <= nodes; ++leaf)
    tree.labels[leaf] = counts[leaf][1] > counts[leaf][0] ? 1 : 0;
}

void add_up(const std::vector<Histogram>& part, std::vector<Histogram>& sum) {
  for (std::size_t node = 0; node < part.size(); ++node)
    for (std::size_t i = 0; i < tried; ++i)
      for (std::size_t bin = 0; bin < bins; ++bin)
        for (std::size_t label = 0; label < 2; ++label)
          sum[node].counts[i][bin][label] += part[node].counts[i][bin][label];
}

/// Trains one tree after the other, level by level; the samples of each are shared by a team whose
/// threads all call train and meet after each level.
class Trainer {
 public:
  Trainer(const std::vector<Sample>& all, int threads)
      : all_(all), barrier_(threads), parts_(static_cast<std::size_t>(threads)) {}

  /// By each thread, for its samples from `first` to `last`.
  void train(Tree& tree, std::size_t number, int part, std::size_t first, std::size_t last) {
    if (part == 0) {
      random_ = workload::seed + 1 + number;
      draws_ = draw_samples(random_);
    }
    for (int level = 0; level < depth; ++level) {
      const std::size_t width = std::size_t{1} << level, start = width - 1;
      if (part == 0) chosen_ = choose_features(random_);
      barrier_.meet();
      auto& mine = parts_[static_cast<std::size_t>(part)];
      mine.assign(width, {});
      // The level before ends here, so that the team meets twice a level.
      if (level > 0) move_down(all_, tree, draws_.data() + first, draws_.data() + last);
      fill_histograms(all_, chosen_, draws_.data() + first, draws_.data() + last, start, mine);
      barrier_.meet();
      if (part == 0) split(tree, start);
    }
    barrier_.meet();
    move_down(all_, tree, draws_.data() + first, draws_.data() + last);
    barrier_.meet();
    if (part == 0) label_leaves(all_, draws_, tree);
  }

 private:
  void split(Tree& tree, std::size_t start) {
    for (std::size_t other = 1; other < parts_.size(); ++other) add_up(parts_[other], parts_[0]);
    for (std::size_t node = 0; node < parts_[0].size(); ++node)
      tree.splits[start + node] = best_split(parts_[0][node], chosen_);
  }

  const std::vector<Sample>& all_;
  workload::Barrier barrier_;
  std::uint64_t random_ = 0;
  std::vector<Draw> draws_;
  Tried chosen_{};
  std::vector<std::vector<Histogram>> parts_;  // of the level, by thread
};

Tree train_alone(const std::vector<Sample>& all, std::size_t number) {
  Tree tree;
  Trainer(all, 1).train(tree, number, 0, 0, samples);
  return tree;
}

bool ask_tree(const Tree& tree, const Sample& sample) {
  std::size_t node = 0;
  while (node < nodes)
    node = 2 * node + (sample.bin[tree.splits[node].feature] > tree.splits[node].bin ? 2 : 1);
  return tree.labels[node - nodes] == 1;
}

Result answer(const std::vector<Sample>& all, const std::vector<Tree>& trees) {
  std::uint64_t print = workload::seed;
  for (const Tree& tree : trees)
    for (const Split& split : tree.splits) {
      print ^= static_cast<std::uint64_t>(split.feature * bins + split.bin);
      print = workload::next_random(print);
    }
  double right = 0, asked = 0;
  for (std::size_t i = 0; i < samples; i += test_stride) {
    std::size_t votes = 0;
    for (const Tree& tree : trees) votes += ask_tree(tree, all[i]) ? 1 : 0;
    right += (2 * votes > trees.size()) == (all[i].label == 1) ? 1 : 0;
    asked += 1;
  }
  return {"splits " + std::to_string(print), {right / asked}};
}

Result train_serially(const Setting& setting) {
  const std::vector<Sample> all = make_samples();
  std::vector<Tree> trees(setting.size);
  for (std::size_t i = 0; i < trees.size(); ++i) trees[i] = train_alone(all, i);
  return answer(all, trees);
}

Result share_trees(const Setting& setting) {
  const std::vector<Sample> all = make_samples();
  std::vector<Tree> trees(setting.size);
  workload::in_parallel(std::max(1, setting.threads), trees.size(),
                        [&](int, std::size_t first, std::size_t last) {
                          for (std::size_t i = first; i < last; ++i) trees[i] = train_alone(all, i);
                        });
  return answer(all, trees);
}

Result share_samples(const Setting& setting) {
  const std::vector<Sample> all = make_samples();
  std::vector<Tree> trees(setting.size);
  const int threads = std::max(1, setting.threads);
  Trainer trainer(all, threads);
  workload::in_parallel(threads, samples, [&](int part, std::size_t first, std::size_t last) {
    for (std::size_t i = 0; i < trees.size(); ++i) trainer.train(trees[i], i, part, first, last);
  });
  return answer(all, trees);
}

std::string say_limit(std::size_t size, int threads) {
  const std::size_t rounds =
      (size + static_cast<std::size_t>(threads) - 1) / static_cast<std::size_t>(threads);
  const std::size_t tenths = 10 * size / std::max<std::size_t>(1, rounds);
  return std::to_string(size) + " trees of equal work on " + std::to_string(threads) +
         " threads take " + std::to_string(rounds) + " rounds: at most " +
         std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) +
         "x. Samples in parallel: drawing them, choosing splits and meeting " +
         std::to_string(2 * depth + 2) + " times a tree stay serial.";
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload w;
  w.name = "forest";
  w.line = "an ensemble of decision trees, trained one after the other";
  w.verdicts = {"compute"};
  w.unit = "trees";
  w.default_size = 200;
  w.quick_size = 72;
  w.check_size = 2;
  w.most_size = 1'000'000;
  w.variants = {
      {"serial", "one tree after the other", "", "", "speedup", train_serially},
      {"trees", "each thread trains trees of its own", "serial", "spread_work", "speedup",
       share_trees},
      {"data", "all threads share the samples of one tree", "serial", "spread_work", "speedup",
       share_samples},
  };
  w.needs = [](std::size_t size) { return workload::Needs{50'000'000 + size * sizeof(Tree), 0}; };
  w.limit = say_limit;
  return workload::run_main(w, argc, argv);
}
