#include "probes/inject/cupti_library.h"

#include <cstdlib>

#include <dlfcn.h>

#include "probes/inject/gpu_record.h"

namespace bottleneck::inject::cupti {
namespace {

constexpr int flags = RTLD_NOW | RTLD_LOCAL;

/// Of the driver in this process, as CUDA numbers versions (13000); 0 unknown.
int driver_version() {
  void* driver = dlopen("libcuda.so.1", flags | RTLD_NOLOAD);
  if (!driver) return 0;
  int version = 0;
  const auto ask = reinterpret_cast<int (*)(int*)>(dlsym(driver, "cuDriverGetVersion"));
  if (ask && ask(&version) != 0) version = 0;
  dlclose(driver);
  return version;
}

void* first_of(const char* const* names, std::size_t count, int how) {
  for (std::size_t i = 0; i < count; ++i)
    if (void* handle = dlopen(names[i], how)) return handle;
  return nullptr;
}

/// One that the process has (PyTorch brings its own), the one that is asked for, the one that fits
/// the driver, the toolkit's.
void* load() {
  constexpr const char* newest_first[] = {"libcupti.so.13", "libcupti.so.12"};
  constexpr const char* older_first[] = {"libcupti.so.12", "libcupti.so.13"};
  constexpr const char* toolkit[] = {"/usr/local/cuda/lib64/libcupti.so",
                                     "/usr/local/cuda/extras/CUPTI/lib64/libcupti.so"};
  void* handle = first_of(newest_first, 2, flags | RTLD_NOLOAD);
  const char* asked = std::getenv(cupti_library_variable);
  if (!handle && asked && *asked) handle = dlopen(asked, flags);
  const int driver = driver_version();
  if (!handle)
    handle = first_of(driver > 0 && driver < 13000 ? older_first : newest_first, 2, flags);
  return handle ? handle : first_of(toolkit, 2, flags);
}

template <class Function>
void look_up(const Library& library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library.handle, name));
}

}  // namespace

Found open_library(Library& library) {
  library.handle = load();
  if (!library.handle) return Found::no_library;
  look_up(library, "cuptiActivityRegisterCallbacks", library.register_callbacks);
  look_up(library, "cuptiActivityEnable", library.enable);
  look_up(library, "cuptiActivityFlushAll", library.flush_all);
  look_up(library, "cuptiActivityGetNextRecord", library.next_record);
  look_up(library, "cuptiActivityGetNumDroppedRecords", library.dropped_records);
  look_up(library, "cuptiActivityRegisterTimestampCallback", library.register_clock);
  look_up(library, "cuptiGetResultString", library.result_text);
  look_up(library, "cuptiGetCallbackName", library.call_name);
  look_up(library, "cuptiActivityEnableRuntimeApi", library.enable_call);
  library.simulated = dlsym(library.handle, "bottleneck_simulated") != nullptr;
  const bool whole =
      library.register_callbacks && library.enable && library.flush_all && library.next_record;
  return whole ? Found::yes : Found::lacks_functions;
}

}  // namespace bottleneck::inject::cupti
