// Tick path, stop 2 of 6. Previous: core/transport/ws_client.cpp. Next: core/plugin_host/adapter_instance.cpp.
#include "angel_adapter.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#include "angel_exchanges.hpp"

namespace angel {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kPingPeriod = 10 * kSecond;  // as the official clients do; the server wants one in 30 s
constexpr std::uint32_t kPingTimer = 1;
constexpr std::size_t kMostAsked = 512;  // requests whose error may still come
constexpr std::array<Mode, 4> kModes = {Mode::kLtp, Mode::kQuote, Mode::kSnapQuote, Mode::kDepth20};

constexpr std::uint32_t bit(Mode mode) { return 1U << static_cast<std::uint32_t>(mode); }

// One mode a token, the richest; 20 levels come without the price of a trade, so that SnapQuote goes with them.
std::uint32_t modes_of(const bgw_subscription& s) {
  if (s.mode == BGW_MODE_LTP) return bit(Mode::kLtp);
  if (s.mode == BGW_MODE_QUOTE) return bit(Mode::kQuote);
  return s.depth_level > 5 ? bit(Mode::kSnapQuote) | bit(Mode::kDepth20) : bit(Mode::kSnapQuote);
}

bgw_stream stream_of_mode(std::uint32_t handle, Mode mode) {
  switch (mode) {
    case Mode::kLtp:
      return {handle, BGW_MODE_LTP, 0, 0};
    case Mode::kQuote:
      return {handle, BGW_MODE_QUOTE, 0, 0};
    case Mode::kSnapQuote:
      return {handle, BGW_MODE_DEPTH, 5, 0};
    default:
      return {handle, BGW_MODE_DEPTH, 20, 0};
  }
}

// Values that mean nothing for what is computed and not traded.
void strip_trades(bgw_tick& t) {
  t.present &= BGW_HAS_LTP | BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW | BGW_HAS_CLOSE | BGW_HAS_EXCHANGE_TIME;
}

}  // namespace

void AngelAdapter::initialize() { url_ = setting("url").value_or(kDefaultUrl); }

// The token as the login gave it: with or without "Bearer " before, both are in use.
void AngelAdapter::connect() {
  held_.clear();
  handles_.clear();
  asked_.clear();
  load_ = deep_ = 0;
  using Header = std::pair<std::string, std::string>;
  connection_ = websocket_open(url_, std::array{Header("Authorization", setting("jwt_token").value_or("")),
                                                Header("x-api-key", setting("api_key").value_or("")),
                                                Header("x-client-code", setting("client_code").value_or("")),
                                                Header("x-feed-token", setting("feed_token").value_or(""))});
}

void AngelAdapter::disconnect() {
  if (connection_ != 0) websocket_close(connection_);
  connection_ = 0;
}

void AngelAdapter::on_open(std::uint32_t) {
  set_timer(kPingTimer, kPingPeriod);
  ready();
}

void AngelAdapter::on_timer(std::uint32_t) {
  if (connection_ == 0) return;
  send_text(connection_, "ping");
  set_timer(kPingTimer, kPingPeriod);
}

// What ends goes first. A token that changes its mode gets the new one before it loses the old one, so that no tick is
// missed, unless the connection has no room for both.
void AngelAdapter::subscribe(std::span<const bgw_subscription> wanted) {
  Changes end;
  Changes begin;
  Changes replaced;
  std::uint32_t added = 0;
  for (const bgw_subscription& s : wanted) {
    const std::uint8_t type = exchange_type(s.broker_exchange);
    std::uint64_t token = 0;
    if (type == 0 || !parse_token(s.token, std::strlen(s.token), token)) {
      refuse(stream_of(s), BGW_E_INVALID,
             std::string("its instrument list has it as token '") + s.token + "' of segment '" + s.broker_exchange +
                 "', expected a number and a segment that Angel streams");
      continue;
    }
    Held& held = held_[s.instrument];
    const Instrument instrument{type, token};
    const std::uint32_t modes = modes_of(s);
    const bool moved = held.instrument != instrument;
    const bool was_ours = moved && let_go(s.instrument, held.instrument);
    for (const Mode mode : kModes) {
      const bool had = (held.modes & bit(mode)) != 0;
      const bool wants = (modes & bit(mode)) != 0;
      const auto number = static_cast<std::uint32_t>(mode);
      if (had && (moved ? was_ours : !wants))
        (moved ? end : replaced)[number].push_back({s.instrument, held.instrument});
      if (wants && (moved || !had)) {
        begin[number].push_back({s.instrument, instrument});
        ++added;
      }
    }
    set_modes(held, modes);
    held.instrument = instrument;
    held.is_index = std::string_view(s.exchange).ends_with("_INDEX");
    held.is_deep = (modes & bit(Mode::kDepth20)) != 0;
    handles_[token_key(type, token)] = s.instrument;
  }
  std::uint32_t dropped = 0;
  for (const auto& [mode, changes] : replaced) dropped += static_cast<std::uint32_t>(changes.size());
  const auto shallower = static_cast<std::uint32_t>(replaced[static_cast<std::uint32_t>(Mode::kDepth20)].size());
  const bool both_fit = added != 0 && load_ + dropped <= kPerConnection && deep_ + shallower <= kDeepPerConnection;
  send(Action::kUnsubscribe, end);
  if (!both_fit) send(Action::kUnsubscribe, replaced);
  send(Action::kSubscribe, begin);
  if (both_fit) send(Action::kUnsubscribe, replaced);
}

void AngelAdapter::unsubscribe(std::span<const std::uint32_t> instruments) {
  Changes end;
  for (const std::uint32_t handle : instruments) {
    const auto known = held_.find(handle);
    if (known == held_.end()) continue;
    Held& held = known->second;
    const bool was_ours = let_go(handle, held.instrument);
    for (const Mode mode : kModes)
      if (was_ours && (held.modes & bit(mode)) != 0)
        end[static_cast<std::uint32_t>(mode)].push_back({handle, held.instrument});
    set_modes(held, 0);
    held_.erase(known);
  }
  send(Action::kUnsubscribe, end);
}

// False: another instrument has taken the token over, which then stays subscribed.
bool AngelAdapter::let_go(std::uint32_t handle, const Instrument& instrument) {
  const auto owner = handles_.find(token_key(instrument.exchange_type, instrument.token));
  if (owner == handles_.end() || owner->second != handle) return false;
  handles_.erase(owner);
  return true;
}

void AngelAdapter::set_modes(Held& held, std::uint32_t modes) {
  load_ -= static_cast<std::uint32_t>(std::popcount(held.modes));
  load_ += static_cast<std::uint32_t>(std::popcount(modes));
  deep_ -= (held.modes & bit(Mode::kDepth20)) != 0 ? 1U : 0U;
  deep_ += (modes & bit(Mode::kDepth20)) != 0 ? 1U : 0U;
  held.modes = modes;
}

void AngelAdapter::send(Action action, const Changes& changes) {
  for (const Mode mode : kModes) {
    const auto found = changes.find(static_cast<std::uint32_t>(mode));
    if (found != changes.end() && !found->second.empty()) ask(action, mode, found->second);
  }
}

void AngelAdapter::ask(Action action, Mode mode, std::vector<Change> changes) {
  std::vector<Instrument> instruments;
  instruments.reserve(changes.size());
  for (const Change& change : changes) instruments.push_back(change.instrument);
  std::string correlation = correlation_id(++requests_);
  send_text(connection_, request(correlation, action, mode, instruments));
  if (action == Action::kUnsubscribe) return;
  if (asked_.size() == kMostAsked) asked_.pop_front();
  asked_.push_back({std::move(correlation), mode, std::move(changes)});
}

bgw_status AngelAdapter::on_frame(std::uint32_t, std::uint32_t opcode, std::span<const std::byte> frame) {
  if (opcode == BGW_OPCODE_TEXT) {
    on_text({reinterpret_cast<const char*>(frame.data()), frame.size()});
    return BGW_OK;
  }
  const Reading reading = decode(frame, packet_);
  if (reading.problem != nullptr) throw bgw::Error(BGW_E_INVALID, reading.problem);
  if (reading.skip) {
    dropped(BGW_DROP_LAYOUT);
    if (!std::exchange(noted_unknown_, true))
      log(BGW_LOG_WARNING, "a frame of " + std::to_string(frame.size()) +
                               " bytes in a mode that no document has is passed over, and so are all like it");
    return BGW_OK;
  }
  const auto handle = handles_.find(packet_.key);
  if (handle == handles_.end()) {
    dropped(BGW_DROP_UNKNOWN);  // still under way when it was unsubscribed
    return BGW_OK;
  }
  if (packet_.dropped_levels != 0) dropped(BGW_DROP_LEVEL, packet_.dropped_levels);
  const Held& held = held_.find(handle->second)->second;
  if ((held.modes & bit(packet_.mode)) != 0) publish_packet(held, handle->second);
  return BGW_OK;
}

void AngelAdapter::publish_packet(const Held& held, std::uint32_t handle) {
  packet_.tick.instrument = handle;
  if (held.is_index) strip_trades(packet_.tick);
  // Beside twenty levels, SnapQuote's five are no book of their own.
  if (packet_.mode == Mode::kSnapQuote && held.is_deep) packet_.tick.modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
  const bool has_book = (packet_.tick.modes & BGW_MODE_DEPTH) != 0;
  publish(packet_.tick, packet_.has_rare && !held.is_index ? &packet_.rare : nullptr,
          has_book ? &packet_.book : nullptr);
}

void AngelAdapter::on_text(std::string_view text) {
  if (text == "pong") return;
  const auto reply = read_error(text);
  if (!reply) {
    log(BGW_LOG_DEBUG, "a text of " + std::to_string(text.size()) + " bytes is passed over");
    return;
  }
  const auto asked =
      std::find_if(asked_.begin(), asked_.end(), [&](const Asked& a) { return a.correlation == reply->correlation; });
  if (asked == asked_.end()) {
    log(BGW_LOG_WARNING, "Angel says " + reply->code + ": " + reply->message);
    return;
  }
  Asked refused = std::move(*asked);
  asked_.erase(asked);
  on_refused(std::move(refused), *reply);
}

// A request is refused whole. One that it cannot read may have one bad token among good ones: its halves are asked
// again, until the bad ones stand alone.
void AngelAdapter::on_refused(Asked asked, const ErrorReply& reply) {
  std::erase_if(asked.changes, [&](const Change& change) {
    const auto held = held_.find(change.handle);
    return held == held_.end() || held->second.instrument != change.instrument ||
           (held->second.modes & bit(asked.mode)) == 0;
  });
  if (asked.changes.size() > 1 && reply.code == "E1001") {
    const auto middle = asked.changes.begin() + static_cast<std::ptrdiff_t>(asked.changes.size() / 2);
    ask(Action::kSubscribe, asked.mode, {asked.changes.begin(), middle});
    ask(Action::kSubscribe, asked.mode, {middle, asked.changes.end()});
    return;
  }
  for (const Change& change : asked.changes) {
    Held& held = held_[change.handle];
    set_modes(held, held.modes & ~bit(asked.mode));
    refuse(stream_of_mode(change.handle, asked.mode), BGW_E_INVALID, "Angel says " + reply.code + ": " + reply.message);
  }
}

// The upgrade is refused with 401 and the reason in a header; a fourth connection of a client code with 429.
bgw_status AngelAdapter::on_close(std::uint32_t, const bgw::Close& close) {
  connection_ = 0;
  const std::string status = "HTTP " + std::to_string(close.http_status);
  if (close.http_status == 401 || close.http_status == 403) {
    const std::string_view said = close.header("x-error-message");
    throw bgw::Error(BGW_E_AUTH, "Angel refused the login (" + status +
                                     "): " + (said.empty() ? "no reason given" : std::string(said.substr(0, 120))) +
                                     "; jwt_token and feed_token are of one day only");
  }
  if (close.http_status == 429) {
    std::int64_t seconds = 0;
    const std::string_view said = close.header("Retry-After");
    std::from_chars(said.data(), said.data() + said.size(), seconds);
    throw bgw::Error(BGW_E_RATE, "Angel has too many connections of this client code (" + status + ")",
                     std::clamp<std::int64_t>(seconds, 60, 3600) * kSecond);
  }
  return BGW_E_TRANSIENT;
}

}  // namespace angel
