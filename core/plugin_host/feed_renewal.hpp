// Logs in anew for a feed that is silent or late. Where the account has a free connection slot, the login is made
// beside the present connection, so that what comes there meanwhile is not lost, and nothing is lost if the login is
// refused; else the present connection is ended first. Thread: feed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/liveness/login_turns.hpp"
#include "core/plugin_host/connections.hpp"
#include "core/plugin_host/feed_report.hpp"
#include "core/plugin_host/link_context.hpp"
#include "core/plugin_host/login_scheduler.hpp"

namespace gw::plugin_host {

class FeedRenewal {
 public:
  FeedRenewal(LinkContext& link, Connections& connections, LoginScheduler& logins, const FeedReport& report);

  // Logs in anew where a connection's feed needs it and the pause between such logins is over.
  void look(std::int64_t now_ns);
  // The login beside the present connection failed.
  void on_beside_lost(std::size_t number, const Loss& loss);

 private:
  void renew(std::size_t number, const std::string& why);

  LinkContext& link_;
  Connections& connections_;
  LoginScheduler& scheduler_;
  const FeedReport& report_;
  liveness::LoginTurns turns_;
  std::vector<liveness::LoginTurns::Connection> all_;  // scratch: a look allocates nothing
};

}  // namespace gw::plugin_host
