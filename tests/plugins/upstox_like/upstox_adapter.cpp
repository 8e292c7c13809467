#include "upstox_adapter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "bgw/refusal.hpp"
#include "segments.hpp"

namespace upstox_like {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMillisecond = 1'000'000;
constexpr int kMaxRedirects = 3;

constexpr std::uint32_t kAll = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;
constexpr std::uint32_t kNoDepth = BGW_MODE_LTP | BGW_MODE_QUOTE;
// Each subscription is answered by a snapshot. No field of the feed is documented as the exchange's own time.
constexpr std::uint32_t kFlags = BGW_SNAPSHOT_ON_SUBSCRIBE;

template <std::size_t levels>
constexpr std::array<bgw_capability, 10> all_capabilities() {
  constexpr std::uint16_t second = levels == 2 ? 30 : 0;
  return {{{"NSE", kAll, BGW_FEED_SNAPSHOT, levels, {5, second}, kFlags},
           {"BSE", kAll, BGW_FEED_SNAPSHOT, levels, {5, second}, kFlags},
           {"NFO", kAll, BGW_FEED_SNAPSHOT, levels, {5, second}, kFlags},
           {"BFO", kAll, BGW_FEED_SNAPSHOT, levels, {5, second}, kFlags},
           {"CDS", kAll, BGW_FEED_SNAPSHOT, levels, {5, second}, kFlags},
           {"BCD", kAll, BGW_FEED_SNAPSHOT, levels, {5, second}, kFlags},
           {"MCX", kAll, BGW_FEED_SNAPSHOT, levels, {5, second}, kFlags | BGW_PRICES_BELOW_ZERO},
           {"NCO", kAll, BGW_FEED_SNAPSHOT, levels, {5, second}, kFlags | BGW_PRICES_BELOW_ZERO},
           {"NSE_INDEX", kNoDepth, BGW_FEED_SNAPSHOT, 0, {}, kFlags},
           {"BSE_INDEX", kNoDepth, BGW_FEED_SNAPSHOT, 0, {}, kFlags}}};
}
constexpr auto kStandard = all_capabilities<1>();
constexpr auto kPlus = all_capabilities<2>();
constexpr bgw_depth_limit kDepthLimits[] = {{30, 50, 1, 0}};

std::string_view name_of(RequestMode mode) {
  constexpr std::array<std::string_view, 4> kNames = {"ltpc", "full", "option_greeks", "full_d30"};
  return kNames[static_cast<std::size_t>(mode)];
}

// `value` in units of 10 to the power of `exponent`. False: it is no finite number, or does not fit.
bool to_units(double value, std::int32_t exponent, std::int64_t& units) {
  const double scaled = value * std::pow(10.0, -exponent);
  if (!std::isfinite(scaled) || std::fabs(scaled) >= 9.2e18) return false;
  units = std::llround(scaled);
  return true;
}

// The same for a price: what lies within a millionth of a tick of a multiple of the tick is that multiple. Other prices
// stay as they were sent, since averages and closing prices need not be multiples.
bool to_price(double value, std::int32_t exponent, std::int64_t tick_size, std::int64_t& units) {
  if (!to_units(value, exponent, units)) return false;
  if (tick_size <= 0) return true;
  const double ticks = value * std::pow(10.0, -exponent) / static_cast<double>(tick_size);
  const double whole = std::round(ticks);
  if (std::fabs(ticks - whole) > 1e-6 || std::fabs(whole * static_cast<double>(tick_size)) >= 9.2e18) return true;
  units = static_cast<std::int64_t>(whole) * tick_size;
  return true;
}

bgw::Close as_refusal(const bgw::HttpResponse& response) {
  bgw::Close close;
  close.http_status = response.status;
  close.headers = response.headers;
  close.body = response.body.substr(0, 4096);
  return close;
}

}  // namespace

std::span<const bgw_capability> capabilities_of(bool plus) { return plus ? kPlus : kStandard; }

// "Limits" of the documentation, for an account that mixes modes, since bgw_limits has no limit for a mode: 1,500
// instruments in `full`. Alone, `ltpc` would have 5,000.
bgw_limits limits_of(bool plus) {
  bgw_limits limits{};
  limits.size = sizeof limits;
  limits.instruments_per_connection = 1500;
  limits.connections_per_account = plus ? 5 : 2;
  limits.depth_limit_count = plus ? 1 : 0;
  limits.depth_limits = plus ? kDepthLimits : nullptr;
  return limits;
}

// One update on its way to the host.
class UpstoxAdapter::Update {
 public:
  explicit Update(const Held& held) : held_(held) {
    tick.instrument = held.stream.instrument;
    tick.size = sizeof tick;
  }
  // Sets a member of the tick; 0 means that the broker has none.
  void price(std::int64_t& to, std::uint64_t bit, double value) {
    if (value != 0) set(bit, to_price(value, held_.price_exponent, held_.tick_size, to));
  }
  void average(double value) {
    if (value != 0) set(BGW_HAS_AVERAGE_PRICE, to_units(value, held_.price_exponent, tick.average_price));
  }
  void quantity(std::int64_t& to, std::uint64_t bit, double value) { set(bit, value >= 0 && to_units(value, 0, to)); }
  void quantity(std::int64_t& to, std::uint64_t bit, std::int64_t value) {
    to = value;
    set(bit, value >= 0);
  }
  void value(std::uint32_t kind, std::int32_t exponent, std::int64_t value) {
    if (value_count < values.size()) values[value_count++] = {kind, exponent, value};
  }
  void real(std::uint32_t kind, double number) {
    std::int64_t units = 0;
    if (to_units(number, BGW_PRICE_EXPONENT, units))
      value(kind, BGW_PRICE_EXPONENT, units);
    else
      ++left_out;
  }
  void price_value(std::uint32_t kind, double number) {
    std::int64_t units = 0;
    if (to_price(number, held_.price_exponent, held_.tick_size, units))
      value(kind, held_.price_exponent, units);
    else
      ++left_out;
  }

  bgw_tick tick{};
  bgw_book book{};
  bool has_book = false;
  std::array<bgw_value, 16> values{};
  std::size_t value_count = 0;
  std::uint64_t left_out = 0;  // values that no document describes

 private:
  void set(std::uint64_t bit, bool good) {
    if (good)
      tick.present |= bit;
    else
      ++left_out;
  }
  const Held& held_;
};

void UpstoxAdapter::initialize() {
  const auto one_of = [this](const char* name, const char* usual, const char* other) {
    const std::string value = setting(name).value_or(usual);
    if (value != usual && value != other)
      throw bgw::Error(BGW_E_INVALID, std::string(name) + ": found " + value + ", expected " + usual + " or " + other);
    return value == other;
  };
  by_redirect_ = one_of("authorize", "call", "redirect");
  greeks_for_quotes_ = one_of("option_quotes", "full", "option_greeks");
  url_ = setting("url").value_or(kDefaultUrl);
  api_url_ = setting("api_url").value_or(kDefaultApiUrl);
  authorize_timeout_ns_ = setting_integer("authorize_timeout").value_or(0);
  const bool plus = one_of("plan", "standard", "plus");
  set_limits(limits_of(plus));
  if (!plus) set_capabilities(capabilities_of(false));
}

void UpstoxAdapter::connect() {
  keys_.clear();
  segments_.clear();
  redirects_ = 0;
  using Header = std::pair<std::string, std::string>;
  const Header login("Authorization", "Bearer " + setting("access_token").value_or(""));
  if (by_redirect_) {
    connection_ = websocket_open(url_, std::array{login});
    return;
  }
  bgw::HttpRequest request;
  request.url = api_url_ + "/v3/feed/market-data-feed/authorize";
  request.headers = {login, {"Accept", "application/json"}};
  request.timeout_ns = authorize_timeout_ns_;
  request.max_response = 64 * 1024;
  http_request(request);
}

void UpstoxAdapter::disconnect() {
  if (connection_ != 0) websocket_close(connection_);
  connection_ = 0;
}

void UpstoxAdapter::on_open(std::uint32_t) { ready(); }

// The answer to `authorize`. It is shown to nobody: its address is a key to the account's feed.
void UpstoxAdapter::on_http(std::uint32_t, const bgw::HttpResponse& response) {
  if (response.status == 0 || !response.error.empty())
    throw bgw::Error(BGW_E_TRANSIENT, "Upstox's authorize: " + std::string(response.error));
  const bgw::Close refusal = as_refusal(response);
  if (response.status == 401)
    throw bgw::Error(BGW_E_AUTH, "Upstox refused the access token (" + bgw::status_and_words(refusal) +
                                     "); tokens are of one day only");
  if (response.status == 429)
    throw bgw::Error(BGW_E_RATE,
                     "Upstox has too many requests of this account (" + bgw::status_and_words(refusal) + ")",
                     bgw::retry_after_ns(refusal, kSecond, now_ns()));
  if (response.status >= 500) throw bgw::server_error(refusal, "Upstox", now_ns());
  if (response.status != 200) throw bgw::unproved_refusal(refusal);
  const Json answer = Json::parse(response.body, nullptr, false);
  const Json::json_pointer path("/data/authorized_redirect_uri");
  if (answer.is_discarded() || !answer.contains(path) || !answer[path].is_string())
    throw bgw::Error(BGW_E_TRANSIENT, "Upstox's authorize: found an answer of " + std::to_string(response.body.size()) +
                                          " bytes without an address, expected data.authorized_redirect_uri");
  open_feed(answer[path].get<std::string>());
}

// A one-time address; the token goes to no address that an answer names.
void UpstoxAdapter::open_feed(std::string_view address) {
  if (!address.starts_with("wss://") && !address.starts_with("ws://"))
    throw bgw::Error(BGW_E_TRANSIENT, "Upstox's authorize: found an address of another kind, expected wss://");
  try {
    connection_ = websocket_open(std::string(address));
  } catch (const bgw::Error& e) {  // the address is at fault, not the gateway's configuration
    throw bgw::Error(BGW_E_TRANSIENT, std::string("Upstox's authorize: ") + e.what());
  }
}

bgw_status UpstoxAdapter::on_close(std::uint32_t, const bgw::Close& close) {
  const bool is_one_time = !by_redirect_ || redirects_ > 0;
  connection_ = 0;
  if (close.http_status == 0) return BGW_E_TRANSIENT;
  const std::string_view location = close.header("Location");
  if (close.http_status >= 301 && close.http_status <= 308 && location.find("://") != location.npos) {
    if (++redirects_ > kMaxRedirects) throw bgw::Error(BGW_E_TRANSIENT, "Upstox redirects again and again");
    open_feed(location);
    return BGW_OK;
  }
  if (close.http_status >= 500) throw bgw::server_error(close, "Upstox", now_ns());
  if (close.http_status == 429)
    throw bgw::Error(BGW_E_RATE,
                     "Upstox has too many connections of this account (" + bgw::status_and_words(close) + ")",
                     bgw::retry_after_ns(close, kSecond, now_ns()));
  if (is_one_time)  // says nothing of the token, which this address does not carry
    throw bgw::Error(BGW_E_TRANSIENT, "Upstox refused its one-time address (" + bgw::status_and_words(close) + ")");
  if (close.http_status == 401)
    throw bgw::Error(BGW_E_AUTH, "Upstox refused the access token (" + bgw::status_and_words(close) +
                                     "); tokens are of one day only");
  throw bgw::unproved_refusal(close);
}

// An option's symbol ends with CE or PE, a future's with FUT.
RequestMode UpstoxAdapter::mode_for(const bgw_subscription& s) const {
  if (s.mode == BGW_MODE_DEPTH) return s.depth_level == 30 ? RequestMode::kFull30 : RequestMode::kFull;
  if (s.mode == BGW_MODE_LTP) return RequestMode::kLtpc;
  const std::string_view symbol = s.symbol;
  const bool is_option = is_derivative(s.exchange) && (symbol.ends_with("CE") || symbol.ends_with("PE"));
  return is_option && greeks_for_quotes_ ? RequestMode::kOptionGreeks : RequestMode::kFull;
}

// A key that is subscribed already gets its new mode by change_mode, as upstox-python does.
void UpstoxAdapter::subscribe(std::span<const bgw_subscription> wanted) {
  std::map<std::pair<bool, RequestMode>, std::vector<std::string>> requests;  // by whether the key is new, and mode
  std::vector<std::string> ended;
  for (const bgw_subscription& s : wanted) {
    if (const auto* had = keys_.of(s.instrument); had != nullptr && had->token != s.token) {
      ended.push_back(had->token);
      keys_.let_go(s.instrument);
    }
    Held& held = keys_.hold(s.instrument, s.token).state;
    const RequestMode mode = mode_for(s);
    // The mode is subscribed already: the host asks again for what did not come.
    const bool is_new = !held.is_subscribed || held.mode == mode;
    held = {true, mode, false, stream_of(s), s.price_exponent, s.tick_size, is_derivative(s.exchange)};
    requests[{is_new, mode}].push_back(s.token);
  }
  if (!ended.empty()) send_request("unsub", "", ended);
  for (const auto& [kind, keys] : requests)
    send_request(kind.first ? "sub" : "change_mode", name_of(kind.second), keys);
}

void UpstoxAdapter::unsubscribe(std::span<const std::uint32_t> instruments) {
  std::vector<std::string> ended;
  for (const std::uint32_t instrument : instruments) {
    const auto* entry = keys_.of(instrument);
    if (entry == nullptr) continue;
    ended.push_back(entry->token);
    keys_.let_go(instrument);
  }
  if (!ended.empty()) send_request("unsub", "", ended);
}

void UpstoxAdapter::send_request(std::string_view method, std::string_view mode, const std::vector<std::string>& keys) {
  char guid[40];
  std::snprintf(guid, sizeof guid, "00000000-0000-4000-8000-%012llx", static_cast<unsigned long long>(++requests_));
  Json request = {{"guid", guid}, {"method", method}, {"data", {{"instrumentKeys", keys}}}};
  if (!mode.empty()) request["data"]["mode"] = mode;
  const std::string text = request.dump(-1, ' ', false, Json::error_handler_t::replace);
  send_binary(connection_, std::as_bytes(std::span(text)));
}

bgw_status UpstoxAdapter::on_frame(std::uint32_t, std::uint32_t opcode, std::span<const std::byte> frame) {
  if (opcode != BGW_OPCODE_BINARY) {  // no document has text frames
    dropped(BGW_DROP_LAYOUT);
    return BGW_OK;
  }
  if (const std::string problem = message_.read(frame); !problem.empty()) throw bgw::Error(BGW_E_INVALID, problem);
  for (const auto& [segment, status] : message_.segments()) segments_[std::string(segment)] = {status, true};
  for (const Feed& feed : message_.feeds()) publish_feed(feed);
  return BGW_OK;
}

void UpstoxAdapter::publish_feed(const Feed& feed) {
  key_.assign(feed.key);
  auto* entry = keys_.at(key_);
  if (entry == nullptr) return dropped(BGW_DROP_UNKNOWN);  // it was under way when its key was unsubscribed
  if (feed.kind == Feed::Kind::kNone) return dropped(BGW_DROP_LAYOUT);
  Held& held = entry->state;
  held.stream.instrument = entry->handle;
  Update update(held);
  bgw_tick& tick = update.tick;
  // The broker serves the mode that was asked for, also where there is no price yet that would confirm it.
  if (!held.is_confirmed && feed.request_mode == static_cast<std::uint32_t>(held.mode)) {
    held.is_confirmed = true;
    confirm(held.stream);
  }
  if (feed.ltp != 0 || feed.last_trade_ms != 0) {  // else it has not traded
    std::int64_t ltp = 0;
    if (!to_price(feed.ltp, held.price_exponent, held.tick_size, ltp)) return dropped(BGW_DROP_LAYOUT);
    tick.ltp = ltp;
    tick.present |= BGW_HAS_LTP;
    tick.modes |= BGW_MODE_LTP;
    if (feed.kind != Feed::Kind::kIndex) update.quantity(tick.last_quantity, BGW_HAS_LAST_QUANTITY, feed.last_quantity);
    if (feed.last_trade_ms > 0 && feed.last_trade_ms < INT64_MAX / kMillisecond) {
      tick.last_trade_time_ns = feed.last_trade_ms * kMillisecond;
      tick.present |= BGW_HAS_LAST_TRADE_TIME;
    }
  }
  update.price(tick.close, BGW_HAS_CLOSE, feed.previous_close);
  if (feed.indicative_price != 0) {
    update.price_value(BGW_VALUE_INDICATIVE_PRICE, feed.indicative_price);
    if (feed.indicative_quantity > 0) update.value(BGW_VALUE_INDICATIVE_QUANTITY, 0, feed.indicative_quantity);
  }
  if (feed.kind != Feed::Kind::kLtpc) tick.modes |= BGW_MODE_QUOTE;
  if (feed.has_day) {
    update.price(tick.open, BGW_HAS_OPEN, feed.open);
    update.price(tick.high, BGW_HAS_HIGH, feed.high);
    update.price(tick.low, BGW_HAS_LOW, feed.low);
  }
  if (feed.kind == Feed::Kind::kMarket || feed.kind == Feed::Kind::kFirstLevel) {
    update.quantity(tick.volume, BGW_HAS_VOLUME, feed.volume);
    if (held.is_derivative) update.quantity(tick.oi, BGW_HAS_OI, feed.open_interest);
  }
  if (feed.kind == Feed::Kind::kMarket) {
    update.average(feed.average_price);
    update.quantity(tick.total_buy_quantity, BGW_HAS_TOTAL_BUY, feed.total_buy);
    update.quantity(tick.total_sell_quantity, BGW_HAS_TOTAL_SELL, feed.total_sell);
    add_book(feed, held, update);
  } else if (feed.kind == Feed::Kind::kFirstLevel) {
    for (const BidAsk& best : message_.levels(feed)) {
      if (best.bid_quantity > 0) update.price_value(BGW_VALUE_BID_PRICE, best.bid_price);
      update.value(BGW_VALUE_BID_QUANTITY, 0, std::max<std::int64_t>(best.bid_quantity, 0));
      if (best.ask_quantity > 0) update.price_value(BGW_VALUE_ASK_PRICE, best.ask_price);
      update.value(BGW_VALUE_ASK_QUANTITY, 0, std::max<std::int64_t>(best.ask_quantity, 0));
    }
  }
  if (feed.has_greeks) {
    update.real(BGW_VALUE_DELTA, feed.delta);
    update.real(BGW_VALUE_GAMMA, feed.gamma);
    update.real(BGW_VALUE_THETA, feed.theta);
    update.real(BGW_VALUE_VEGA, feed.vega);
    update.real(BGW_VALUE_RHO, feed.rho);
    update.real(BGW_VALUE_IMPLIED_VOLATILITY, feed.implied_volatility);
  }
  add_market_status(feed.key, update);
  if (update.left_out != 0) dropped(BGW_DROP_LAYOUT, update.left_out);
  publish(tick, nullptr, update.has_book ? &update.book : nullptr, {update.values.data(), update.value_count});
}

// Entry i of the broker's book has bid i and ask i. A book of 5 levels that comes while 30 are asked for is left out:
// whoever holds 30 would take it for the whole.
void UpstoxAdapter::add_book(const Feed& feed, Held& held, Update& update) {
  if (held.stream.mode != BGW_MODE_DEPTH) return;
  const auto levels = message_.levels(feed);
  if (feed.request_mode != static_cast<std::uint32_t>(held.mode)) return dropped(BGW_DROP_LEVEL, levels.size());
  const std::size_t count = std::min<std::size_t>(levels.size(), max_levels());
  std::uint64_t left_out = levels.size() - count;
  bids_.clear();
  asks_.clear();
  const auto add = [&](std::vector<bgw_level>& side, double price, std::int64_t quantity) {
    bgw_level level{0, quantity, 0, 0};
    if (quantity <= 0) return;  // the side has no more levels
    if (to_price(price, held.price_exponent, held.tick_size, level.price))
      side.push_back(level);
    else
      ++left_out;
  };
  for (const BidAsk& level : levels.first(count)) {
    add(bids_, level.bid_price, level.bid_quantity);
    add(asks_, level.ask_price, level.ask_quantity);
  }
  if (left_out != 0) dropped(BGW_DROP_LEVEL, left_out);
  update.book.size = sizeof update.book;
  update.book.bid_count = static_cast<std::uint32_t>(bids_.size());
  update.book.ask_count = static_cast<std::uint32_t>(asks_.size());
  update.book.bids = bids_.data();
  update.book.asks = asks_.data();
  update.has_book = true;
  update.tick.modes |= BGW_MODE_DEPTH;
}

// market_info names segments and no instrument: it goes along with the next update of an instrument of the segment.
// What PRE_OPEN_END (1), CLOSING_START (4) and CLOSING_END (5) mean for trading is not documented.
void UpstoxAdapter::add_market_status(std::string_view key, Update& update) {
  key_.assign(key.substr(0, key.find('|')));
  const auto found = segments_.find(key_);
  if (found == segments_.end() || !std::exchange(found->second.is_new, false)) return;
  switch (found->second.status) {
    case 0:
      return update.value(BGW_VALUE_MARKET_STATUS, 0, BGW_MARKET_PRE_OPEN);
    case 2:
      return update.value(BGW_VALUE_MARKET_STATUS, 0, BGW_MARKET_OPEN);
    case 3:
      return update.value(BGW_VALUE_MARKET_STATUS, 0, BGW_MARKET_CLOSED);
    default:
      return;
  }
}

}  // namespace upstox_like
