#include "probes/sched/descriptors.h"

#include <string>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>

#include "tests/unit/sched/children.h"

namespace bottleneck {
namespace {

/// Looks at this test's own descriptors: a process that we may look at everywhere.
class DescriptorsTest : public testing::Test {
 protected:
  Peer peer(int fd) { return peer(fd, alone_); }
  Peer peer(int fd, const ProcessTree& tree) {
    return Descriptors(System{}).look(::getpid(), fd, tree).peer;
  }
  std::string object(int fd) { return Descriptors(System{}).look(::getpid(), fd, alone_).object; }
  Peer watched(const std::string& call, std::initializer_list<std::uint64_t> args) {
    return watched(call, args, alone_);
  }
  Peer watched(const std::string& call, std::initializer_list<std::uint64_t> args,
               const ProcessTree& tree) {
    WaitFacts facts;
    facts.call = call;
    std::copy(args.begin(), args.end(), facts.args);
    facts.args_known = true;
    return Descriptors(System{}).watched(::getpid(), ::getpid(), facts, tree).peer;
  }
  ProcessTree alone_ = tree_of({::getpid()});
};

std::uint64_t address_of(const void* object) { return reinterpret_cast<std::uint64_t>(object); }

struct Tcp {
  int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  Tcp() {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ok = ::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
         ::listen(listener, 4) == 0 &&
         ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  }
  int connect() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? fd
                                                                                           : -1;
  }
  bool ok = false;
};

TEST_F(DescriptorsTest, tell_files_and_devices) {
  char name[] = "/tmp/descriptors_test.XXXXXX";
  const int fd = ::mkstemp(name);
  EXPECT_EQ(peer(fd), Peer::file);
  EXPECT_EQ(object(fd), name);
  ::unlink(name);
  EXPECT_EQ(peer(fd), Peer::file) << "deleted, but still storage";
  EXPECT_EQ(peer(::open("/tmp", O_RDONLY | O_DIRECTORY)), Peer::file);
  EXPECT_EQ(peer(::open("/dev/null", O_RDONLY)), Peer::event);
  EXPECT_EQ(peer(987), Peer::unknown) << "not open";
  if (const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY); terminal >= 0) {
    EXPECT_EQ(peer(terminal), Peer::terminal);
  }
}

TEST_F(DescriptorsTest, tell_pipes_inside_from_outside) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  Child child([&] { ::close(ends[0]), rest(); });
  EXPECT_EQ(peer(ends[0], tree_of({::getpid(), child.pid()})), Peer::pipe_inside);
  EXPECT_EQ(peer(ends[0]), Peer::event) << "we hold both ends: a pipe to itself";
  ::close(ends[1]);
  EXPECT_EQ(peer(ends[0]), Peer::pipe_outside) << "the writer does not belong to the tree";
}

TEST_F(DescriptorsTest, do_not_take_a_second_reader_for_the_other_end) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  Child writer([&] { rest(); });
  Child reader([&] { ::close(ends[1]), rest(); });
  ::close(ends[1]);
  ::usleep(20000);  // until the reader has closed its end
  EXPECT_EQ(peer(ends[0], tree_of({::getpid(), reader.pid()})), Peer::pipe_outside);
  EXPECT_EQ(peer(ends[0], tree_of({::getpid(), writer.pid()})), Peer::pipe_inside);
}

TEST_F(DescriptorsTest, see_a_fifo_as_a_pipe) {
  const std::string name = "/tmp/descriptors_test_fifo." + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(name.c_str(), 0600), 0);
  const int reader = ::open(name.c_str(), O_RDONLY | O_NONBLOCK);
  EXPECT_EQ(peer(reader), Peer::pipe_outside);
  Child child([&] { ::open(name.c_str(), O_WRONLY), rest(); });
  ::usleep(20000);
  EXPECT_EQ(peer(reader, tree_of({::getpid(), child.pid()})), Peer::pipe_inside);
  ::unlink(name.c_str());
}

TEST_F(DescriptorsTest, follow_unix_sockets_to_their_peer) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  if (peer(ends[0]) == Peer::unknown) GTEST_SKIP() << "the kernel does not answer sock_diag here";
  EXPECT_EQ(peer(ends[0]), Peer::event) << "to itself";
  Child child([&] { ::close(ends[0]), rest(); });
  ::close(ends[1]);
  EXPECT_EQ(peer(ends[0], tree_of({::getpid(), child.pid()})), Peer::socket_inside);
  EXPECT_EQ(peer(ends[0]), Peer::socket_local);
}

TEST_F(DescriptorsTest, know_listening_accepted_and_connected_tcp) {
  Tcp server;
  if (!server.ok) GTEST_SKIP() << "no loopback network here";
  EXPECT_EQ(peer(server.listener), Peer::socket_listening);
  Child client([&] { server.connect(), rest(); });
  const int accepted = ::accept(server.listener, nullptr, nullptr);
  EXPECT_EQ(peer(accepted, tree_of({::getpid(), client.pid()})), Peer::socket_inside);
  EXPECT_EQ(peer(accepted), Peer::socket_listening) << "work arrives from outside of the tree";
}

TEST_F(DescriptorsTest, call_a_server_of_this_host_local) {
  Tcp server;
  if (!server.ok) GTEST_SKIP() << "no loopback network here";
  Child other([&] { ::accept(server.listener, nullptr, nullptr), rest(); });
  ::close(server.listener);
  const int connected = server.connect();
  ASSERT_GE(connected, 0);
  EXPECT_EQ(peer(connected), Peer::socket_local);
  EXPECT_EQ(object(connected), "tcp 127.0.0.1:" + std::to_string(ntohs(server.address.sin_port)));
  EXPECT_EQ(peer(connected, tree_of({::getpid(), other.pid()})), Peer::socket_inside);
}

TEST_F(DescriptorsTest, see_datagrams_to_another_host_as_network) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in far{};
  far.sin_family = AF_INET;
  far.sin_port = htons(53);
  far.sin_addr.s_addr = htonl(0xc6336401);  // 198.51.100.1, for documentation (RFC 5737)
  if (::connect(fd, reinterpret_cast<sockaddr*>(&far), sizeof far) != 0) GTEST_SKIP() << "no route";
  EXPECT_EQ(peer(fd), Peer::socket_remote);
  EXPECT_EQ(object(fd), "udp 198.51.100.1:53");
}

TEST_F(DescriptorsTest, name_events) {
  EXPECT_EQ(peer(::eventfd(0, 0)), Peer::event);
  EXPECT_EQ(object(::eventfd(0, 0)), "eventfd");
  EXPECT_EQ(object(::timerfd_create(CLOCK_MONOTONIC, 0)), "timerfd");
}

TEST_F(DescriptorsTest, read_what_poll_watches) {
  Tcp server;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  Child child([&] { ::close(ends[0]), rest(); });
  ::close(ends[1]);
  const auto tree = tree_of({::getpid(), child.pid()});
  const int event = ::eventfd(0, 0);
  pollfd set[] = {
      {event, POLLIN, 0}, {-1, 0, 0}, {ends[0], POLLIN, 0}, {server.listener, POLLIN, 0}};
  if (watched("poll", {address_of(set), 1}) == Peer::unknown)
    GTEST_SKIP() << "memory may not be read here";
  EXPECT_EQ(watched("poll", {address_of(set), 2}, tree), Peer::event);
  EXPECT_EQ(watched("ppoll", {address_of(set), 3}, tree), Peer::pipe_inside);
  EXPECT_EQ(watched("ppoll", {address_of(set), 3}), Peer::pipe_outside);
  if (server.ok) {
    EXPECT_EQ(watched("poll", {address_of(set), 4}, tree), Peer::socket_listening);
  }
  EXPECT_EQ(watched("poll", {0, 0}), Peer::nothing);
  EXPECT_EQ(watched("poll", {8, 1}), Peer::unknown) << "an address that cannot be read";
}

TEST_F(DescriptorsTest, read_what_select_watches) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(ends[0], &set);
  const auto count = static_cast<std::uint64_t>(ends[0]) + 1;
  const Peer seen = watched("pselect6", {count, address_of(&set), 0, 0});
  if (seen == Peer::unknown) GTEST_SKIP() << "memory may not be read here";
  EXPECT_EQ(seen, Peer::event) << "a pipe to itself";
  EXPECT_EQ(watched("select", {count - 1, address_of(&set), 0, 0}), Peer::nothing)
      << "below the set bit";
  ::close(ends[1]);
  EXPECT_EQ(watched("select", {count, 0, 0, address_of(&set)}), Peer::pipe_outside);
  EXPECT_EQ(watched("select", {0, 0, 0, 0}), Peer::nothing);
}

TEST_F(DescriptorsTest, read_what_epoll_watches) {
  const int set = ::epoll_create1(0);
  const auto args = static_cast<std::uint64_t>(set);
  EXPECT_EQ(watched("epoll_wait", {args}), Peer::nothing);
  epoll_event entry{};
  entry.events = EPOLLIN;
  ::epoll_ctl(set, EPOLL_CTL_ADD, ::eventfd(0, 0), &entry);
  EXPECT_EQ(watched("epoll_pwait", {args}), Peer::event);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &entry);
  ::close(ends[1]);
  EXPECT_EQ(watched("epoll_wait", {args}), Peer::pipe_outside);
  EXPECT_EQ(peer(set), Peer::pipe_outside) << "polled itself, it leads to what it watches";
}

TEST_F(DescriptorsTest, describe_the_end_that_blocks) {
  Descriptors descriptors(System{});
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[1]);
  const int file = ::open("/tmp", O_RDONLY);
  WaitFacts facts;
  facts.call = "splice";
  facts.args[0] = static_cast<std::uint64_t>(file);
  facts.args[2] = static_cast<std::uint64_t>(ends[0]);
  EXPECT_EQ(describe_wait(facts, ::getpid(), ::getpid(), alone_, descriptors), "")
      << "arguments are not known";
  facts.args_known = true;
  EXPECT_EQ(describe_wait(facts, ::getpid(), ::getpid(), alone_, descriptors), "pipe");
  facts.uninterruptible = true;
  describe_wait(facts, ::getpid(), ::getpid(), alone_, descriptors);
  EXPECT_EQ(facts.peer, Peer::file);
}

}  // namespace
}  // namespace bottleneck
