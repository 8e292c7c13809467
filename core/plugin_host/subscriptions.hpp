// What one connection carries: handed to the adapter in batches, at the pace that the broker allows, and replayed after
// each login. Knows for each instrument whether the adapter may publish it, and what it was asked for. Thread: feed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "bgw/abi.h"
#include "core/plugin_host/adapter_object.hpp"
#include "core/plugin_host/connection_judges.hpp"
#include "core/plugin_host/link_context.hpp"
#include "core/plugin_host/lot_converter.hpp"
#include "core/plugin_host/subscription_round.hpp"
#include "core/plugin_host/unanswered.hpp"
#include "core/plugin_host/update_check.hpp"
#include "core/registry/capabilities.hpp"
#include "core/transport/timers.hpp"

namespace gw::plugin_host {

class Subscriptions {
 public:
  class Owner {
   public:
    // A request did not reach the broker: the login is over.
    virtual void on_unsent(const bgw_error& error, const std::string& why) = 0;

   protected:
    ~Owner() = default;
  };

  // `capabilities` are those of the adapter.
  Subscriptions(LinkContext& link, AdapterObject& object, ConnectionJudges& judges,
                const registry::Capabilities& capabilities, Owner& owner);

  std::size_t count() const { return carried_.size(); }
  // Queues them; the caller calls pump() next.
  void add(std::span<const std::uint32_t> instruments);
  // The instrument list says something else of them. Nothing changes in what is asked of the broker, unless the units
  // of prices or quantities are others: then the adapter is asked anew, in the new units.
  void describe(std::span<const std::uint32_t> instruments);
  // Unsubscribes at once: a subscription that the broker counts must be free before another one uses it.
  void remove(std::span<const std::uint32_t> instruments);
  // Carries all that another connection carries; replay() subscribes it.
  void take_over(const Subscriptions& other);
  // Ends these subscriptions at the broker and begins them anew.
  void ask_again(const std::vector<std::uint32_t>& instruments);
  // Hands over what waits, as much as the pace allows now.
  void pump();

  // ---- the login
  void begin_login() { is_ready_ = true; }
  void replay();
  void end_login();

  // ---- for each update
  bool is_live(std::uint32_t handle) const noexcept { return handle < asked_.size() && asked_[handle] != 0; }
  ValueRules rules_of(std::uint32_t handle) const noexcept {
    return {(asked_[handle] & kBelowZero) != 0, grids_[handle], exponents_[handle].price};
  }
  // The depth level that the adapter was asked for.
  std::uint32_t depth_of(std::uint32_t handle) const noexcept { return (asked_[handle] & kDepth) - 1U; }
  // The units of the values that the adapter publishes: those that it was told when it was last asked.
  Exponents exponents_of(std::uint32_t handle) const noexcept { return exponents_[handle]; }
  // Whether connections of the class carry packets of it.
  bool is_in_class(std::uint32_t handle, std::uint32_t connection_class) const noexcept {
    return (classes_[handle] >> connection_class & 1U) != 0;
  }
  // Data came of the instrument.
  void on_data(std::uint32_t handle, std::uint32_t modes) noexcept {
    if ((asked_[handle] & kUnanswered) == 0 || !unanswered_.is_answer(handle, modes)) return;
    ++round_.ticking;
    answered(handle);
  }
  // The broker's word has come.
  void on_confirmed(std::uint32_t handle) noexcept;
  void on_refused(std::uint32_t handle) noexcept;
  // Whether each subscription that was handed over lately has an outcome, so that round() is whole.
  bool is_round_over() const { return queue_.empty() && unanswered_.empty(); }
  // What became of the subscriptions since the last call.
  SubscriptionRound take_round() { return std::exchange(round_, {}); }
  std::size_t round_size() const { return round_.asked; }
  // The update in units; valid until the next call.
  const bgw_update& in_units(const bgw_update& update) {
    return lots_.has(update.tick->instrument) ? from_lots(update) : update;
  }

 private:
  enum Timer : std::uint32_t { kPace, kAnswers };

  const bgw_update& from_lots(const bgw_update& update);
  void answered(std::uint32_t handle) noexcept;
  std::size_t batch_size() const;
  bool hand_over(std::span<const std::uint32_t> instruments, bool awaits);
  void await_answers();
  void say_what_is_unanswered();
  void tell_news();
  void make_room(std::uint32_t handle);
  void note_rules(std::uint32_t handle, const Wanted& wanted);
  void note_wanted(std::uint32_t handle, const Wanted& wanted, std::int64_t now_ns);

  LinkContext& link_;
  AdapterObject& object_;
  ConnectionJudges& judges_;
  const registry::Capabilities& capabilities_;
  Owner& owner_;
  transport::Timers timers_;
  bool is_ready_ = false;  // logged in: requests reach the broker
  std::unordered_set<std::uint32_t> carried_;
  std::deque<std::uint32_t> queue_;  // to be subscribed, at the broker's pace
  std::unordered_set<std::uint32_t> queued_;
  std::int64_t next_batch_ns_ = 0;
  // By handle. 0: may not be published; else one more than the depth level that the adapter was asked for, with
  // kBelowZero where its exchange has prices of zero and below, and kUnanswered until an answer has come.
  static constexpr std::uint16_t kBelowZero = 0x8000;
  static constexpr std::uint16_t kUnanswered = 0x4000;
  static constexpr std::uint16_t kDepth = 0x3fff;
  std::vector<std::uint16_t> asked_;
  std::vector<Exponents> exponents_;   // by handle, as long as asked_
  std::vector<std::int64_t> grids_;    // the same: see ValueRules
  std::vector<std::uint8_t> classes_;  // by handle: bits of connection classes
  Unanswered unanswered_;
  SubscriptionRound round_;
  LotConverter lots_;
};

}  // namespace gw::plugin_host
