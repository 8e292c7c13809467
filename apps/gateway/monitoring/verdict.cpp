#include "apps/gateway/monitoring/verdict.hpp"

#include <algorithm>
#include <utility>

#include "core/bus/next_step.hpp"

namespace gw::app {
namespace {

bool is_wanted(const BrokerView& broker) {
  return std::any_of(broker.feeds.begin(), broker.feeds.end(), [](const FeedView& feed) { return feed.served != 0; });
}

Problem link_problem(const BrokerView& broker, const std::string& exchange) {
  return {broker.name, exchange, bus::word(broker.state), broker.message, broker.next_step};
}

Problem feed_problem(const BrokerView& broker, const FeedView& feed) {
  return {broker.name, feed.exchange, bus::word(feed.state), feed.message, bus::next_step(feed.state)};
}

void judge_feed(const BrokerView& broker, const FeedView& feed, Verdict& verdict) {
  const bool is_stale = feed.state == bus::FeedState::stale && !feed.is_cut_off;
  const bool is_connected = broker.state == bus::LinkState::connected;
  // A feed is found stale only while its instruments trade, whatever the calendar says of the exchange as a whole.
  const bool is_in_session = broker.always_open || is_stale || feed.market != "closed";
  if (feed.served != 0 && is_in_session && !is_connected)
    verdict.problems.push_back(link_problem(broker, feed.exchange));
  else if (is_stale && is_connected)
    (feed.served != 0 ? verdict.problems : verdict.others).push_back(feed_problem(broker, feed));
}

}  // namespace

std::string Problem::text() const {
  return broker + (exchange.empty() ? "" : ", " + exchange) + ": " + status +
         (reason.empty() || reason == status ? "" : ": " + reason) + (next_step.empty() ? "" : "; next: " + next_step);
}

Verdict judge(const std::vector<BrokerView>& brokers, std::string database_problem) {
  Verdict verdict;
  verdict.database = std::move(database_problem);
  const bool any_wanted = std::any_of(brokers.begin(), brokers.end(), is_wanted);
  for (const BrokerView& broker : brokers) {
    const std::size_t before = verdict.problems.size();
    for (const FeedView& feed : broker.feeds) judge_feed(broker, feed, verdict);
    if (broker.state == bus::LinkState::connected || verdict.problems.size() != before) continue;
    if (!any_wanted && broker.is_active)
      verdict.problems.push_back(link_problem(broker, ""));
    else if (broker.enabled)
      verdict.others.push_back(link_problem(broker, ""));
  }
  return verdict;
}

}  // namespace gw::app
