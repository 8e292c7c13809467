#include "angel_adapter.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "angel_exchanges.hpp"
#include "bgw/refusal.hpp"

namespace angel {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kPingPeriod = 10 * kSecond;  // as the official clients do; the server wants one in 30 s
constexpr std::uint32_t kPingTimer = 1;
// How long after a new mode is known to live its old mode ends: many changes at once then take few requests.
constexpr std::int64_t kRetireDelay = kSecond / 10;
constexpr std::uint32_t kRetireTimer = 2;

// Takes out the values that mean nothing for an index, which is computed and not traded.
void strip_trades(bgw_tick& t) {
  t.present &= BGW_HAS_LTP | BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW | BGW_HAS_CLOSE | BGW_HAS_EXCHANGE_TIME;
}

// Whether Angel says that the credentials are bad, as in "Invalid Header - Invalid Feed Token". The same header also
// says other things, like "Access denied because of exceeding access rate".
bool is_of_credentials(std::string_view said) {
  constexpr std::array kParts = {"Invalid Auth token", "Invalid Client Code", "Invalid API Key", "Invalid Feed Token"};
  return std::any_of(kParts.begin(), kParts.end(), [&](const char* part) { return bgw::has_words(said, part); });
}

}  // namespace

void AngelAdapter::initialize() { url_ = setting("url").value_or(kDefaultUrl); }

// Sends jwt_token as it was given, with or without "Bearer ": both forms are in use.
void AngelAdapter::connect() {
  subscriptions_.clear();
  retiring_ = false;
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

void AngelAdapter::on_timer(std::uint32_t id) {
  if (connection_ == 0) return;
  if (id == kRetireTimer) {
    retiring_ = false;
    subscriptions_.retire();
    return send_requests();
  }
  send_text(connection_, "ping");
  set_timer(kPingTimer, kPingPeriod);
}

void AngelAdapter::subscribe(std::span<const bgw_subscription> wanted) {
  for (const bgw_subscription& s : wanted) {
    const Segment* segment = find_segment(std::string_view(s.broker_exchange));
    std::uint64_t token = 0;
    if (segment == nullptr) {
      refuse(stream_of(s), BGW_E_UNSUPPORTED,
             std::string("its instrument list has it in segment '") + s.broker_exchange +
                 "', which no document of Angel's feed describes: the scale of its prices is not known");
    } else if (!parse_token(s.token, std::strlen(s.token), token)) {
      refuse(stream_of(s), BGW_E_INVALID,
             std::string("its instrument list has it as token '") + s.token + "' of segment '" + s.broker_exchange +
                 "', expected a number");
    } else {
      subscriptions_.want(stream_of(s), token_key(segment->type, token),
                          std::string_view(s.exchange).ends_with("_INDEX"));
    }
  }
  for (const bgw_stream& stream : subscriptions_.settle())
    refuse(stream, BGW_E_INVALID, "no room: Angel allows 1000 tokens times modes on a connection, 50 of them Depth20");
  send_requests();
}

void AngelAdapter::unsubscribe(std::span<const std::uint32_t> instruments) {
  for (const std::uint32_t handle : instruments) subscriptions_.leave(handle);
  send_requests();
}

void AngelAdapter::send_requests() {
  for (const Request& r : subscriptions_.take_requests()) {
    std::vector<Instrument> instruments;
    instruments.reserve(r.tokens.size());
    for (const TokenKey key : r.tokens) instruments.push_back({exchange_type_of(key), token_of(key)});
    send_text(connection_, request(r.correlation, r.action, r.mode, instruments));
  }
}

bgw_status AngelAdapter::on_frame(std::uint32_t, std::uint32_t opcode, std::span<const std::byte> frame) {
  if (opcode == BGW_OPCODE_TEXT) {
    on_text({reinterpret_cast<const char*>(frame.data()), frame.size()});
    return BGW_OK;
  }
  const Reading reading = decode(frame, packet_);
  switch (reading.kind) {
    case Reading::Kind::kGood:
      break;
    case Reading::Kind::kMalformed:
      throw bgw::Error(BGW_E_INVALID, reading.problem);
    case Reading::Kind::kUnknownMode:
      dropped(BGW_DROP_LAYOUT);
      if (!std::exchange(noted_unknown_, true))
        log(BGW_LOG_WARNING, "ignoring a frame of " + std::to_string(frame.size()) +
                                 " bytes, and all later ones like it: no document of Angel's describes its mode");
      return BGW_OK;
    case Reading::Kind::kUnknownScale:
      dropped(BGW_DROP_SCALE);
      if (!std::exchange(noted_scale_, true))
        log(BGW_LOG_WARNING, "ignoring a frame of exchange type " + std::to_string(std::to_integer<int>(frame[1])) +
                                 ", and all later ones like it: no document of Angel's gives its price scale");
      return BGW_OK;
  }
  const Verdict verdict = subscriptions_.judge(packet_);
  if (subscriptions_.has_proven() && !std::exchange(retiring_, true)) set_timer(kRetireTimer, kRetireDelay);
  if (!verdict.publish) {
    dropped(verdict.drop);
    return BGW_OK;
  }
  packet_.tick.instrument = verdict.handle;
  packet_.tick.modes = verdict.modes;
  if (verdict.is_index) strip_trades(packet_.tick);
  const bool has_book = (verdict.modes & BGW_MODE_DEPTH) != 0;
  if (has_book && packet_.dropped_levels != 0) dropped(BGW_DROP_LEVEL, packet_.dropped_levels);
  publish(packet_.tick, packet_.has_rare && !verdict.is_index ? &packet_.rare : nullptr,
          has_book ? &packet_.book : nullptr);
  return BGW_OK;
}

void AngelAdapter::on_text(std::string_view text) {
  if (text == "pong") return;
  const auto reply = read_error(text);
  if (!reply) {
    log(BGW_LOG_DEBUG, "ignoring a text message of " + std::to_string(text.size()) + " bytes");
    return;
  }
  // Angel refuses a whole request for one token that is wrong or one too many: the other tokens may be good.
  const bool of_some = reply->code == "E1001" || reply->code == "E1002";
  const auto streams = subscriptions_.refused(reply->correlation, of_some);
  if (!streams) {
    log(BGW_LOG_WARNING, "Angel says " + reply->code + ": " + reply->message);
    return;
  }
  for (const bgw_stream& stream : *streams)
    refuse(stream, BGW_E_INVALID, "Angel says " + reply->code + ": " + reply->message);
  send_requests();
}

// "Authentication failed": 401 with the reason in a header. Only this header proves that Angel itself answers, and only
// some of its texts are about credentials. Firewalls and REST limits refuse with 403 as well. A fourth connection of a
// client code is refused with 429.
bgw_status AngelAdapter::on_close(std::uint32_t, const bgw::Close& close) {
  connection_ = 0;
  if (close.http_status == 0) return BGW_E_TRANSIENT;
  const std::string_view said = close.header("x-error-message").substr(0, 120);
  if (close.http_status >= 400 && close.http_status <= 403 && is_of_credentials(said))
    throw bgw::Error(BGW_E_AUTH, "Angel refused the login (HTTP " + std::to_string(close.http_status) + "): " +
                                     std::string(said) + "; jwt_token and feed_token are valid for one day only");
  if (close.http_status == 429)
    throw bgw::Error(BGW_E_RATE,
                     "Angel has too many connections of this client code (" + bgw::status_and_words(close, said) + ")",
                     bgw::retry_after_ns(close, 60 * kSecond, now_ns()));
  if (close.http_status >= 500) throw bgw::server_error(close, "Angel", now_ns(), said);
  throw bgw::unproved_refusal(close, said);
}

}  // namespace angel
