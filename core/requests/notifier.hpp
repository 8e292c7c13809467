// Tells the clients, by notices, whatever routing says of their topics and brokers. Live updates do not pass here.
// [routing]
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/requests/catch_up.hpp"
#include "core/requests/clients.hpp"
#include "core/routing/ports.hpp"
#include "core/routing/router.hpp"

namespace gw::requests {

class Notifier final : public routing::SessionPort {
 public:
  explicit Notifier(Clients& clients) : clients_(clients) {}
  // The router is made with this as its port, and so after it. Called before the router says anything.
  void connect(const routing::Router& router, CatchUp& catch_up) {
    router_ = &router;
    catch_up_ = &catch_up;
  }

  void refused(routing::SessionId session, const routing::TopicInfo& topic, std::string_view reason) override;
  void ended(routing::SessionId session, const routing::TopicInfo& topic, const routing::Gone& why) override;
  void subscription_changed(routing::TopicId topic, std::span<const routing::SessionId> sessions) override;
  void broker_changed(routing::BrokerId broker) override;
  void feed_changed(routing::BrokerId broker) override;
  void switched(routing::GroupId group, std::string_view why) override;
  void renumbered(routing::GroupId group) override;

  // Sends `text` to each client with extras that the broker serves.
  void tell_users_of(routing::BrokerId broker, const std::string& text);

 private:
  void tell_epoch(routing::GroupId group, std::string_view why);
  struct ToldFeed {
    std::string_view status = "live";
    std::vector<std::string> exchanges;
  };

  const routing::Router* router_ = nullptr;
  CatchUp* catch_up_ = nullptr;
  Clients& clients_;
  std::map<routing::BrokerId, ToldFeed> told_feeds_;
};

}  // namespace gw::requests
