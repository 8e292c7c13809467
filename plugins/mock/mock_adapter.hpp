// The mock broker: no network, values that the seed determines, at the pace that the settings ask for.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "bgw/adapter.hpp"
#include "mock_market.hpp"
#include "mock_pacer.hpp"

namespace mock {

// A real adapter opens a socket in connect, logs in in on_open and turns bytes into ticks in on_frame. This one has
// timers in their place; settings, capabilities, subscriptions and publishing are as in every other. All functions:
// [adapter]
class MockAdapter final : public bgw::BaseBrokerAdapter {
 public:
  using BaseBrokerAdapter::BaseBrokerAdapter;

  void initialize() override;
  void connect() override;
  void disconnect() override;
  void subscribe(std::span<const bgw_subscription> wanted) override;
  void unsubscribe(std::span<const std::uint32_t> instruments) override;
  bgw_status on_frame(std::uint32_t connection, std::uint32_t opcode, std::span<const std::byte> frame) override;
  void on_timer(std::uint32_t id) override;

 private:
  MockMarket* market(std::uint64_t token);
  void emit(const Feed& feed, std::int64_t time_ns) const;
  void schedule(std::int64_t now);

  std::uint64_t seed_ = 1;
  MockPacer pacer_;
  std::int64_t planned_ns_ = 0;  // of the next burst
  // By token; made when first subscribed. Markets outlive subscriptions and connections, so that a walk goes on where
  // it stopped.
  std::unordered_map<std::uint64_t, std::unique_ptr<MockMarket>> markets_;
};

}  // namespace mock
