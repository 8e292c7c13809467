// The opening handshake by RFC 6455, section 4.2: each row is one request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/raw_client.hpp"
#include "tests/websocket/fixture.hpp"

namespace gw::websocket {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct HandshakeRow {
  std::string name;
  std::string from;  // of the good request …
  std::string to;    // … becomes this
  std::string status;
};

class Rfc6455Handshake : public PairTest {
 protected:
  static std::string request(const std::string& from = {}, const std::string& to = {}) {
    std::string all = support::RawClient::upgrade_request();
    const std::size_t at = all.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return all.replace(at, from.size(), to);
  }
  std::string head(std::string_view bytes, bool by_octets = false) {
    server_.ends.clear();
    support::RawClient raw(io_, server_.port());
    for (std::size_t i = 0; i < bytes.size() && by_octets; ++i) {
      raw.write(bytes.substr(i, 1));
      io_.restart();
      io_.poll();
    }
    if (!by_octets) raw.write(bytes);
    EXPECT_TRUE(run_until(
        [this] { return !server_.ends.empty() && (peer().heard.closed || peer().connection->bytes_written() > 0); }));
    return raw.read_until("\r\n\r\n");
  }
};

TEST_F(Rfc6455Handshake, Requests) {
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  for (const HandshakeRow& row : std::vector<HandshakeRow>{
           {"good", "", "", "101"},
           {"names in any case", "Sec-WebSocket-Key", "sEC-wEBsOCKET-kEY", "101"},
           {"Upgrade in any case", "Upgrade: websocket", "UPGRADE: WebSocket", "101"},
           {"Connection in any case", "Connection: Upgrade", "connection: uPGRADE", "101"},
           {"Connection as a list", "Connection: Upgrade", "Connection: keep-alive,  Upgrade", "101"},
           {"Connection in two lines", "Connection: Upgrade", "Connection: keep-alive\r\nConnection: Upgrade", "101"},
           {"Upgrade in two lines", "Upgrade: websocket", "Upgrade: h2c\r\nUpgrade: websocket", "101"},
           {"version in two lines", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Version: 13", "101"},
           {"version in a list", "Version: 13", "Version: 8, 13", "101"},
           {"Upgrade as a list", "Upgrade: websocket", "Upgrade: h2c, websocket", "101"},
           {"no space behind the colon", "Upgrade: websocket", "Upgrade:websocket", "101"},
           {"no key", key, "", "400"},
           {"empty key", "dGhlIHNhbXBsZSBub25jZQ==", "", "400"},
           {"key of 15 bytes", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j", "400"},
           {"key that is no base64", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSB ub25jZ==", "400"},
           {"version 12", "Version: 13", "Version: 12", "426"},
           {"version 14", "Version: 13", "Version: 14", "426"},
           {"no version", "Sec-WebSocket-Version: 13\r\n", "", "426"},
           {"no host", "Host: localhost\r\n", "", "400"},
           {"HTTP/1.0", "HTTP/1.1", "HTTP/1.0", "4"},
           {"POST", "GET", "POST", "4"},
           {"no Upgrade", "Upgrade: websocket\r\n", "", "404"},
           {"another protocol", "Upgrade: websocket", "Upgrade: h2c", "404"},
           {"Connection without it", "Connection: Upgrade", "Connection: close", "404"},
           {"huge header", "Host: localhost", "Host: localhost\r\nX: " + std::string(9000, 'x'), "431"},
       }) {
    SCOPED_TRACE(row.name);
    const std::string answer = head(request(row.from, row.to));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + row.status));
    if (row.status == "426") {
      EXPECT_THAT(answer, HasSubstr("Sec-WebSocket-Version: 13\r\n"));
    }
    if (row.status == "101") {
      EXPECT_THAT(answer, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
      EXPECT_THAT(answer, HasSubstr("Upgrade: websocket\r\n"));
      EXPECT_THAT(answer, HasSubstr("Connection: upgrade\r\n"));
    }
  }
}

TEST_F(Rfc6455Handshake, WhatIsMissingIsNamed) {
  server_.options.on_http = [](const HttpRequest& r) { return HttpAnswer{.status = 426, .body = r.missing}; };
  for (const HandshakeRow& row : std::vector<HandshakeRow>{
           {"version 12", "Version: 13", "Version: 12",
            "To open a WebSocket, the request lacks Sec-WebSocket-Version: 13 (found 12).\n"},
           {"no version", "Sec-WebSocket-Version: 13\r\n", "",
            "To open a WebSocket, the request lacks Sec-WebSocket-Version: 13.\n"},
           {"HTTP/1.0", "HTTP/1.1", "HTTP/1.0", "HTTP/1.1 (found HTTP/1.0)"},
           {"HEAD", "GET", "HEAD", ""},
           {"no Upgrade", "Upgrade: websocket\r\n", "", "Upgrade: websocket"},
           {"as nginx hands it on by default",
            "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade",
            "GET / HTTP/1.0\r\nHost: localhost\r\nConnection: close",
            "HTTP/1.1 (found HTTP/1.0), Connection: Upgrade (found close), Upgrade: websocket"},
       }) {
    SCOPED_TRACE(row.name);
    server_.ends.clear();
    support::RawClient raw(io_, server_.port());
    raw.write(request(row.from, row.to));
    EXPECT_TRUE(run_until([this] {
      return !server_.ends.empty() && peer().connection->bytes_written() > 0 && peer().connection->backlog() == 0;
    }));
    const std::string answer = raw.read_to_end();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 426"));
    EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), row.status);
  }
}

TEST_F(Rfc6455Handshake, ARequestMayComeByOctets) {
  EXPECT_THAT(head(request(), true), HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
}

TEST_F(Rfc6455Handshake, DataBeforeTheAnswerIsRefused) {
  EXPECT_THAT(head(request() + "\x81\x80key!"), StartsWith("HTTP/1.1 400"));
}

}  // namespace
}  // namespace gw::websocket
