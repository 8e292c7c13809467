#include "tools/broker_sim/broker.hpp"

#include <algorithm>
#include <chrono>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <nlohmann/json.hpp>

#include "tools/broker_sim/random_drops.hpp"
#include "tools/broker_sim/session.hpp"
#include "tools/broker_sim/tcp_listener.hpp"

namespace sim {

Broker::Broker(boost::asio::io_context& io, std::unique_ptr<Protocol> protocol, Options options)
    : io_(io),
      protocol_(std::move(protocol)),
      options_(std::move(options)),
      drops_(std::make_unique<RandomDrops>(*this)) {}
Broker::~Broker() = default;

void Broker::adopt(gw::TcpSocket&& socket) {
  ++counts_.connections;
  if (fault_.handshake_delay.count() == 0) return answer(std::move(socket));
  const auto timer = std::make_shared<boost::asio::steady_timer>(io_, fault_.handshake_delay);
  timer->async_wait([this, timer, waiting = std::make_shared<gw::TcpSocket>(std::move(socket))](
                        const boost::system::error_code&) { answer(std::move(*waiting)); });
}

void Broker::answer(gw::TcpSocket&& socket) {
  if (fault_.half_open) {
    unanswered_.push_back(std::move(socket));
  } else {
    sessions_.push_back(std::make_unique<Session>(*this, ++last_id_, std::move(socket)));
  }
}

gw::Result<void> Broker::set_fault(Fault fault) {
  fault_ = std::move(fault);
  for (const auto& session : sessions_) session->obey(fault_);
  if (!fault_.half_open)
    for (gw::TcpSocket& socket : std::exchange(unanswered_, {})) answer(std::move(socket));
  drops_->run(fault_.drops_per_second, fault_.drops_seed);
  for (TcpListener* listener : listeners_)
    if (const auto done = listener->listen(!fault_.refuse_connections); !done) return done;
  return {};
}

std::int64_t Broker::exchange_time() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count() -
         static_cast<std::int64_t>(fault_.lag_seconds * 1000);
}

std::vector<Session*> Broker::open_sessions() const {
  std::vector<Session*> open;
  for (const auto& session : sessions_)
    if (session->is_open()) open.push_back(session.get());
  return open;
}

void Broker::remove(Session& session) {
  std::erase_if(sessions_, [&](const auto& s) { return s.get() == &session; });
}

std::optional<Refusal> Broker::refuse(const Login& login) {
  auto refusal = reason_to_refuse(login);
  if (!login.refusal) seen_.insert(login.credentials);
  if (fault_.upgrade && fault_.upgrade->left > 0 && --fault_.upgrade->left == 0) fault_.upgrade.reset();
  if (refusal) {
    ++counts_.logins_refused;
    ++counts_.refused_by_status[refusal->answer.status];
  } else {
    ++counts_.logins;
  }
  return refusal;
}

bool Broker::takes(const Login& login) {
  if (login.refusal) return false;
  seen_.insert(login.credentials);
  return !is_dead(login);
}

bool Broker::is_dead(const Login& login) const {
  return dead_.contains(login.credentials) || (options_.logins != nullptr && !options_.logins->accepts(login));
}

gw::Result<ServedList> Broker::list() const {
  return read_list(*protocol_, options_.instruments_file, std::chrono::system_clock::now());
}

std::optional<Refusal> Broker::reason_to_refuse(const Login& login) const {
  if (fault_.upgrade) return refusal_by_fault();
  if (login.refusal) return login.refusal;
  if (is_dead(login)) return protocol_->refusal(protocol_->expired_status());
  const std::size_t limit = fault_.connections_limit != 0 ? fault_.connections_limit : protocol_->connections_allowed();
  const auto held = std::count_if(sessions_.begin(), sessions_.end(),
                                  [&](const auto& s) { return s->is_admitted() && s->account() == login.account; });
  if (static_cast<std::size_t>(held) >= limit) return protocol_->refusal(429);
  return std::nullopt;
}

Refusal Broker::refusal_by_fault() const {
  const UpgradeFault& by = *fault_.upgrade;
  if (!by.raw.empty()) return {{.status = status_in(by.raw), .body = by.raw, .verbatim = true, .stays = by.stays}, {}};
  const Refusal own = protocol_->refusal(by.status);
  const auto is_given = [&](std::string_view name) {
    return std::any_of(by.headers.begin(), by.headers.end(), [&](const auto& h) { return same_name(h.name, name); });
  };
  std::vector<gw::websocket::Header> headers;
  if (!is_given("Content-Type"))
    headers.push_back({"Content-Type", !by.content_type.empty() ? by.content_type
                                       : by.body                ? "text/plain"
                                                                : own.answer.content_type});
  if (!by.body)
    for (const auto& header : own.headers)
      if (!is_given(header.name)) headers.push_back(header);
  headers.insert(headers.end(), by.headers.begin(), by.headers.end());
  const std::string& body = by.body ? *by.body : own.answer.body;
  Refusal refusal{{.status = by.status,
                   .body = http_text(by.status, headers, body, by.unfinished),
                   .verbatim = true,
                   .stays = by.stays || by.unfinished != Unfinished::no},
                  {}};
  if (by.unfinished == Unfinished::endless) refusal.again = chunk(body.empty() ? std::string(100, '.') : body);
  return refusal;
}

void Broker::reset_counts() {
  counts_ = {};
  count_peaks();
}

void Broker::count_peaks() {
  std::size_t open = 0;
  for (const Session* session : open_sessions()) {
    ++open;
    counts_.max_instruments = std::max(counts_.max_instruments, session->feed().instruments());
  }
  counts_.most_open = std::max(counts_.most_open, open);
}

}  // namespace sim
