// The mock broker: no network, deterministic values, the pace that the settings ask for.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "bgw/adapter.hpp"
#include "mock_market.hpp"

namespace mock {

class MockAdapter final : public bgw::BaseBrokerAdapter {
 public:
  using BaseBrokerAdapter::BaseBrokerAdapter;

  void initialize() override;
  void connect() override;
  void disconnect() override;
  void subscribe(std::span<const bgw_subscription> wanted) override;
  void unsubscribe(std::span<const std::uint32_t> instruments) override;
  bgw_status on_frame(std::uint32_t, std::uint32_t, std::span<const std::byte>) override { return BGW_OK; }
  void on_timer(std::uint32_t id) override;

 private:
  struct Feed {
    std::uint32_t instrument;
    std::uint32_t mode;
    std::uint32_t levels;
    std::unique_ptr<MockMarket> market;
  };
  void emit(const Feed& feed) const;
  void schedule();

  std::uint64_t seed_ = 1;
  double per_second_ = 5;  // per symbol
  std::vector<Feed> feeds_;
  std::unordered_map<std::uint32_t, std::size_t> place_;  // handle -> feeds_
  std::unordered_map<std::uint64_t, std::unique_ptr<MockMarket>> resting_;  // by token: goes on where it stopped
  std::unordered_map<std::uint32_t, std::uint64_t> token_of_;
  std::size_t next_ = 0;       // whose turn it is
  double owed_ = 0;            // updates that are due
  std::int64_t last_ns_ = 0;   // when that was worked out
};

}  // namespace mock
