#include <cmath>
#include <map>
#include <stdexcept>

#include <zlib.h>

#include "reports/exports.h"
#include "reports/stacks.h"
#include "reports/visible.h"

namespace bottleneck {
namespace {

constexpr int longest_name = 1000;

/// A message of protocol buffers under construction. Source: "Encoding", protobuf.dev; the numbers
/// of the fields are those of google/pprof's proto/profile.proto.
class Message {
 public:
  Message& whole(int field, std::uint64_t value) {
    if (value == 0) return *this;  // what is left out is 0
    tag(field, 0);
    varint(value);
    return *this;
  }
  Message& bytes(int field, const std::string& text) {
    tag(field, 2);
    varint(text.size());
    bytes_ += text;
    return *this;
  }
  Message& packed(int field, const std::vector<std::uint64_t>& values) {
    Message inner;
    for (const std::uint64_t value : values) inner.varint(value);
    return bytes(field, inner.bytes_);
  }
  const std::string& text() const { return bytes_; }

 private:
  void tag(int field, int type) {
    varint(std::uint64_t{8} * static_cast<unsigned>(field) + static_cast<unsigned>(type));
  }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7f) | 0x80);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

std::uint64_t nanoseconds(double seconds) {
  return seconds > 0 ? static_cast<std::uint64_t>(std::llround(seconds * 1e9)) : 0;
}

class ProfileWriter {
 public:
  explicit ProfileWriter(const Profile& profile) : profile_(profile) { name(""); }

  std::string write() {
    for (const auto& [type, unit] :
         {std::pair("samples", "count"), {"cpu", "nanoseconds"}, {"blocked", "nanoseconds"}})
      file_.bytes(1, value_type(type, unit));
    for (const Stack& stack : collect_stacks(profile_)) add(stack);
    for (const auto& [module, id] : mappings_)
      file_.bytes(
          3,
          Message().whole(1, id).whole(5, name(module)).whole(7, 1).whole(8, 1).whole(9, 1).text());
    file_.whole(10, nanoseconds(profile_.this_run().wall_s));
    file_.bytes(11, value_type("cpu", "nanoseconds"));
    file_.whole(14, name("cpu"));
    for (const std::string& text : strings_) file_.bytes(6, text);
    return file_.text();
  }

 private:
  std::uint64_t name(const std::string& raw) {
    const std::string text =
        cut_to(make_visible(std::string_view(raw).substr(0, 10'000)), longest_name);
    const auto [at, added] = names_.try_emplace(text, names_.size());
    if (added) strings_.push_back(text);
    return at->second;
  }

  std::string value_type(const char* type, const char* unit) {
    const std::uint64_t first = name(type);
    return Message().whole(1, first).whole(2, name(unit)).text();
  }

  std::uint64_t function(const StackFrame& frame) {
    const auto [at, added] =
        functions_.try_emplace({frame.name, frame.file}, functions_.size() + 1);
    if (added) {
      const std::uint64_t text = name(frame.name);
      file_.bytes(5, Message()
                         .whole(1, at->second)
                         .whole(2, text)
                         .whole(3, text)
                         .whole(4, name(frame.file))
                         .text());
    }
    return at->second;
  }

  std::uint64_t location(const StackFrame& frame) {
    const auto [at, added] = locations_.try_emplace(frame, locations_.size() + 1);
    if (!added) return at->second;
    std::uint64_t mapping = 0;
    if (!frame.module.empty())
      mapping = mappings_.try_emplace(frame.module, mappings_.size() + 1).first->second;
    Message line;
    line.whole(1, function(frame)).whole(2, static_cast<std::uint64_t>(std::max(0, frame.line)));
    file_.bytes(4, Message().whole(1, at->second).whole(2, mapping).bytes(4, line.text()).text());
    return at->second;
  }

  std::string label(const char* key, const std::string& value) {
    const std::uint64_t first = name(key);
    return Message().whole(1, first).whole(2, name(value)).text();
  }

  void add(const Stack& stack) {
    std::vector<std::uint64_t> ids;
    for (auto frame = stack.frames.rbegin(); frame != stack.frames.rend(); ++frame)
      ids.push_back(location(*frame));
    Message sample;
    sample.packed(1, ids).packed(
        2, {stack.samples, nanoseconds(stack.cpu_s), nanoseconds(stack.blocked_s)});
    if (stack.thread >= 0 && static_cast<std::size_t>(stack.thread) < profile_.threads.size()) {
      const Thread& thread = profile_.threads[static_cast<std::size_t>(stack.thread)];
      sample.bytes(3,
                   label("thread", thread.name.empty() ? std::to_string(thread.tid) : thread.name));
      sample.bytes(
          3,
          Message().whole(1, name("tid")).whole(3, static_cast<std::uint64_t>(thread.tid)).text());
    }
    file_.bytes(2, sample.text());
  }

  const Profile& profile_;
  Message file_;
  std::vector<std::string> strings_;
  std::map<std::string, std::uint64_t> names_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> functions_;
  std::map<StackFrame, std::uint64_t> locations_;
  std::map<std::string, std::uint64_t> mappings_;
};

/// Without a time in its head: the same report gives the same bytes.
std::string compress(const std::string& text) {
  constexpr int window_bits = 15, gzip = 16, memory_level = 8;
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window_bits + gzip, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("deflateInit2 failed");
  std::string packed(deflateBound(&stream, text.size()), '\0');
  std::string input = text;  // zlib takes no pointer to const
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("deflate failed");
  return packed;
}

}  // namespace

std::string export_pprof(const Report& report) {
  return compress(ProfileWriter(report.profile).write());
}

}  // namespace bottleneck
