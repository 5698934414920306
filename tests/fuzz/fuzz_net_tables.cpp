// Tables of /proc/PID/net: the kernel writes them, but each kernel in its own way.
#include "probes/sched/net_tables.h"
#include "tests/fuzz/fuzz_input.h"

using namespace bottleneck;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  NetTables tables;
  add_sockets(tables, "tcp", text);
  add_sockets(tables, "udp", text);
  add_own_addresses(tables, text, text);
  for (const auto& [inode, socket] : tables.by_inode)
    if (to_string(socket.local).empty() || to_string(socket.remote).empty()) std::abort();
  return 0;
}
