// Network: the client is the target, the server stands on another host (a network namespace).
//   net serve ADDRESS PORT         answers each 64-byte request after 5 ms, until killed
//   net serve_slowly ADDRESS PORT  to whoever sends a line: an HTTP answer, 32 KB every 5 ms, until
//   killed net request ADDRESS PORT S     asks again and again                     network net
//   download ADDRESS PORT S    receives the slow answer                 network
#include <csignal>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "target.h"

namespace {

using target::must;
using target::now;

constexpr useconds_t pause_us = 5'000;
constexpr std::size_t request_size = 64;
constexpr std::size_t chunk = 32768;
constexpr std::size_t chunks = 640;  // 3.2 s at one per 5 ms

sockaddr_in address_of(const char* host, const char* port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) target::fail(host);
  return address;
}

void without_delay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int listen_at(const sockaddr_in& address) {
  const int fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  must(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  must(listen(fd, 16), "listen");
  return fd;
}

int connect_to(const sockaddr_in& address) {
  const int fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  must(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
  without_delay(fd);
  return fd;
}

void answer(int fd) {
  char request[request_size];
  while (recv(fd, request, sizeof request, MSG_WAITALL) == static_cast<ssize_t>(sizeof request)) {
    usleep(pause_us);
    if (send(fd, request, sizeof request, MSG_NOSIGNAL) < 0) break;
  }
  close(fd);
}

void answer_slowly(int fd) {
  char request[4096];
  if (recv(fd, request, sizeof request, 0) > 0) {
    const std::string head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " +
                             std::to_string(chunk * chunks) + "\r\n\r\n";
    const std::vector<char> body(chunk, 'b');
    bool open = send(fd, head.data(), head.size(), MSG_NOSIGNAL) > 0;
    for (std::size_t i = 0; open && i < chunks; ++i) {
      usleep(pause_us);
      open = send(fd, body.data(), body.size(), MSG_NOSIGNAL) > 0;
    }
  }
  close(fd);
}

[[noreturn]] void serve(const sockaddr_in& address, void (*handle)(int)) {
  const int listener = listen_at(address);
  for (;;) {
    const int fd = must(accept(listener, nullptr, nullptr), "accept");
    without_delay(fd);
    std::thread(handle, fd).detach();
  }
}

void ask(const sockaddr_in& address, double end) {
  const int fd = connect_to(address);
  char request[request_size] = {1};
  while (now() < end) {
    must(send(fd, request, sizeof request, MSG_NOSIGNAL), "send");
    must(recv(fd, request, sizeof request, MSG_WAITALL), "recv");
  }
}

void download(const sockaddr_in& address, double end) {
  const int fd = connect_to(address);
  must(send(fd, "GET /\r\n\r\n", 9, MSG_NOSIGNAL), "send");
  std::vector<char> buffer(chunk);
  while (now() < end && must(recv(fd, buffer.data(), buffer.size(), 0), "recv") > 0) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const std::string_view mode = argv[1];
  const sockaddr_in address = address_of(argv[2], argv[3]);
  const double end = now() + (argc > 4 ? std::atof(argv[4]) : 0);
  if (mode == "serve") serve(address, answer);
  if (mode == "serve_slowly") serve(address, answer_slowly);
  if (mode == "request") {
    ask(address, end);
  } else if (mode == "download") {
    download(address, end);
  } else {
    return 2;
  }
}
