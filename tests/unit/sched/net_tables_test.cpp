#include "probes/sched/net_tables.h"

#include <gtest/gtest.h>

namespace bottleneck {
namespace {

constexpr std::string_view tcp =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n"
    "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "482 1 0 100 0\n"
    "   1: 0100007F:1F90 0100007F:8252 01 00000000:00000000 00:00000000 00000000     0        0 "
    "500 1 0 20 4\n"
    "   2: 020200C0:8252 507100CB:0050 06 00000000:00000000 03:000016F2 00000000     0        0 0 "
    "3 0\n";

TEST(NetTables, read_addresses_in_the_machines_byte_order) {
  NetTables tables;
  add_sockets(tables, "tcp", tcp);
  ASSERT_EQ(tables.by_inode.count(482), 1U);
  EXPECT_TRUE(tables.by_inode[482].listening);
  EXPECT_EQ(to_string(tables.by_inode[482].local), "127.0.0.1:8080");
  EXPECT_TRUE(is_unspecified(tables.by_inode[482].remote.address));
  EXPECT_TRUE(is_loopback(tables.by_inode[500].remote.address));
  EXPECT_EQ(tables.listeners[8080], std::vector<unsigned long>{482});
  EXPECT_EQ(tables.by_inode.size(), 2U) << "what belongs to nobody has no inode";
}

TEST(NetTables, compare_both_families) {
  NetTables tables;
  add_sockets(tables, "tcp", tcp);
  add_sockets(
      tables, "tcp",
      "sl\n 0: 0000000000000000FFFF00000100007F:8252 0000000000000000FFFF00000100007F:1F90 01 "
      "00000000:00000000 00:00000000 00000000 0 0 501 1\n");
  const NetSocket& client = tables.by_inode[501];
  EXPECT_EQ((tables.by_ends[{client.remote, client.local}]), 500U);
}

TEST(NetTables, know_the_hosts_own_addresses) {
  NetTables tables;
  add_own_addresses(tables,
                    "Main:\n  +-- 10.0.0.0/8 2 0 2\n     |-- 10.0.0.7\n        /32 host LOCAL\n    "
                    " |-- 10.0.0.255\n"
                    "        /32 link BROADCAST\n",
                    "fd000000000000000000000000000002 04 40 00 82     eth0\n");
  EXPECT_EQ(tables.own_addresses.size(), 2U);
  EXPECT_EQ(tables.own_addresses.count({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 7}),
            1U);
  EXPECT_EQ(tables.own_addresses.count({0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}), 1U);
}

TEST(NetTables, survive_nonsense) {
  NetTables tables;
  add_sockets(tables, "tcp",
              "sl\n 0: 01:02 03\n\n 1: zzzzzzzz:0000 00000000:0000 0A a b c d e 9\n");
  add_own_addresses(tables, "|-- nonsense\n/32 host LOCAL", "xyz");
  EXPECT_TRUE(tables.by_inode.empty());
}

}  // namespace
}  // namespace bottleneck
