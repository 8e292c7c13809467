// How a link's connections begin, end and begin again, one after the other.
#include "core/plugin_host/broker_link.hpp"

#include <algorithm>
#include <random>

#include <boost/asio/post.hpp>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/plugin_host/broker_link_bell.hpp"

namespace gw::plugin_host {
namespace {

constexpr std::size_t kUpdateRing = 1 << 22;
constexpr std::size_t kDemandRing = 1 << 20;

}  // namespace

BrokerLink::BrokerLink(boost::asio::io_context& io, std::shared_ptr<const Library> library, LinkOptions options,
                       bus::Doorbell& routing_bell)
    : io_(io),
      library_(std::move(library)),
      options_(std::move(options)),
      channel_(kUpdateRing, kDemandRing, routing_bell),
      adapter_bell_(std::make_unique<Bell>(io, channel_.adapter_bell().descriptor())),
      wall_(options_.wall(), options_.monotonic()),
      policy_(options_.reconnect, options_.steady_ns,
              std::min(2 * stall_limit_of(*library_, options_), options_.reconnect.max_ns),
              options_.jitter_seed ? *options_.jitter_seed : std::random_device{}()),
      refusals_(options_.refused_pauses_ns),
      login_turns_(options_.jitter_seed ? *options_.jitter_seed : std::random_device{}()),
      timers_(
          io, [this](std::uint32_t id) { on_timer(id); }, options_.make_alarm) {
  connection(0);
}

BrokerLink::~BrokerLink() = default;

Result<void> BrokerLink::prepare() { return connections_.front()->create(); }

void BrokerLink::start() {
  running_ = true;
  wait_for_bell();
  watch();
  connect_next();
}

void BrokerLink::stop() {
  running_ = false;
  refusals_.drop_question();
  timers_.cancel_all();
  adapter_bell_->stream.cancel();
  drop_successors();
  for (const auto& connection : connections_)
    if (connection != nullptr) connection->stop();
}

void BrokerLink::relogin(std::vector<AdapterSetting> settings) {
  options_.settings = std::move(settings);
  drop_successors();
  for (const auto& connection : connections_)
    if (connection != nullptr) connection->destroy();
  refusals_.forget();
  start_over();
}

void BrokerLink::retry() {
  if (state_ != bus::LinkState::failed && state_ != bus::LinkState::reconnecting) return;
  start_over();
}

void BrokerLink::on_timer(std::uint32_t id) {
  switch (id) {
    case kReconnect:
      retry_at_ns_ = 0;
      return connect_next();
    case kFollow:
      return connect_next();
    case kSecondLogin:
      halted_ = false;
      return connect_next();
    case kIdle:
      return close_idle();
    default:
      look();
      return watch();
  }
}

void BrokerLink::start_over() {
  timers_.cancel(kReconnect);
  timers_.cancel(kSecondLogin);
  retry_at_ns_ = 0;
  halted_ = false;
  refused_once_ = false;
  refusals_.begin_anew();
  policy_.begin_anew();
  connect_next();
}

std::optional<std::string> BrokerLink::missing_secret() const {
  for (const AdapterSetting& s : options_.settings)
    if (s.is_secret && s.is_missing) return s.key;
  return std::nullopt;
}

// One login at a time, so that a login that is refused is refused once.
void BrokerLink::connect_next() {
  if (!running_ || halted_ || retry_at_ns_ != 0) return;
  AdapterInstance* next = nullptr;
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    const auto& connection = connections_[i];
    if (connection == nullptr) continue;
    if (connection->state() == AdapterInstance::State::connecting) return;
    // One that logs in beside takes the place of the old one, also where that is lost meanwhile.
    if (connection->state() == AdapterInstance::State::idle && next == nullptr && is_needed(*connection) &&
        !successors_.contains(i))
      next = connection.get();
  }
  if (next == nullptr || is_place_borrowed()) return;
  if (policy_.others_wait(options_.monotonic()) > 0) return wait_for_proof();
  begin(*next);
}

void BrokerLink::wait_for_proof() {
  const std::int64_t wait = policy_.others_wait(options_.monotonic());
  if (state_ != bus::LinkState::connected)
    set_state(bus::LinkState::reconnecting, "logged in again; if that lasts, the other connections follow");
  timers_.set(kFollow, wait);
}

// The first connection is kept, the others as long as they carry something.
bool BrokerLink::is_needed(const AdapterInstance& connection) const {
  return &connection == connections_.front().get() || connection.carried() != 0;
}

// Not from inside what a connection says of itself.
void BrokerLink::connect_soon() {
  boost::asio::post(io_, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) connect_next();
  });
}

void BrokerLink::begin(AdapterInstance& connection) {
  if (!connection.exists())
    if (const auto created = connection.create(); !created)
      return halt(bus::LinkState::failed, created.error().message);
  if (const auto missing = missing_secret())
    return halt(bus::LinkState::auth_expired,
                *missing +
                    " is missing: log in, put it where gateway.yaml says, then: broker-gateway brokers relogin " +
                    options_.name);
  if (!connection.login_problem().empty())
    return halt(bus::LinkState::auth_expired,
                connection.login_problem() + "; after a new login: broker-gateway brokers relogin " + options_.name);
  // A further connection takes nothing from a link that works, and refused credentials are not good again by being
  // tried.
  if (refused_once_) return connection.connect();
  if (state_ != bus::LinkState::connected || connections_.front()->state() != AdapterInstance::State::ready)
    set_state(ever_connected_ ? bus::LinkState::reconnecting : bus::LinkState::connecting,
              "connecting" + place_of(connection));
  connection.connect();
}

// " (connection 2 of 3)" where there are several.
std::string BrokerLink::place_of(const AdapterInstance& connection) const {
  if (connections_.size() == 1) return {};
  std::size_t place = 0;
  while (connections_[place].get() != &connection) ++place;
  return " (connection " + std::to_string(place + 1) + " of " + std::to_string(connections_.size()) + ", " +
         std::to_string(connection.carried()) + (connection.carried() == 1 ? " instrument)" : " instruments)");
}

void BrokerLink::on_ready(AdapterInstance& connection) {
  if (const auto number = find_successor(connection)) take_its_place(*number);
  connection.was_lost = false;
  ever_connected_ = true;
  policy_.on_login(options_.monotonic());
  refusals_.on_login();
  say_connected();
  connect_soon();
}

// Where all that were connected are so again. One that opens for the first time takes nothing from the others.
void BrokerLink::say_connected() {
  if (halted_ || !running_ || connections_.front()->state() != AdapterInstance::State::ready) return;
  const bool all = std::all_of(connections_.begin(), connections_.end(), [this](const auto& c) {
    return c == nullptr || c->state() == AdapterInstance::State::ready || !c->was_lost || !is_needed(*c);
  });
  if (!all) return;
  policy_.on_connected(options_.monotonic());
  refused_once_ = false;
  refusals_.begin_anew();
  set_state(bus::LinkState::connected, "connected");
}

void BrokerLink::on_lost(AdapterInstance& connection, const Loss& loss) {
  if (!running_) return;
  if (const auto number = find_successor(connection)) return on_successor_lost(*number, loss);
  connection.was_lost = true;
  by_choice_ = loss.by_choice;
  if (loss.silent) counts_.recycles.fetch_add(1, std::memory_order_relaxed);
  tell_feeds();
  const std::string why = loss.why + place_of(connection);
  switch (loss.status) {
    case BGW_E_AUTH:
      return refuse_credentials(why);
    case BGW_E_REFUSED:
      return wait_after_refusal(why);
    case BGW_E_FATAL:
    case BGW_E_UNSUPPORTED:
    case BGW_E_INVALID:
      return halt(bus::LinkState::failed, why + "; to go on: broker-gateway brokers retry " + options_.name);
    default:
      return reconnect_later(loss, why);
  }
}

// No further login. Without credentials nothing stays connected; elsewhere what is connected still may go on.
void BrokerLink::halt(bus::LinkState state, const std::string& message) {
  halted_ = true;
  retry_at_ns_ = 0;
  timers_.cancel(kReconnect);
  by_choice_ = false;
  set_state(state, message);
  if (state != bus::LinkState::auth_expired) return;
  refusals_.drop_question();
  drop_successors();
  for (const auto& connection : connections_)
    if (connection != nullptr) connection->disconnect();
}

// By the broker's own word, which may be wrong once, or a login take a moment to count.
void BrokerLink::refuse_credentials(const std::string& why) {
  halt(bus::LinkState::auth_expired, why + "; after a new login: broker-gateway brokers relogin " + options_.name);
  if (!std::exchange(refused_once_, true)) timers_.set(kSecondLogin, options_.second_login_ns);
}

// The credentials may be as good as ever: tried again, ever more slowly, and never counted as one of the attempts.
void BrokerLink::wait_after_refusal(const std::string& why) {
  if (halted_) return;
  const std::int64_t now = options_.monotonic();
  const std::int64_t pause = refusals_.add(why);
  retry_at(std::max(retry_at_ns_, now + pause), now, refusals_.why());
  ask_about_credentials();
}

void BrokerLink::ask_about_credentials() {
  const std::int64_t now = options_.monotonic();
  if (!options_.ask_credentials || !refusals_.is_question_due(now)) return;
  const std::weak_ptr<const void> wanted = refusals_.begin_question(now);
  // A question that is still wanted has its link.
  const auto take = [this, wanted](const CredentialsAnswer& answer) {
    if (!wanted.expired()) on_credentials(answer);
  };
  options_.ask_credentials({options_.settings, wanted, [take, &io = io_](CredentialsAnswer answer) {
                              boost::asio::post(io, [take, answer = std::move(answer)] { take(answer); });
                            }});
}

void BrokerLink::on_credentials(const CredentialsAnswer& answer) {
  refusals_.answered(answer);
  if (answer.verdict == BGW_E_AUTH)
    return halt(bus::LinkState::auth_expired,
                answer.text + "; after a new login: broker-gateway brokers relogin " + options_.name);
  if (answer.verdict != BGW_OK)
    return log::warning("broker", options_.name + ": cannot find out whether the credentials are good: " + answer.text);
  const std::int64_t now = options_.monotonic();
  if (!halted_ && retry_at_ns_ != 0) return retry_at(retry_at_ns_, now, refusals_.why());
  log::info("broker", options_.name + ": " + answer.text);
}

void BrokerLink::reconnect_later(const Loss& loss, const std::string& why) {
  if (halted_) return;
  const std::int64_t now = options_.monotonic();
  const std::int64_t least = loss.status == BGW_E_RATE ? loss.retry_after_ns : 0;
  // Another connection's loss has its attempt due already: this one follows it.
  if (retry_at_ns_ == 0) {
    // What the gateway ended itself has had its pause before.
    const auto delay =
        loss.by_choice ? std::optional(least) : policy_.on_loss(now, {loss.silent, least, loss.lived_ns});
    if (!delay)
      return halt(bus::LinkState::failed, why + "; " + std::to_string(policy_.attempts_made()) +
                                              " attempts failed; to go on: broker-gateway brokers retry " +
                                              options_.name);
    if (*delay == 0) {
      set_state(bus::LinkState::reconnecting, why + "; trying again at once");
      return connect_soon();
    }
    retry_at(now + *delay, now, why);
  } else {
    retry_at(std::max(retry_at_ns_, now + least), now, why);
  }
}

void BrokerLink::retry_at(std::int64_t at_ns, std::int64_t now_ns, const std::string& why) {
  retry_at_ns_ = at_ns;
  const std::int64_t wait = std::max<std::int64_t>(0, at_ns - now_ns);
  set_state(bus::LinkState::reconnecting, why + "; trying again in " + seconds_text(wait));
  timers_.set(kReconnect, wait);
}

void BrokerLink::set_state(bus::LinkState state, const std::string& message) {
  if (state == state_ && message == message_) return;
  state_ = state;
  message_ = message;
  counts_.state.store(static_cast<std::uint32_t>(state), std::memory_order_relaxed);
  if (state == bus::LinkState::connected) by_choice_ = false;
  const bool good = state == bus::LinkState::connected || state == bus::LinkState::connecting;
  log::write(good ? log::Level::info : log::Level::warning, "broker",
             options_.name + ": " + bus::word(state) + (message == bus::word(state) ? "" : ": " + message));
  channel_.writer().link(state, log::redacted(message), by_choice_);
}

}  // namespace gw::plugin_host
