#include "workloads/harness/options.h"

#include <charconv>
#include <string_view>

namespace workload {
namespace {

/// More than any machine has; a typing error otherwise.
constexpr std::size_t most_threads = 4096;
/// A piece that is larger is no piece.
constexpr std::size_t most_piece = std::size_t{1} << 30;

std::size_t parse_number(const std::string& option, const std::string& text, std::size_t most) {
  std::size_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::result_out_of_range || (error == std::errc() && value > most))
    throw Usage(option + " " + text + ": at most " + std::to_string(most));
  if (error != std::errc() || stop != end || value == 0)
    throw Usage(option + " " + text + ": not a whole number from 1");
  return value;
}

const Variant& find_variant(const Workload& workload, const std::string& name) {
  std::string known;
  for (const Variant& variant : workload.variants) {
    if (variant.name == name) return variant;
    known += (known.empty() ? "" : ", ") + variant.name;
  }
  throw Usage("--variant " + name + ": there is none of that name; there are " + known);
}

/// The arguments one after the other, `--name=value` as two.
class Arguments {
 public:
  Arguments(int argc, char** argv) : words_(argv + 1, argv + argc) {}

  bool next() {
    if (at_ == words_.size()) {
      if (attached_) throw Usage(word_ + " takes no value");
      return false;
    }
    if (attached_) throw Usage(word_ + " takes no value");
    word_ = words_[at_++];
    const std::size_t equals = word_.find('=');
    if (word_.rfind("--", 0) == 0 && equals != std::string::npos) {
      value_ = word_.substr(equals + 1);
      word_.resize(equals);
      attached_ = true;
    }
    return true;
  }

  const std::string& word() const { return word_; }

  std::string value() {
    if (!attached_) {
      if (at_ == words_.size()) throw Usage(word_ + " needs a value");
      value_ = words_[at_++];
    }
    attached_ = false;
    if (value_.empty()) throw Usage(word_ + " needs a value");
    return value_;
  }

 private:
  std::vector<std::string> words_;
  std::size_t at_ = 0;
  std::string word_, value_;
  bool attached_ = false;
};

void set_mode(Options& options, Mode mode) {
  if (options.mode != Mode::run)
    throw Usage("one of --prepare, --describe, --limit and --check only");
  options.mode = mode;
}

void read_argument(const Workload& workload, Arguments& arguments, Options& options) {
  const std::string& word = arguments.word();
  Setting& setting = options.setting;
  if (word == "--variant") {
    options.variant = &find_variant(workload, arguments.value());
  } else if (word == "--size") {
    setting.size = parse_number("--size", arguments.value(), workload.most_size);
  } else if (word == "--threads") {
    setting.threads = static_cast<int>(parse_number("--threads", arguments.value(), most_threads));
  } else if (word == "--piece") {
    setting.piece = parse_number("--piece", arguments.value(), most_piece);
  } else if (word == "--data") {
    setting.data = arguments.value();
  } else if (word == "--prepare") {
    set_mode(options, Mode::prepare);
    setting.data = arguments.value();
  } else if (word == "--describe") {
    set_mode(options, Mode::describe);
  } else if (word == "--limit") {
    set_mode(options, Mode::limit);
  } else if (word == "--check") {
    set_mode(options, Mode::check);
  } else if (word == "--help" || word == "-h") {
    options.mode = Mode::help;
  } else if (!word.empty() && word[0] != '-') {
    setting.size = parse_number("size", word, workload.most_size);
  } else {
    throw Usage(word + ": no such option");
  }
}

}  // namespace

Options parse_options(const Workload& workload, int argc, char** argv) {
  Options options;
  options.variant = &workload.variants.front();
  options.setting.threads = allowed_cpus();
  Arguments arguments(argc, argv);
  while (options.mode != Mode::help && arguments.next())
    read_argument(workload, arguments, options);
  if (options.mode == Mode::help) return options;
  if (options.mode == Mode::check) {
    if (options.setting.size == 0) options.setting.size = workload.check_size;
  } else if (options.setting.size == 0) {
    options.setting.size = workload.default_size;
  }
  if (options.mode == Mode::prepare && !workload.prepare)
    throw Usage("--prepare: " + workload.name + " needs no input files");
  if (options.mode == Mode::run && workload.prepare && options.setting.data.empty())
    throw Usage("--data DIR: " + workload.name + " needs the files of --prepare DIR");
  if (options.setting.piece > 0 && !options.variant->takes_piece)
    throw Usage("--piece: " + options.variant->name + " has no pieces whose size can be chosen");
  return options;
}

std::string help_text(const Workload& workload) {
  const std::string& name = workload.name;
  std::string text = name + ": " + workload.line + "\n\n";
  const std::string data = workload.prepare ? " --data DIR" : "";
  text += "usage: " + name + " [--variant V] [--size S] [--threads N]" + data + "\n";
  if (workload.prepare) text += "       " + name + " --prepare DIR [--size S]\n";
  text += "       " + name + " --describe | --limit | --check  [--size S]\n\n";
  text += "  --size S     " + workload.unit + ", 1 to " + std::to_string(workload.most_size) +
          ", default " + std::to_string(workload.default_size) + ", quick " +
          std::to_string(workload.quick_size) + "; a bare number is a size too\n";
  text += "  --threads N  of the variants that use threads, default the CPUs allowed: " +
          std::to_string(allowed_cpus()) + "\n";
  for (const Variant& variant : workload.variants)
    if (variant.takes_piece) text += "  --piece N    bytes of each piece of " + variant.name + "\n";
  if (workload.prepare)
    text +=
        "  --prepare DIR  writes the input files there, --data DIR reads them; give both one "
        "size\n";
  text +=
      "  --describe   what there is, as JSON\n"
      "  --limit      the bounds that follow from the work itself\n"
      "  --check      all variants against the first at a small size: exit 0 the same, 1 not\n\n"
      "variants, the first is the baseline:\n";
  for (const Variant& variant : workload.variants) {
    text += "  " + variant.name;
    text.append(variant.name.size() < 18 ? 18 - variant.name.size() : 1, ' ');
    text += variant.line;
    const std::string left_out = why_left_out(variant);
    if (!left_out.empty()) text += " (not here: " + left_out + ")";
    text += "\n";
  }
  return text;
}

}  // namespace workload
