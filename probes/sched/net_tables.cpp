#include "probes/sched/net_tables.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace bottleneck {
namespace {

constexpr std::size_t most_rows = 65536;
constexpr Address mapped_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

template <typename Number>
std::optional<Number> parse(std::string_view text, int base) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

bool is_mapped(const Address& address) {
  return std::equal(mapped_prefix.begin(), mapped_prefix.begin() + 12, address.begin());
}

/// "0100007F:1F90": words of four bytes as this machine's integers, then the port.
std::optional<Endpoint> parse_endpoint(std::string_view text) {
  constexpr std::size_t word_digits = 8;
  const std::size_t colon = text.find(':');
  if (colon != word_digits && colon != 4 * word_digits) return std::nullopt;
  Endpoint endpoint;
  std::size_t at = 0;
  if (colon == word_digits) {
    endpoint.address = mapped_prefix;
    at = 12;
  }
  for (std::size_t digit = 0; digit < colon; digit += word_digits, at += 4) {
    const auto word = parse<std::uint32_t>(text.substr(digit, word_digits), 16);
    if (!word) return std::nullopt;
    std::memcpy(endpoint.address.data() + at, &*word, sizeof *word);
  }
  const auto port = parse<std::uint16_t>(text.substr(colon + 1), 16);
  if (!port) return std::nullopt;
  endpoint.port = *port;
  return endpoint;
}

/// sl local remote st queues timer retransmits uid timeout inode ...
std::optional<NetSocket> parse_row(std::string_view protocol, std::string_view line) {
  constexpr std::string_view state_listen = "0A";
  NetSocket socket;
  socket.protocol = protocol;
  next_word(line);
  const auto local = parse_endpoint(next_word(line)), remote = parse_endpoint(next_word(line));
  if (!local || !remote) return std::nullopt;
  socket.local = *local;
  socket.remote = *remote;
  socket.listening = protocol == "tcp" && next_word(line) == state_listen;
  if (protocol != "tcp") next_word(line);
  for (int skipped = 0; skipped < 5; ++skipped) next_word(line);
  const auto inode = parse<unsigned long>(next_word(line), 10);
  if (!inode) return std::nullopt;
  socket.inode = *inode;
  return socket;
}

std::string address_text(const Address& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (is_mapped(address)) {
    ::inet_ntop(AF_INET, address.data() + 12, text, sizeof text);
    return text;
  }
  ::inet_ntop(AF_INET6, address.data(), text, sizeof text);
  return fmt::format("[{}]", text);
}

}  // namespace

void add_sockets(NetTables& tables, std::string_view protocol, std::string_view text) {
  next_line(text);  // the headings
  while (!text.empty() && tables.by_inode.size() < most_rows) {
    const auto socket = parse_row(protocol, next_line(text));
    if (!socket) continue;
    if (protocol == "tcp" && socket->listening)
      tables.listeners[socket->local.port].push_back(socket->inode);
    else if (protocol == "tcp")
      tables.by_ends[{socket->local, socket->remote}] = socket->inode;
    if (socket->inode != 0) tables.by_inode[socket->inode] = *socket;
  }
}

void add_own_addresses(NetTables& tables, std::string_view fib_trie, std::string_view if_inet6) {
  Address last{};
  while (!fib_trie.empty()) {
    std::string_view line = next_line(fib_trie);
    const std::string_view word = next_word(line);
    if (word == "|--") {
      last = mapped_prefix;
      if (::inet_pton(AF_INET, std::string(next_word(line)).c_str(), last.data() + 12) != 1)
        last = {};
    } else if (word == "/32" && next_word(line) == "host" && next_word(line) == "LOCAL") {
      tables.own_addresses.insert(last);
    }
  }
  while (!if_inet6.empty()) {
    std::string_view line = next_line(if_inet6);
    const std::string_view digits = next_word(line);
    Address address{};
    if (digits.size() != 2 * address.size()) continue;
    for (std::size_t i = 0; i < address.size(); ++i)
      address[i] = parse<std::uint8_t>(digits.substr(2 * i, 2), 16).value_or(0);
    tables.own_addresses.insert(address);
  }
}

bool is_unspecified(const Address& address) {
  const auto begin = address.begin() + (is_mapped(address) ? 12 : 0);
  return std::all_of(begin, address.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool is_loopback(const Address& address) {
  if (is_mapped(address)) return address[12] == 127;
  return std::all_of(address.begin(), address.end() - 1,
                     [](std::uint8_t byte) { return byte == 0; }) &&
         address.back() == 1;
}

std::string to_string(const Endpoint& endpoint) {
  return fmt::format("{}:{}", address_text(endpoint.address), endpoint.port);
}

}  // namespace bottleneck
