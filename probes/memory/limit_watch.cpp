#include "probes/memory/limit_watch.h"

#include <algorithm>

#include <fmt/format.h>

#include "probes/machine/text.h"

namespace bottleneck {
namespace {

constexpr double kibibyte = 1024;
constexpr const char* limits_source = "/proc/PID/limits";

std::optional<double> bytes_after(std::string_view status, std::string_view key) {
  const auto kibibytes = number_after(status, key);
  if (!kibibytes) return std::nullopt;
  return kibibyte * static_cast<double>(*kibibytes);
}

std::optional<std::string> read_limits_of(const System& system, pid_t pid) {
  return system.read(fmt::format("/proc/{}/limits", pid));
}

std::optional<std::uint64_t> tighter(std::optional<std::uint64_t> a,
                                     std::optional<std::uint64_t> b) {
  return a && b ? std::min(*a, *b) : a ? a : b;
}

Measurement peak_of(const char* name, const char* source, const std::optional<double>& bytes) {
  Measurement peak{name,
                   Unavailable{"the target ended before the first look at /proc/PID/status (200 "
                               "ms), or it may not be read",
                               ""},
                   source, 1};
  if (bytes) peak.result = exactly(*bytes, Unit::bytes);
  return peak;
}

Measurement limit_of(const char* name, bool readable, const std::optional<std::uint64_t>& limit) {
  Measurement measurement{name, Unavailable{"no limit is set", ""}, limits_source, 1};
  if (limit)
    measurement.result = exactly(static_cast<double>(*limit), Unit::bytes);
  else if (!readable)
    measurement.result = Unavailable{"/proc/PID/limits of the target cannot be read", ""};
  return measurement;
}

}  // namespace

LimitedBytes limited_bytes(std::string_view status) {
  const auto peak = bytes_after(status, "VmPeak");
  return {bytes_after(status, "VmData"), peak ? peak : bytes_after(status, "VmSize")};
}

LimitWatch::LimitWatch(const System& system, pid_t root) : system_(system), root_(root) { end(); }

void LimitWatch::see(pid_t pid, const LimitedBytes& now) {
  const auto take = [pid](Watched& watched, const std::optional<double>& bytes) {
    if (!bytes || *bytes <= watched.most) return;
    watched.most = *bytes;
    watched.largest = pid;
  };
  take(data_, now.data);
  take(space_, now.address_space);
}

void LimitWatch::end_look(Watched& watched, const std::optional<std::string>& limits) {
  const auto now = limits ? number_after(*limits, watched.key) : std::nullopt;
  if (watched.most > watched.peak.value_or(-1)) {
    watched.peak = watched.most;
    watched.owner = watched.largest;
    // With more than ever before: a limit that was there and is no more did not hold it.
    if (limits) watched.limit = now;
  } else if (watched.largest == watched.owner) {
    // What a process frees and takes back on its way to the end tells nothing.
    watched.limit = tighter(watched.limit, now);
  }
  watched.largest = 0;
  watched.most = -1;
}

void LimitWatch::read_limits() {
  pid_t read = 0;
  std::optional<std::string> limits;
  for (Watched* watched : {&data_, &space_}) {
    if (watched->largest == 0) continue;
    if (watched->largest != read) limits = read_limits_of(system_, read = watched->largest);
    readable_ = readable_ || limits;
    end_look(*watched, limits);
  }
}

void LimitWatch::end() {
  const auto text = read_limits_of(system_, root_);
  if (!text) return;
  readable_ = true;
  for (Watched* watched : {&data_, &space_})
    if (watched->owner == 0 || watched->owner == root_)
      watched->limit = tighter(watched->limit, number_after(*text, watched->key));
}

std::vector<Measurement> LimitWatch::measurements() const {
  return {limit_of(space_.limit_name, readable_, space_.limit),
          limit_of(data_.limit_name, readable_, data_.limit),
          peak_of(space_.peak_name, space_.peak_source, space_.peak),
          peak_of(data_.peak_name, data_.peak_source, data_.peak)};
}

}  // namespace bottleneck
