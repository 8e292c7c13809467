// Several addresses of one host: which is tried, and what one that does not answer costs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/websocket/addresses.hpp"
#include "core/websocket/dialer.hpp"
#include "tests/websocket/fixture.hpp"

namespace gw::websocket {
namespace {

using boost::asio::ip::tcp;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

tcp::endpoint at(const char* address, unsigned short port = 443) {
  return {boost::asio::ip::make_address(address), port};
}

const tcp::endpoint kA = at("192.0.2.1");
const tcp::endpoint kB = at("192.0.2.2");
const tcp::endpoint kC = at("192.0.2.3");
const tcp::endpoint kX = at("2001:db8::1");
const tcp::endpoint kY = at("2001:db8::2");

TEST(Addresses, TheProtocolsTakeTurns) {
  EXPECT_THAT(AddressMemory().order("h", {kX, kY, kA, kB, kC}), ElementsAre(kX, kA, kY, kB, kC));
  EXPECT_THAT(AddressMemory().order("h", {kA, kB, kX}), ElementsAre(kA, kX, kB));
}

TEST(Addresses, TheOneThatAnsweredLastGoesFirst) {
  AddressMemory memory;
  memory.answered("h", kB);
  EXPECT_THAT(memory.order("h", {kX, kA, kB, kY}), ElementsAre(kB, kX, kA, kY));
  EXPECT_THAT(memory.order("other", {kA, kB}), ElementsAre(kA, kB));
  EXPECT_THAT(memory.order("h", {kA, kC}), ElementsAre(kA, kC)) << "the name has no such address any more";
}

TEST(Addresses, TheOneThatConnectsAndGivesNoUpgradeGoesLast) {
  AddressMemory memory;
  memory.answered("h", kA);
  memory.failed("h", kA);
  EXPECT_THAT(memory.order("h", {kA, kB, kC}), ElementsAre(kB, kC, kA));
  EXPECT_THAT(memory.order("h", {kA}), ElementsAre(kA)) << "where there is no other";
  memory.answered("h", kA);
  EXPECT_THAT(memory.order("h", {kB, kA}), ElementsAre(kA, kB));
}

TEST(Addresses, ThoseThatFailedGoLastTheOldestFailureFirst) {
  AddressMemory memory;
  memory.failed("h", kA);
  memory.failed("h", kB);
  EXPECT_THAT(memory.order("h", {kA, kB, kC}), ElementsAre(kC, kA, kB));
  EXPECT_THAT(memory.order("h", {kB, kA}), ElementsAre(kA, kB));
  memory.failed("h", kC);
  EXPECT_THAT(memory.order("h", {kA, kB, kC, kX}), ElementsAre(kX, kA, kB, kC));
  memory.failed("h", kA);
  EXPECT_THAT(memory.order("h", {kA, kB, kC}), ElementsAre(kB, kC, kA));
  memory.answered("h", kC);
  EXPECT_THAT(memory.order("h", {kA, kB, kC}), ElementsAre(kC, kB, kA)) << "the failures of the others still count";
}

TEST(Addresses, EveryAddressOfANameGetsItsTurn) {
  const std::vector<tcp::endpoint> all = {kX, kA, kB, kY, kC};
  AddressMemory memory;
  std::vector<tcp::endpoint> tried;
  for (std::size_t i = 0; i < all.size(); ++i) {
    tried.push_back(memory.order("h", all).front());
    memory.failed("h", tried.back());
  }
  EXPECT_THAT(tried, testing::UnorderedElementsAreArray(all));
  EXPECT_EQ(memory.order("h", all), tried) << "and then its next one";
}

TEST(Addresses, OnlyThoseOfTheFamilyAndOfTheAddressThatItLeavesFrom) {
  EXPECT_THAT(allowed({kA, kX}, {}), ElementsAre(kA, kX));
  EXPECT_THAT(allowed({kA, kX}, {"", AddressFamily::ipv4}), ElementsAre(kA));
  EXPECT_THAT(allowed({kA, kX}, {"", AddressFamily::ipv6}), ElementsAre(kX));
  EXPECT_THAT(allowed({kA, kX}, {"2001:db8::9", AddressFamily::any}), ElementsAre(kX));
  EXPECT_THAT(allowed({kA, kX, kA}, {}), ElementsAre(kA, kX)) << "each once";
  EXPECT_THAT(allowed({kA}, {"2001:db8::9", AddressFamily::any}), IsEmpty());
}

TEST(Addresses, AreNamedWithTheirHost) {
  EXPECT_EQ(named("ws.example.com", kA), "ws.example.com (192.0.2.1:443)");
  EXPECT_EQ(named("ws.example.com", kX), "ws.example.com ([2001:db8::1]:443)");
  EXPECT_EQ(named("192.0.2.1", kA), "192.0.2.1:443");
}

// Takes no connection: its queue is full.
class Swallower {
 public:
  explicit Swallower(boost::asio::io_context& io, const char* address) : acceptor_(io) {
    acceptor_.open(tcp::v4());
    acceptor_.bind(at(address, 0));
    acceptor_.listen(0);
    for (int i = 0; i < 8; ++i) {
      fillers_.push_back(std::make_unique<tcp::socket>(io));
      fillers_.back()->async_connect(acceptor_.local_endpoint(), [](boost::system::error_code) {});
    }
  }
  tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

 private:
  tcp::acceptor acceptor_;
  std::vector<std::unique_ptr<tcp::socket>> fillers_;
};

class Dialing : public PairTest {
 protected:
  void dial(std::vector<tcp::endpoint> to, Outgoing outgoing = {}) {
    begun_ = std::chrono::steady_clock::now();
    dialer_ = std::make_shared<Dialer>(io_, "h", outgoing, [this](const std::string& problem, tcp::socket&& socket) {
      problem_ = problem;
      if (problem.empty()) peer_ = socket.remote_endpoint(), local_ = socket.local_endpoint();
      took_ = std::chrono::steady_clock::now() - begun_;
      done_ = true;
    });
    dialer_->start(std::move(to));
    EXPECT_FALSE(done_);
  }
  void dial_to_the_end(std::vector<tcp::endpoint> to, Outgoing outgoing = {}) {
    dial(std::move(to), outgoing);
    ASSERT_TRUE(run_until([this] { return done_; }));
  }
  tcp::endpoint good() const { return at("127.0.0.1", server_.port()); }
  tcp::endpoint closed_port() {
    tcp::acceptor taken(io_, at("127.0.0.1", 0));
    return taken.local_endpoint();
  }

  std::shared_ptr<Dialer> dialer_;
  bool done_ = false;
  std::string problem_;
  tcp::endpoint peer_;
  tcp::endpoint local_;
  std::chrono::steady_clock::time_point begun_;
  std::chrono::steady_clock::duration took_{};
};

TEST_F(Dialing, AnAddressThatSwallowsPacketsCostsAQuarterOfASecond) {
  Swallower dead(io_, "127.0.0.2");
  for (int i = 0; i < 100; ++i) io_.poll();
  dial_to_the_end({dead.endpoint(), good()});
  EXPECT_EQ(problem_, "");
  EXPECT_EQ(peer_, good());
  EXPECT_GE(took_, std::chrono::milliseconds(250));
  EXPECT_LT(took_, std::chrono::seconds(20));
}

TEST_F(Dialing, AnAddressThatRefusesCostsNothing) {
  dial_to_the_end({closed_port(), good()});
  EXPECT_EQ(peer_, good());
}

TEST_F(Dialing, EachAddressThatFailedIsNamed) {
  const tcp::endpoint first = closed_port();
  const tcp::endpoint second = closed_port();
  dial_to_the_end({first, second});
  EXPECT_EQ(problem_, "h (" + text_of(first) + "): Connection refused; (" + text_of(second) + "): Connection refused");
}

TEST_F(Dialing, AnAddressThatHasNotAnsweredIsNamedAsTimedOut) {
  Swallower dead(io_, "127.0.0.2");
  dial({dead.endpoint()});
  for (int i = 0; i < 100; ++i) io_.poll();
  EXPECT_EQ(dialer_->so_far(), "h (" + text_of(dead.endpoint()) + "): timed out");
  dialer_->cancel();
  io_.restart();
  io_.poll();
  EXPECT_FALSE(done_);
}

TEST_F(Dialing, LeavesFromTheAddressGiven) {
  dial_to_the_end({good()}, {"127.0.0.3", AddressFamily::any});
  EXPECT_EQ(local_.address().to_string(), "127.0.0.3");
}

TEST_F(Dialing, AnAddressThatIsNotOfThisMachineIsNamed) {
  dial_to_the_end({good()}, {"192.0.2.77", AddressFamily::any});
  EXPECT_THAT(problem_, HasSubstr("cannot bind to 192.0.2.77: "));
}

TEST_F(Dialing, FromWhatIsNoAddressNothingIsConnected) {
  for (const char* from : {"127.7", "127.0.0.7:5000", "localhost"}) {
    done_ = false;
    dial_to_the_end({good()}, {from, AddressFamily::any});
    EXPECT_THAT(problem_, HasSubstr(std::string("cannot bind to ") + from + ": "));
  }
}

TEST_F(Dialing, AConnectionThatOpenedIsRememberedForTheNext) {
  auto memory = std::make_shared<AddressMemory>();
  ClientOptions options;
  options.addresses = memory;
  open(std::move(options));
  const std::string host = "127.0.0.1:" + std::to_string(server_.port());
  EXPECT_THAT(memory->order(host, {kA, good()}), ElementsAre(good(), kA));
}

}  // namespace
}  // namespace gw::websocket
