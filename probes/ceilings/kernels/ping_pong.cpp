#include "probes/ceilings/kernels/ping_pong.h"

#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "probes/ceilings/kernels/slices.h"

namespace bottleneck::ceilings {
namespace {

constexpr int trips_per_slice = 20;

[[noreturn]] void refuse(const char* call) {
  throw Unavailable{fmt::format("{} was refused ({})", call, std::strerror(errno)), ""};
}

bool pass_on(int from, int to) {
  char byte = 0;
  return ::read(from, &byte, 1) == 1 && ::write(to, &byte, 1) == 1;
}

Fd connected(const Fd& listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (getsockname(listener.get(), generic, &size) != 0) refuse("getsockname");
  Fd near(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(near.get(), generic, size) != 0) refuse("connect to 127.0.0.1");
  return near;
}

void send_at_once(const Fd& socket) {
  const int yes = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

}  // namespace

Channels make_pipes() {
  int there[2], back[2];
  if (pipe2(there, O_CLOEXEC) != 0) refuse("pipe");
  Fd far_in(there[0]), near_out(there[1]);
  if (pipe2(back, O_CLOEXEC) != 0) refuse("pipe");
  return {Fd(back[0]), std::move(near_out), std::move(far_in), Fd(back[1])};
}

Channels make_connection() {
  const Fd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!listener) refuse("a socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    refuse("an address on 127.0.0.1");
  if (listen(listener.get(), 1) != 0) refuse("listening on 127.0.0.1");
  Fd near = connected(listener);
  Fd far(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!far) refuse("accept");
  send_at_once(near);
  send_at_once(far);
  Fd near_again(fcntl(near.get(), F_DUPFD_CLOEXEC, 0));
  Fd far_again(fcntl(far.get(), F_DUPFD_CLOEXEC, 0));
  return {std::move(near), std::move(near_again), std::move(far), std::move(far_again)};
}

std::vector<double> time_two_sides(double seconds, Sides sides, const std::function<void()>& near,
                                   const std::function<void()>& far,
                                   const std::function<void()>& end) {
  std::array<std::optional<Unavailable>, 2> failed;
  // One that could not be pinned goes on, or the other would wait for it.
  const auto pin = [&](std::size_t side) {
    try {
      pin_to(sides[side]);
    } catch (const Unavailable& why) {
      failed[side] = why;
    }
  };
  std::vector<double> times;
  {
    const std::jthread far_side([&] { pin(1), far(); });
    try {
      const std::jthread near_side(
          [&] { pin(0), times = time_slices(seconds, near, CLOCK_MONOTONIC); });
    } catch (...) {
      end();
      throw;
    }
    end();
  }
  for (const auto& why : failed)
    if (why) throw *why;
  return times;
}

std::vector<double> time_round_trips(double seconds, Channels channels, Sides sides) {
  bool lost = false;
  const auto far = [&] {
    while (pass_on(channels.far_in.get(), channels.far_out.get())) {
    }
  };
  const auto trips = [&] {
    const char byte = 'x';
    for (int i = 0; i < trips_per_slice; ++i) {
      char back = 0;
      const bool sent = ::write(channels.near_out.get(), &byte, 1) == 1;
      lost = lost || !sent || ::read(channels.near_in.get(), &back, 1) != 1 || back != byte;
    }
  };
  const auto end = [&] {
    shutdown(channels.near_out.get(), SHUT_RDWR);  // a socket has a second descriptor open
    channels.near_out.reset();
  };
  std::vector<double> times = time_two_sides(seconds, sides, trips, far, end);
  if (lost) throw Unavailable{"a byte did not come back", ""};
  return shares_of(std::move(times), trips_per_slice);
}

}  // namespace bottleneck::ceilings
