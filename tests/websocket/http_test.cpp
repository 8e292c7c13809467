#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/raw_client.hpp"
#include "tests/websocket/fixture.hpp"

namespace gw::websocket {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class Http : public PairTest {
 protected:
  // The server's whole answer to these bytes.
  std::string answer_to(std::string_view request) {
    support::RawClient client(io_, server_.port());
    client.write(request);
    EXPECT_TRUE(run_until([this] {
      return !server_.ends.empty() && server_.ends.back()->connection->bytes_written() > 0 &&
             server_.ends.back()->connection->backlog() == 0;
    }));
    return client.read_to_end();
  }
};

TEST_F(Http, ARequestThatIsNoUpgradeGetsTheServersAnswer) {
  server_.options.on_http = [](const HttpRequest& r) {
    return HttpAnswer{200, "application/json",
                      std::string(r.method) + ' ' + std::string(r.target) + ' ' + std::string(r.body)};
  };
  const std::string answer = answer_to("POST /postback?x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\norder");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nPOST /postback?x=1 order"));
}

TEST_F(Http, AnAnswerMayBeGivenWithAllItsBytes) {
  server_.options.on_http = [](const HttpRequest&) {
    return HttpAnswer{.status = 403, .body = "HTTP/1.0 403 No\r\nX: 1\r\n\r\nnot", .verbatim = true};
  };
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), "HTTP/1.0 403 No\r\nX: 1\r\n\r\nnot");
}

TEST_F(Http, AnAnswerThatStaysEndsWithItsPeer) {
  server_.options.on_http = [](const HttpRequest&) { return HttpAnswer{.status = 200, .body = "said", .stays = true}; };
  {
    support::RawClient client(io_, server_.port());
    client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(
        run_until([this] { return !server_.ends.empty() && server_.ends.back()->connection->bytes_written() > 0; }));
    EXPECT_FALSE(peer().heard.closed);
  }
  EXPECT_TRUE(run_until([this] { return peer().heard.closed.has_value(); }));
}

TEST_F(Http, AWholeAddressWithoutAPathHasTheShortest) {
  server_.options.on_http = [](const HttpRequest& r) { return HttpAnswer{200, "text/plain", std::string(r.target)}; };
  EXPECT_THAT(answer_to("GET HTTP://h?x=/healthz HTTP/1.1\r\nHost: h\r\n\r\n"), EndsWith("\r\n\r\n/?x=/healthz"));
}

TEST_F(Http, WithoutAHandlerItIsNotFound) {
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
}

TEST_F(Http, WhatIsNoHttpIsABadRequest) {
  EXPECT_THAT(answer_to("\x16\x03\x01 hello\r\n\r\n"), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
}

TEST_F(Http, HeadersWithoutEndAreTooLarge) {
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\nX: " + std::string(9000, 'x')),
              StartsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n"));
}

TEST_F(Http, ABodyBeyondTheLimitIsNotRead) {
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nx"), StartsWith("HTTP/1.1 413"));
}

// It gets what there is without a handler.
TEST_F(Http, ALongBodyOfAnotherMethodChangesNothing) {
  EXPECT_THAT(answer_to("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nx"), StartsWith("HTTP/1.1 404"));
}

TEST_F(Http, AFrameBeforeTheHandshakeIsAnsweredIsABadRequest) {
  EXPECT_THAT(answer_to(support::RawClient::upgrade_request() + support::raw_frame(0x81, "early")),
              StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_FALSE(peer().heard.opened);
}

TEST_F(Http, ARefusedUpgradeReachesTheClientWithStatusAndHeaders) {
  server_.options.on_upgrade = [](const HttpRequest&, std::vector<Header>& extra) {
    extra.push_back({"Retry-After", "30"});
    return HttpAnswer{429, "text/plain", "Too many connections\n"};
  };
  connect();
  ASSERT_TRUE(run_until([this] { return client_.heard.closed.has_value(); }));
  EXPECT_FALSE(client_.heard.opened);
  EXPECT_EQ(client_.heard.closed->http_status, 429);
  EXPECT_EQ(client_.heard.closed->reason, "the upgrade was refused with HTTP 429");
  bool told = false;
  for (const Header& h : client_.heard.closed->headers) told = told || (h.name == "Retry-After" && h.value == "30");
  EXPECT_TRUE(told);
}

TEST_F(Http, AClientsHeadersArrive) {
  boost::asio::ip::tcp::acceptor plain(io_, {boost::asio::ip::make_address("127.0.0.1"), 0});
  boost::asio::ip::tcp::socket socket(io_);
  plain.async_accept(socket, [](boost::system::error_code) {});
  ClientOptions options = support::to("ws://127.0.0.1:" + std::to_string(plain.local_endpoint().port()) + "?k=v");
  options.headers = {{"Authorization", "Bearer t"}, {"X-Client", "c"}};
  connect(std::move(options));
  ASSERT_TRUE(run_until([&] { return socket.is_open() && socket.available() > 0; }));
  std::string request(socket.available(), '\0');
  socket.read_some(boost::asio::buffer(request));
  EXPECT_THAT(request, StartsWith("GET /?k=v HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Authorization: Bearer t\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Client: c\r\n"));
}

TEST_F(Http, AnAnswerWithTheWrongAcceptKeyOpensNothing) {
  boost::asio::ip::tcp::acceptor plain(io_, {boost::asio::ip::make_address("127.0.0.1"), 0});
  boost::asio::ip::tcp::socket socket(io_);
  plain.async_accept(socket, [&socket](boost::system::error_code) {
    boost::asio::write(
        socket, boost::asio::buffer(std::string_view("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                                     "Connection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n")));
  });
  connect(support::to("ws://127.0.0.1:" + std::to_string(plain.local_endpoint().port())));
  ASSERT_TRUE(run_until([this] { return client_.heard.closed.has_value(); }));
  EXPECT_FALSE(client_.heard.opened);
}

}  // namespace
}  // namespace gw::websocket
