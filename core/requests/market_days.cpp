#include "core/requests/market_days.hpp"

#include <utility>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/bus/records.hpp"
#include "core/instruments/list_age.hpp"
#include "core/protocol/notices.hpp"

namespace gw::requests {

MarketDays::MarketDays(routing::Router& router, Clients& clients, Notifier& notifier)
    : router_(router),
      clients_(clients),
      notifier_(notifier),
      calendar_(std::make_shared<const calendar::Calendar>()) {}

// Where the status has changed since it was told last, all clients that follow the exchange are told, this one too.
void MarketDays::tell(Subscriber& client, const std::string& exchange) {
  if (!client.extras || !client.markets.insert(exchange).second) return;
  const Market now = market(exchange);
  if (const auto told = markets_.find(exchange); told != markets_.end() && told->second.status != now.status)
    return tell_changes();
  markets_[exchange] = now;
  client.send(protocol::market_status(exchange, now.status, now.source));
}

namespace {

// The word for BGW_MARKET_*; empty: there is none.
std::string_view word_of(std::int32_t said) {
  constexpr std::string_view kWords[] = {"", "pre_open", "open", "auction", "halted", "closed"};
  return said > 0 && said < static_cast<std::int32_t>(std::size(kWords)) ? kWords[said] : "";
}

}  // namespace

// The status is what a broker says, or else the calendar's, unless the ticks say otherwise.
MarketDays::Market MarketDays::market(const std::string& exchange) const {
  for (routing::BrokerId id = 0; id < router_.brokers().size(); ++id) {
    const upstream::MarketFeed* feed = router_.brokers()[id].feeds().find(exchange);
    if (feed != nullptr && !word_of(feed->said).empty()) return {word_of(feed->said), "broker"};
  }
  const calendar::MarketStatus status = calendar_->status(exchange, wall_ns());
  if (status == calendar::MarketStatus::open && router_.is_halted(exchange)) return {"halted", "feed"};
  if (status == calendar::MarketStatus::closed && router_.ticks_steadily(exchange)) return {"open", "feed"};
  return {calendar::word(status), "calendar"};
}

void MarketDays::tell_changes() {
  for (auto& [exchange, told] : markets_) {
    Market now = market(exchange);
    if (now.status == told.status) continue;
    // It is open again because it ticks.
    if (told.status == "halted" && told.source == "feed" && now.status == "open" && now.source == "calendar")
      now.source = "feed";
    told = now;
    const std::string text = protocol::market_status(exchange, now.status, now.source);
    clients_.for_each_open([&, name = std::string_view(exchange)](Subscriber& client) {
      if (client.markets.contains(name)) client.send(text);
    });
  }
}

void MarketDays::set_calendar(std::shared_ptr<const calendar::Calendar> calendar) {
  calendar_ = std::move(calendar);
  days_second_ = 0;
  look_at_days(wall_ns());
}

void MarketDays::look_at_days(std::int64_t wall) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  if (wall / kSecond == days_second_) return;
  days_second_ = wall / kSecond;
  router_.set_expiries(expiries(wall));
  for (const calendar::Exchange& exchange : calendar_->exchanges) {
    for (std::size_t id = 0; id < router_.brokers().size(); ++id)
      warn_of_old_list(static_cast<routing::BrokerId>(id), exchange.name, wall);
  }
}

void MarketDays::warn_of_old_list(routing::BrokerId id, const std::string& exchange, std::int64_t wall) {
  const routing::Broker& table = router_.brokers()[id];
  if (!table.available() || table.index() == nullptr || !table.setup().capabilities.has_exchange(exchange)) return;
  const instruments::ListInfo& list = table.index()->list();
  std::string text = instruments::old_list_warning(list, *calendar_, exchange, wall);
  if (text.empty()) return;
  OldList& old = old_lists_[id];
  if (old.generation == list.generation && old.text == text) return;
  old = {list.generation, std::move(text)};
  // event: …: the instrument list is not today's
  log::warning("instruments", table.setup().name + ": " + old.text);
  notifier_.tell_users_of(id, protocol::broker_status(table.setup().name, bus::word(table.state()), old.text, wall));
}

std::string MarketDays::list_warning(routing::BrokerId id) const {
  const auto old = old_lists_.find(id);
  const auto& index = router_.brokers()[id].index();
  return old == old_lists_.end() || index == nullptr || index->generation() != old->second.generation
             ? std::string()
             : old->second.text;
}

}  // namespace gw::requests
