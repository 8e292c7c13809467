#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"
#include "tests/support/tls_server.hpp"
#include "tests/websocket/fixture.hpp"

namespace gw::websocket {
namespace {

using support::Certificate;
using support::TlsServer;
using testing::AllOf;
using testing::HasSubstr;

class Tls : public PairTest {
 protected:
  static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }  // as the gateway does

  std::string written(const Certificate& certificate) {
    certificate.write(folder_ / "ca.pem");
    return folder_ / "ca.pem";
  }
  // Why the connection did not come about; empty: it is open.
  std::string connect_to(const TlsServer& server, const std::string& host, const std::string& ca_file) {
    ClientOptions options = support::to("wss://" + host + ':' + std::to_string(server.port()) + "/feed");
    options.ca_file = ca_file;
    connect(std::move(options));
    EXPECT_TRUE(run_until([this] { return client_.heard.opened || client_.heard.closed; }));
    return client_.heard.closed ? client_.heard.closed->reason : "";
  }

  support::TemporaryFolder folder_;
};

TEST_F(Tls, ACertificateFromTheFileGivenIsAcceptedAndMessagesTravel) {
  const Certificate good("DNS:localhost,IP:127.0.0.1");
  const std::string large(300'000, 'g');
  const TlsServer server(good, large);
  ASSERT_EQ(connect_to(server, "127.0.0.1", written(good)), "");
  ASSERT_TRUE(client_.connection->send(Opcode::text, "echo this"));
  client_.connection->flush();
  ASSERT_TRUE(run_until([this] { return client_.heard.messages.size() == 2 || client_.heard.closed; }));
  ASSERT_EQ(client_.heard.messages.size(), 2U);
  EXPECT_EQ(client_.heard.messages[0], large);
  EXPECT_EQ(client_.heard.messages[1], "echo this");
  ASSERT_TRUE(run_until([this] { return client_.heard.closed.has_value(); }));
  EXPECT_EQ(client_.heard.code(), 1006) << "the server ended without a close frame";
}

TEST_F(Tls, AHostNameIsCheckedAsAName) {
  const Certificate good("DNS:localhost");
  const TlsServer server(good, "hello");
  ASSERT_EQ(connect_to(server, "localhost", written(good)), "");
  client_.connection.reset();
}

TEST_F(Tls, ACertificateNobodyVouchesForIsRefused) {
  const TlsServer server(Certificate("DNS:localhost,IP:127.0.0.1"), "");
  EXPECT_THAT(
      connect_to(server, "127.0.0.1", ""),
      AllOf(HasSubstr("TLS with 127.0.0.1:"), HasSubstr("its certificate is not trusted: self-signed certificate")));
  EXPECT_FALSE(client_.heard.opened);
}

TEST_F(Tls, ACertificateOfAnotherAuthorityIsRefused) {
  const Certificate other("DNS:localhost,IP:127.0.0.1");
  const TlsServer server(Certificate("DNS:localhost,IP:127.0.0.1"), "");
  EXPECT_THAT(connect_to(server, "127.0.0.1", written(other)), HasSubstr("its certificate is not trusted: "));
}

TEST_F(Tls, ACertificateForAnotherHostIsRefused) {
  const Certificate other("DNS:broker.example.com,IP:10.0.0.1");
  const TlsServer server(other, "");
  EXPECT_THAT(connect_to(server, "127.0.0.1", written(other)),
              HasSubstr("its certificate is for another name: found broker.example.com, 10.0.0.1, expected 127.0.0.1"));
}

TEST_F(Tls, ACertificateForAnotherNameIsRefused) {
  const Certificate other("DNS:broker.example.com,IP:127.0.0.1");
  const TlsServer server(other, "");
  EXPECT_THAT(
      connect_to(server, "localhost", written(other)),
      HasSubstr("its certificate is for another name: found broker.example.com, 127.0.0.1, expected localhost"));
}

TEST_F(Tls, AnExpiredCertificateIsRefused) {
  const Certificate old("DNS:localhost,IP:127.0.0.1", true);
  const TlsServer server(old, "");
  EXPECT_THAT(connect_to(server, "127.0.0.1", written(old)),
              AllOf(HasSubstr("its certificate expired on "), HasSubstr("; this machine's clock says ")));
}

TEST_F(Tls, AnAuthorityFileThatCannotBeReadIsNamed) {
  ClientOptions options = support::to("wss://127.0.0.1:" + std::to_string(server_.port()));
  options.ca_file = folder_ / "absent.pem";
  connect(std::move(options));
  ASSERT_TRUE(run_until([this] { return client_.heard.closed.has_value(); }));
  EXPECT_EQ(client_.heard.closed->reason, "cannot read the certificates in " + (folder_ / "absent.pem"));
}

TEST_F(Tls, AServerThatSpeaksNoTlsIsAnError) {
  ClientOptions options = support::to("wss://127.0.0.1:" + std::to_string(server_.port()));
  connect(std::move(options));
  ASSERT_TRUE(run_until([this] { return client_.heard.closed.has_value(); }));
  EXPECT_THAT(client_.heard.closed->reason, HasSubstr("TLS with 127.0.0.1:"));
}

TEST_F(Tls, AServerWithACertificateServesItsClients) {
  const Certificate good("IP:127.0.0.1");
  ClientOptions options = support::to("wss://127.0.0.1:" + std::to_string(server_.port()) + "/feed");
  options.ca_file = written(good);
  good.write_key(folder_ / "key.pem");
  const auto tls = load_server_tls(options.ca_file, folder_ / "key.pem");
  ASSERT_TRUE(tls) << tls.error().message;
  server_.options.tls = *tls;
  open(std::move(options));
  const std::string large(300'000, 'g');
  ASSERT_TRUE(client_.connection->send(Opcode::text, large));
  client_.connection->flush();
  ASSERT_TRUE(peer().connection->send(Opcode::binary, large));
  peer().connection->flush();
  ASSERT_TRUE(run_until([this] { return client_.heard.messages.size() == 1 && peer().heard.messages.size() == 1; }));
  EXPECT_EQ(client_.heard.messages[0], large);
  EXPECT_EQ(peer().heard.messages[0], large);
}

TEST_F(Tls, AServerNeedsItsOwnKey) {
  const Certificate good("IP:127.0.0.1");
  const Certificate other("IP:127.0.0.1");
  const std::string file = written(good);
  other.write_key(folder_ / "key.pem");
  EXPECT_EQ(load_server_tls(file, folder_ / "key.pem").error().message,
            "found no key of " + file + " in " + (folder_ / "key.pem") + ", expected PEM");
  EXPECT_THAT(load_server_tls(folder_ / "absent.pem", file).error().message, HasSubstr("found no certificate in"));
}

TEST_F(Tls, AServersKeyWithAPassphraseIsRefusedAndNobodyIsAsked) {
  const Certificate good("IP:127.0.0.1");
  const std::string file = written(good);
  good.write_key(folder_ / "key.pem", "a passphrase");
  EXPECT_EQ(load_server_tls(file, folder_ / "key.pem").error().message,
            "found an encrypted key in " + (folder_ / "key.pem") + ", expected one without a passphrase");
}

}  // namespace
}  // namespace gw::websocket
