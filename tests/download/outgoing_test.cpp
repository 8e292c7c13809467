// How requests leave this machine: under which name, from which address, by which protocol.
#include "core/base/version.hpp"
#include "tests/download/fixture.hpp"

namespace gw::download {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class Leaving : public DownloadTest {
 protected:
  Request from(const std::string& url, const std::string& address, AddressFamily family = AddressFamily::any) const {
    Request r = request(url);
    r.outgoing = {address, family};
    return r;
  }
  static bool has_ipv6() {
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket(io);
    boost::system::error_code ec;
    socket.open(boost::asio::ip::tcp::v6(), ec);
    if (!ec) socket.bind({boost::asio::ip::make_address("::1"), 0}, ec);
    return !ec;
  }
};

TEST_F(Leaving, ARequestNamesThisProgram) {
  const ScriptedServer server({answer("200 OK", "", "x")});
  ASSERT_TRUE(download(request(server.url())));
  EXPECT_THAT(server.requests()[0], HasSubstr("\r\nUser-Agent: " + user_agent() + "\r\n"));
}

TEST_F(Leaving, AHeaderOfTheCallersReplacesTheName) {
  const ScriptedServer server({answer("200 OK", "", "x")});
  Request r = request(server.url());
  r.headers = {"User-Agent: other"};
  ASSERT_TRUE(download(r));
  EXPECT_THAT(server.requests()[0], AllOf(HasSubstr("\r\nUser-Agent: other\r\n"), Not(HasSubstr("broker-gateway/"))));
}

TEST_F(Leaving, ConnectsFromTheAddressThatItIsGiven) {
  const ScriptedServer server({answer("200 OK", "", "x"), answer("200 OK", "", "x")});
  for (const char* address : {"127.0.0.2", "127.0.0.3"}) ASSERT_TRUE(download(from(server.url(), address)));
  EXPECT_THAT(server.clients(), ElementsAre("127.0.0.2", "127.0.0.3"));
}

// 192.0.2.0/24 is for documents: no machine has such an address.
TEST_F(Leaving, AnAddressThatIsNotOfThisMachineIsAnErrorThatNamesIt) {
  const ScriptedServer server({});
  const auto done = download(from(server.url("/list?s3cret"), "192.0.2.7"));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message,
              AllOf(StartsWith(server.host() + ": cannot connect from 192.0.2.7: "), Not(HasSubstr("s3cret"))));
  EXPECT_TRUE(nothing_was_left());
}

TEST_F(Leaving, ANameIsReachedByTheFamilyThatIsAllowed) {
  const ScriptedServer server({answer("200 OK", "", "x")});
  const std::string url = "http://localhost:" + server.host().substr(server.host().find(':') + 1) + "/list";
  EXPECT_THAT(download(from(url, "", AddressFamily::ipv6)).error().message, EndsWith(" (tried IPv6 only)"));
  EXPECT_FALSE(download(from(url, "::1"))) << "this address reaches no IPv4 server";
  EXPECT_THAT(server.clients(), IsEmpty());
  EXPECT_TRUE(download(from(url, "", AddressFamily::ipv4)));
  EXPECT_THAT(server.clients(), ElementsAre("127.0.0.1"));
}

TEST_F(Leaving, AnAddressIsReachedByItsOwnFamilyOnly) {
  if (!has_ipv6()) GTEST_SKIP() << "this machine has no IPv6";
  const ScriptedServer server({answer("200 OK", "", "x")}, nullptr, "::1");
  EXPECT_FALSE(download(from(server.url(), "", AddressFamily::ipv4)));
  EXPECT_FALSE(download(from(server.url(), "127.0.0.1")));
  EXPECT_FALSE(download(from(server.url(), "::1", AddressFamily::ipv4)));
  EXPECT_THAT(server.clients(), IsEmpty());
  EXPECT_TRUE(download(from(server.url(), "::1", AddressFamily::ipv6)));
  EXPECT_THAT(server.clients(), ElementsAre("::1"));
}

}  // namespace
}  // namespace gw::download
