#include "bybit_topics.hpp"

#include <gmock/gmock.h>

namespace bybit {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class TopicsTest : public testing::Test {
 protected:
  Topics::Answer answer(const char* request, bool success, std::string_view words = "") {
    Frame frame;
    frame.op = "subscribe";
    frame.request = request;
    frame.success = success;
    frame.message = words;
    return topics.read_answer(frame);
  }

  Topics topics{2};
};

TEST_F(TopicsTest, SplitsRequestsByTheirLimitAndNumbersThem) {
  for (const char* topic : {"tickers.A", "tickers.B", "tickers.C"}) EXPECT_TRUE(topics.want(topic));
  EXPECT_THAT(topics.take_requests(), ElementsAre(R"({"req_id":"1","op":"subscribe","args":["tickers.A","tickers.B"]})",
                                                  R"({"req_id":"2","op":"subscribe","args":["tickers.C"]})"));
  EXPECT_THAT(topics.take_requests(), IsEmpty());
  EXPECT_THAT(answer("1", true).taken, ElementsAre("tickers.A", "tickers.B"));
  EXPECT_THAT(answer("1", true).taken, IsEmpty()) << "one answer a request";
}

TEST_F(TopicsTest, AskingAnewEndsTheTopicFirst) {
  topics.want("tickers.A");
  topics.want("tickers.A");
  EXPECT_THAT(topics.take_requests(), ElementsAre(R"({"req_id":"1","op":"subscribe","args":["tickers.A"]})"));
  topics.want("tickers.A");
  EXPECT_THAT(topics.take_requests(), ElementsAre(R"({"req_id":"2","op":"unsubscribe","args":["tickers.A"]})",
                                                  R"({"req_id":"3","op":"subscribe","args":["tickers.A"]})"));
  EXPECT_THAT(answer("1", true).taken, IsEmpty()) << "the answer to an older request";
  EXPECT_THAT(answer("3", true).taken, ElementsAre("tickers.A"));
}

TEST_F(TopicsTest, WhatIsGivenUpBeforeItWasSentIsNeverSent) {
  topics.want("tickers.A");
  topics.give_up("tickers.A");
  EXPECT_THAT(topics.take_requests(), IsEmpty());
  topics.want("tickers.A");
  topics.take_requests();
  topics.give_up("tickers.A");
  topics.give_up("tickers.A");
  EXPECT_FALSE(topics.wants("tickers.A"));
  EXPECT_THAT(topics.take_requests(), ElementsAre(R"({"req_id":"2","op":"unsubscribe","args":["tickers.A"]})"));
  EXPECT_THAT(answer("1", true).taken, IsEmpty());
}

TEST_F(TopicsTest, TheTopicThatARefusalNamesIsRefusedAndTheOtherAskedForAgain) {
  topics.want("orderbook.50.BTC");
  topics.want("orderbook.50.BTCX");
  topics.take_requests();
  const auto refused = answer("1", false, "error:handler not found,topic:orderbook.50.BTCX");
  EXPECT_THAT(refused.refused,
              ElementsAre(Pair("orderbook.50.BTCX", "error:handler not found,topic:orderbook.50.BTCX")));
  EXPECT_FALSE(topics.wants("orderbook.50.BTCX"));
  EXPECT_THAT(topics.take_requests(), ElementsAre(R"({"req_id":"2","op":"subscribe","args":["orderbook.50.BTC"]})"));
}

TEST_F(TopicsTest, ARefusalMayNameTheSymbolAlone) {
  topics.want("tickers.AAA");
  topics.want("tickers.BBB");
  topics.take_requests();
  EXPECT_THAT(answer("1", false, "Invalid symbol :[BBB]").refused, ElementsAre(Pair("tickers.BBB", testing::_)));
}

TEST_F(TopicsTest, WhereARefusalNamesNothingEachTopicIsAskedForAlone) {
  topics.want("tickers.A");
  topics.want("tickers.B");
  topics.take_requests();
  EXPECT_THAT(answer("1", false, "no").refused, IsEmpty());
  EXPECT_THAT(topics.take_requests(), ElementsAre(R"({"req_id":"2","op":"subscribe","args":["tickers.A"]})",
                                                  R"({"req_id":"3","op":"subscribe","args":["tickers.B"]})"));
  EXPECT_THAT(answer("2", true).taken, ElementsAre("tickers.A"));
  EXPECT_THAT(answer("3", false, "no").refused, ElementsAre(Pair("tickers.B", "no")));
  EXPECT_THAT(topics.take_requests(), IsEmpty());
}

TEST_F(TopicsTest, WhatIsSubscribedAlreadyIsTaken) {
  topics.want("tickers.A");
  topics.want("tickers.B");
  topics.take_requests();
  const auto told = answer("1", false, "error:already subscribed,topic:tickers.A");
  EXPECT_THAT(told.taken, ElementsAre("tickers.A"));
  EXPECT_THAT(told.refused, IsEmpty());
  EXPECT_TRUE(topics.wants("tickers.A"));
  EXPECT_THAT(topics.take_requests(), ElementsAre(R"({"req_id":"2","op":"subscribe","args":["tickers.B"]})"));
}

TEST_F(TopicsTest, AnswersThatBelongToNoRequestChangeNothing) {
  topics.want("tickers.A");
  topics.take_requests();
  for (const char* request : {"", "x", "1x", "99", "18446744073709551616", "-1"})
    EXPECT_THAT(answer(request, false, "tickers.A").refused, IsEmpty()) << request;
  EXPECT_THAT(answer("1", true).taken, ElementsAre("tickers.A"));
}

TEST_F(TopicsTest, OnTheNextSocketEverythingIsAskedForAgain) {
  topics.want("tickers.B");
  topics.take_requests();
  topics.want("tickers.A");
  topics.give_up("tickers.C");
  topics.start_anew();
  EXPECT_THAT(topics.take_requests(),
              ElementsAre(R"({"req_id":"2","op":"subscribe","args":["tickers.A","tickers.B"]})"));
  EXPECT_THAT(answer("1", false, "tickers.B").refused, IsEmpty()) << "of the socket before";
}

TEST_F(TopicsTest, AConnectionHasRoomForSoManyCharacters) {
  std::size_t characters = 0;
  int count = 0;
  for (;; ++count) {
    const std::string topic = "tickers.SYMBOL" + std::to_string(count);
    if (!topics.want(topic)) break;
    characters += topic.size() + 3;
  }
  EXPECT_LE(characters, kMaxCharacters);
  EXPECT_GT(characters, kMaxCharacters - 30);
  EXPECT_FALSE(topics.want("tickers.ANOTHERSYMBOL"));
  topics.give_up("tickers.SYMBOL0");
  topics.give_up("tickers.SYMBOL1");
  EXPECT_TRUE(topics.want("tickers.ANOTHERSYMBOL"));
}

// What the limit of instruments promises: two books, trades and ticker of each, for symbols of 19 characters.
TEST_F(TopicsTest, ItHasRoomForAsManyInstrumentsAsAConnectionIsDeclaredToTake) {
  for (std::size_t i = 0; i < kInstrumentsPerConnection; ++i) {
    const std::string symbol = std::string(16, 'X') + std::to_string(100 + i);
    for (const char* topic : {"tickers.", "publicTrade.", "orderbook.200.", "orderbook.1000."})
      ASSERT_TRUE(topics.want(topic + symbol)) << i;
  }
}

}  // namespace
}  // namespace bybit
