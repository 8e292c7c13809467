#include "dhan_adapter.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "bgw/percent.hpp"
#include "bgw/refusal.hpp"

namespace dhan_like {
namespace {

// RequestCode: one more ends what it began. The broker's own client ends depth with 24; its documentation lists 25.
constexpr std::uint32_t kAskTicker = 15;
constexpr std::uint32_t kAskQuote = 17;
constexpr std::uint32_t kAskFull = 21;
constexpr std::uint32_t kAskDepth = 23;

constexpr std::int64_t kMinute = 60'000'000'000;
constexpr std::int64_t kLongestPause = 60;  // in settings of reopen_after

constexpr std::array kDepthSockets = {Socket::kDepth20, Socket::kDepth200};
// Instruments in one request.
constexpr std::array<std::size_t, kSockets> kBatch = {100, 50, 1};
constexpr std::array<const char*, kSockets> kNames = {"feed", "depth20", "depth200"};

constexpr std::array<bgw_connection_class, kSockets> classes(std::uint32_t depth_connections) {
  return {{{"feed", 5, 5000, BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH, 1, {5}, {}},
           {"depth20", depth_connections, 50, BGW_MODE_DEPTH, 1, {20}, {}},
           {"depth200", depth_connections, 1, BGW_MODE_DEPTH, 1, {200}, {}}}};
}

struct Segment {
  const char* name;
  std::uint8_t number;
};
constexpr Segment kSegments[] = {{"IDX_I", 0},  {"NSE_EQ", 1},   {"NSE_FNO", 2},      {"NSE_CURRENCY", 3},
                                 {"BSE_EQ", 4}, {"MCX_COMM", 5}, {"BSE_CURRENCY", 7}, {"BSE_FNO", 8}};

constexpr std::uint64_t token_of(std::uint8_t segment, std::uint32_t security_id) {
  return std::uint64_t{segment} << 32 | security_id;
}

std::optional<std::uint64_t> token_of(const bgw_subscription& s) {
  const std::string_view segment = s.broker_exchange, text = s.token;
  const auto* const found = std::find_if(std::begin(kSegments), std::end(kSegments),
                                         [&](const Segment& known) { return segment == known.name; });
  std::uint32_t id = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (found == std::end(kSegments) || problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return token_of(found->number, id);
}

// 806 to 809 end the attempts: no attempt with the same account can go better.
std::pair<bgw_status, const char*> meaning_of(std::uint32_t reason) {
  switch (reason) {
    case 805:
      return {BGW_E_RATE, "too many connections"};
    case 806:
      return {BGW_E_FATAL, "the account has no market data"};
    case 807:
      return {BGW_E_AUTH, "the access token has expired"};
    case 808:
      return {BGW_E_AUTH, "the client id is not valid"};
    case 809:
      return {BGW_E_AUTH, "the access token is not valid"};
    default:
      return {BGW_E_TRANSIENT, "a reason that no document names"};
  }
}

}  // namespace

void DhanAdapter::initialize() {
  const std::string plan = setting("plan").value_or("plus");
  if (plan != "basic" && plan != "plus")
    throw bgw::Error(BGW_E_INVALID, "plan: found '" + plan + "', expected basic or plus");
  reopen_ns_ = std::max<std::int64_t>(setting_integer("reopen_after").value_or(1'000'000'000), 1'000'000);
  const auto list = classes(plan == "plus" ? 5 : 1);
  bgw_limits limits{};
  limits.batch_size = 100;
  limits.heartbeat_period_ns = setting_integer("heartbeat").value_or(10'000'000'000);
  limits.class_count = kSockets;
  limits.classes = list.data();
  set_limits(limits);

  const std::string login = "token=" + bgw::percent_encoded(setting("access_token").value_or("")) +
                            "&clientId=" + bgw::percent_encoded(setting("client_id").value_or("")) + "&authType=2";
  urls_ = {setting("feed_url").value_or("") + "?version=2&" + login, setting("depth20_url").value_or("") + "?" + login,
           setting("depth200_url").value_or("") + "?" + login};
}

void DhanAdapter::connect() {
  tokens_.clear();
  links_ = {};
  for (Link& link : links_) link.pause_ns = reopen_ns_;
  open(Socket::kFeed);
}

void DhanAdapter::disconnect() {
  for (Link& link : links_) {
    if (link.id != 0) websocket_close(link.id);
    link = {};
  }
}

void DhanAdapter::subscribe(std::span<const bgw_subscription> wanted) {
  Requests ended, begun;
  for (const bgw_subscription& s : wanted) ask(s, ended, begun);
  send(ended, begun);
}

void DhanAdapter::unsubscribe(std::span<const std::uint32_t> instruments) {
  Requests ended;
  for (const std::uint32_t instrument : instruments) let_go(instrument, ended);
  send(ended, {});
}

// A book of 20 or 200 levels comes beside the quotes of the feed, which has the last price.
void DhanAdapter::ask(const bgw_subscription& wanted, Requests& ended, Requests& begun) {
  const std::optional<std::uint64_t> token = token_of(wanted);
  if (!token)
    return refuse(stream_of(wanted), BGW_E_INVALID,
                  std::string("its instrument row: found segment '") + wanted.broker_exchange + "' and token '" +
                      wanted.token + "', expected a segment of Dhan and a number");
  if (const auto* had = tokens_.of(wanted.instrument); had != nullptr && had->token != *token)
    let_go(wanted.instrument, ended);
  Held& held = tokens_.hold(wanted.instrument, *token).state;
  held.units = {wanted.price_exponent, wanted.tick_size};
  held.name = std::string(R"("ExchangeSegment":")") + wanted.broker_exchange + R"(","SecurityId":")" +
              std::to_string(*token & 0xffff'ffff) + '"';

  const bool is_deep = wanted.mode == BGW_MODE_DEPTH && wanted.depth_level > 5;
  const Socket book = !is_deep ? Socket::kFeed : wanted.depth_level <= 20 ? Socket::kDepth20 : Socket::kDepth200;
  const std::uint32_t request = wanted.mode == BGW_MODE_LTP                ? kAskTicker
                                : wanted.mode == BGW_MODE_QUOTE || is_deep ? kAskQuote
                                                                           : kAskFull;
  if (held.feed_request != 0 && held.feed_request != request)
    ended.push_back({Socket::kFeed, held.feed_request + 1, held.name});
  begun.push_back({Socket::kFeed, request, held.name});
  held.feed_request = request;
  if (held.book != book) end_book(*token, held, ended);
  held.book = book;
  if (!is_deep) return;
  link(book).books[*token] = held.name;
  begun.push_back({book, kAskDepth, held.name});
}

void DhanAdapter::let_go(std::uint32_t instrument, Requests& ended) {
  auto* const entry = tokens_.of(instrument);
  if (entry == nullptr) return;
  ended.push_back({Socket::kFeed, entry->state.feed_request + 1, entry->state.name});
  end_book(entry->token, entry->state, ended);
  tokens_.let_go(instrument);
}

void DhanAdapter::end_book(std::uint64_t token, Held& held, Requests& ended) {
  if (held.book == Socket::kFeed) return;
  link(held.book).books.erase(token);
  ended.push_back({held.book, kAskDepth + 1, held.name});
  held.book = Socket::kFeed;
}

void DhanAdapter::send(const Requests& ended, const Requests& begun) {
  send_all(ended);
  open_and_close_depth_sockets();
  send_all(begun);
}

// What is meant for a depth socket that is not open is left out: on_open asks for all of its books.
void DhanAdapter::send_all(const Requests& requests) {
  std::map<std::pair<Socket, std::uint32_t>, std::vector<std::string>> groups;
  for (const Request& r : requests)
    if (link(r.socket).is_open) groups[{r.socket, r.code}].push_back(r.name);
  for (const auto& [group, names] : groups) {
    const auto& [socket, code] = group;
    const std::string head = R"({"RequestCode":)" + std::to_string(code) + ',';
    const std::size_t batch = kBatch[static_cast<std::size_t>(socket)];
    for (std::size_t at = 0; at < names.size(); at += batch) {
      const std::span part(names.data() + at, std::min(batch, names.size() - at));
      if (socket == Socket::kDepth200) {
        send_text(link(socket).id, head + part[0] + '}');
        continue;
      }
      std::string list;
      for (const std::string& name : part) list += (list.empty() ? "{" : ",{") + name + '}';
      send_text(link(socket).id,
                head + R"("InstrumentCount":)" + std::to_string(part.size()) + R"(,"InstrumentList":[)" + list + "]}");
    }
  }
}

void DhanAdapter::open_and_close_depth_sockets() {
  for (const Socket socket : kDepthSockets) {
    Link& link = this->link(socket);
    if (link.books.empty()) {
      if (link.id != 0) websocket_close(link.id);
      if (link.waits) cancel_timer(static_cast<std::uint32_t>(socket));
      link = {};
      link.pause_ns = reopen_ns_;
    } else if (link.id == 0 && !link.waits) {
      open(socket);
    }
  }
}

void DhanAdapter::open(Socket socket) {
  const auto number = static_cast<std::uint32_t>(socket);
  link(socket).id = websocket_open(urls_[number], {}, {.connection_class = number});
}

void DhanAdapter::reopen_later(Socket socket, std::int64_t pause_ns) {
  Link& link = this->link(socket);
  link.id = 0;
  link.is_open = false;
  link.waits = true;
  link.pause_ns = std::min(pause_ns * 2, reopen_ns_ * kLongestPause);
  set_timer(static_cast<std::uint32_t>(socket), pause_ns);
}

std::optional<Socket> DhanAdapter::socket_of(std::uint32_t connection) const {
  for (std::size_t i = 0; i < kSockets; ++i)
    if (links_[i].id == connection) return static_cast<Socket>(i);
  return std::nullopt;
}

void DhanAdapter::on_open(std::uint32_t connection) {
  const std::optional<Socket> socket = socket_of(connection);
  if (!socket) return;
  link(*socket).is_open = true;
  if (*socket == Socket::kFeed) return ready();
  Requests all;
  for (const auto& [token, name] : link(*socket).books) all.push_back({*socket, kAskDepth, name});
  send_all(all);
}

void DhanAdapter::on_timer(std::uint32_t id) {
  Link& link = links_.at(id);
  link.waits = false;
  if (link.id == 0 && !link.books.empty()) open(static_cast<Socket>(id));
}

bgw_status DhanAdapter::on_frame(std::uint32_t connection, std::uint32_t opcode, std::span<const std::byte> frame) {
  const std::optional<Socket> socket = socket_of(connection);
  if (!socket || opcode != BGW_OPCODE_BINARY) return BGW_OK;  // no document describes texts from this broker
  const std::string problem = split(*socket, frame, packets_);
  if (!problem.empty())
    throw bgw::Error(BGW_E_INVALID, std::string(kNames[static_cast<std::size_t>(*socket)]) + ": " + problem);
  for (const RawPacket& raw : packets_) {
    if (raw.code == kDisconnect) {
      on_disconnect(*socket, disconnect_reason(*socket, raw));
      return BGW_OK;
    }
    if (!is_known(*socket, raw.code))
      dropped(BGW_DROP_LAYOUT);
    else if (raw.code != kMarketStatus)  // which says that there is one, and not which
      take(*socket, raw);
  }
  return BGW_OK;
}

void DhanAdapter::take(Socket socket, const RawPacket& raw) {
  const auto* const entry = tokens_.at(token_of(raw.segment, raw.security_id));
  // It was under way when its instrument, or its book on this socket, was unsubscribed.
  if (entry == nullptr || (socket != Socket::kFeed && entry->state.book != socket)) return dropped(BGW_DROP_UNKNOWN);
  decode(socket, raw, entry->state.units, packet_);
  if (packet_.unscaled != 0) dropped(BGW_DROP_SCALE, packet_.unscaled);
  if (socket != Socket::kFeed) {
    link(socket).pause_ns = reopen_ns_;
  } else if (packet_.has_book && entry->state.book != Socket::kFeed) {
    // A full packet that was under way: five levels say nothing beside the book of a depth socket.
    dropped(BGW_DROP_DUPLICATE);
    packet_.has_book = false;
    packet_.tick.modes &= ~std::uint32_t{BGW_MODE_DEPTH};
  }
  if (packet_.tick.modes == 0) return;
  packet_.tick.instrument = entry->handle;
  publish(packet_.tick, packet_.has_rare ? &packet_.rare : nullptr, packet_.has_book ? &packet_.book : nullptr);
}

void DhanAdapter::on_disconnect(Socket socket, std::uint32_t reason) {
  const auto [code, words] = meaning_of(reason);
  const std::string text = std::string("Dhan ends the ") + kNames[static_cast<std::size_t>(socket)] +
                           " socket: " + words + " (" + std::to_string(reason) + ")";
  if (socket == Socket::kFeed || code == BGW_E_AUTH || code == BGW_E_FATAL)
    return fail(code, text, code == BGW_E_RATE ? kMinute : 0);
  log(BGW_LOG_WARNING, text);
  websocket_close(link(socket).id);
  reopen_later(socket, code == BGW_E_RATE ? reopen_ns_ * kLongestPause : link(socket).pause_ns);
}

bgw_status DhanAdapter::on_close(std::uint32_t connection, const bgw::Close& close) {
  const std::optional<Socket> socket = socket_of(connection);
  if (!socket) return BGW_OK;
  if (*socket != Socket::kFeed) {
    log(BGW_LOG_WARNING, std::string(kNames[static_cast<std::size_t>(*socket)]) + " socket ended: " +
                             (close.http_status != 0 ? bgw::status_and_words(close)
                                                     : std::to_string(close.code) + " " + std::string(close.reason)));
    reopen_later(*socket, link(*socket).pause_ns);
    return BGW_OK;
  }
  link(Socket::kFeed) = {};
  const std::int32_t status = close.http_status;
  if (status == 0) return BGW_E_TRANSIENT;
  if (status == 401) throw bgw::Error(BGW_E_AUTH, "Dhan refused the login (" + bgw::status_and_words(close) + ")");
  if (status == 429)
    throw bgw::Error(BGW_E_RATE, bgw::status_and_words(close), bgw::retry_after_ns(close, kMinute, now_ns()));
  if (status >= 500) throw bgw::server_error(close, "Dhan", now_ns());
  throw bgw::unproved_refusal(close);
}

}  // namespace dhan_like
