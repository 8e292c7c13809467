// What routing wants of a broker: taken from the ring, remembered, and given to the connection that routing chose.
// Thread: feed.
#pragma once

#include <memory>

#include "core/plugin_host/connections.hpp"
#include "core/plugin_host/feed_report.hpp"
#include "core/plugin_host/link_context.hpp"
#include "core/plugin_host/link_status.hpp"
#include "core/plugin_host/login_scheduler.hpp"
#include "core/transport/timers.hpp"

namespace gw::plugin_host {

class DemandReader {
 public:
  DemandReader(LinkContext& link, Connections& connections, LoginScheduler& scheduler, const LinkStatus& status,
               FeedReport& report);
  ~DemandReader();

  void start();
  void stop();

 private:
  struct Bell;

  void wait_for_bell();
  void take();
  void remember(const bus::Demand& demand);
  void close_unneeded();

  LinkContext& link_;
  Connections& connections_;
  LoginScheduler& scheduler_;
  const LinkStatus& status_;
  FeedReport& report_;
  std::unique_ptr<Bell> bell_;
  bool running_ = false;
  bool is_close_set_ = false;                                   // the timer that closes unneeded connections is set
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // tells handlers whether `this` still lives
  transport::Timers timers_;
};

}  // namespace gw::plugin_host
