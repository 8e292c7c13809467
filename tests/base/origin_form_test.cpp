#include "core/base/origin_form.hpp"

#include <gtest/gtest.h>

namespace gw {
namespace {

TEST(OriginForm, TheHostOfAnOriginIsWithoutPortBracketsAndDot) {
  EXPECT_EQ(host_of_origin("https://GW.example.com.:8443"), "gw.example.com");
  EXPECT_EQ(host_of_origin("https://[2001:DB8::7]:8443"), "2001:db8::7");
  EXPECT_EQ(host_of_origin("http://[::ffff:a00:5]"), "10.0.0.5");
  for (const char* none : {"null",
                           "",
                           "file://",
                           "https://",
                           "https://.",
                           "https://[",
                           "http://[::1].evil.com",
                           "http://[::1",
                           "http://evil.com/.localhost",
                           "http://evil.com#.localhost",
                           "http://evil.com\\.localhost",
                           "http://localhost:80@evil.com",
                           "://localhost",
                           "1://x",
                           "ht tp://x",
                           "https://x:0443",
                           "https://x:",
                           "https://x:99999",
                           "http://gw.example..",
                           "http://gw..example",
                           "http://.gw.example"})
    EXPECT_EQ(host_of_origin(none), "") << none;
}

TEST(OriginForm, ADefaultPortIsNone) {
  EXPECT_EQ(normal_origin("HTTPS://Desk.example:443"), "https://desk.example");
  EXPECT_EQ(normal_origin("http://desk.example:80"), "http://desk.example");
  EXPECT_EQ(normal_origin("http://desk.example:443"), "http://desk.example:443");
}

TEST(OriginForm, OnlyWhatABrowserSendsIsAnOrigin) {
  for (const char* good : {"https://x", "https://x:8443", "HTTPS://X", "file://", "tauri://localhost",
                           "http://[2001:db8::7]", "chrome-extension://abcdefgh", "app+x://a_b"})
    EXPECT_EQ(expected_origin(good), "") << good;
  for (const char* bad :
       {"", "x", "https://x/", "https://x:0443", "https://x:", "https://x:abc", "https://x:99999", "https://[::1",
        "https://[::1]x", " https://x", "ht tp://x", "1://x", "https://x:443:443", "https://a~b", "https://[x]"})
    EXPECT_EQ(expected_origin(bad), "SCHEME://HOST or SCHEME://HOST:PORT, like https://app.example.com") << bad;
  EXPECT_EQ(expected_origin("https://X:443"), "https://x, because browsers leave this port out");
}

TEST(OriginForm, ANameIsWrittenInOneWay) {
  EXPECT_EQ(normal_host_name("GW.example.com."), "gw.example.com");
  EXPECT_EQ(normal_host_name("[2001:DB8:0:0::5]"), "2001:db8::5");
  EXPECT_EQ(normal_host_name("::ffff:10.0.0.5"), "10.0.0.5");
  EXPECT_EQ(normal_origin("http://[2001:DB8:0::5]:80"), "http://[2001:db8::5]");
}

TEST(OriginForm, NamesOfHosts) {
  for (const char* name :
       {"gw.example.com", "gw.example.com.", "gw", "10.0.0.1", "2001:db8::7", "xn--bcher-kva.example"})
    EXPECT_EQ(expected_host_name(name), "") << name;
  for (const char* name : {"", "https://gw.example.com", "gw.example.com:443", "*.example.com", "gw/x", "a b",
                           "gw..example.com", "gw.example.com..", ".gw.example.com", "."})
    EXPECT_EQ(expected_host_name(name), "a host's name without scheme, port and path, like gw.example.com") << name;
  EXPECT_NE(expected_host_name("b\xc3\xbc"
                               "cher.example"),
            "");
}

}  // namespace
}  // namespace gw
