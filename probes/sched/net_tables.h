// The text tables of /proc/PID/net as values: sockets by inode and by their two addresses, and the
// addresses that are this host's own. Parsing only; who asks and how often is decided in
// sockets.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bottleneck {

/// IPv6, or IPv4 mapped into it (::ffff:a.b.c.d), in network order; so that both families compare.
using Address = std::array<std::uint8_t, 16>;

struct Endpoint {
  Address address{};
  std::uint16_t port = 0;
  auto operator<=>(const Endpoint&) const = default;
};

struct NetSocket {
  std::string_view protocol;  ///< "tcp", "udp", "icmp", "raw"
  Endpoint local;
  Endpoint remote;
  bool listening = false;
  unsigned long inode = 0;
};

struct NetTables {
  std::unordered_map<unsigned long, NetSocket> by_inode;
  std::map<std::pair<Endpoint, Endpoint>, unsigned long>
      by_ends;  ///< tcp: (local, remote) -> inode, 0 = not accepted
  std::unordered_map<std::uint16_t, std::vector<unsigned long>> listeners;  ///< tcp: port -> inodes
  std::set<Address> own_addresses;
};

/// Adds the rows of "tcp", "tcp6", "udp" and the like.
void add_sockets(NetTables&, std::string_view protocol, std::string_view text);
/// Adds the local addresses of fib_trie (IPv4) and if_inet6.
void add_own_addresses(NetTables&, std::string_view fib_trie, std::string_view if_inet6);

bool is_unspecified(const Address&);
bool is_loopback(const Address&);
/// "10.0.0.1:80", "[2001:db8::1]:80".
std::string to_string(const Endpoint&);

}  // namespace bottleneck
