#include <array>
#include <cstring>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/sched/sockets.h"

namespace bottleneck {
namespace {

struct Request {
  nlmsghdr header{};
  unix_diag_req body{};
};

Request request_for(unsigned long inode) {
  Request request;
  request.header.nlmsg_len = sizeof(Request);
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.body.sdiag_family = AF_UNIX;
  request.body.udiag_states = ~0U;
  request.body.udiag_ino = static_cast<__u32>(inode);
  request.body.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER;
  request.body.udiag_cookie[0] = request.body.udiag_cookie[1] = ~0U;  // any
  return request;
}

std::string name_of(const char* bytes, std::size_t size) {
  std::string name(bytes, size);
  if (!name.empty() && name[0] == '\0') name[0] = '@';
  return name.substr(0, name.find('\0'));
}

/// Attributes follow the body, each a header {length, type} and padded to four bytes.
std::optional<UnixSocket> parse(const char* bytes, std::size_t size) {
  nlmsghdr header;
  unix_diag_msg body;
  if (size < sizeof header + sizeof body) return std::nullopt;
  std::memcpy(&header, bytes, sizeof header);
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) return std::nullopt;
  std::memcpy(&body, bytes + sizeof header, sizeof body);
  UnixSocket socket;
  socket.listening = body.udiag_state == TCP_LISTEN;
  socket.stream = body.udiag_type != SOCK_DGRAM;
  for (std::size_t at = sizeof header + sizeof body; at + sizeof(rtattr) <= size;) {
    rtattr attribute;
    std::memcpy(&attribute, bytes + at, sizeof attribute);
    if (attribute.rta_len < sizeof attribute || at + attribute.rta_len > size) break;
    const char* payload = bytes + at + sizeof attribute;
    const std::size_t length = attribute.rta_len - sizeof attribute;
    if (attribute.rta_type == UNIX_DIAG_NAME) socket.name = name_of(payload, length);
    if (attribute.rta_type == UNIX_DIAG_PEER && length >= sizeof(__u32)) {
      __u32 peer = 0;
      std::memcpy(&peer, payload, sizeof peer);
      socket.peer_inode = peer;
    }
    at += (attribute.rta_len + 3U) & ~3U;
  }
  return socket;
}

}  // namespace

std::optional<UnixSocket> ask_unix_socket(unsigned long inode) {
  const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) return std::nullopt;
  const Request request = request_for(inode);
  std::array<char, 1024> answer;
  ssize_t got = -1;
  if (::send(fd, &request, sizeof request, 0) == static_cast<ssize_t>(sizeof request))
    got = ::recv(fd, answer.data(), answer.size(), MSG_DONTWAIT);  // the kernel answers within send
  ::close(fd);
  if (got <= 0) return std::nullopt;
  return parse(answer.data(), static_cast<std::size_t>(got));
}

}  // namespace bottleneck
