#include "probes/sched/sockets.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "probes/sched/net_tables.h"

namespace bottleneck {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// Tables are read anew for a socket that is not in them, but not more often than this, and with at
// most one fiftieth (2 %) of one CPU. Known sockets are looked up again after the longer time: a
// connection does not change its ends.
constexpr auto missing_fresh_for = 20ms;
constexpr auto fresh_for = 1000ms;
constexpr int cost_factor = 50;
constexpr std::size_t most_namespaces = 16;
// Linux's ip_local_port_range starts here unless set otherwise
// (Documentation/networking/ip-sysctl).
constexpr std::uint16_t first_ephemeral_port = 32768;

struct Namespace {
  NetTables tables;
  Clock::time_point read{};
  Clock::duration cost{};
};

/// X11 and Wayland: what comes from there is the user's input.
bool is_display(std::string_view name) {
  return name.find("/.X11-unix/") != std::string_view::npos ||
         name.find("/wayland-") != std::string_view::npos;
}

}  // namespace

struct Sockets::Tables {
  explicit Tables(System given) : system(std::move(given)) {}

  const NetSocket* find(pid_t pid, unsigned long inode, bool read_if_missing);
  void read_tables(pid_t pid, Namespace&);
  Seen look_tcp(const NetSocket&, const NetTables&, const ProcessTree&, Holders&);
  Seen look_datagram(const NetSocket&, const NetTables&);
  std::optional<Seen> look_unix(pid_t pid, unsigned long inode, const ProcessTree&, Holders&);
  bool is_accepted(const NetSocket&, const NetTables&, const ProcessTree&, Holders&);

  System system;
  std::map<std::string, Namespace> namespaces;
  const NetTables* current = nullptr;  ///< those of the last find
};

Sockets::Sockets(System system) : tables_(std::make_unique<Tables>(std::move(system))) {}
Sockets::~Sockets() = default;

void Sockets::Tables::read_tables(pid_t pid, Namespace& space) {
  const auto start = Clock::now();
  const std::string folder = fmt::format("/proc/{}/net/", pid);
  space.tables = {};
  for (const std::string_view protocol : {"tcp", "udp", "icmp", "raw"})
    for (const std::string_view family : {"", "6"})
      if (const auto text = system.read(fmt::format("{}{}{}", folder, protocol, family)))
        add_sockets(space.tables, protocol, *text);
  add_own_addresses(space.tables, system.read(folder + "fib_trie").value_or(""),
                    system.read(folder + "if_inet6").value_or(""));
  space.read = Clock::now();
  space.cost = space.read - start;
}

const NetSocket* Sockets::Tables::find(pid_t pid, unsigned long inode, bool read_if_missing) {
  const std::string name = system.read_link(fmt::format("/proc/{}/ns/net", pid)).value_or("");
  if (namespaces.size() >= most_namespaces && namespaces.count(name) == 0) namespaces.clear();
  Namespace& space = namespaces[name];
  current = &space.tables;
  const auto known = space.tables.by_inode.find(inode);
  const auto age = Clock::now() - space.read;
  const bool missing = known == space.tables.by_inode.end();
  if (!missing && age < fresh_for) return &known->second;
  if ((missing && !read_if_missing) || age < missing_fresh_for || age < space.cost * cost_factor)
    return missing ? nullptr : &known->second;
  read_tables(pid, space);
  const auto found = space.tables.by_inode.find(inode);
  return found == space.tables.by_inode.end() ? nullptr : &found->second;
}

/// Its port is one on which the tree listens: the other end came to us.
bool Sockets::Tables::is_accepted(const NetSocket& socket, const NetTables& tables,
                                  const ProcessTree& tree, Holders& holders) {
  const auto listeners = tables.listeners.find(socket.local.port);
  if (listeners == tables.listeners.end()) return false;
  return std::any_of(listeners->second.begin(), listeners->second.end(), [&](unsigned long inode) {
    return holders.holds_socket(inode, tree).value_or(false);
  });
}

Sockets::Seen Sockets::Tables::look_tcp(const NetSocket& socket, const NetTables& tables,
                                        const ProcessTree& tree, Holders& holders) {
  if (socket.listening)
    return {Peer::socket_listening, fmt::format("tcp port {}", socket.local.port)};
  const std::string object = "tcp " + to_string(socket.remote);
  if (is_unspecified(socket.remote.address)) return {Peer::unknown, "tcp"};
  const Address& remote = socket.remote.address;
  if (is_loopback(remote) || tables.own_addresses.count(remote) != 0) {
    const auto other = tables.by_ends.find({socket.remote, socket.local});
    std::vector<unsigned long> peers;
    if (other != tables.by_ends.end() && other->second != 0) peers.push_back(other->second);
    // Not accepted yet, or not in the table: whoever listens there will be the peer.
    else if (const auto listener = tables.listeners.find(socket.remote.port);
             listener != tables.listeners.end())
      peers = listener->second;
    for (const unsigned long inode : peers) {
      const auto held = holders.holds_socket(inode, tree);
      if (!held) return {Peer::unknown, object};
      if (*held) return {Peer::socket_inside, object};
    }
    return {
        is_accepted(socket, tables, tree, holders) ? Peer::socket_listening : Peer::socket_local,
        object};
  }
  return {is_accepted(socket, tables, tree, holders) ? Peer::socket_listening : Peer::socket_remote,
          object};
}

/// An unconnected one on a well-known port is a server's; on an ephemeral port nobody can say whom
/// it awaits.
Sockets::Seen Sockets::Tables::look_datagram(const NetSocket& socket, const NetTables& tables) {
  const std::string protocol(socket.protocol);
  const Address& remote = socket.remote.address;
  if (protocol != "udp") return {Peer::socket_remote, protocol};
  if (is_unspecified(remote)) {
    if (socket.local.port != 0 && socket.local.port < first_ephemeral_port)
      return {Peer::socket_listening, fmt::format("udp port {}", socket.local.port)};
    return {Peer::unknown, "udp"};
  }
  const bool local = is_loopback(remote) || tables.own_addresses.count(remote) != 0;
  return {local ? Peer::socket_local : Peer::socket_remote, "udp " + to_string(socket.remote)};
}

/// nullopt: no unix socket that we can ask about.
std::optional<Sockets::Seen> Sockets::Tables::look_unix(pid_t pid, unsigned long inode,
                                                        const ProcessTree& tree, Holders& holders) {
  // sock_diag answers for our own network namespace only, where inode numbers mean the same.
  const auto theirs = system.read_link(fmt::format("/proc/{}/ns/net", pid));
  if (!theirs || theirs != system.read_link("/proc/self/ns/net")) return std::nullopt;
  const auto socket = ask_unix_socket(inode);
  if (!socket) return std::nullopt;
  const std::string own = "unix " + socket->name;
  if (socket->listening) return Seen{Peer::socket_listening, own};
  if (socket->peer_inode == 0)
    return Seen{socket->name.empty() ? Peer::unknown : Peer::socket_listening, own};
  const auto held = holders.find(fmt::format("socket:[{}]", socket->peer_inode), tree);
  if (!held) return Seen{};
  if (std::any_of(held->begin(), held->end(),
                  [&](const Holder& holder) { return holder.pid != pid; }))
    return Seen{Peer::socket_inside, own};
  if (!held->empty()) return Seen{Peer::event, "unix socket to itself"};
  const auto peer = ask_unix_socket(socket->peer_inode);
  const std::string name = peer ? peer->name : "";
  if (is_display(name)) return Seen{Peer::terminal, "unix " + name};
  // An accepted socket has the listener's name; a client's is unnamed.
  if (!socket->name.empty() && name.empty()) return Seen{Peer::socket_listening, own};
  return Seen{Peer::socket_local, "unix " + name};
}

Sockets::Seen Sockets::look(pid_t pid, unsigned long inode, const ProcessTree& tree,
                            Holders& holders) {
  const NetSocket* socket = tables_->find(pid, inode, false);
  if (socket == nullptr) {
    // Asking for one unix socket is cheaper than reading all tables.
    if (auto seen = tables_->look_unix(pid, inode, tree, holders)) return *seen;
    socket = tables_->find(pid, inode, true);
  }
  if (socket == nullptr) return {};
  if (socket->protocol == "tcp")
    return tables_->look_tcp(*socket, *tables_->current, tree, holders);
  return tables_->look_datagram(*socket, *tables_->current);
}

}  // namespace bottleneck
