#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/protocol/answers.hpp"
#include "core/protocol/json_encoder.hpp"
#include "tests/routing/fixture.hpp"

namespace gw::protocol {
namespace {

using routing::depth;
using routing::kLtp;
using routing::kQuote;

// The real codec over the real router: one broker, its adapter faked.
class HeldStreamsTest : public testing::Test {
 protected:
  void SetUp() override {
    router_.add_shard(port_);
    const auto angel =
        router_.add_broker({"angel", "angel", routing::angel_capabilities(), &adapter_.channel, "", {}, false});
    router_.set_index("angel", routing::index_of({{"INFY", "NSE", "1"}}));
    router_.group_for("", {angel});
    router_.open(1, routing::kDefaultGroup, routing::Variant::plain, false, 10);
    router_.open(2, routing::kDefaultGroup, routing::Variant::extras, false, 10);
  }

  std::string listed(routing::SessionId session, std::string_view id_json) const {
    HeldStreams answer;
    for (const routing::TopicId topic : router_.clients().topics_of(session)) answer.add(router_.topics()[topic].info);
    return answer.text(id_json);
  }

  JsonEncoder encoder_;
  routing::FakePort port_;
  routing::FakeAdapter adapter_;
  routing::Router router_{
      encoder_, port_, {[] { return std::int64_t{6'000'000'000}; }, [] { return std::int64_t{0}; }}, [] {
        return std::string("epoch");
      }};
};

TEST_F(HeldStreamsTest, OfNobodyAreAnEmptyList) {
  EXPECT_EQ(listed(1, "4"), R"({"type":"subscriptions","subscriptions":[],"id":4})");
}

TEST_F(HeldStreamsTest, AreListedWithRequestedAndActualDepth) {
  router_.subscribe(1, "INFY", "NSE", depth(50));
  EXPECT_EQ(listed(1, ""), R"({"type":"subscriptions","subscriptions":[{"symbol":"INFY","exchange":"NSE",)"
                           R"("mode":4,"depth_level":50,"actual_depth":20}]})");
  router_.subscribe(2, "INFY", "NSE", kLtp);
  EXPECT_EQ(listed(2, ""), R"({"type":"subscriptions","subscriptions":[{"symbol":"INFY","exchange":"NSE",)"
                           R"("mode":1,"depth_level":null,"actual_depth":null}]})");
}

TEST_F(HeldStreamsTest, GetTheFrameThatTheProtocolShows) {
  router_.subscribe(1, "INFY", "NSE", depth(50));
  router_.flush_demand();
  adapter_.book(0, 1'424'050'000'000, 1, 0);
  router_.drain(10);
  ASSERT_EQ(port_.delivered.size(), 1U);
  const std::string& text = port_.delivered[0];
  EXPECT_EQ(text.substr(text.find('{')),
            R"({"type":"market_data","mode":4,"topic":"INFY.NSE","depth_level":50,)"
            R"("actual_depth_level":20,"data":{"symbol":"INFY","exchange":"NSE","ltp":1424.05,)"
            R"("timestamp":5.0,"depth":{"buy":[{"price":0.000000001,"quantity":1,"orders":1}],)"
            R"("sell":[]},"broker_supported":false,)"
            R"("broker_message":"Angel broker only supports up to 20 depth levels for NSE"}})");
}

TEST_F(HeldStreamsTest, PlainAndExtrasSubscribersOfOneTopicGetTheirOwnForm) {
  router_.subscribe(1, "INFY", "NSE", kQuote);
  router_.subscribe(2, "INFY", "NSE", kQuote);
  router_.flush_demand();
  adapter_.tick(0, routing::kQuotePacket, 1'000'000'000);
  router_.drain(10);
  ASSERT_EQ(port_.delivered.size(), 2U);
  const auto json = [this](std::size_t i) {
    const std::string& text = port_.delivered[i];
    return nlohmann::json::parse(text.substr(text.find('{')));
  };
  EXPECT_FALSE(json(0).contains("seq"));
  EXPECT_EQ(json(1)["seq"], 1);
  EXPECT_EQ(json(1)["received_at"], 5.0);
  EXPECT_EQ(json(1)["published_at"], 6.0);
}

}  // namespace
}  // namespace gw::protocol
