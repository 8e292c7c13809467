// The connections of one broker's link. Each number has the connection that serves, and at times another one that logs
// in beside it to replace it. Which of them are needed, and which may log in, is decided here. Thread: feed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/plugin_host/broker_connection.hpp"
#include "core/plugin_host/link_context.hpp"

namespace gw::plugin_host {

class Connections {
 public:
  Connections(LinkContext& link, ConnectionOwner& owner);

  // The first is always there, others while something is wanted of them.
  BrokerConnection& first() const { return *connections_.front(); }
  // The connection of a number, made when there is none.
  BrokerConnection& at(std::size_t number);
  // The connection of a number; null when there is none.
  BrokerConnection* find(std::size_t number) const { return connections_[number].get(); }
  std::size_t count() const { return connections_.size(); }
  void for_each(const std::function<void(BrokerConnection&)>& act) const;
  // " (connection 2 of 3, 17 instruments)" where there are several.
  std::string name_of(const BrokerConnection& connection) const;

  // The first connection is needed always, the others as long as they carry something.
  bool is_needed(const BrokerConnection& connection) const;
  bool any_unneeded() const;
  void close_unneeded();

  // The connection that should log in next; null: none should, or one of them is logging in.
  BrokerConnection* next_to_connect() const;
  // Whether all connections that were logged in are so again. A connection that opens for the first time is not waited
  // for.
  bool all_are_back() const;
  // Whether a login is under way, or about to be; `is_waiting`: the next login waits for its time.
  bool is_logging_in(bool is_waiting) const;

  // ---- logins beside the present connection
  // Whether the account has a free connection slot for such a login.
  bool has_free_slot() const;
  // Whether a new connection must wait because a login beside another one has the account's last slot for a moment.
  bool is_slot_borrowed() const;
  // Makes a connection beside the present one. Null: its adapter cannot be made, or has no credentials.
  BrokerConnection* begin_beside(std::size_t number);
  // The number of the connection beside which this one logs in; nothing when it logs in beside none.
  std::optional<std::size_t> number_beside(const BrokerConnection& connection) const;
  // The connection beside is logged in: it takes over what the present one carries, and the present one ends.
  void replace(std::size_t number);
  // Ends the connection beside soon, since it may be called from inside one of its callbacks.
  void drop_beside(std::size_t number);
  void drop_all_beside();

 private:
  std::shared_ptr<ConnectionJudges> make_judges() const;

  LinkContext& link_;
  ConnectionOwner& owner_;
  std::vector<std::unique_ptr<BrokerConnection>> connections_;       // by the connection's number in a demand
  std::map<std::size_t, std::unique_ptr<BrokerConnection>> beside_;  // by the same number
};

}  // namespace gw::plugin_host
