#include "probes/sched/hot_code.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <numeric>

#include "probes/clock.h"
#include "probes/code/hot_loops.h"
#include "probes/sched/outer_steps.h"

namespace bottleneck::sched {
namespace {

/// Instructions before a sampled one that are kept where there is no loop: enough to find where its
/// addresses come from, few enough that no jump arrives in between (a choice).
constexpr int before_scattered = 8;

/// Samples in the loop around, of those in the inner one, that bias its rate by less than 3 %.
constexpr double little_beside = 0.03;
/// Pooled code: instructions in all, and files that have a pool of their own.
constexpr std::size_t most_pooled = 6'000;
constexpr std::size_t most_pools = 12;

struct Function {
  int module = -1;
  FunctionCode code;
  DecodedFunction decoded;
  std::vector<std::size_t> places;
  std::vector<int> at;    ///< instruction by place, -1 on none
  std::vector<int> loop;  ///< innermost one by place, -1 none
};

/// A loop of a function, or (-1) what of it is in no loop.
struct Candidate {
  std::size_t function;
  int loop;
  std::uint64_t samples;
};

bool holds_code(const Place& place) {
  return place.kind == Place::Kind::user && place.role == Role::work && place.module >= 0 &&
         !place.page_only && !place.after_syscall && place.samples > 0;
}

int instruction_at(const DecodedFunction& function, std::uint64_t address) {
  const auto& all = function.instructions;
  const auto found =
      std::lower_bound(all.begin(), all.end(), address,
                       [](const Instruction& one, std::uint64_t a) { return one.address < a; });
  if (found == all.end() || found->address != address) return -1;
  return static_cast<int>(found - all.begin());
}

class Finder {
 public:
  Finder(const std::vector<Place>& places, const RegisterSamples& samples, const Tasks& tasks,
         Symbols& symbols, std::int64_t start_ns)
      : places_(places), samples_(samples), tasks_(tasks), symbols_(symbols), start_ns_(start_ns) {
    found_.of_place.assign(places.size(), -1);
    at_of_place_.assign(places.size(), -1);
  }

  HotCodes find() {
    read_functions();
    choose();
    for (const Candidate& one : chosen_) hand_out(one);
    pool_the_rest();
    link_parents();
    add_samples();
    return std::move(found_);
  }

 private:
  void read_functions();
  void choose();
  bool runs_nearly_alone(const Function& function, const Candidate& one) const;
  void hand_out(const Candidate& one);
  void pool_the_rest();
  std::size_t add_piece(int index, const Function& function, std::size_t place);
  void link_parents();
  void add_samples();
  bool was_replaced(int module);
  Function* function_of(const Place& place);
  void name(HotCode& code, const Function& function, int hottest);

  const std::vector<Place>& places_;
  const RegisterSamples& samples_;
  const Tasks& tasks_;
  Symbols& symbols_;
  std::int64_t start_ns_;
  std::vector<Function> functions_;
  std::vector<Candidate> chosen_;
  std::vector<int> at_of_place_;  ///< index into the body it belongs to
  std::uint64_t user_samples_ = 0;
  std::size_t bytes_ = 0;
  std::map<int, bool> replaced_;  ///< by module
  HotCodes found_;
};

/// Written while the target ran: what lies on disk now is not what ran. A library that a package
/// manager replaces, a program that is rebuilt during its run.
bool Finder::was_replaced(int module) {
  const auto [known, fresh] = replaced_.try_emplace(module, false);
  if (!fresh) return known->second;
  const std::string& path = tasks_.module_path(module);
  std::error_code unreadable;
  const auto written = std::filesystem::last_write_time(path, unreadable);
  if (unreadable) return false;
  const auto ago = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::filesystem::file_time_type::clock::now() - written);
  known->second = ago.count() < monotonic_ns() - start_ns_;
  if (known->second)
    found_.notes.push_back(std::string(as_target_sees(path)) +
                           " was written while the program ran: its code was not decoded");
  return known->second;
}

Function* Finder::function_of(const Place& place) {
  for (Function& known : functions_)
    if (known.module == place.module && place.offset >= known.code.file_offset &&
        place.offset < known.code.file_offset + known.code.bytes.size())
      return &known;
  if (bytes_ >= most_code_bytes || was_replaced(place.module)) return nullptr;
  FunctionCode code =
      symbols_.function_code(tasks_.module_path(place.module), place.offset, most_function_bytes);
  if (code.bytes.empty()) return nullptr;
  bytes_ += code.bytes.size();
  Function& fresh = functions_.emplace_back();
  fresh.module = place.module;
  fresh.decoded = decode_function(code.bytes, code.address);
  fresh.code = std::move(code);
  return &fresh;
}

/// The places with most samples first, until enough has been read.
void Finder::read_functions() {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < places_.size(); ++i)
    if (holds_code(places_[i])) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return places_[a].samples > places_[b].samples;
  });
  for (const std::size_t index : order) {
    const Place& place = places_[index];
    user_samples_ += place.samples;
    Function* function = function_of(place);
    if (!function) continue;
    function->places.push_back(index);
    function->at.push_back(instruction_at(
        function->decoded, function->code.address + (place.offset - function->code.file_offset)));
    function->loop.push_back(
        function->at.back() < 0 ? -1 : innermost_loop(function->decoded, function->at.back()));
  }
}

void Finder::choose() {
  for (std::size_t f = 0; f < functions_.size(); ++f) {
    const Function& function = functions_[f];
    std::vector<std::uint64_t> by_loop(function.decoded.loops.size() + 1);
    for (std::size_t i = 0; i < function.places.size(); ++i) {
      if (function.at[i] < 0) continue;
      // -1, no loop, is the first.
      by_loop[static_cast<std::size_t>(function.loop[i]) + 1] +=
          places_[function.places[i]].samples;
    }
    for (std::size_t loop = 0; loop < by_loop.size(); ++loop) {
      if (loop > 0) {
        const CodeLoop& code = function.decoded.loops[loop - 1];
        if (static_cast<std::size_t>(code.last - code.first) >= most_body) continue;
      } else if (function.decoded.instructions.size() > most_body) {
        continue;
      }
      if (by_loop[loop] > 0) chosen_.push_back({f, static_cast<int>(loop) - 1, by_loop[loop]});
    }
  }
  std::stable_sort(chosen_.begin(), chosen_.end(),
                   [](const Candidate& a, const Candidate& b) { return a.samples > b.samples; });
  const auto least = static_cast<double>(user_samples_) * least_hot_share;
  std::erase_if(chosen_,
                [&](const Candidate& one) { return static_cast<double>(one.samples) < least; });
  if (chosen_.size() > most_hot_code) chosen_.resize(most_hot_code);
}

void Finder::name(HotCode& code, const Function& function, int hottest) {
  const std::string& path = tasks_.module_path(function.module);
  code.module = as_target_sees(path);
  const auto offset_of = [&](int at) {
    return function.code.file_offset +
           (code.body[static_cast<std::size_t>(at)].address - function.code.address);
  };
  const Frame frame = symbols_.resolve(path, offset_of(hottest)).front();
  code.function = frame.function;
  code.file = frame.file;
  code.line = frame.line;
  code.lines.assign(code.body.size(), 0);
  for (std::size_t i = 0; i < code.body.size(); ++i) {
    if (code.hits[i] == 0) continue;
    const Frame at = symbols_.resolve(path, offset_of(static_cast<int>(i))).front();
    if (at.file == code.file) code.lines[i] = at.line;
  }
}

/// The loop around it takes hardly any time beside it: then starts per second of that loop are
/// starts per second of this one.
bool Finder::runs_nearly_alone(const Function& function, const Candidate& one) const {
  const int parent = function.decoded.loops[static_cast<std::size_t>(one.loop)].parent;
  if (parent < 0) return false;
  std::uint64_t beside = 0;
  for (std::size_t i = 0; i < function.places.size(); ++i)
    if (function.at[i] >= 0 && function.loop[i] == parent)
      beside += places_[function.places[i]].samples;
  return static_cast<double>(beside) < little_beside * static_cast<double>(one.samples);
}

void Finder::hand_out(const Candidate& one) {
  const Function& function = functions_[one.function];
  const auto& all = function.decoded.instructions;
  HotCode code;
  int first = 0, last = static_cast<int>(all.size()) - 1;
  if (one.loop >= 0) {
    const CodeLoop& loop = function.decoded.loops[static_cast<std::size_t>(one.loop)];
    first = loop.first;
    last = loop.last;
    code.loop = true;
    code.depth = loop.depth;
  }
  code.body.assign(all.begin() + first, all.begin() + last + 1);
  write_texts(code.body, function.code.bytes, function.code.address);
  code.hits.assign(code.body.size(), 0);
  const int index = static_cast<int>(found_.all.size());
  for (std::size_t i = 0; i < function.places.size(); ++i) {
    const int at = function.at[i];
    if (at < 0 || function.loop[i] != one.loop) continue;
    const std::size_t place = function.places[i];
    code.hits[static_cast<std::size_t>(at - first)] += static_cast<int>(places_[place].samples);
    found_.of_place[place] = index;
    at_of_place_[place] = at - first;
  }
  if (one.loop >= 0 && runs_nearly_alone(function, one))
    code.outer_steps = find_outer_steps(function.decoded, one.loop);
  const auto hottest = std::max_element(code.hits.begin(), code.hits.end()) - code.hits.begin();
  name(code, function, static_cast<int>(hottest));
  found_.all.push_back(std::move(code));
}

/// What is in no hot loop is, file by file, one body of short pieces, each ended by a return so
/// that nothing is followed from one into the next. Source: research/accounting.md 14, flat
/// profiles.
void Finder::pool_the_rest() {
  std::map<int, int> pools;
  std::size_t pooled = 0;
  for (const Function& function : functions_)
    for (std::size_t i = 0; i < function.places.size(); ++i) {
      const int at = function.at[i];
      if (at < 0 || found_.of_place[function.places[i]] >= 0 || pooled >= most_pooled) continue;
      const auto [known, fresh] =
          pools.try_emplace(function.module, static_cast<int>(found_.all.size()));
      if (fresh && pools.size() > most_pools) return;
      if (fresh)
        found_.all.emplace_back().module = as_target_sees(tasks_.module_path(function.module));
      pooled += add_piece(known->second, function, i);
    }
}

/// The sampled instruction and those before it. How many that are.
std::size_t Finder::add_piece(int index, const Function& function, std::size_t place) {
  HotCode& pool = found_.all[static_cast<std::size_t>(index)];
  const auto& all = function.decoded.instructions;
  const int at = function.at[place];
  const int from = std::max(0, at - before_scattered);
  pool.body.insert(pool.body.end(), all.begin() + from, all.begin() + at + 1);
  at_of_place_[function.places[place]] = static_cast<int>(pool.body.size()) - 1;
  found_.of_place[function.places[place]] = index;
  Instruction end;
  end.address = pool.body.back().address + pool.body.back().length;
  end.returns = true;
  pool.body.push_back(end);
  pool.hits.resize(pool.body.size(), 0);
  pool.hits[pool.hits.size() - 2] = static_cast<int>(places_[function.places[place]].samples);
  pool.lines.resize(pool.body.size(), 0);
  return static_cast<std::size_t>(at - from) + 2;
}

void Finder::link_parents() {
  for (std::size_t i = 0; i < chosen_.size(); ++i) {
    const Candidate& inner = chosen_[i];
    if (inner.loop < 0) continue;
    int around =
        functions_[inner.function].decoded.loops[static_cast<std::size_t>(inner.loop)].parent;
    while (around >= 0 && found_.all[i].parent < 0) {
      for (std::size_t k = 0; k < chosen_.size(); ++k)
        if (chosen_[k].function == inner.function && chosen_[k].loop == around)
          found_.all[i].parent = static_cast<int>(k);
      around = functions_[inner.function].decoded.loops[static_cast<std::size_t>(around)].parent;
    }
  }
}

void Finder::add_samples() {
  std::vector<std::vector<const RegisterSamples::Kept*>> of(found_.all.size());
  for (const auto& kept : samples_.all())
    if (kept.place >= 0 && found_.of_place[static_cast<std::size_t>(kept.place)] >= 0)
      of[static_cast<std::size_t>(found_.of_place[static_cast<std::size_t>(kept.place)])].push_back(
          &kept);
  const std::size_t total =
      std::accumulate(of.begin(), of.end(), std::size_t{0},
                      [](std::size_t n, const auto& v) { return n + v.size(); });
  for (std::size_t i = 0; i < of.size(); ++i) {
    HotCode& code = found_.all[i];
    RegisterSet used = 0;
    for (const Instruction& one : code.body) used |= one.reads | one.writes;
    for (const OuterStep& one : code.outer_steps) used |= bit_of(one.name);
    // Whole batches are left out, so that the steps between those that stay are seen.
    const std::size_t fair = std::max<std::size_t>(
        200,
        total > most_samples_in_all ? of[i].size() * most_samples_in_all / total : of[i].size());
    const std::size_t most = std::min(most_kept_samples, fair);
    const std::size_t every = (of[i].size() + most - 1) / std::max<std::size_t>(1, most);
    std::map<std::pair<std::uint32_t, std::size_t>, std::uint32_t> stretches;
    for (std::size_t k = 0; k < of[i].size() && code.samples.size() < most_kept_samples; ++k) {
      const std::size_t batch = k / samples_in_batch;
      if (batch % std::max<std::size_t>(1, every) != 0) continue;
      RegisterSample sample;
      sample.time_s = static_cast<double>(of[i][k]->time_ns - start_ns_) * 1e-9;
      sample.thread = static_cast<int>(of[i][k]->tid);
      // What was left out between two batches ends a stretch too.
      const auto number = static_cast<std::uint32_t>(stretches.size() + 1);
      sample.stretch =
          stretches.try_emplace({of[i][k]->stretch, every > 1 ? batch : 0}, number).first->second;
      sample.at = at_of_place_[static_cast<std::size_t>(of[i][k]->place)];
      for (int name = 0; name < general_registers; ++name)
        if (used & bit_of(static_cast<Register>(name)))
          sample.registers[static_cast<std::size_t>(name)] =
              of[i][k]->registers[static_cast<std::size_t>(name)];
      code.samples.push_back(sample);
    }
    std::stable_sort(code.samples.begin(), code.samples.end(), [](const auto& a, const auto& b) {
      return std::tie(a.thread, a.time_s) < std::tie(b.thread, b.time_s);
    });
  }
}

}  // namespace

HotCodes find_hot_code(const std::vector<Place>& places, const RegisterSamples& samples,
                       const Tasks& tasks, Symbols& symbols, std::int64_t start_ns) {
  return Finder(places, samples, tasks, symbols, start_ns).find();
}

}  // namespace bottleneck::sched
