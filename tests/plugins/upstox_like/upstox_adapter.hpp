// Upstox's market data feed V3: an HTTP request gives a one-time address, or the WebSocket's upgrade is redirected to
// it; requests are JSON in binary frames, answers are protobuf. Sources: upstox-python (market_data_feeder_v3.py),
// upstox-js-sdk 2.31.0 (src/feeder), upstox.com/developer/api-documentation ("Market Data Feed V3").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bgw/adapter.hpp"
#include "bgw/tokens.hpp"
#include "feed_message.hpp"

namespace upstox_like {

inline constexpr const char* kDefaultUrl = "wss://api.upstox.com/v3/feed/market-data-feed";
inline constexpr const char* kDefaultApiUrl = "https://api.upstox.com";

// The capabilities and limits of the two kinds of account; the descriptor has those of "plus" and "standard".
std::span<const bgw_capability> capabilities_of(bool plus);
bgw_limits limits_of(bool plus);

// All functions: [adapter]
class UpstoxAdapter final : public bgw::BaseBrokerAdapter {
 public:
  using BaseBrokerAdapter::BaseBrokerAdapter;

  void initialize() override;
  void connect() override;
  void disconnect() override;
  void subscribe(std::span<const bgw_subscription> wanted) override;
  void unsubscribe(std::span<const std::uint32_t> instruments) override;
  void on_open(std::uint32_t connection) override;
  void on_http(std::uint32_t id, const bgw::HttpResponse& response) override;
  bgw_status on_frame(std::uint32_t connection, std::uint32_t opcode, std::span<const std::byte> frame) override;
  bgw_status on_close(std::uint32_t connection, const bgw::Close& close) override;

 private:
  // What the connection has subscribed for an instrument key.
  struct Held {
    bool is_subscribed = false;
    RequestMode mode = RequestMode::kLtpc;
    bool is_confirmed = false;
    bgw_stream stream{};
    std::int32_t price_exponent = BGW_PRICE_EXPONENT;
    std::int64_t tick_size = 0;
    bool is_derivative = false;
  };
  class Update;

  RequestMode mode_for(const bgw_subscription& s) const;
  void send_request(std::string_view method, std::string_view mode, const std::vector<std::string>& keys);
  void open_feed(std::string_view address);
  void publish_feed(const Feed& feed);
  void add_book(const Feed& feed, Held& held, Update& update);
  void add_market_status(std::string_view key, Update& update);

  bool by_redirect_ = false;
  bool greeks_for_quotes_ = false;
  std::string url_, api_url_;
  std::int64_t authorize_timeout_ns_ = 0;
  std::uint32_t connection_ = 0;
  int redirects_ = 0;
  std::uint64_t requests_ = 0;
  bgw::TextTokenMap<Held> keys_;
  std::string key_;  // of the feed that is being published; keeps its memory
  FeedMessage message_;
  std::vector<bgw_level> bids_, asks_;
  struct SegmentStatus {
    std::uint32_t status = 0;
    bool is_new = false;  // not published yet
  };
  std::unordered_map<std::string, SegmentStatus> segments_;
};

}  // namespace upstox_like
