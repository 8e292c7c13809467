// What a watch of one instrument knows: made of the gateway's messages, read by the layout. Pure: the time is an
// argument. [any]
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "apps/gateway/terminal/line.hpp"
#include "apps/gateway/watch/watch_values.hpp"

namespace gw::app {

struct Now {
  double seconds = 0;      // never jumps
  std::string clock = {};  // local time with its zone, "14:05:01 IST"
};

struct Watched {
  std::string symbol;
  std::string exchange;
  std::string mode;  // "ltp", "quote" or "depth"
  int depth;         // levels asked for
};

// What the numbers are worth now, in a word or two.
struct Worth {
  Style style = Style::plain;
  std::string words;
  bool counts = true;  // false: the numbers may be old or wrong
};

class WatchState {
 public:
  explicit WatchState(Watched watched) : watched_(std::move(watched)) {}

  // ---- what happens
  void apply(const nlohmann::json& message, const Now& now);
  // The connection to the gateway is gone; another attempt follows.
  void lost(const std::string& why, const Now& now);
  // The gateway is there and has sent nothing for `seconds`, not even the answer to a ping; and it has again.
  void silent(int seconds, const Now& now);
  void answers(const Now& now);

  // ---- what is known
  const Watched& watched() const { return watched_; }
  const WatchValues& values() const { return values_; }
  Worth worth(const Now& now) const;
  const std::string& broker() const { return broker_; }  // that serves; empty: not known yet
  bool is_simulated() const { return simulated_; }
  // Fewer levels than asked for; nothing: as many as asked for.
  std::optional<int> granted_depth() const { return granted_; }
  const std::string& fallback() const { return fallback_; }  // why there are fewer
  // The last thing that happened beside the ticks, with its time of day; empty: nothing yet.
  const std::string& event() const { return event_; }

 private:
  void on_data(const nlohmann::json& message, const Now& now);
  void on_authentication(const nlohmann::json& message, const Now& now);
  void on_broker(const nlohmann::json& message, const Now& now);
  void on_feed(const nlohmann::json& message, const Now& now);
  void on_subscription(const nlohmann::json& message);
  void on_market(const nlohmann::json& message, const Now& now);
  void serve_from(const std::string& broker, const std::string& why, const Now& now);
  void note(const std::string& event, const Now& now);

  const Watched watched_;
  WatchValues values_;
  bool connected_ = false;      // to the gateway, and authenticated
  bool was_connected_ = false;  // once
  bool is_silent_ = false;
  std::string broker_;
  std::string broker_state_ = "connected";
  bool simulated_ = false;
  std::string feed_ = "live";
  std::string market_ = "open";
  std::string refusal_;      // by the broker; empty: none
  bool suspect_ = false;     // the values are from before a loss
  bool was_bad_ = false;     // until live values come again
  double restored_at_ = -1;  // when they did; below 0: they never were away
  std::optional<int> granted_;
  std::string fallback_;
  std::string event_;
};

}  // namespace gw::app
