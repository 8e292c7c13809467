#include "core/base/origin_form.hpp"

#include <gtest/gtest.h>

namespace gw {
namespace {

TEST(OriginForm, TheHostOfAnOriginIsWithoutPortBracketsAndDot) {
  EXPECT_EQ(host_of_origin("https://GW.example.com.:8443"), "gw.example.com");
  EXPECT_EQ(host_of_origin("https://[2001:DB8::7]:8443"), "2001:db8::7");
  for (const char* none : {"null", "", "file://", "https://", "https://.", "https://["})
    EXPECT_EQ(host_of_origin(none), "") << none;
}

TEST(OriginForm, ADefaultPortIsNone) {
  EXPECT_EQ(normal_origin("HTTPS://Desk.example:443"), "https://desk.example");
  EXPECT_EQ(normal_origin("http://desk.example:80"), "http://desk.example");
  EXPECT_EQ(normal_origin("http://desk.example:443"), "http://desk.example:443");
}

TEST(OriginForm, NamesOfHosts) {
  for (const char* name : {"gw.example.com", "gw", "10.0.0.1", "2001:db8::7", "xn--bcher-kva.example"})
    EXPECT_EQ(expected_host_name(name), "") << name;
  for (const char* name : {"", "https://gw.example.com", "gw.example.com:443", "*.example.com", "gw/x", "a b"})
    EXPECT_EQ(expected_host_name(name), "a host's name without scheme, port and path, like gw.example.com") << name;
  EXPECT_NE(expected_host_name("b\xc3\xbc"
                               "cher.example"),
            "");
}

}  // namespace
}  // namespace gw
