// What a broker's link shares with each of its connections: the plugin, the options, the channel to routing, the
// counts, the clock and what is wanted. A plain record of the link's, which outlives the connections. Thread: feed, but
// for the counts, which others read.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include <boost/asio/ts/netfwd.hpp>

#include "core/base/duration_histogram.hpp"
#include "core/bus/channel.hpp"
#include "core/download/http_client.hpp"
#include "core/plugin_host/call_mark.hpp"
#include "core/plugin_host/library.hpp"
#include "core/plugin_host/link_options.hpp"
#include "core/plugin_host/plugin_log.hpp"
#include "core/plugin_host/wall_clock.hpp"
#include "core/registry/limits.hpp"

namespace gw::plugin_host {

// What a failed call said, never empty.
std::string text_of(const bgw_error& error);

// What is wanted of one instrument.
struct Wanted {
  std::uint32_t mode;
  std::uint32_t depth_level;
  std::uint32_t connection;
  std::string symbol, exchange, broker_symbol, broker_exchange, token;
  std::int64_t tick_size = 0;
  std::int64_t lot_size = 0;
  Exponents exponents{};
  InstrumentKind kind = InstrumentKind::other;
};

struct LinkContext {
  LinkContext(boost::asio::io_context& loop, std::shared_ptr<const Library> plugin, LinkOptions link_options,
              bus::Doorbell& routing_bell);

  // The descriptor's, or what the adapter has set for this account.
  const registry::Limits& limits() const { return account_limits; }
  bus::UpdateWriter& writer() { return channel.writer(); }
  // Null: the instrument is not wanted.
  const Wanted* find_wanted(std::uint32_t instrument) const;
  // How long the feed of a connection that carries something may be silent.
  std::int64_t stall_limit_ns() const;
  // The time in which a frame of any kind must come.
  std::int64_t frame_limit_ns(bool carries_something) const;

  boost::asio::io_context& io;
  std::shared_ptr<const Library> library;
  LinkOptions options;
  registry::Limits account_limits;
  std::unique_ptr<bus::Channel> own_channel;  // null: options.shared has it
  bus::Channel& channel;
  std::shared_ptr<LinkCounts> kept_counts;
  LinkCounts& counts;
  const std::shared_ptr<PluginLog> log = std::make_shared<PluginLog>();
  const std::shared_ptr<CallMark> calls;  // the watchdog looks at it
  DurationHistogram lag;                  // from the exchange's time of live ticks to the reading of their frame
  WallClock clock;
  std::unordered_map<std::uint32_t, Wanted> wanted;  // by handle
  std::uint32_t last_login = options.first_login;    // grows with each login of any connection, as in UpdateRecord
  download::HttpClient http;                         // of all adapters
  std::function<void()> on_feed_news;                // called when what is known of some connection's feed has changed
};

}  // namespace gw::plugin_host
