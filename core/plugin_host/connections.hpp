// The connections of one broker's link, each in its slot: the one that serves there, and at times another that logs in
// beside it to take its place. Which of them are needed, and which may log in, is counted here. Thread: feed.
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
  BrokerConnection& first() const { return *slots_.front(); }
  // Made when it is not there.
  BrokerConnection& at(std::size_t slot);
  // By slot; null where there is none.
  BrokerConnection* find(std::size_t slot) const { return slots_[slot].get(); }
  std::size_t slot_count() const { return slots_.size(); }
  void for_each(const std::function<void(BrokerConnection&)>& act) const;
  // " (connection 2 of 3, 17 instruments)" where there are several.
  std::string name_of(const BrokerConnection& connection) const;

  // The first connection is needed always, the others as long as they carry something.
  bool is_needed(const BrokerConnection& connection) const;
  bool any_unneeded() const;
  void close_unneeded();

  // The one that should log in next; null: none, or one of them is at it.
  BrokerConnection* next_to_connect() const;
  // Whether all that were logged in are so again. One that opens for the first time takes nothing from the others.
  bool all_are_back() const;
  // Whether a login is under way, or about to be; `is_waiting`: no login is made before its time has come.
  bool is_logging_in(bool is_waiting) const;

  // ---- logins beside the present connection of a slot
  // Whether the account has a connection slot for one.
  bool has_free_slot() const;
  // Whether a connection that is wanted newly must wait for the slot that a login beside another one has for a moment.
  bool is_slot_borrowed() const;
  // Makes a connection beside the present one. Null: its adapter cannot be made, or has no credentials.
  BrokerConnection* begin_beside(std::size_t slot);
  // The slot of a connection that logs in beside the present one.
  std::optional<std::size_t> slot_beside(const BrokerConnection& connection) const;
  // It is logged in: what the present one carries is subscribed there, and the present one goes.
  void take_its_place(std::size_t slot);
  // Ends it soon, not from inside what it says of itself.
  void drop_beside(std::size_t slot);
  void drop_all_beside();

 private:
  std::shared_ptr<liveness::FeedJudge> make_judge() const;

  LinkContext& link_;
  ConnectionOwner& owner_;
  std::vector<std::unique_ptr<BrokerConnection>> slots_;             // by the number that demand carries
  std::map<std::size_t, std::unique_ptr<BrokerConnection>> beside_;  // by the same number
};

}  // namespace gw::plugin_host
