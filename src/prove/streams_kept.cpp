#include "src/prove/streams_kept.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>

#include "src/core/error.h"

namespace bottleneck {
namespace {

/// Source: TrialRun::output.
constexpr std::size_t most_output = 64 << 10;
constexpr std::size_t most_last_words = 2'000;

/// Of 64 kB in a row: a run that prints without end must not keep us from ending it.
constexpr int most_reads = 64;

/// Hands on what is there; closes at the end.
template <typename Take>
void drain_pipe(Fd& from, Take take) {
  std::array<char, 1 << 16> buffer;
  for (int reads = 0; from && reads < most_reads; ++reads) {
    const ssize_t got = read(from.get(), buffer.data(), buffer.size());
    if (got > 0) {
      take(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
      from.reset();
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

}  // namespace

OutputPipe::OutputPipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw Error("cannot start a run", std::string("pipe2: ") + std::strerror(errno),
                "nothing more was measured", "raise the limit of open files: ulimit -n 4096");
  read_end = Fd(ends[0]);
  write_end = Fd(ends[1]);
  fcntl(read_end.get(), F_SETFL, O_NONBLOCK);
}

StreamsKept::StreamsKept() = default;

void StreamsKept::close_write_ends() {
  output_.write_end.reset();
  error_.write_end.reset();
}

void StreamsKept::add_to(std::vector<pollfd>& polled) const {
  for (const Fd* one : {&output_.read_end, &error_.read_end})
    if (*one) polled.push_back({one->get(), POLLIN, 0});
}

void StreamsKept::drain() {
  drain_pipe(output_.read_end, [this](std::string_view bytes) { take_output(bytes); });
  drain_pipe(error_.read_end, [this](std::string_view bytes) { take_error(bytes); });
}

void StreamsKept::take_output(std::string_view bytes) {
  output_bytes_ += bytes.size();
  if (!hash_ && output_bytes_ > most_output) {
    hash_ = std::make_unique<Sha256>();
    hash_->add(kept_output_);
  }
  if (hash_) hash_->add(bytes);
  kept_output_ += bytes.substr(0, most_output - kept_output_.size());
}

void StreamsKept::take_error(std::string_view bytes) {
  kept_error_ += bytes.substr(bytes.size() - std::min(bytes.size(), most_last_words));
  if (kept_error_.size() > most_last_words)
    kept_error_.erase(0, kept_error_.size() - most_last_words);
}

std::string StreamsKept::output() const {
  if (!hash_) return kept_output_;
  return fmt::format("{}\n... {} bytes in all, SHA-256 {}\n", kept_output_, output_bytes_,
                     hash_->digits());
}

std::string StreamsKept::last_words() const {
  std::string words;
  for (const char c : kept_error_)
    words += c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= 0x20 ? c : '?';
  while (!words.empty() && words.back() == '\n') words.pop_back();
  constexpr int most_lines = 10;
  std::size_t begin = words.size();
  for (int lines = 0; lines < most_lines && begin != std::string::npos && begin > 0; ++lines)
    begin = words.rfind('\n', begin - 1);
  return begin == std::string::npos || begin == 0 ? words : words.substr(begin + 1);
}

}  // namespace bottleneck
