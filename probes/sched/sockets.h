// Who is at the other end of a socket, from /proc/PID/net/{tcp,udp,...} of the process's own
// network namespace and, for unix sockets, from the kernel's sock_diag. Below Descriptors. Never
// resolves names, never sends anything to a peer.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

#include "probes/sched/holders.h"
#include "src/core/waits.h"

namespace bottleneck {

class Sockets {
 public:
  explicit Sockets(System system);
  ~Sockets();

  struct Seen {
    Peer peer = Peer::unknown;
    std::string object;  ///< "tcp 10.0.0.1:80", "unix /run/x"
  };
  /// Errors: none; what cannot be seen is Peer::unknown.
  Seen look(pid_t pid, unsigned long inode, const ProcessTree&, Holders&);

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

/// A unix socket as sock_diag tells it. Needs: the socket is in our own network namespace.
struct UnixSocket {
  unsigned long peer_inode = 0;  ///< 0: no peer
  bool listening = false;
  bool stream = false;
  std::string name;  ///< path; abstract ones begin with '@'; "" unnamed
};
std::optional<UnixSocket> ask_unix_socket(unsigned long inode);

}  // namespace bottleneck
