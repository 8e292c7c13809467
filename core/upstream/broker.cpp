#include "core/upstream/broker.hpp"

namespace gw::upstream {

Broker::Broker(BrokerSetup setup) : setup_(std::move(setup)), routes_(feeds_), demand_(routes_, setup_.limits) {
  routes_.set_tokens_per_exchange(setup_.tokens_per_exchange);
}

void Broker::attach(BrokerSetup setup) {
  setup_ = std::move(setup);
  routes_.set_tokens_per_exchange(setup_.tokens_per_exchange);
  demand_.begin_anew(setup_.limits);
  state_ = bus::LinkState::disconnected;
  state_message_.clear();
  started_ = by_choice_ = false;
}

void Broker::detach(std::string why, std::string next_step) {
  suspect_order_ = order_;
  setup_.channel = nullptr;
  setup_.unavailable = std::move(why);
  setup_.next_step = std::move(next_step);
  state_ = bus::LinkState::disconnected;
  state_message_ = setup_.unavailable;
  hang_.clear();
  by_choice_ = false;
  feeds_.forget();
  demand_.forget_adapter();
}

std::unique_ptr<Successor> Broker::succeed(std::int64_t now_ns) {
  std::unique_ptr<Successor> next = std::move(successor_);
  setup_ = std::move(next->setup());
  routes_.set_tokens_per_exchange(setup_.tokens_per_exchange);
  if (!hang_.empty()) end_hang(now_ns);
  demand_.hand_over(next->told());
  for (MarketFeed& feed : feeds_.all()) feed.connections.clear();
  set_state(next->state(), next->message(), false, now_ns);
  next->told().clear();
  return next;
}

void Broker::set_index(std::shared_ptr<const instruments::Index> index) {
  for (const RouteHandle handle : routes_.set_index(std::move(index))) demand_.describe_again(handle);
  has_list_news_ = true;
}

bool Broker::take_news() {
  const bool freed = demand_.take_freed();
  return std::exchange(has_list_news_, false) || freed;
}

void Broker::set_state(bus::LinkState state, std::string message, bool by_choice, std::int64_t now_ns) {
  if (state_ == bus::LinkState::connected && state != state_) suspect_order_ = order_;
  if (state == bus::LinkState::connected && state != state_) {
    connected_since_ns_ = now_ns;
    for (MarketFeed& feed : feeds_.all()) feed.connections.clear();
  }
  state_ = state;
  state_message_ = std::move(message);
  by_choice_ = by_choice;
  started_ = true;
}

void Broker::set_feed(const bus::FeedRecord& record, std::int64_t now_ns) {
  MarketFeed& feed = feeds_[feeds_.at(record.exchange)];
  if (feed.link_says) {
    feed.link_says = FeedVerdict{record.state, record.evidence, record.since_ns, record.message};
    return;
  }
  if (record.state == bus::FeedState::stale) feed.suspect_order = order_;
  if (feed.state == bus::FeedState::stale && record.state != feed.state) feed.well_since_ns = now_ns;
  feed.state = record.state;
  feed.evidence = record.evidence;
  feed.since_ns = record.since_ns;
  feed.message = record.message;
  feed.judged_ns = now_ns;
  if (record.state == bus::FeedState::live) feed.last_live_ns = now_ns;
}

std::uint64_t Broker::suspect_order(const Route& route) const {
  const MarketFeed& feed = feeds_[route.market];
  if (!is_connected() || feed.state == bus::FeedState::stale) return order_;
  return std::max(suspect_order_, feed.suspect_order);
}

void Broker::begin_hang(std::int64_t since_ns, const std::string& message, std::int64_t now_ns) {
  hang_ = message;
  feeds_.begin_hang(since_ns, message, now_ns);
  for (MarketFeed& feed : feeds_.all()) feed.suspect_order = order_;
}

void Broker::end_hang(std::int64_t now_ns) {
  hang_.clear();
  feeds_.end_hang(now_ns);
}

// A broker that has said nothing yet, or is connecting, may serve in a moment.
bool Broker::hopeless() const {
  if (!available()) return true;
  if (!hang_.empty() && !is_connected()) return true;
  if (!started_ || state_ == bus::LinkState::connecting || by_choice_) return false;
  return !is_connected();
}

}  // namespace gw::upstream
