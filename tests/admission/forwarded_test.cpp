#include "core/admission/forwarded.hpp"

#include <gtest/gtest.h>

namespace gw::admission {
namespace {

struct ForwardedRow {
  const char* name;
  std::vector<std::string_view> lines;
  const char* peer;
  const char* client;
};

TEST(Forwarded, TheClientIsTheRightmostThatIsNotTrusted) {
  const std::vector<Network> trusted = {parse_network("127.0.0.1").value(), parse_network("10.0.0.0/8").value(),
                                        parse_network("2001:db8:1::/48").value()};
  for (const ForwardedRow& row : std::vector<ForwardedRow>{
           {"no header", {}, "127.0.0.1", "127.0.0.1"},
           {"one proxy", {"203.0.113.9"}, "127.0.0.1", "203.0.113.9"},
           {"a claim before it", {"198.51.100.1, 203.0.113.9"}, "127.0.0.1", "203.0.113.9"},
           {"two proxies", {"203.0.113.9, 10.1.1.1"}, "127.0.0.1", "203.0.113.9"},
           {"in two lines", {"198.51.100.1, 203.0.113.9", "10.1.1.1"}, "127.0.0.1", "203.0.113.9"},
           {"a claim in its own line", {"198.51.100.1", "203.0.113.9"}, "127.0.0.1", "203.0.113.9"},
           {"only proxies", {"10.2.2.2, 10.1.1.1"}, "127.0.0.1", "10.2.2.2"},
           {"a peer that is no proxy", {"198.51.100.1"}, "203.0.113.9", "203.0.113.9"},
           {"IPv6", {"2001:db8:2::7, 2001:db8:1::1"}, "2001:db8:1::2", "2001:db8:2::7"},
           {"IPv4 inside IPv6", {"::ffff:203.0.113.9"}, "::ffff:127.0.0.1", "203.0.113.9"},
           {"with ports", {"203.0.113.9:4711, 10.1.1.1:80"}, "127.0.0.1", "203.0.113.9"},
           {"with brackets", {"[2001:db8:2::7]:4711"}, "127.0.0.1", "2001:db8:2::7"},
           {"a bad entry stops there", {"203.0.113.9, unknown, 10.1.1.1"}, "127.0.0.1", "10.1.1.1"},
           {"nothing but a bad entry", {"unknown"}, "127.0.0.1", "127.0.0.1"},
           {"an empty entry", {"203.0.113.9, ,10.1.1.1"}, "127.0.0.1", "203.0.113.9"},
           {"an empty line", {"203.0.113.9", ""}, "127.0.0.1", "203.0.113.9"},
           {"a comma at the end", {"203.0.113.9,"}, "127.0.0.1", "203.0.113.9"},
           {"a comma at the beginning", {",203.0.113.9"}, "127.0.0.1", "203.0.113.9"},
           {"nothing but commas", {" ,\t,"}, "127.0.0.1", "127.0.0.1"},
           {"a word behind the address", {"203.0.113.9:word"}, "127.0.0.1", "127.0.0.1"},
           {"a word behind the brackets", {"[2001:db8:2::7]x"}, "127.0.0.1", "127.0.0.1"},
           {"an address in an open bracket", {"[2001:db8:2::7"}, "127.0.0.1", "127.0.0.1"},
           {"a bracket without end", {"["}, "127.0.0.1", "127.0.0.1"},
       })
    EXPECT_EQ(client_address(row.lines, row.peer, trusted), row.client) << row.name;
}

}  // namespace
}  // namespace gw::admission
