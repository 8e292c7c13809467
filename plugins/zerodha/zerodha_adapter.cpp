#include "zerodha_adapter.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_set>
#include <utility>

#include "bgw/refusal.hpp"
#include "zerodha_requests.hpp"
#include "zerodha_text.hpp"

namespace zerodha {
namespace {

constexpr std::int64_t kMinute = 60'000'000'000;

// The last 06:00 in India before `now_ns`: kite.trade/docs/connect/v3/user, "access_token".
std::int64_t last_flush(std::int64_t now_ns) {
  constexpr std::int64_t kDay = 24 * 60 * kMinute;
  constexpr std::int64_t kFlush = 30 * kMinute;  // of the day in UTC
  return (now_ns - kFlush) / kDay * kDay + kFlush;
}

struct ModeGroup {
  std::uint32_t mode;
  const char* name;
};
constexpr std::array<ModeGroup, 3> kModes = {
    {{BGW_MODE_LTP, "ltp"}, {BGW_MODE_QUOTE, "quote"}, {BGW_MODE_DEPTH, "full"}}};

// The mode that Kite is asked for where the host wants `mode`. For a quote of an index it is "full": only there do
// index packets have a time, and without a book they are quotes.
std::uint32_t mode_at_kite(std::uint32_t token, std::uint32_t mode) {
  return mode == BGW_MODE_QUOTE && is_index(token) ? std::uint32_t{BGW_MODE_DEPTH} : mode;
}

bool parse_token(std::string_view text, std::uint32_t& token) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), token);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

void ZerodhaAdapter::initialize() { url_ = setting("url").value_or(kDefaultUrl); }

void ZerodhaAdapter::connect() {
  tokens_.clear();
  const std::string key = setting("api_key").value_or("");
  const std::string token = setting("access_token").value_or("");
  if (const std::int64_t written = setting_written_ns("access_token"); written != 0 && written < last_flush(now_ns()))
    throw bgw::Error(BGW_E_AUTH,
                     "access_token was written before 06:00 IST, when Kite ends the tokens of the day before");
  connection_ = websocket_open(login_url(url_, key, token),
                               std::array{std::pair<std::string, std::string>("X-Kite-Version", "3")});
}

void ZerodhaAdapter::disconnect() {
  if (connection_ != 0) websocket_close(connection_);
  connection_ = 0;
}

void ZerodhaAdapter::on_open(std::uint32_t) { ready(); }

void ZerodhaAdapter::subscribe(std::span<const bgw_subscription> wanted) {
  Before before;
  for (const bgw_subscription& s : wanted) {
    std::uint32_t token = 0;
    if (!parse_token(s.token, token)) {
      refuse(stream_of(s), BGW_E_INVALID,
             std::string("its token in the instrument list is '") + s.token + "', not a number");
      continue;
    }
    if (price_unit_of(token) == 0) {
      refuse(stream_of(s), BGW_E_UNSUPPORTED,
             "its token " + std::to_string(token) + " is of Kite's segment " + std::to_string(segment_number(token)) +
                 ", whose price scale no document of Kite's gives");
      continue;
    }
    if (const auto* had = tokens_.of(s.instrument); had != nullptr && had->token != token) let_go(s.instrument, before);
    Held& held = tokens_.hold(s.instrument, token).state;
    const std::uint32_t mode = mode_at_kite(token, s.mode);
    // The mode is subscribed already: the host asks again for what did not come.
    if (held.mode == mode) asked_again_.insert(token);
    before.emplace_back(token, held.mode);
    held.mode = mode;
  }
  send_changes(before);
}

void ZerodhaAdapter::unsubscribe(std::span<const std::uint32_t> instruments) {
  Before before;
  for (const std::uint32_t instrument : instruments) let_go(instrument, before);
  send_changes(before);
}

void ZerodhaAdapter::let_go(std::uint32_t handle, Before& before) {
  const auto* entry = tokens_.of(handle);
  if (entry == nullptr) return;
  before.emplace_back(entry->token, entry->state.mode);
  tokens_.let_go(handle);
}

// Sends "subscribe" first and then a "mode" per group, since a mode counts only for tokens that are subscribed. A token
// that is subscribed already gets its new mode and nothing else. Kite changes the mode at once; packets that were under
// way in the old one are published as what their length says they are.
void ZerodhaAdapter::send_changes(const Before& before) {
  std::vector<std::uint32_t> ended;
  std::vector<std::uint32_t> fresh;
  std::array<std::vector<std::uint32_t>, kModes.size()> by_mode;
  std::unordered_set<std::uint32_t> seen;
  for (const auto& [token, mode] : before) {
    if (!seen.insert(token).second) continue;
    const auto* entry = tokens_.at(token);
    const std::uint32_t now = entry == nullptr ? 0 : entry->state.mode;
    if (mode != 0 && now == 0) ended.push_back(token);
    const bool again = asked_again_.contains(token);
    if (now != 0 && (mode == 0 || again)) fresh.push_back(token);
    if (mode == now && !again) continue;
    for (std::size_t i = 0; i < kModes.size(); ++i)
      if (kModes[i].mode == now) by_mode[i].push_back(token);
  }
  asked_again_.clear();
  send_all(unsubscribe_messages(ended));
  send_all(subscribe_messages(fresh));
  for (std::size_t i = 0; i < kModes.size(); ++i) send_all(mode_messages(kModes[i].name, by_mode[i]));
}

bgw_status ZerodhaAdapter::on_frame(std::uint32_t, std::uint32_t opcode, std::span<const std::byte> frame) {
  if (opcode == BGW_OPCODE_TEXT) {
    on_text({reinterpret_cast<const char*>(frame.data()), frame.size()});
    return BGW_OK;
  }
  if (is_heartbeat(frame)) return BGW_OK;
  // Checks the whole frame before any of it is published: half a frame's ticks would hide that the rest is missing.
  if (!is_whole(frame)) return BGW_E_INVALID;
  PacketCursor packets(frame);
  for (std::span<const std::byte> bytes; packets.next(bytes);) {
    const Reading reading = decode(bytes, packet_);
    if (reading != Reading::kGood) {
      dropped(reading == Reading::kUnknownLayout ? BGW_DROP_LAYOUT : BGW_DROP_SCALE);
      if (reading == Reading::kUnknownScale) note_unknown_scale(packet_.token);
      continue;
    }
    const auto* entry = tokens_.at(packet_.token);
    if (entry == nullptr) {  // it was under way when its token was unsubscribed
      dropped(BGW_DROP_UNKNOWN);
      continue;
    }
    packet_.tick.instrument = entry->handle;
    const bool has_book = (packet_.tick.modes & BGW_MODE_DEPTH) != 0;
    publish(packet_.tick, packet_.has_rare ? &packet_.rare : nullptr, has_book ? &packet_.book : nullptr);
  }
  return BGW_OK;
}

// kite.trade/docs/connect/v3/exceptions: Kite's own errors name their type; 401 always means the token. Firewalls
// refuse with 403 as well. More than three connections of one key are refused with 429. At 429 and from 500 on the
// status decides, whatever type the error names.
bgw_status ZerodhaAdapter::on_close(std::uint32_t, const bgw::Close& close) {
  connection_ = 0;
  const std::int32_t status = close.http_status;
  if (status == 0) return BGW_E_TRANSIENT;
  const KiteError error = read_error(close.body);
  if (status == 401 || (error.type == "TokenException" && (status == 400 || status == 403)))
    throw bgw::Error(BGW_E_AUTH, "Kite refused the login (HTTP " + std::to_string(status) + ")" +
                                     (error.message.empty() ? "" : ": " + error.message) +
                                     "; access tokens expire at 06:00 IST");
  const std::string said = words_of(error);
  if (status == 429)
    throw bgw::Error(BGW_E_RATE,
                     "Kite has too many connections of this api_key (" + bgw::status_and_words(close, said) + ")",
                     bgw::retry_after_ns(close, kMinute, now_ns()));
  if (status >= 500) throw bgw::server_error(close, "Kite", now_ns(), said);
  throw bgw::unproved_refusal(close, said);
}

void ZerodhaAdapter::on_text(std::string_view text) {
  const TextFrame frame = read_text_frame(text);
  switch (frame.kind) {
    case TextFrame::Kind::kError:
      log(BGW_LOG_WARNING, "Kite says: " + frame.text);
      return;
    case TextFrame::Kind::kMessage:
      log(BGW_LOG_INFO, "message from Kite: " + frame.text);
      return;
    case TextFrame::Kind::kList:
      list_announced(frame.text);
      return;
    case TextFrame::Kind::kOther:
      log(BGW_LOG_DEBUG, "ignoring a text frame: " + frame.text);
      return;
  }
}

void ZerodhaAdapter::send_all(const std::vector<std::string>& messages) const {
  for (const std::string& message : messages) send_text(connection_, message);
}

void ZerodhaAdapter::note_unknown_scale(std::uint32_t token) {
  if (std::exchange(noted_unknown_scale_, true)) return;
  log(BGW_LOG_WARNING, "ignoring token " + std::to_string(token) + ", and all others of segment " +
                           std::to_string(segment_number(token)) + ": no document of Kite's gives its price scale");
}

}  // namespace zerodha
