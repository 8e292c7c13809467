#include <gtest/gtest.h>

#include "core/protocol/request.hpp"

namespace gw::protocol {
namespace {

Request batch_of(const std::string& frame) { return parse_request(frame, {}); }

std::string code(const Entry& e) { return e.error ? std::string(e.error->code) : "ok"; }

TEST(Batch, EntriesDefaultToTheFrameThenToQuoteAndFive) {
  const Request r = batch_of(R"({"action":"subscribe","mode":4,"depth_level":20,"symbols":[)"
                             R"({"symbol":"A","exchange":"N"},)"
                             R"({"symbol":"B","exchange":"N","mode":1},)"
                             R"({"symbol":"C","exchange":"N","depth_level":50}]})");
  ASSERT_FALSE(r.error);
  ASSERT_TRUE(r.batch);
  ASSERT_EQ(r.entries.size(), 3U);
  EXPECT_EQ(r.entries[0].stream, (routing::Stream{BGW_MODE_DEPTH, 20}));
  EXPECT_EQ(r.entries[1].stream, (routing::Stream{BGW_MODE_LTP, 0}));
  EXPECT_EQ(r.entries[2].stream, (routing::Stream{BGW_MODE_DEPTH, 50}));
  const Request bare = batch_of(R"({"action":"subscribe","symbols":[{"symbol":"A","exchange":"N"},)"
                                R"({"symbol":"A","exchange":"N","mode":4}]})");
  EXPECT_EQ(bare.entries.at(0).stream, (routing::Stream{BGW_MODE_QUOTE, 0}));
  EXPECT_EQ(bare.entries.at(1).stream, (routing::Stream{BGW_MODE_DEPTH, 5}));
}

TEST(Batch, SymbolAndExchangeDoNotComeFromTheFrame) {
  const Request r = batch_of(R"({"action":"subscribe","exchange":"N","symbols":[{"symbol":"A"}]})");
  EXPECT_EQ(code(r.entries.at(0)), "INVALID_PARAMETERS");
}

TEST(Batch, EachEntryIsJudgedByItself) {
  const Request r = batch_of(R"({"action":"subscribe","symbols":[{"symbol":"A","exchange":"N"},)"
                             R"(5,{"symbol":"","exchange":"N"},)"
                             R"({"symbol":"B","exchange":"N","mode":null},)"
                             R"({"symbol":"C","exchange":"N","mode":4,"depth_level":-6},)"
                             R"({"symbol":"D","exchange":"N","mode":4,"depth_level":50}]})");
  ASSERT_FALSE(r.error);
  ASSERT_EQ(r.entries.size(), 6U);
  EXPECT_EQ(code(r.entries[0]), "ok");
  EXPECT_EQ(code(r.entries[1]), "INVALID_PARAMETERS");
  EXPECT_EQ(code(r.entries[2]), "INVALID_PARAMETERS");
  EXPECT_EQ(code(r.entries[3]), "INVALID_MODE");
  EXPECT_EQ(code(r.entries[4]), "INVALID_DEPTH_LEVEL");
  EXPECT_EQ(code(r.entries[5]), "ok");
  EXPECT_EQ(r.entries[3].mode_json, "null");
  EXPECT_EQ(r.entries[4].depth_json, "-6");
}

TEST(Batch, AnEmptyOrUnlistedOneIsRefusedWhole) {
  for (const char* symbols : {"[]", "{}", "\"A\"", "null", "5"}) {
    const Request r = batch_of(std::string(R"({"action":"subscribe","symbols":)") + symbols + '}');
    ASSERT_TRUE(r.error) << symbols;
    EXPECT_EQ(r.error->code, "INVALID_PARAMETERS");
    EXPECT_TRUE(r.entries.empty());
  }
}

TEST(Batch, BeyondTheLimitIsRefusedWithBothNumbers) {
  const std::string entry = R"({"symbol":"A","exchange":"N"})";
  const auto frame = [&](int count) {
    std::string list;
    for (int i = 0; i < count; ++i) list += (i == 0 ? "" : ",") + entry;
    return R"({"action":"subscribe","symbols":[)" + list + "]}";
  };
  const RequestLimits limits{.symbols_per_request = 3};
  EXPECT_EQ(parse_request(frame(3), limits).entries.size(), 3U);
  const Request r = parse_request(frame(4), limits);
  ASSERT_TRUE(r.error);
  EXPECT_EQ(r.error->code, "SUBSCRIPTION_LIMIT");
  EXPECT_EQ(r.error->message, "A request may name at most 3 symbols, this one names 4: send it in parts");
  EXPECT_TRUE(r.entries.empty());
}

TEST(Batch, FiveThousandAreTaken) {
  std::string list;
  for (int i = 0; i < 5000; ++i)
    list += (i == 0 ? "" : ",") + std::string(R"({"symbol":"S)") + std::to_string(i) + R"(","exchange":"NSE"})";
  const Request r = batch_of(R"({"action":"unsubscribe","symbols":[)" + list + "]}");
  ASSERT_FALSE(r.error);
  EXPECT_EQ(r.entries.size(), 5000U);
  EXPECT_EQ(r.entries.back().symbol, "S4999");
}

TEST(Id, AStringOrAnIntegerIsEchoedAsSent) {
  const auto id = [](const std::string& value) { return batch_of(R"({"action":"ping","id":)" + value + '}').id_json; };
  EXPECT_EQ(id("7"), "7");
  EXPECT_EQ(id("9007199254740992"), "9007199254740992");
  EXPECT_EQ(id("-9007199254740992"), "-9007199254740992");
  EXPECT_EQ(id(R"("a\"b")"), R"("a\"b")");
  EXPECT_EQ(id("\"\""), "\"\"");
  EXPECT_EQ(id(R"("\uffff")"), "\"\xef\xbf\xbf\"") << "no character, and yet a text";
  EXPECT_EQ(id("\"\xef\xbf\xbf\",\"x\":1e400"), "\"\xef\xbf\xbf\"");
  EXPECT_EQ(id('"' + std::string(64, 'x') + '"'), '"' + std::string(64, 'x') + '"');
}

TEST(Id, AnythingElseIsAnError) {
  EXPECT_EQ(batch_of(R"({"action":"ping"})").id_json, "");
  EXPECT_FALSE(batch_of(R"({"action":"ping"})").error);
  for (const std::string& id :
       {std::string("null"), std::string("true"), std::string("1.5"), std::string("[1]"), std::string("{}"),
        std::string("9007199254740993"), std::string("-9007199254740993"), std::string("18446744073709551615"),
        std::string("1e400"), std::string(R"("\ud800")"), '"' + std::string(65, 'x') + '"'})
    for (const char* action : {R"("ping")", R"("list")", R"("subscribe","symbol":"A","exchange":"N")",
                               R"("subscribe","symbols":[{"symbol":"A","exchange":"N"}])", R"("unsubscribe_all")",
                               R"("search")", R"("get_broker_info")"}) {
      const Request r = batch_of(std::string(R"({"action":)") + action + R"(,"id":)" + id + "}");
      ASSERT_TRUE(r.error) << action << id;
      EXPECT_EQ(r.error->code, "INVALID_PARAMETERS") << action << id;
      EXPECT_EQ(r.id_json, "");
      EXPECT_TRUE(r.entries.empty());
    }
  const Request unknown = batch_of(R"({"action":"fly","id":null})");
  ASSERT_TRUE(unknown.error);
  EXPECT_EQ(unknown.error->code, "INVALID_ACTION") << "checked first";
}

TEST(Id, IsNoneOfAFrameThatIsNoJson) {
  for (const std::string& behind : {std::string(1, '\0'), std::string("x"), std::string(",")}) {
    const Request r = batch_of(R"({"action":"ping","id":5})" + behind);
    ASSERT_TRUE(r.error);
    EXPECT_EQ(r.error->code, "INVALID_JSON");
    EXPECT_EQ(r.id_json, "");
  }
}

TEST(Id, IsKnownOfARequestThatIsWrong) {
  EXPECT_EQ(batch_of(R"({"action":"fly","id":3})").id_json, "3");
  EXPECT_EQ(batch_of(R"({"action":"subscribe","id":"q"})").id_json, "\"q\"");
}

}  // namespace
}  // namespace gw::protocol
