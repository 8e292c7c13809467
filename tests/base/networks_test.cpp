#include "core/base/networks.hpp"

#include <gtest/gtest.h>

namespace gw {
namespace {

TEST(Networks, AnAddressIsReadAndWritten) {
  for (const char* text : {"192.0.2.7", "0.0.0.0", "2001:db8::7", "::1", "::"}) {
    const auto address = parse_ip(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(text_of(*address), text);
  }
  EXPECT_EQ(text_of(*parse_ip("::ffff:192.0.2.7")), "192.0.2.7");
  for (const char* text : {"", "192.0.2", "192.0.2.256", "192.0.2.7:80", "[::1]", "fe80::1%eth0", "unknown", " ::1"})
    EXPECT_FALSE(parse_ip(text)) << text;
}

struct NetworkRow {
  const char* network;
  const char* address;
  bool is_in;
};

TEST(Networks, ANetworkHasItsAddresses) {
  for (const NetworkRow& row : {NetworkRow{"10.0.0.0/8", "10.255.255.255", true},
                                {"10.0.0.0/8", "11.0.0.0", false},
                                {"10.0.0.0/8", "::ffff:10.1.2.3", true},
                                {"192.0.2.128/25", "192.0.2.127", false},
                                {"192.0.2.128/25", "192.0.2.129", true},
                                {"192.0.2.7", "192.0.2.7", true},
                                {"192.0.2.7", "192.0.2.6", false},
                                {"0.0.0.0/0", "203.0.113.9", true},
                                {"0.0.0.0/0", "2001:db8::7", false},
                                {"2001:db8::/32", "2001:db8:ffff::1", true},
                                {"2001:db8::/32", "2001:db9::1", false},
                                {"::/0", "203.0.113.9", true}})
    EXPECT_EQ(parse_network(row.network).value().has(parse_ip(row.address).value()), row.is_in)
        << row.network << ' ' << row.address;
}

TEST(Networks, BitsBehindThePrefixAreDropped) {
  EXPECT_EQ(text_of(parse_network("10.1.2.3/8").value()), "10.0.0.0/8");
  EXPECT_EQ(text_of(parse_network("2001:db8::7/33").value()), "2001:db8::/33");
}

TEST(Networks, OtherTextIsNone) {
  for (const char* text : {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0.0/+8", "::/129",
                           "gw.example.com", "10.0.0.0/8/8", "10.0.0.0/2147483647", "::/2147483647"})
    EXPECT_FALSE(parse_network(text)) << text;
}

}  // namespace
}  // namespace gw
