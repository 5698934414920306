#include "probes/code/demangle.h"

// libiberty declares its own basename unless told that there is one.
#define HAVE_DECL_BASENAME 1
#include <csetjmp>
#include <cstring>

#include <libiberty/demangle.h>

namespace bottleneck {
namespace {

/// A few hundred bytes of mangled name can stand for gigabytes ("substitution bombs"), and the
/// demanglers have no way to be stopped: the sink jumps out when it is full. They are C without
/// heap at that point, so nothing is lost.
struct Sink {
  std::jmp_buf full;
  std::size_t size;
  char text[longest_name];
};

void take(const char* piece, std::size_t length, void* opaque) {
  auto* sink = static_cast<Sink*>(opaque);
  const std::size_t room = sizeof sink->text - sink->size;
  const std::size_t taken = length < room ? length : room;
  std::memcpy(sink->text + sink->size, piece, taken);
  sink->size += taken;
  if (taken < length) std::longjmp(sink->full, 1);
}

using Demangler = int (*)(const char*, int, demangle_callbackref, void*);

/// No object with a destructor lives in this frame or below it: longjmp ends here.
bool run(Demangler demangler, const char* mangled, Sink* sink) {
  sink->size = 0;
  if (setjmp(sink->full) != 0) return true;
  return demangler(mangled, DMGL_PARAMS | DMGL_ANSI, take, sink) != 0 && sink->size > 0;
}

std::string bounded(std::string_view text) {
  if (text.size() < longest_name) return std::string(text);
  return std::string(text.substr(0, longest_name - 3)) + "...";
}

}  // namespace

std::string demangle(std::string_view mangled) {
  const bool rust = mangled.starts_with("_R");
  if ((!rust && !mangled.starts_with("_Z")) || mangled.size() > longest_name)
    return bounded(mangled);
  const std::string terminated(mangled);
  Sink sink;
  // Rust first: the legacy form is valid C++ mangling too, but would keep its hash and its escapes
  // ("$LT$").
  if (run(rust_demangle_callback, terminated.c_str(), &sink) ||
      (!rust && run(cplus_demangle_v3_callback, terminated.c_str(), &sink)))
    return bounded({sink.text, sink.size});
  return bounded(mangled);
}

}  // namespace bottleneck
