#include "core/plugin_host/feed_renewal.hpp"

#include <random>

#include "core/base/log.hpp"

namespace gw::plugin_host {

// Brokers rarely allow one account more. A link that has more allocates once, at its next look.
constexpr std::size_t kExpectedConnections = 8;

FeedRenewal::FeedRenewal(LinkContext& link, Connections& connections, LoginScheduler& logins, const FeedReport& report)
    : link_(link),
      connections_(connections),
      scheduler_(logins),
      report_(report),
      turns_(link.options.jitter_seed ? *link.options.jitter_seed : std::random_device{}()) {
  all_.reserve(kExpectedConnections);
}

void FeedRenewal::look(std::int64_t now_ns) {
  all_.clear();
  for (std::size_t number = 0; number < connections_.count(); ++number)
    if (const BrokerConnection* c = connections_.find(number))
      for (const auto& judge : c->judges()->all()) all_.push_back({number, judge.get(), c->is_ready()});
  const auto turn = turns_.next(all_, now_ns);
  if (!turn || connections_.is_logging_in(scheduler_.is_waiting()) || scheduler_.is_halted()) return;
  turns_.on_login(*turn, now_ns);
  renew(turn->number, turn->market->exchange() + ": " + report_.text_of(*turn->market));
}

void FeedRenewal::renew(std::size_t number, const std::string& why) {
  link_.counts.recycles.fetch_add(1, std::memory_order_relaxed);
  if (connections_.has_free_slot()) {
    log::warning("broker",
                 link_.options.name + ": logging in again on a second connection, beside the present one: " + why);
    if (BrokerConnection* beside = connections_.begin_beside(number)) return beside->connect();
  }
  connections_.find(number)->recycle(why);
}

void FeedRenewal::on_beside_lost(std::size_t number, const Loss& loss) {
  connections_.drop_beside(number);
  BrokerConnection& present = *connections_.find(number);
  const std::string why = "the login on a second connection failed: " + loss.why;
  if (loss.status == BGW_E_AUTH) return scheduler_.refuse_credentials(why);
  // The present connection was lost meanwhile too.
  if (present.is_idle()) return scheduler_.reconnect_later(loss, why);
  // Other programs have the account's other slots, or the broker wants a pause. That is no reason to end a connection
  // on which some exchange lives.
  if (loss.status == BGW_E_RATE && !present.judges()->any_lives()) {
    log::warning("broker", link_.options.name + ": " + why + "; ending the present connection and logging in again");
    return present.recycle(why);
  }
  log::warning("broker", link_.options.name + ": " + why + "; the present connection goes on");
  scheduler_.connect_soon();
}

}  // namespace gw::plugin_host
