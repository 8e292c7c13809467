// SPDX-License-Identifier: Apache-2.0
// bgw/testing/record_codec.hpp - the records of bgw/abi.h as payloads of a recording, and back. What an adapter sends
// and what it gets passes through Placeholders. Values that do not count (their bit in `present` is not set) are
// written as 0. [adapter]
//
// An update: bgw_tick as it lies in memory (128 bytes); u8 whether a bgw_tick_rare follows, and it (64 bytes); u8
// whether a book follows: u32 flags, bid count, ask count, present, i64 exchange time, u32 level, and of each level i64
// price, i64 quantity, u32 orders, bids first; u32 count of bgw_value, and they (16 bytes each). Limits: u32
// instruments per connection, connections per account, batch size, i64 batch interval, heartbeat period, time
// resolution, u32 count of bgw_depth_limit, and they; u32 count of classes, of each char[16] name, u32 connections,
// instruments, modes, u32 count of levels, and they (u16), text exchanges.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bgw/abi.h"
#include "bgw/testing/placeholders.hpp"
#include "bgw/testing/recording.hpp"

namespace bgw::testing {

// One update as a recording has it.
struct RecordedBook {
  bgw_book head{};  // its pointers are NULL
  std::vector<bgw_level> bids;
  std::vector<bgw_level> asks;
};
struct RecordedUpdate {
  bgw_tick tick{};
  std::optional<bgw_tick_rare> rare;
  std::optional<RecordedBook> book;
  std::vector<bgw_value> values;
};

namespace detail {

inline std::string_view or_empty(const char* text) { return text != nullptr ? text : std::string_view{}; }

struct Counted {
  std::uint64_t bit;
  std::int64_t bgw_tick::*value;
};
inline constexpr Counted kCounted[] = {{BGW_HAS_LTP, &bgw_tick::ltp},
                                       {BGW_HAS_EXCHANGE_TIME, &bgw_tick::exchange_time_ns},
                                       {BGW_HAS_LAST_QUANTITY, &bgw_tick::last_quantity},
                                       {BGW_HAS_VOLUME, &bgw_tick::volume},
                                       {BGW_HAS_AVERAGE_PRICE, &bgw_tick::average_price},
                                       {BGW_HAS_OPEN, &bgw_tick::open},
                                       {BGW_HAS_HIGH, &bgw_tick::high},
                                       {BGW_HAS_LOW, &bgw_tick::low},
                                       {BGW_HAS_CLOSE, &bgw_tick::close},
                                       {BGW_HAS_LAST_TRADE_TIME, &bgw_tick::last_trade_time_ns},
                                       {BGW_HAS_TOTAL_BUY, &bgw_tick::total_buy_quantity},
                                       {BGW_HAS_TOTAL_SELL, &bgw_tick::total_sell_quantity},
                                       {BGW_HAS_OI, &bgw_tick::oi}};
struct CountedRare {
  std::uint64_t bit;
  std::int64_t bgw_tick_rare::*value;
};
inline constexpr CountedRare kCountedRare[] = {
    {BGW_HAS_OI_DAY_HIGH, &bgw_tick_rare::oi_day_high},     {BGW_HAS_OI_DAY_LOW, &bgw_tick_rare::oi_day_low},
    {BGW_HAS_UPPER_CIRCUIT, &bgw_tick_rare::upper_circuit}, {BGW_HAS_LOWER_CIRCUIT, &bgw_tick_rare::lower_circuit},
    {BGW_HAS_HIGH_52_WEEKS, &bgw_tick_rare::high_52_weeks}, {BGW_HAS_LOW_52_WEEKS, &bgw_tick_rare::low_52_weeks}};

inline constexpr std::size_t kLevelBytes = 20;

// As much of the record as its size covers.
template <class T>
T whole(const T& given) {
  T out{};
  const std::size_t size = given.size == 0 ? sizeof out : std::min<std::size_t>(given.size, sizeof out);
  std::memcpy(&out, &given, size);
  return out;
}

// Levels are most of what is recorded: each is put as a whole.
inline void put_side(RecordBytes& out, const bgw_level* levels, std::uint32_t count, bool has_orders) {
  char bytes[kLevelBytes];
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t orders = has_orders ? levels[i].orders : 0;
    std::memcpy(bytes, &levels[i].price, 8);
    std::memcpy(bytes + 8, &levels[i].quantity, 8);
    std::memcpy(bytes + 16, &orders, 4);
    out.raw(bytes, sizeof bytes);
  }
}

inline void put_book(RecordBytes& out, const bgw_book& book) {
  // A host drops such books unread.
  constexpr std::uint32_t kMaxLevels = 1u << 16;
  const std::uint32_t bids = book.bids != nullptr && book.bid_count <= kMaxLevels ? book.bid_count : 0;
  const std::uint32_t asks = book.asks != nullptr && book.ask_count <= kMaxLevels ? book.ask_count : 0;
  out.number(book.flags);
  out.number(bids);
  out.number(asks);
  out.number(book.present);
  out.number((book.present & BGW_HAS_EXCHANGE_TIME) != 0 ? book.exchange_time_ns : std::int64_t{0});
  out.number(book.depth_level);
  const bool has_orders = (book.present & BGW_HAS_ORDERS) != 0;
  put_side(out, book.bids, bids, has_orders);
  put_side(out, book.asks, asks, has_orders);
}

inline std::vector<bgw_level> take_side(RecordFields& in, std::uint32_t count) {
  std::vector<bgw_level> side;
  if (in.left() / kLevelBytes < count) return in.fail(), side;
  side.resize(count);
  for (bgw_level& level : side) {
    level.price = in.number<std::int64_t>();
    level.quantity = in.number<std::int64_t>();
    level.orders = in.number<std::uint32_t>();
  }
  return side;
}

}  // namespace detail

// ---- updates and streams
inline void put_update(RecordBytes& out, const bgw_update& update) {
  bgw_tick tick = detail::whole(*update.tick);
  for (const detail::Counted& c : detail::kCounted)
    if ((tick.present & c.bit) == 0) tick.*c.value = 0;
  tick.size = sizeof tick;
  tick.reserved = 0;
  out.raw(&tick, sizeof tick);
  out.number(static_cast<std::uint8_t>(update.rare != nullptr));
  if (update.rare != nullptr) {
    bgw_tick_rare rare = detail::whole(*update.rare);
    for (const detail::CountedRare& c : detail::kCountedRare)
      if ((tick.present & c.bit) == 0) rare.*c.value = 0;
    rare.size = sizeof rare;
    rare.reserved = 0;
    rare.reserved2 = 0;
    out.raw(&rare, sizeof rare);
  }
  out.number(static_cast<std::uint8_t>(update.book != nullptr));
  if (update.book != nullptr) detail::put_book(out, *update.book);
  constexpr std::uint32_t kMaxValues = 32;
  const std::uint32_t values = update.values != nullptr && update.value_count <= kMaxValues ? update.value_count : 0;
  out.number(values);
  out.raw(update.values, values * sizeof(bgw_value));
}

inline RecordedUpdate take_update(RecordFields& in) {
  RecordedUpdate out;
  const auto take = [&in](auto& record) {
    const std::string_view bytes = in.raw(sizeof record);
    if (bytes.size() == sizeof record) std::memcpy(&record, bytes.data(), sizeof record);
  };
  take(out.tick);
  if (in.number<std::uint8_t>() != 0) take(out.rare.emplace());
  if (in.number<std::uint8_t>() != 0) {
    RecordedBook& book = out.book.emplace();
    book.head.flags = in.number<std::uint32_t>();
    book.head.bid_count = in.number<std::uint32_t>();
    book.head.ask_count = in.number<std::uint32_t>();
    book.head.present = in.number<std::uint32_t>();
    book.head.exchange_time_ns = in.number<std::int64_t>();
    book.head.depth_level = in.number<std::uint32_t>();
    book.head.size = sizeof book.head;
    book.bids = detail::take_side(in, book.head.bid_count);
    book.asks = detail::take_side(in, book.head.ask_count);
  }
  const auto count = in.number<std::uint32_t>();
  if (in.left() / sizeof(bgw_value) < count) in.fail();
  for (std::uint32_t i = 0; i < count && in.left() != 0; ++i) take(out.values.emplace_back());
  return out;
}

inline void put_stream(RecordBytes& out, const bgw_stream& stream) {
  out.number(stream.instrument);
  out.number(stream.mode);
  out.number(stream.depth_level);
}

// ---- subscriptions
inline void put_subscriptions(RecordBytes& out, const bgw_subscription* list, std::uint32_t count) {
  out.number(count);
  for (const bgw_subscription& s : std::span(list, count)) {
    out.number(s.instrument);
    out.number(s.mode);
    out.number(s.depth_level);
    out.number(s.price_exponent);
    out.number(s.quantity_exponent);
    out.number(s.tick_size);
    out.number(s.lot_size);
    for (const char* text : {s.symbol, s.exchange, s.broker_symbol, s.broker_exchange, s.token})
      out.text(detail::or_empty(text));
  }
}

// Records with the texts that they point to. Neither copied nor moved.
struct RecordedSubscriptions {
  std::vector<bgw_subscription> list;
  std::deque<std::string> texts;
};

inline void take_subscriptions(RecordFields& in, RecordedSubscriptions& out) {
  constexpr std::size_t kMinBytes = 36 + 5 * 4;
  const auto count = in.number<std::uint32_t>();
  if (in.left() / kMinBytes < count) in.fail();
  for (std::uint32_t i = 0; i < count && in.left() != 0; ++i) {
    bgw_subscription s{};
    s.instrument = in.number<std::uint32_t>();
    s.mode = in.number<std::uint32_t>();
    s.depth_level = in.number<std::uint32_t>();
    s.price_exponent = in.number<std::int32_t>();
    s.quantity_exponent = in.number<std::int32_t>();
    s.tick_size = in.number<std::int64_t>();
    s.lot_size = in.number<std::int64_t>();
    for (const char** text : {&s.symbol, &s.exchange, &s.broker_symbol, &s.broker_exchange, &s.token})
      *text = out.texts.emplace_back(in.text()).c_str();
    out.list.push_back(s);
  }
}

// ---- headers, requests and answers
enum class Way { sent, received };

inline void put_headers(RecordBytes& out, Placeholders& hide, Way way, const bgw_header* headers, std::uint32_t count) {
  const std::uint32_t n = headers != nullptr ? count : 0;
  for (std::uint32_t i = 0; i < n; ++i)
    hide.learn_header(detail::or_empty(headers[i].name), detail::or_empty(headers[i].value));
  out.number(n * 2);
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::string_view value = detail::or_empty(headers[i].value);
    out.text(detail::or_empty(headers[i].name));
    out.text(way == Way::sent ? hide.sent_header(value) : hide.received(value));
  }
}

struct RecordedHeaders {
  std::vector<bgw_header> list;
  std::deque<std::string> texts;
};

inline void take_headers(RecordFields& in, RecordedHeaders& out) {
  const auto count = in.number<std::uint32_t>();
  for (std::uint32_t i = 0; i + 1 < count && in.left() != 0; i += 2) {
    const char* name = out.texts.emplace_back(in.text()).c_str();
    out.list.push_back({name, out.texts.emplace_back(in.text()).c_str()});
  }
}

inline void put_websocket_request(RecordBytes& out, Placeholders& hide, const bgw_websocket_request& r) {
  const std::string_view url = detail::or_empty(r.url);
  hide.learn_url(url);
  out.text(hide.sent(url));
  put_headers(out, hide, Way::sent, r.headers, r.header_count);
  out.number(r.flags);
  out.number(r.connection_class);
  out.text(hide.sent(detail::or_empty(r.subprotocol)));
  out.number(BGW_HAS(&r, ping_interval_ns) ? r.ping_interval_ns : std::int64_t{0});
}

inline void put_http_request(RecordBytes& out, Placeholders& hide, const bgw_http_request& r) {
  const std::string_view url = detail::or_empty(r.url);
  const std::string_view body(static_cast<const char*>(r.body), r.body != nullptr ? r.body_length : 0);
  hide.learn_url(url);
  hide.learn_body(body);
  out.text(detail::or_empty(r.method));
  out.text(hide.sent(url));
  put_headers(out, hide, Way::sent, r.headers, r.header_count);
  out.text(hide.sent(body));
  out.number(r.timeout_ns);
  out.number(r.max_response);
  out.number(BGW_HAS(&r, max_redirects) ? r.max_redirects : std::uint32_t{0});
}

inline void put_http_response(RecordBytes& out, Placeholders& hide, std::uint32_t id, const bgw_http_response& r) {
  const std::string_view body(r.body, r.length);
  hide.learn_answer(body);
  out.number(id);
  out.number(r.status);
  put_headers(out, hide, Way::received, r.headers, r.header_count);
  out.text(hide.received(body));
  out.text(hide.received(BGW_HAS(&r, error) ? detail::or_empty(r.error) : std::string_view{}));
}

inline void put_close(RecordBytes& out, Placeholders& hide, std::uint32_t connection, const bgw_close& close) {
  out.number(connection);
  out.number(close.code);
  out.number(close.http_status);
  put_headers(out, hide, Way::received, close.headers, close.header_count);
  out.text(hide.received(detail::or_empty(close.reason)));
  const bool has_body = BGW_HAS(&close, body_length) && close.body != nullptr;
  out.text(has_body ? hide.received({close.body, close.body_length}) : std::string());
}

// ---- what an adapter sets
inline void put_capabilities(RecordBytes& out, const bgw_capability* list, std::uint32_t count) {
  out.number(count);
  out.raw(list, count * sizeof *list);
}

inline void put_limits(RecordBytes& out, const bgw_limits& given) {
  const bgw_limits limits = detail::whole(given);
  out.number(limits.instruments_per_connection);
  out.number(limits.connections_per_account);
  out.number(limits.batch_size);
  out.number(limits.batch_interval_ns);
  out.number(limits.heartbeat_period_ns);
  out.number(limits.time_resolution_ns);
  const std::uint32_t depths = limits.depth_limits != nullptr ? limits.depth_limit_count : 0;
  out.number(depths);
  out.raw(limits.depth_limits, depths * sizeof(bgw_depth_limit));
  const std::uint32_t classes = limits.classes != nullptr ? limits.class_count : 0;
  out.number(classes);
  for (const bgw_connection_class& c : std::span(limits.classes, classes)) {
    out.raw(c.name, sizeof c.name);
    out.number(c.connections);
    out.number(c.instruments);
    out.number(c.modes);
    const std::uint32_t levels = std::min<std::uint32_t>(c.depth_count, sizeof c.depths / sizeof c.depths[0]);
    out.number(levels);
    out.raw(c.depths, levels * sizeof c.depths[0]);
    out.text(detail::or_empty(c.exchanges));
  }
}

}  // namespace bgw::testing
