// One broker as a whole: makes and joins the parts of its link, and watches the connections' feeds. Everything runs on
// the feed thread that serves it; only the counts are read from elsewhere.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ts/netfwd.hpp>

#include "core/base/result.hpp"
#include "core/plugin_host/connections.hpp"
#include "core/plugin_host/demand_reader.hpp"
#include "core/plugin_host/feed_renewal.hpp"
#include "core/plugin_host/feed_report.hpp"
#include "core/plugin_host/library.hpp"
#include "core/plugin_host/link_context.hpp"
#include "core/plugin_host/link_options.hpp"
#include "core/plugin_host/link_report.hpp"
#include "core/plugin_host/link_status.hpp"
#include "core/plugin_host/login_scheduler.hpp"
#include "core/registry/capabilities.hpp"
#include "core/transport/timers.hpp"

namespace gw::plugin_host {

class BrokerLink final : private ConnectionOwner {
 public:
  BrokerLink(boost::asio::io_context& io, std::shared_ptr<const Library> library, LinkOptions options,
             bus::Doorbell& routing_bell);
  ~BrokerLink();
  BrokerLink(const BrokerLink&) = delete;
  BrokerLink& operator=(const BrokerLink&) = delete;

  // Makes the first adapter object. An error: the settings are wrong or the plugin failed; the broker cannot be used. A
  // missing secret is no error: the link is then auth_expired. [before the feed thread starts]
  Result<void> prepare() { return connections_.first().create(); }
  const registry::Capabilities& capabilities() const { return connections_.first().capabilities(); }
  // The broker's rules for this account. [after prepare()]
  const registry::Limits& limits() const { return link_.limits(); }
  const std::string& name() const { return link_.options.name; }
  bus::Channel& channel() { return link_.channel; }
  const LinkCounts& counts() const { return link_.counts; }
  const std::shared_ptr<CallMark>& calls() const { return link_.calls; }
  std::int64_t stall_limit_ns() const { return link_.stall_limit_ns(); }
  // The number of a login that somebody asks for: counts().logins_settled reaches it when its outcome is known.
  std::uint64_t next_asked() { return link_.counts.next_asked(); }

  // ---- [feed]
  LinkReport report() const;
  void start();
  void stop();
  // New credentials: new adapter objects connect at once. `asked` is a number of next_asked(), or 0.
  void relogin(std::vector<AdapterSetting> settings, std::uint64_t asked = 0);
  // Logs in at once where the link has failed or waits to reconnect.
  void retry(std::uint64_t asked = 0);

 private:
  // ConnectionOwner
  void on_ready(BrokerConnection& connection) override;
  void on_lost(BrokerConnection& connection, const Loss& loss) override;

  void watch();
  void look();
  // Once all that was subscribed lately has an outcome, one line says what became of it.
  void report_round();

  LinkContext link_;
  Connections connections_;
  LinkStatus status_;
  LoginScheduler scheduler_;
  FeedReport report_;
  FeedRenewal renewal_;
  DemandReader demand_;
  transport::Timers timers_;  // timer 0: the feeds are looked at
  std::array<std::uint64_t, kLossReasons> losses_{};
};

}  // namespace gw::plugin_host
