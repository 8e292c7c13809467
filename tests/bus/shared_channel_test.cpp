// A channel whose two sides lie over one piece of shared memory, each mapped for itself, as two processes have it.
#include <array>

#include <unistd.h>

#include <gtest/gtest.h>

#include "core/bus/channel.hpp"
#include "core/bus/shared_memory.hpp"

namespace gw::bus {
namespace {

constexpr std::size_t kHead = 64;
constexpr std::size_t kRing = sizeof(RingHeader) + 4096;

struct Head {
  std::atomic<bool> routing_rung{false};
  std::atomic<bool> adapter_rung{false};
};

Channel::Shared layout(const SharedMemory& memory) {
  auto& head = *reinterpret_cast<Head*>(memory.bytes().data());
  return {memory.bytes().subspan(kHead, kRing), memory.bytes().subspan(kHead + kRing, kRing), head.routing_rung,
          head.adapter_rung};
}

bool rings(Doorbell& bell) {
  std::uint64_t count = 0;
  return ::read(bell.descriptor(), &count, sizeof count) == sizeof count;
}

class SharedChannel : public testing::Test {
 protected:
  SharedMemory ours_ = std::move(*SharedMemory::make("test", kHead + 2 * kRing));
  SharedMemory theirs_ = std::move(*SharedMemory::join(::dup(ours_.descriptor())));
  Doorbell bell_;  // of routing, which other channels ring too
  Channel routing_{layout(ours_)};
  Doorbell bell_over_there_{::dup(bell_.descriptor()), layout(theirs_).routing_rung};
  Channel adapter_{layout(theirs_), bell_over_there_, ::dup(routing_.adapter_bell().descriptor())};
};

TEST_F(SharedChannel, WhatTheOneSideWritesTheOtherReads) {
  adapter_.writer().link(LinkState::connected, "here");
  ASSERT_FALSE(routing_.updates().empty());
  const auto* record = reinterpret_cast<const LinkRecord*>(routing_.updates().front().data());
  EXPECT_EQ(record->state, LinkState::connected);
  EXPECT_STREQ(record->message, "here");
  routing_.updates().release();
  EXPECT_TRUE(adapter_.updates().empty());
  Demand demand;
  demand.instrument = 7;
  demand.mode = 1;
  demand.symbol = "INFY";
  ASSERT_TRUE(put_demand(routing_.demand(), demand));
  EXPECT_EQ(view_demand(adapter_.demand().front()).symbol, "INFY");
}

TEST_F(SharedChannel, ARecordThatIsNoneIsNotHandedOverAndNothingAfterIt) {
  for (std::uint32_t instrument = 1; instrument <= 3; ++instrument) adapter_.writer().released(instrument);
  std::array<std::span<const std::byte>, 8> records;
  ASSERT_EQ(adapter_.updates().peek(records), 3U);
  const_cast<std::byte*>(records[1].data())[0] = std::byte{99};  // its kind
  EXPECT_EQ(routing_.peek(records), 1U);
  EXPECT_TRUE(routing_.updates().is_broken());
  routing_.updates().release(1);
  EXPECT_EQ(routing_.peek(records), 0U);
}

TEST_F(SharedChannel, TheBellRingsOnceUntilRoutingLooksAndThenAgain) {
  adapter_.writer().released(1);
  EXPECT_TRUE(rings(bell_));
  adapter_.writer().released(2);
  EXPECT_FALSE(rings(bell_)) << "routing has not looked yet";
  routing_.answer();
  adapter_.writer().released(3);
  EXPECT_TRUE(rings(bell_));
  bell_.ring();
  EXPECT_TRUE(rings(bell_)) << "the bell of the others is not silenced by this writer";
}

TEST_F(SharedChannel, RoutingRingsTheAdapter) {
  routing_.adapter_bell().ring();
  EXPECT_TRUE(rings(adapter_.adapter_bell()));
  routing_.adapter_bell().ring();
  EXPECT_FALSE(rings(adapter_.adapter_bell()));
  adapter_.adapter_bell().answer();
  routing_.adapter_bell().ring();
  EXPECT_TRUE(rings(adapter_.adapter_bell()));
}

}  // namespace
}  // namespace gw::bus
