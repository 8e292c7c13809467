#include "apps/gateway/watch/watch_state.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "apps/gateway/json_fields.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

constexpr double kRestoredSeconds = 15;  // how long "restored" is shown

std::string because(const std::string& why) { return why.empty() ? "" : ": " + why; }

// The words for a market that is not simply open; empty: it is.
std::string market_words(const std::string& status) {
  if (status == "closed") return "market closed";
  if (status == "halted") return "market halted";
  if (status == "pre_open") return "pre-open";
  if (status == "auction") return "auction";
  return "";
}

}  // namespace

void WatchState::apply(const Json& message, const Now& now) {
  const std::string type = text_field(message, "type");
  if (type == "market_data") on_data(message, now);
  if (type == "authentication") on_authentication(message, now);
  if (type == "broker_status") on_broker(message, now);
  if (type == "feed_status") on_feed(message, now);
  if (type == "subscription" || type == "subscription_status") on_subscription(message);
  if (type == "market_status") on_market(message, now);
  if (type == "error") {
    refusal_ = text_field(message, "message");
    was_bad_ = true;
    note("refused" + because(refusal_), now);
  }
  if (type == "slow" && text_field(message, "status") == "behind")
    note("this terminal is slow: some updates are left out", now);
  if (type == "closing") note("the gateway is shutting down", now);
}

void WatchState::lost(const std::string& why, const Now& now) {
  if (connected_ || !was_connected_) note("lost the gateway" + because(why), now);
  connected_ = is_silent_ = false;
  was_bad_ = true;
}

void WatchState::silent(int seconds, const Now& now) {
  is_silent_ = was_bad_ = true;
  note("the gateway has not answered for " + std::to_string(seconds) + " s", now);
}

void WatchState::answers(const Now& now) {
  is_silent_ = false;
  note("the gateway answers again", now);
}

void WatchState::on_authentication(const Json& message, const Now& now) {
  const bool again = was_connected_;
  connected_ = was_connected_ = true;
  // What the gateway said before is of an earlier connection: it says anew what is not well.
  feed_ = "live";
  market_ = "open";
  refusal_.clear();
  if (again) note("connected to the gateway again", now);
  serve_from(text_field(message, "broker"), "", now);
  simulated_ = message.value("simulated", false);
  if (const std::string status = text_field(message, "broker_status"); !status.empty()) broker_state_ = status;
}

void WatchState::serve_from(const std::string& broker, const std::string& why, const Now& now) {
  if (broker.empty() || broker == broker_) return;
  if (!broker_.empty()) {
    note("switched from broker " + broker_ + " to " + broker + because(why), now);
    feed_ = "live";
    broker_state_ = "connected";
  }
  broker_ = broker;
}

void WatchState::on_broker(const Json& message, const Now& now) {
  const std::string status = text_field(message, "status");
  if (status == "switched") return serve_from(text_field(message, "broker"), text_field(message, "message"), now);
  if (text_field(message, "broker") != broker_ || status == broker_state_) return;
  broker_state_ = status;
  if (status != "connected") was_bad_ = true;
  note("broker " + broker_ + ' ' + status + because(text_field(message, "message")), now);
}

void WatchState::on_feed(const Json& message, const Now& now) {
  if (text_field(message, "broker") != broker_) return;
  std::string status = text_field(message, "status");
  const Json exchanges = message.value("exchanges", Json::array());
  if (!exchanges.empty() && std::find(exchanges.begin(), exchanges.end(), watched_.exchange) == exchanges.end())
    status = "live";
  if (status == feed_) return;
  feed_ = status;
  if (status == "stale") was_bad_ = true;
  note("feed of broker " + broker_ + ' ' + status + because(text_field(message, "message")), now);
}

void WatchState::on_subscription(const Json& message) {
  refusal_ = text_field(message, "status") == "failed" ? text_field(message, "message") : "";
  if (!refusal_.empty()) was_bad_ = true;
  if (watched_.mode != "depth") return;
  const bool is_answer = text_field(message, "type") == "subscription";
  const int actual = message.value(is_answer ? "actual_depth" : "actual_depth_level", watched_.depth);
  granted_ = actual < watched_.depth ? std::optional(actual) : std::nullopt;
  fallback_ = granted_ ? text_field(message, "message") : "";
}

void WatchState::on_market(const Json& message, const Now& now) {
  if (text_field(message, "exchange") != watched_.exchange) return;
  const std::string status = text_field(message, "status");
  if (status == market_) return;
  const bool is_first = values_.age(now.seconds) == std::nullopt && event_.empty();
  market_ = status;
  if (!is_first) note("market " + watched_.exchange + ' ' + status, now);
}

void WatchState::on_data(const Json& message, const Now& now) {
  values_.apply(message, now.seconds);
  // An instrument that the first broker does not list comes from another one, of which no notice tells.
  serve_from(text_field(message, "broker"), "", now);
  simulated_ = message.value("simulated", false);
  if (watched_.mode == "depth") {
    const int actual = message.value("actual_depth_level", watched_.depth);
    granted_ = actual < watched_.depth ? std::optional(actual) : std::nullopt;
    fallback_ = granted_ ? text_field(message.at("data"), "broker_message") : "";
  }
  const bool snapshot = message.value("snapshot", false);
  suspect_ = message.value("suspect", false);
  if (suspect_) was_bad_ = true;
  if (snapshot || suspect_ || !was_bad_ || broker_state_ != "connected" || feed_ == "stale") return;
  was_bad_ = false;
  refusal_.clear();
  restored_at_ = now.seconds;
}

Worth WatchState::worth(const Now& now) const {
  if (is_silent_) return {Style::bad, "gateway does not answer", false};
  if (!connected_) return {Style::bad, was_connected_ ? "reconnecting" : "connecting", false};
  if (broker_state_ == "reconnecting" || broker_state_ == "connecting")
    return {Style::bad, "broker " + broker_state_, false};
  if (broker_state_ == "auth_expired") return {Style::bad, "login expired", false};
  if (broker_state_ != "connected") return {Style::bad, "broker " + broker_state_, false};
  if (!refusal_.empty()) return {Style::bad, "refused", false};
  if (feed_ == "stale") return {Style::bad, "stale", false};
  if (const std::string words = market_words(market_); !words.empty()) return {Style::warning, words};
  if (!values_.age(now.seconds)) return {Style::warning, "waiting for the first update"};
  if (suspect_) return {Style::warning, "suspect", false};
  if (feed_ == "quiet") return {Style::warning, "quiet"};
  if (restored_at_ >= 0 && now.seconds - restored_at_ < kRestoredSeconds) return {Style::good, "restored"};
  return {Style::good, "live"};
}

void WatchState::note(const std::string& event, const Now& now) { event_ = now.clock + "  " + event; }

}  // namespace gw::app
