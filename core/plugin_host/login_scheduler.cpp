#include "core/plugin_host/login_scheduler.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/base/log.hpp"
#include "core/base/text.hpp"

namespace gw::plugin_host {

LoginScheduler::LoginScheduler(LinkContext& link, Connections& connections, LinkStatus& status)
    : link_(link),
      connections_(connections),
      status_(status),
      policy_(link.options.reconnect, link.options.steady_ns,
              std::min(2 * link.stall_limit_ns(), link.options.reconnect.max_ns),
              link.options.jitter_seed ? *link.options.jitter_seed : std::random_device{}()),
      refusals_(link.options.refused_pauses_ns),
      timers_(
          link.io, [this](std::uint32_t id) { on_timer(id); }, link.options.make_alarm) {}

void LoginScheduler::start() {
  running_ = true;
  connect_next();
}

void LoginScheduler::stop() {
  running_ = false;
  refusals_.drop_question();
  timers_.cancel_all();
}

void LoginScheduler::on_timer(std::uint32_t id) {
  if (id == kReconnect) retry_at_ns_ = 0;
  if (id == kSecondLogin) halted_ = false;
  connect_next();
}

void LoginScheduler::start_over(std::uint64_t asked) {
  if (asked != 0) asked_ = asked;
  timers_.cancel(kReconnect);
  timers_.cancel(kSecondLogin);
  retry_at_ns_ = 0;
  halted_ = false;
  refused_once_ = false;
  refusals_.begin_anew();
  policy_.begin_anew();
  connect_next();
}

std::optional<std::string> LoginScheduler::missing_secret() const {
  for (const AdapterSetting& s : link_.options.settings)
    if (s.is_secret && s.is_missing) return s.key;
  return std::nullopt;
}

std::string LoginScheduler::after_a_new_login() const {
  return "; with new credentials, run: broker-gateway brokers relogin " + link_.options.name;
}

// One login at a time, so that a login that is refused is refused once.
void LoginScheduler::connect_next() {
  if (!running_ || halted_ || is_waiting()) return;
  BrokerConnection* next = connections_.next_to_connect();
  if (next == nullptr || connections_.is_slot_borrowed()) return;
  if (policy_.others_wait(link_.options.monotonic()) > 0) return wait_for_proof();
  begin(*next);
}

void LoginScheduler::wait_for_proof() {
  const std::int64_t wait = policy_.others_wait(link_.options.monotonic());
  if (!status_.is_connected())
    status_.set(bus::LinkState::reconnecting, "logged in again; if that lasts, the other connections follow");
  timers_.set(kFollow, wait);
}

void LoginScheduler::connect_soon() {
  boost::asio::post(link_.io, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) connect_next();
  });
}

void LoginScheduler::begin(BrokerConnection& connection) {
  if (!connection.exists())
    if (const auto created = connection.create(); !created)
      return halt(bus::LinkState::failed, created.error().message);
  if (const auto missing = missing_secret())
    return halt(bus::LinkState::auth_expired, *missing +
                                                  " is missing: log in at the broker, put it where gateway.yaml says, "
                                                  "then run: broker-gateway brokers relogin " +
                                                  link_.options.name);
  if (!connection.login_problem().empty())
    return halt(bus::LinkState::auth_expired, connection.login_problem() + after_a_new_login());
  // Two logins leave the link's state as it is: one of a further connection while the link works, and the second one
  // with refused credentials.
  if (refused_once_) return connection.connect();
  if (!status_.is_connected() || !connections_.first().is_ready())
    status_.set(ever_connected_ ? bus::LinkState::reconnecting : bus::LinkState::connecting,
                "connecting" + connections_.name_of(connection));
  connection.connect();
}

void LoginScheduler::on_ready(BrokerConnection& connection) {
  connection.was_lost = false;
  ever_connected_ = true;
  policy_.on_login(link_.options.monotonic());
  refusals_.on_login();
  say_connected();
  connect_soon();
}

void LoginScheduler::say_connected() {
  if (halted_ || !running_ || !connections_.all_are_back()) return;
  policy_.on_connected(link_.options.monotonic());
  refused_once_ = false;
  refusals_.begin_anew();
  status_.set(bus::LinkState::connected, "connected");
  settle();
}

void LoginScheduler::settle() {
  if (asked_ == 0) return;
  link_.counts.logins_settled.store(std::exchange(asked_, 0), std::memory_order_release);
}

void LoginScheduler::on_lost(const Loss& loss, const std::string& why) {
  switch (loss.status) {
    case BGW_E_AUTH:
      return refuse_credentials(why);
    case BGW_E_REFUSED:
      return wait_after_refusal(why);
    case BGW_E_FATAL:
    case BGW_E_UNSUPPORTED:
    case BGW_E_INVALID:
      return halt(bus::LinkState::failed,
                  why + "; to try again, run: broker-gateway brokers retry " + link_.options.name);
    default:
      return reconnect_later(loss, why);
  }
}

// Stops all logins. With bad credentials (auth_expired) all connections end too; otherwise open ones go on.
void LoginScheduler::halt(bus::LinkState state, const std::string& message, bool is_final) {
  halted_ = true;
  retry_at_ns_ = 0;
  timers_.cancel(kReconnect);
  status_.set_by_choice(false);
  status_.set(state, message);
  if (is_final) settle();
  if (state != bus::LinkState::auth_expired) return;
  refusals_.drop_question();
  connections_.drop_all_beside();
  connections_.for_each([](BrokerConnection& connection) { connection.disconnect(); });
}

// The broker may be wrong once, or a new login may take a moment to count: the credentials are tried a second time.
void LoginScheduler::refuse_credentials(const std::string& why) {
  const bool is_second = std::exchange(refused_once_, true);
  halt(bus::LinkState::auth_expired, why + after_a_new_login(), is_second);
  if (!is_second) timers_.set(kSecondLogin, link_.options.second_login_ns);
}

// The credentials may still be good: they are tried again, ever more slowly, and no try counts as one of the attempts.
void LoginScheduler::wait_after_refusal(const std::string& why) {
  if (halted_) return;
  const std::int64_t now = link_.options.monotonic();
  const std::int64_t pause = refusals_.add(why);
  retry_at(std::max(retry_at_ns_, now + pause), now, refusals_.why());
  ask_about_credentials();
}

void LoginScheduler::ask_about_credentials() {
  const std::int64_t now = link_.options.monotonic();
  if (!link_.options.ask_credentials || !refusals_.may_ask(now)) return;
  const std::weak_ptr<const void> wanted = refusals_.begin_question(now);
  // While the question is wanted, the link and this object live.
  const auto take = [this, wanted](const CredentialsAnswer& answer) {
    if (!wanted.expired()) on_credentials(answer);
  };
  link_.options.ask_credentials({link_.options.settings, wanted, [take, &io = link_.io](CredentialsAnswer answer) {
                                   boost::asio::post(io, [take, answer = std::move(answer)] { take(answer); });
                                 }});
}

void LoginScheduler::on_credentials(const CredentialsAnswer& answer) {
  refusals_.answered(answer);
  const std::string& name = link_.options.name;
  if (answer.verdict == BGW_E_AUTH) return halt(bus::LinkState::auth_expired, answer.text + after_a_new_login());
  if (answer.verdict != BGW_OK)
    return log::warning("broker", name + ": cannot find out whether the credentials are good: " + answer.text);
  if (!halted_ && is_waiting()) return retry_at(retry_at_ns_, link_.options.monotonic(), refusals_.why());
  // event: …: the broker's web interface accepts the token
  log::info("broker", name + ": " + answer.text);
}

void LoginScheduler::reconnect_later(const Loss& loss, const std::string& why) {
  if (halted_) return;
  const std::int64_t now = link_.options.monotonic();
  const std::int64_t least = loss.status == BGW_E_RATE ? loss.retry_after_ns : 0;
  // The loss of another connection has set a time already: this connection follows it.
  if (is_waiting()) return retry_at(std::max(retry_at_ns_, now + least), now, why);
  // For a login that the gateway ended itself, FeedRenewal has kept a pause before.
  const auto delay = loss.by_choice ? std::optional(least) : policy_.on_loss(now, {loss.silent, least, loss.lived_ns});
  if (!delay)
    return halt(bus::LinkState::failed, why + "; " + std::to_string(policy_.attempts_made()) +
                                            " attempts failed; to try again, run: broker-gateway brokers retry " +
                                            link_.options.name);
  if (*delay != 0) return retry_at(now + *delay, now, why);
  status_.set(bus::LinkState::reconnecting, why + "; trying again at once");
  connect_soon();
}

void LoginScheduler::retry_at(std::int64_t at_ns, std::int64_t now_ns, const std::string& why) {
  retry_at_ns_ = at_ns;
  const std::int64_t wait = std::max<std::int64_t>(0, at_ns - now_ns);
  status_.set(bus::LinkState::reconnecting, why + "; trying again in " + seconds_text(wait));
  timers_.set(kReconnect, wait);
}

}  // namespace gw::plugin_host
