// A quarter past nine: everything that a client holds changes at once.
#include <future>

#include <gtest/gtest.h>

#include "tests/proxy/shard_fixture.hpp"

namespace gw::proxy {
namespace {

constexpr std::uint32_t kInstruments = 9'000;

class OpeningBurst : public ShardTest, public testing::WithParamInterface<std::size_t> {
 protected:
  OpeningBurst() : ShardTest(4 << 20) {}  // the adapter's ring, as the gateway has it
  void subscribe(support::End& client, std::uint32_t begin, std::uint32_t end) {
    std::string entries;
    for (std::uint32_t i = begin; i < end; ++i)
      entries +=
          (entries.empty() ? R"({"symbol":")" : R"(,{"symbol":")") + symbol(i) + R"(","exchange":"NSE","mode":2})";
    say(client, R"({"action":"subscribe","symbols":[)" + entries + "]}");
    EXPECT_TRUE(next(client).starts_with(R"({"type":"subscription")"));
  }
};

TEST_P(OpeningBurst, OfNineThousandInstrumentsConflatesNothingForAClientThatReads) {
  Options options;
  options.shards = GetParam();
  start(options);
  list_instruments(kInstruments);
  support::End& client = authenticated();
  subscribe(client, 0, kInstruments / 2);
  subscribe(client, kInstruments / 2, kInstruments);
  constexpr int kRounds = 2;
  for (int round = 1; round <= kRounds; ++round)
    for (std::uint32_t i = 0; i < kInstruments; ++i) tick(i, round);
  ASSERT_TRUE(run_until([&] { return client.heard.messages.size() >= kRounds * kInstruments || client.heard.closed; }));
  std::promise<session::Ledger> out;
  proxy_->post([&] { proxy_->collect_ledger([&](const session::Ledger& sum) { out.set_value(sum); }); });
  const session::Ledger sum = out.get_future().get();
  EXPECT_EQ(sum.delivered, kRounds * kInstruments);
  EXPECT_EQ(sum.conflated, 0U);
  EXPECT_EQ(sum.lost, 0U);
}

INSTANTIATE_TEST_SUITE_P(Shards, OpeningBurst, testing::Values(1U, 3U));

}  // namespace
}  // namespace gw::proxy
