// Tick path, stop 6 of 6. Previous: core/routing/router_updates.cpp.
#include "core/proxy/client_session.hpp"

#include <boost/asio/ip/tcp.hpp>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/bus/records.hpp"
#include "core/proxy/shard.hpp"
#include "core/proxy/wire/answers.hpp"
#include "core/proxy/wire/notices.hpp"

namespace gw::proxy {
namespace {

constexpr int kBadAuthentication = 4401;
constexpr int kStoppedReading = 4000;

}  // namespace

ClientSession::ClientSession(Shard& shard, routing::SessionId id, TcpSocket&& socket)
    : shard_(shard),
      id_(id),
      connection_(websocket::Connection::accept(std::move(socket), shard.websocket_options(), *this)),
      opened_ns_(monotonic_ns()) {}

ClientSession::~ClientSession() = default;

std::string ClientSession::describe() const {
  std::string text = "client " + std::to_string(id_) + " (" + connection_->remote_address();
  if (account_) text += ", user " + account_->user;
  return text + ')';
}

void ClientSession::deliver(routing::TopicId topic, std::string_view frame) noexcept {
  if (closing_) {
    ++lost_;
  } else if (late_.empty() && connection_->room() > frame.size() + reserve() && connection_->append_frames(frame)) {
    ++delivered_;
    shard_.touch(*this);
  } else {
    if (late_.empty()) fall_behind();
    late_.add(topic);
  }
}

void ClientSession::send(std::string_view json) {
  if (closing_) return;
  if (connection_->send(websocket::Opcode::text, json)) {
    shard_.touch(*this);
    return;
  }
  log::warning("proxy", describe() + " does not read its answers: its output is full, closed with 4000");
  close(kStoppedReading, "output full");
}

void ClientSession::close(int code, std::string_view reason) {
  if (closing_) return;
  closing_ = true;
  if (account_) shard_.leave(*this);
  newest_.clear();
  statuses_.clear();
  lose_late();
  connection_->close(code, reason);
  shard_.touch(*this);
}

void ClientSession::sweep(std::int64_t now, std::int64_t wall) {
  if (closing_) return;
  const ShardOptions& o = shard_.options();
  if (!account_) {
    if (connection_->is_open() && now - opened_ns_ > o.authentication_timeout_ns)
      refuse_authentication("AUTHENTICATION_REQUIRED", "First message must be authentication with API key");
    return;
  }
  if (account_->expires_ns != 0 && wall > account_->expires_ns) {
    log::info("proxy", describe() + ": its key expired, closed with 4401");
    close(kBadAuthentication, "key expired");
    return;
  }
  if (has_stopped_reading(now)) {
    log::warning("proxy", describe() + " has taken no byte for " +
                              std::to_string(o.slow_client_close_ns / 1'000'000'000) + " s, closed with 4000");
    close(kStoppedReading, "stopped reading");
    return;
  }
  if (ping_sent_ns_ != 0) {
    if (last_frame_ns_ >= ping_sent_ns_) {
      ping_sent_ns_ = 0;
    } else if (connection_->backlog() != 0) {
      ping_sent_ns_ = now;  // the ping itself may stand behind unsent output
    } else if (now - ping_sent_ns_ > o.ping_timeout_ns) {
      log::info("proxy", describe() + " did not answer a ping, closed with 1011");
      close(1011, "ping timeout");
    }
  } else if (now - last_ping_ns_ > o.ping_interval_ns) {
    last_ping_ns_ = now;
    ping_sent_ns_ = now;
    connection_->ping();
    shard_.touch(*this);
  }
}

void ClientSession::on_open() {
  opened_ns_ = last_frame_ns_ = last_ping_ns_ = progress_ns_ = monotonic_ns();
  log::info("proxy", describe() + " connected");
}

void ClientSession::on_control_frame() { last_frame_ns_ = monotonic_ns(); }

void ClientSession::on_drained() {
  if (!newest_.empty() || !statuses_.empty() || !late_.empty()) shard_.touch(*this);
}

void ClientSession::on_closed(const websocket::CloseInfo& info) {
  if (opened_ns_ != 0 && info.code != 0)
    log::info("proxy", describe() + " disconnected: " + std::to_string(info.code) +
                           (info.reason.empty() ? "" : " " + info.reason));
  lose_late();
  if (account_ && !closing_) shard_.leave(*this);
  closing_ = true;
  shard_.remove(*this);
}

void ClientSession::on_message(websocket::Opcode opcode, std::string_view payload) {
  if (closing_) return;
  last_frame_ns_ = monotonic_ns();
  if (opcode == websocket::Opcode::binary) {
    close(1003, "text frames only");
    return;
  }
  if (!account_) {
    authenticate(payload);
  } else {
    shard_.in_turn([&] { handle(wire::parse_request(payload, {shard_.options().symbols_per_request})); });
  }
}

void ClientSession::refuse_authentication(std::string_view code, std::string_view message) {
  log::info("proxy", describe() + " refused: " + std::string(message) + ", closed with 4401");
  send(wire::error(code, message));
  close(kBadAuthentication, "authentication");
}

void ClientSession::authenticate(std::string_view payload) {
  const wire::Request request = wire::parse_request(payload, {});
  if (request.action != wire::Action::authenticate || request.api_key.empty()) {
    refuse_authentication("AUTHENTICATION_REQUIRED", "First message must be authentication with API key");
    return;
  }
  account_ = shard_.keys().check(request.api_key, wall_ns());
  if (!account_) {
    refuse_authentication("INVALID_API_KEY", "Invalid API key");
    return;
  }
  extras_ = request.extras;
  lineup_ = shard_.lineup_of(*account_);
  const routing::Lineup& lineup = shard_.router().lineup(lineup_);
  const routing::BrokerTable& table = shard_.router().broker(lineup.broker());
  shard_.router().open(id_, lineup_, extras_ ? routing::Variant::extras : routing::Variant::plain,
                       shard_.options().subscriptions_per_client);
  log::info("proxy", describe() + " authenticated, served by broker " + table.setup().name);
  const wire::AuthenticatedExtras extras{account_->user, table.setup().name, bus::word(table.state()), lineup.epoch};
  send(wire::authenticated(extras_ ? &extras : nullptr, request.id_json));
  if (!extras_) return;
  send(wire::broker_status(table.setup().name, bus::word(table.state()),
                           table.available() ? table.state_message() : table.setup().unavailable, wall_ns()));
  if (table.feed().stale) send(wire::feed_status(table.setup().name, true, table.feed().since_ns));
}

void ClientSession::handle(const wire::Request& r) {
  if (r.error && r.action != wire::Action::authenticate) {
    send(wire::error(r.error->code, r.error->message, r.id_json));
    return;
  }
  routing::Router& router = shard_.router();
  const routing::BrokerTable& table = router.broker(router.broker_of(id_));
  switch (r.action) {
    case wire::Action::subscribe:
      subscribe(r);
      return;
    case wire::Action::unsubscribe:
      unsubscribe(r);
      return;
    case wire::Action::unsubscribe_all:
      newest_.clear();
      statuses_.clear();
      in_statuses_.clear();
      lose_late();
      send(wire::unsubscribed_all(router.unsubscribe_all(id_), r.id_json));
      return;
    case wire::Action::list:
      send(wire::held_streams(router, id_, r.id_json));
      return;
    case wire::Action::ping:
      send(wire::pong(wall_ns(), r.id_json));
      return;
    case wire::Action::search:
      search(r);
      return;
    case wire::Action::get_broker_info:
      send(wire::broker_info(table.setup().name, bus::word(table.state()), table.setup().capabilities, r.id_json));
      return;
    case wire::Action::authenticate:
      send(wire::error("INVALID_ACTION", "Invalid action: authenticate", r.id_json));
      return;
    case wire::Action::invalid:
      return;
  }
}

void ClientSession::subscribe(const wire::Request& r) {
  routing::Router& router = shard_.router();
  const wire::Context context{router.broker(router.broker_of(id_)).setup().name, extras_, r.id_json,
                              shard_.options().subscriptions_per_client};
  std::vector<routing::Outcome> outcomes;
  outcomes.reserve(r.entries.size());
  for (const wire::Entry& e : r.entries) {
    outcomes.push_back(e.error ? routing::Outcome{} : router.subscribe(id_, e.symbol, e.exchange, e.stream));
    const routing::Outcome& o = outcomes.back();
    if (e.error || o.code != routing::Code::ok || !log::enabled(log::Level::info)) continue;
    if (o.is_new)
      log::info("proxy", describe() + " subscribed to " + e.symbol + '.' + e.exchange + " mode " + e.mode_text);
    if (o.is_new && e.stream.mode == BGW_MODE_DEPTH && o.actual_depth != e.stream.depth_level)
      log::info("proxy", "fallback: " + e.symbol + '.' + e.exchange + " depth " + std::to_string(o.actual_depth) +
                             " instead of " + std::to_string(e.stream.depth_level));
  }
  send(r.batch ? wire::batch("subscription", r.entries, outcomes, context)
               : wire::subscribed(r.entries.front(), outcomes.front(), context));
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (r.entries[i].error || outcomes[i].code != routing::Code::ok) continue;
    if (!outcomes[i].refusal.empty())
      send(wire::refused(router.topic(outcomes[i].topic), outcomes[i].refusal, extras_));
    queue_newest(outcomes[i].topic);
    queue_status(outcomes[i].topic);
    tell_market(r.entries[i].exchange);
  }
}

void ClientSession::unsubscribe(const wire::Request& r) {
  routing::Router& router = shard_.router();
  const wire::Context context{router.broker(router.broker_of(id_)).setup().name, extras_, r.id_json, 0};
  std::vector<routing::Outcome> outcomes;
  outcomes.reserve(r.entries.size());
  for (const wire::Entry& e : r.entries) {
    outcomes.push_back(e.error ? routing::Outcome{} : router.unsubscribe(id_, e.symbol, e.exchange, e.stream));
    if (!e.error && outcomes.back().code == routing::Code::ok && log::enabled(log::Level::info))
      log::info("proxy", describe() + " unsubscribed from " + e.symbol + '.' + e.exchange + " mode " + e.mode_text);
  }
  lose_what_is_left();
  send(r.batch ? wire::batch("unsubscription", r.entries, outcomes, context)
               : wire::unsubscribed(r.entries.front(), outcomes.front(), context));
}

void ClientSession::search(const wire::Request& r) {
  const routing::BrokerTable& table = shard_.router().broker(shard_.router().broker_of(id_));
  std::vector<instruments::InstrumentView> found;
  if (table.available() && table.index() != nullptr) found = table.index()->search(r.text, r.exchange, r.limit);
  send(wire::found_instruments(found, r.id_json));
}

}  // namespace gw::proxy
