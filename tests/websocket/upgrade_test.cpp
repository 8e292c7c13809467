// What a client makes of the answer to its upgrade, from servers that answer in bytes.
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <zlib.h>
#include <boost/asio/write.hpp>

#include "core/base/version.hpp"
#include "core/websocket/upgrade_answer.hpp"
#include "tests/websocket/fixture.hpp"

namespace gw::websocket {
namespace {

using boost::asio::ip::tcp;
using testing::HasSubstr;
using testing::Not;

using State = UpgradeAnswer::State;

class Upgrade : public PairTest {
 protected:
  // Connects to a server that says this and then stays as it is.
  void be_told(std::string answer, ClientOptions options = {}) {
    answer_ = std::move(answer);
    acceptor_.async_accept(socket_, [this](boost::system::error_code ec) {
      if (!ec) read();
    });
    options.url = "ws://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/?token=secret";
    connect(std::move(options));
  }
  // The server takes the upgrade with these extensions, and says `server_says_` right behind it.
  void be_upgraded(const std::string& extensions, ClientOptions options) {
    accepts_with_ = extensions;
    be_told("", std::move(options));
  }
  const CloseInfo& closed() {
    EXPECT_TRUE(run_until([this] { return client_.heard.closed.has_value(); }));
    return *client_.heard.closed;
  }
  const std::string& asked() {
    EXPECT_TRUE(run_until([this] { return asked_.ends_with("\r\n\r\n"); }));
    return asked_;
  }

  tcp::acceptor acceptor_{io_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  tcp::socket socket_{io_};
  std::string asked_;
  bool ends_ = false;  // the connection behind the answer
  std::string server_says_;

 private:
  void read() {
    socket_.async_read_some(boost::asio::buffer(bytes_), [this](boost::system::error_code ec, std::size_t n) {
      asked_.append(bytes_, n);
      if (ec) return;
      if (!accepts_with_.empty()) answer_ = acceptance();
      if (asked_.ends_with("\r\n\r\n")) boost::asio::write(socket_, boost::asio::buffer(answer_), ec);
      if (ends_) return socket_.close();
      read();
    });
  }
  std::string acceptance() const {
    const std::string name = "Sec-WebSocket-Key: ";
    const std::string key = asked_.substr(asked_.find(name) + name.size(), 24);
    const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char hash[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash);
    unsigned char accept[32];
    const int size = EVP_EncodeBlock(accept, hash, sizeof hash);
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           std::string(reinterpret_cast<char*>(accept), static_cast<std::size_t>(size)) +
           "\r\nSec-WebSocket-Extensions: " + accepts_with_ + "\r\n\r\n" + server_says_;
  }

  std::string answer_;
  std::string accepts_with_;
  char bytes_[4096];
};

std::string many_headers(std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += "Set-Cookie: c=" + std::string(200, 'y') + "\r\n";
  return out;
}

TEST_F(Upgrade, ABodyThatNeverComesChangesNothing) {
  be_told("HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n");
  EXPECT_EQ(closed().http_status, 403);
  EXPECT_EQ(closed().body, "");
  EXPECT_FALSE(client_.heard.opened);
}

TEST_F(Upgrade, ABodyThatNeverEndsIsCutAtOnce) {
  be_told("HTTP/1.1 403 Forbidden\r\nContent-Length: 99999999999\r\n\r\n" + std::string(6000, 'x'));
  EXPECT_EQ(closed().http_status, 403);
  EXPECT_EQ(closed().body.size(), UpgradeAnswer::kMaxBody);
}

TEST_F(Upgrade, TheBodyComesWithoutTheFramingOfChunks) {
  be_told("HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<html\r\n1;x=y\r\n>\r\n0\r\n\r\n");
  EXPECT_EQ(closed().body, "<html>");
}

TEST_F(Upgrade, NineKiBOfHeadersAreARefusalLikeAnyOther) {
  be_told("HTTP/1.1 403 Forbidden\r\n" + many_headers(9 * 1024) + "Retry-After: 7\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(closed().http_status, 403);
  EXPECT_EQ(closed().headers.at(closed().headers.size() - 2).value, "7");
}

TEST_F(Upgrade, MoreThan64KiBOfHeadersAreARefusalByItsStatus) {
  be_told("HTTP/1.1 403 Forbidden\r\nRetry-After: 7\r\n" + many_headers(66 * 1024) + "\r\nbody");
  EXPECT_EQ(closed().http_status, 403);
  EXPECT_EQ(closed().headers.at(0).value, "7");
  EXPECT_EQ(closed().body, "");
}

TEST_F(Upgrade, MoreThan64KiBOfHeadersOpenNothing) {
  be_told("HTTP/1.1 101 Switching Protocols\r\n" + many_headers(66 * 1024) + "\r\n");
  EXPECT_EQ(closed().http_status, 0);
  EXPECT_THAT(closed().reason, HasSubstr("found more than 64 KiB of headers in the answer to the upgrade (HTTP 101)"));
}

TEST_F(Upgrade, AConnectionCutInsideTheHeadersIsARefusalByItsStatus) {
  ends_ = true;
  be_told("HTTP/1.1 403 Forbidden\r\nServer: waf\r\nRetry-After: 12");
  EXPECT_EQ(closed().http_status, 403);
  ASSERT_EQ(closed().headers.size(), 1U) << "the last header may be half of one";
  EXPECT_EQ(closed().headers[0].value, "waf");
}

TEST_F(Upgrade, HeadersThatNeverEndAreARefusalByTheirStatus) {
  ClientOptions options;
  options.open_timeout = std::chrono::milliseconds(50);
  be_told("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 12\r\n", std::move(options));
  EXPECT_EQ(closed().http_status, 503);
  EXPECT_EQ(closed().headers.at(0).value, "12");
}

TEST_F(Upgrade, AnAddressWhoseServerFailsMakesWayForTheNextAndOneThatRefusesDoesNot) {
  const tcp::endpoint here = acceptor_.local_endpoint();
  const tcp::endpoint other(boost::asio::ip::make_address("192.0.2.1"), here.port());
  const std::string host = "127.0.0.1:" + std::to_string(here.port());
  for (const auto& [status, makes_way] :
       {std::pair{403, false}, {429, false}, {302, false}, {500, true}, {502, true}, {503, true}, {504, true}}) {
    ClientOptions options;
    options.addresses = make_address_memory();
    const auto memory = options.addresses;
    client_.heard = {};
    socket_ = tcp::socket(io_);
    asked_.clear();
    be_told("HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Length: 0\r\n\r\n", std::move(options));
    EXPECT_EQ(closed().http_status, status);
    EXPECT_EQ(memory->order(host, {here, other}).front(), makes_way ? other : here) << status;
  }
}

TEST_F(Upgrade, LineEndsWithoutACarriageReturnAreReadToo) {
  be_told("HTTP/1.1 403 Forbidden\nRetry-After: 7\nContent-Length: 4\n\nbody");
  EXPECT_EQ(closed().http_status, 403);
  EXPECT_EQ(closed().headers.at(0).value, "7");
  EXPECT_EQ(closed().body, "body");
}

TEST_F(Upgrade, AnAnswerThatIsNoHttpIsSaidToBeThat) {
  be_told("SSH-2.0-OpenSSH_9.2\r\n");
  EXPECT_THAT(closed().reason, HasSubstr("found no HTTP"));
  EXPECT_THAT(closed().reason, HasSubstr("127.0.0.1:"));
}

TEST_F(Upgrade, ARedirectIsNotFollowed) {
  be_told("HTTP/1.1 302 Found\r\nLocation: " + server_.url() + "\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(closed().http_status, 302);
  io_.poll();
  EXPECT_TRUE(server_.ends.empty());
}

TEST_F(Upgrade, AConnectionThatEndsWithoutAnAnswerIsNamed) {
  acceptor_.async_accept(socket_, [this](boost::system::error_code) { socket_.close(); });
  connect(support::to("ws://localhost:" + std::to_string(acceptor_.local_endpoint().port())));
  EXPECT_THAT(closed().reason, HasSubstr("localhost (127.0.0.1:"));
}

TEST_F(Upgrade, EveryUpgradeNamesItsProgramUnlessThePluginDoes) {
  be_told("");
  EXPECT_THAT(asked(), HasSubstr("User-Agent: " + user_agent() + "\r\n"));
  EXPECT_THAT(user_agent(), testing::MatchesRegex("broker-gateway/[0-9]+\\.[0-9]+\\.[0-9]+"));
}

TEST_F(Upgrade, AnOwnUserAgentWins) {
  ClientOptions options;
  options.headers = {{"user-agent", "acme/1"}};
  be_told("", std::move(options));
  EXPECT_THAT(asked(), HasSubstr("user-agent: acme/1\r\n"));
  EXPECT_THAT(asked(), Not(HasSubstr("broker-gateway/")));
}

TEST_F(Upgrade, CompressionIsOfferedOnlyWhenAskedFor) {
  be_told("");
  EXPECT_THAT(asked(), Not(HasSubstr("Sec-WebSocket-Extensions")));
}

TEST_F(Upgrade, CompressionThatWasAskedForWorks) {
  server_.options.compression = true;
  ClientOptions options;
  options.offer_deflate = true;
  open(std::move(options));
  EXPECT_TRUE(peer().connection->compresses());
  ASSERT_TRUE(client_.connection->send(Opcode::text, "up"));
  client_.connection->flush();
  ASSERT_TRUE(run_until([this] { return peer().heard.messages.size() == 1; }));
  EXPECT_EQ(peer().heard.messages[0], "up");
}

TEST_F(Upgrade, AServerMayKeepItsWindowBetweenMessages) {
  z_stream z{};
  ASSERT_EQ(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
  const std::string text = "a text that the second message only refers to";
  std::string frames;
  for (int i = 0; i < 3; ++i) {
    char out[200];
    std::string in = text;
    z.next_in = reinterpret_cast<Bytef*>(in.data());
    z.avail_in = static_cast<uInt>(in.size());
    z.next_out = reinterpret_cast<Bytef*>(out);
    z.avail_out = sizeof out;
    deflate(&z, Z_SYNC_FLUSH);
    const std::size_t size = sizeof out - z.avail_out - 4;
    frames += std::string("\xc1") + static_cast<char>(size) + std::string(out, size);
  }
  deflateEnd(&z);
  ASSERT_LT(frames.size(), 100U);
  server_says_ = frames;
  ClientOptions options;
  options.offer_deflate = true;
  be_upgraded("permessage-deflate; server_max_window_bits=15", std::move(options));
  ASSERT_TRUE(run_until([this] { return client_.heard.messages.size() == 3 || client_.heard.closed; }));
  EXPECT_EQ(client_.heard.messages, std::vector<std::string>(3, text));
}

TEST_F(Upgrade, AnExtensionThatWasNotOfferedOpensNothing) {
  be_told("HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
  EXPECT_THAT(closed().reason, HasSubstr("found the extension permessage-deflate"));
}

class UnofferedAnswer : public Upgrade, public testing::WithParamInterface<const char*> {};

TEST_P(UnofferedAnswer, OpensNothing) {
  ClientOptions options;
  options.offer_deflate = true;
  be_told(std::string("HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Extensions: ") + GetParam() + "\r\n\r\n",
          std::move(options));
  EXPECT_THAT(closed().reason, HasSubstr("as it was offered"));
}

INSTANTIATE_TEST_SUITE_P(Of, UnofferedAnswer,
                         testing::Values("x-webkit-deflate-frame", "permessage-deflate, permessage-deflate",
                                         "permessage-deflate, x", "permessage-deflate; server_max_window_bits",
                                         "permessage-deflate; server_max_window_bits=7",
                                         "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
                                         "permessage-deflate; server_no_context_takeover=1",
                                         "permessage-deflate; client_max_window_bits", "permessage-deflate; mux"));

TEST(UpgradeAnswer, IsTheSameHoweverItsBytesAreCut) {
  const std::string text =
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\nX-A:  b \r\n\r\nbody";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    UpgradeAnswer answer;
    for (std::size_t at = 0; at < text.size(); at += piece) answer.add(std::string_view(text).substr(at, piece));
    EXPECT_EQ(answer.state(), State::complete) << piece;
    EXPECT_EQ(answer.status(), 403);
    EXPECT_EQ(answer.header("x-a"), "b");
    EXPECT_EQ(answer.header("link"), "");
    EXPECT_EQ(answer.body(), "body");
  }
}

TEST(UpgradeAnswer, IsTheSameWhateverItsLinesEndWith) {
  for (const std::string end : {"\r\n", "\n"}) {
    for (const std::string other : {"\r\n", "\n"}) {
      const std::string text = "HTTP/1.1 103 Early Hints" + end + other + "HTTP/1.1 403 Forbidden" + end + "X-A: b" +
                               other + "Transfer-Encoding: chunked" + other + end + "3" + end + "bod" + other + "1" +
                               other + "y" + end + "0" + end + end;
      for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        UpgradeAnswer answer;
        for (std::size_t at = 0; at < text.size(); at += piece) answer.add(std::string_view(text).substr(at, piece));
        EXPECT_EQ(answer.state(), State::complete) << piece;
        EXPECT_EQ(answer.status(), 403);
        EXPECT_EQ(answer.header("x-a"), "b");
        EXPECT_EQ(answer.body(), "body");
      }
    }
  }
}

TEST(UpgradeAnswer, OfAnAcceptedOneTheHandshakeAndTheFirstFramesGoOn) {
  UpgradeAnswer answer;
  const std::string head = "HTTP/1.1 101 X\r\nUpgrade: websocket\r\n" + many_headers(20 * 1024) +
                           "Connection: Upgrade\r\nSec-WebSocket-Accept: k\r\n\r\n";
  EXPECT_EQ(answer.add(head + "frames"), State::accepted);
  EXPECT_EQ(answer.essence(),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: k\r\n\r\nframes");
}

TEST(UpgradeAnswer, WhatMakesNoSenseIsUnusable) {
  for (const char* text :
       {"HTTP/1.1 xyz\r\n\r\n", "HTTP/1.1 4031 x\r\n\r\n", "HTTP/2 403\r\n\r\n", "<html>", "HTTP/1.1\r\n\r\n"}) {
    UpgradeAnswer answer;
    EXPECT_EQ(answer.add(text), State::unusable) << text;
    EXPECT_NE(answer.problem(), "");
  }
}

TEST(UpgradeAnswer, RecordedOnes) {
  const struct {
    const char* file;
    int status;
    const char* body;
  } kCases[] = {{"06_upgrade_403_waf.http", 403, "<!DOCTYPE html><title>Blocked</title>"},
                {"07_upgrade_403_9KiB_of_headers.http", 403, ""},
                {"09_upgrade_302.http", 302, ""}};
  for (const auto& one : kCases) {
    std::ifstream in(std::string(GW_SOURCE_DIR) + "/../shared/cases/broker/" + one.file, std::ios::binary);
    if (!in) GTEST_SKIP() << one.file << " is not here";
    std::stringstream text;
    text << in.rdbuf();
    UpgradeAnswer answer;
    answer.add(text.str());
    EXPECT_EQ(answer.status(), one.status) << one.file;
    EXPECT_THAT(answer.body(), testing::StartsWith(one.body));
  }
}

}  // namespace
}  // namespace gw::websocket
