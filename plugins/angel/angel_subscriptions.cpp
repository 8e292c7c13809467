// Keeps the subscriptions and decides what to publish of each packet. Called by angel_adapter.cpp.
#include "angel_subscriptions.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace angel {
namespace {

constexpr std::size_t kMaxAsked = 512;
// How long after a change packets of both modes are compared by their sequence numbers. It is bounded: if a broker
// counted each mode separately, the stream would lose a moment and not all that follows.
constexpr std::int64_t kOverlap = 10'000'000'000;
constexpr std::array<Mode, 4> kModes = {Mode::kLtp, Mode::kQuote, Mode::kSnapQuote, Mode::kDepth20};

constexpr std::uint32_t bit(Mode mode) { return 1U << static_cast<std::uint32_t>(mode); }
constexpr std::uint32_t kDeep = bit(Mode::kDepth20);
constexpr std::size_t index_of(Mode mode) { return static_cast<std::size_t>(mode); }

// The mode that carries the price of the last trade: one token has exactly one of LTP, Quote and SnapQuote.
constexpr std::uint32_t base(std::uint32_t modes) { return modes & ~kDeep; }

// A token has one mode, the richest that is wanted. Depth20 has no price of a trade, so SnapQuote goes with it.
std::uint32_t modes_of(const bgw_stream& s) {
  if (s.mode == BGW_MODE_LTP) return bit(Mode::kLtp);
  if (s.mode == BGW_MODE_QUOTE) return bit(Mode::kQuote);
  return s.depth_level > 5 ? bit(Mode::kSnapQuote) | kDeep : bit(Mode::kSnapQuote);
}

// The stream that a token has in this one mode.
bgw_stream stream_of(std::uint32_t handle, std::uint32_t modes) {
  if (modes == bit(Mode::kLtp)) return {handle, BGW_MODE_LTP, 0, 0};
  if (modes == bit(Mode::kQuote)) return {handle, BGW_MODE_QUOTE, 0, 0};
  return {handle, BGW_MODE_DEPTH, 5, 0};
}

}  // namespace

void Subscriptions::clear() {
  tokens_.clear();
  load_ = deep_ = 0;
  pending_.clear();
  changing_.clear();
  proven_.clear();
  for (auto& list : ending_) list.clear();
  for (auto& list : beginning_) list.clear();
  requests_.clear();
  asked_.clear();
}

void Subscriptions::want(const bgw_stream& stream, TokenKey token, bool is_index) {
  if (const Entry* had = tokens_.of(stream.instrument); had != nullptr && had->token != token) leave(stream.instrument);
  Entry& entry = tokens_.hold(stream.instrument, token);
  Held& held = entry.state;
  const Modes modes = modes_of(stream);
  if (held.wanted != 0 && modes != held.wanted) {
    // A mode that was asked for in between and has not been seen to live is nothing to go back to.
    if (held.before_modes == 0 || (base(held.wanted) & held.live) != 0) {
      held.before = held.stream;
      held.before_modes = held.wanted;
    }
    if ((held.wanted & ~modes) != 0) held.came = false;
  }
  // A new token counts as changed too: packets that were sent for the token's last handle may still come.
  if (modes != held.wanted) held.changed_ns = clock_();
  if (modes == bit(Mode::kSnapQuote)) held.five_levels = true;
  if ((modes & kDeep) != 0 && (held.asked & bit(Mode::kSnapQuote)) == 0) held.five_levels = false;
  held.wanted = modes;
  held.stream = stream;
  held.is_index = is_index;
  held.told = false;
  pending_.push_back(token);
}

void Subscriptions::leave(std::uint32_t handle) {
  Entry* entry = tokens_.of(handle);
  if (entry == nullptr) return;
  end(*entry, entry->state.asked);
  tokens_.let_go(handle);
}

std::vector<bgw_stream> Subscriptions::settle() {
  std::vector<bgw_stream> full;
  // Modes that end make room for modes that begin.
  for (const TokenKey key : pending_)
    if (Entry* entry = tokens_.at(key)) end_superseded(*entry);
  for (const TokenKey key : pending_) {
    Entry* entry = tokens_.at(key);
    if (entry == nullptr) continue;
    const Modes missing = entry->state.wanted & ~entry->state.asked;
    if (missing == 0) continue;
    if (make_room(missing)) {
      begin(*entry, missing);
    } else {
      full.push_back(entry->state.stream);
      go_back(*entry);
    }
  }
  pending_.clear();
  prune_changing();
  return full;
}

void Subscriptions::end_superseded(Entry& entry) {
  const Held& held = entry.state;
  const Modes old = old_modes(held);
  if (old == 0) return;
  if ((base(held.wanted) & held.live) != 0) return end(entry, old);
  // After several changes in a row, the one old mode that lives is enough to go back to.
  if ((old & held.live) != 0) end(entry, old & ~held.live);
  changing_.push_back(entry.token);
}

void Subscriptions::retire() {
  for (const TokenKey key : proven_)
    if (Entry* entry = tokens_.at(key); entry != nullptr && (base(entry->state.wanted) & entry->state.live) != 0)
      end(*entry, old_modes(entry->state));
  proven_.clear();
  prune_changing();
}

void Subscriptions::prune_changing() {
  std::erase_if(changing_, [this](TokenKey key) {
    const Entry* entry = tokens_.at(key);
    return entry == nullptr || old_modes(entry->state) == 0;
  });
}

void Subscriptions::begin(Entry& entry, Modes modes) {
  Held& held = entry.state;
  for (const Mode mode : kModes)
    if ((modes & ~held.asked & bit(mode)) != 0) beginning_[index_of(mode)].push_back(entry.token);
  load_ += static_cast<std::uint32_t>(std::popcount(modes & ~held.asked));
  deep_ += (modes & ~held.asked & kDeep) != 0 ? 1U : 0U;
  held.asked |= modes;
}

void Subscriptions::end(Entry& entry, Modes modes) {
  for (const Mode mode : kModes)
    if ((modes & entry.state.asked & bit(mode)) != 0) ending_[index_of(mode)].push_back(entry.token);
  forget(entry.state, modes);
}

void Subscriptions::forget(Held& held, Modes modes) {
  load_ -= static_cast<std::uint32_t>(std::popcount(modes & held.asked));
  deep_ -= (modes & held.asked & kDeep) != 0 ? 1U : 0U;
  held.asked &= ~modes;
  held.live &= ~modes;
}

// Ends old modes, the oldest change first, where the broker's limits leave no room for the new ones beside them.
bool Subscriptions::make_room(Modes modes) {
  const auto count = static_cast<std::uint32_t>(std::popcount(modes));
  const std::uint32_t deep = (modes & kDeep) != 0 ? 1 : 0;
  for (const TokenKey key : changing_) {
    const bool lacks_deep = deep_ + deep > kDeepPerConnection;
    if (!lacks_deep && load_ + count <= kPerConnection) return true;
    Entry* entry = tokens_.at(key);
    if (entry == nullptr) continue;
    const Modes old = old_modes(entry->state);
    if (lacks_deep && (old & kDeep) == 0) continue;
    end(*entry, old);
  }
  return deep_ + deep <= kDeepPerConnection && load_ + count <= kPerConnection;
}

// The wanted modes cannot be had: goes back to the modes before, if need be by asking for them again.
void Subscriptions::go_back(Entry& entry) {
  Held& held = entry.state;
  const Modes left = base(old_modes(held));
  const bool as_before = held.before_modes != 0 && (left == 0 || (left & held.before_modes) != 0);
  const Modes target = as_before ? held.before_modes : std::bit_floor(left);
  held.stream = as_before ? held.before : stream_of(entry.handle, target);
  held.stream.instrument = entry.handle;  // the token may have had another handle then
  if ((target & held.live & kDeep) != 0) held.five_levels = false;
  held.wanted = target;
  held.before_modes = 0;
  held.told = false;
  held.came = (base(target) & held.live) != 0;
  end(entry, old_modes(held));
  const Modes missing = target & ~held.asked;
  if (missing == 0) return;
  if (make_room(missing))
    begin(entry, missing);
  else
    held.wanted &= ~missing;
}

std::vector<Request> Subscriptions::take_requests() {
  flush();
  return std::exchange(requests_, {});
}

void Subscriptions::flush() {
  for (const Mode mode : kModes)
    if (auto& list = ending_[index_of(mode)]; !list.empty())
      request(Action::kUnsubscribe, mode, std::exchange(list, {}));
  for (const Mode mode : kModes)
    if (auto& list = beginning_[index_of(mode)]; !list.empty())
      request(Action::kSubscribe, mode, std::exchange(list, {}));
}

void Subscriptions::request(Action action, Mode mode, std::vector<TokenKey> tokens) {
  const std::uint64_t number = ++numbers_;
  requests_.push_back({correlation_id(number), action, mode, tokens});
  if (action == Action::kUnsubscribe) return;
  for (const TokenKey key : tokens)
    if (Entry* entry = tokens_.at(key)) entry->state.requests[index_of(mode)] = number;
  if (asked_.size() == kMaxAsked) asked_.pop_front();
  asked_.push_back({number, correlation_id(number), mode, std::move(tokens)});
}

std::optional<std::vector<bgw_stream>> Subscriptions::refused(std::string_view correlation, bool split) {
  const auto found =
      std::find_if(asked_.begin(), asked_.end(), [&](const Asked& a) { return a.correlation == correlation; });
  if (found == asked_.end()) return std::nullopt;
  Asked asked = std::move(*found);
  asked_.erase(found);
  const bool several = asked.tokens.size() > 1;
  // Tokens that have been ended since, or asked for anew, have another answer.
  std::erase_if(asked.tokens, [&](TokenKey key) {
    const Entry* entry = tokens_.at(key);
    return entry == nullptr || (entry->state.asked & bit(asked.mode)) == 0 ||
           entry->state.requests[index_of(asked.mode)] != asked.number;
  });
  std::vector<bgw_stream> streams;
  if (split && several && !asked.tokens.empty()) {
    // A single token that is left may be good: the bad one may have been ended since.
    const auto middle = asked.tokens.begin() + static_cast<std::ptrdiff_t>((asked.tokens.size() + 1) / 2);
    flush();
    request(Action::kSubscribe, asked.mode, {asked.tokens.begin(), middle});
    if (middle != asked.tokens.end()) request(Action::kSubscribe, asked.mode, {middle, asked.tokens.end()});
    return streams;
  }
  for (const TokenKey key : asked.tokens) {
    Entry& entry = *tokens_.at(key);
    Held& held = entry.state;
    const bool wanted = (held.wanted & bit(asked.mode)) != 0;
    forget(held, bit(asked.mode));
    // A refused mode is nothing to go back to.
    held.before_modes &= ~bit(asked.mode);
    if (base(held.before_modes) == 0) held.before_modes = 0;
    if (!wanted) continue;
    const bgw_stream refused = held.stream;
    const bool is_news = !std::exchange(held.told, true);
    if (asked.mode == Mode::kDepth20)
      held.wanted &= ~kDeep;  // SnapQuote stays: it carries all that was there before
    else
      go_back(entry);
    // A richer mode that goes on carries all of the refused, poorer one: its clients have what they asked for.
    const bool goes_on = (base(held.wanted) & held.live) != 0 && held.stream.mode > refused.mode;
    if (is_news && !goes_on) streams.push_back(refused);
  }
  return streams;
}

Verdict Subscriptions::judge(const Packet& packet) {
  Verdict verdict;
  verdict.drop = BGW_DROP_UNKNOWN;
  Entry* entry = tokens_.at(packet.key);
  if (entry == nullptr || entry->state.wanted == 0) return verdict;  // it was under way when its token was unsubscribed
  Held& held = entry->state;
  const bool wanted = (held.wanted & bit(packet.mode)) != 0;
  verdict.handle = entry->handle;
  verdict.is_index = held.is_index;
  verdict.drop = BGW_DROP_DUPLICATE;
  if (wanted && (held.live & bit(packet.mode)) == 0) {
    held.live |= held.asked & bit(packet.mode);
    if (packet.mode != Mode::kDepth20 && old_modes(held) != 0) proven_.push_back(packet.key);
  }
  const bool has_number = !held.is_index && packet.mode != Mode::kDepth20 && packet.sequence > 0;
  if (!wanted && held.came) {
    const auto newer = [&](const LastPublished& n) { return packet.sequence > n.sequence; };
    if (!has_number || !std::all_of(held.last_published.begin(), held.last_published.end(), newer)) return verdict;
  }
  verdict.modes = packet.tick.modes;
  if (packet.mode == Mode::kDepth20) {
    if (wanted) held.five_levels = false;
  } else {
    if (wanted) {
      held.came = true;
      held.before_modes = 0;
    }
    // Where twenty levels are published, SnapQuote's five are not.
    if (packet.mode == Mode::kSnapQuote && !held.five_levels) verdict.modes &= ~std::uint32_t{BGW_MODE_DEPTH};
    if (has_number) verdict.modes = fresh_modes(held, packet, verdict.modes);
  }
  verdict.publish = verdict.modes != 0;
  return verdict;
}

// Takes out of `modes` what a packet of another mode has said already.
std::uint32_t Subscriptions::fresh_modes(Held& held, const Packet& packet, std::uint32_t modes) {
  constexpr std::uint32_t kStreams[] = {BGW_MODE_LTP, BGW_MODE_QUOTE, BGW_MODE_DEPTH};
  std::int64_t now = 0;
  for (std::size_t i = 0; i < held.last_published.size(); ++i) {
    LastPublished& last_published = held.last_published[i];
    if ((modes & kStreams[i]) == 0) continue;
    if (last_published.mode != packet.mode && packet.sequence <= last_published.sequence) {
      if (now == 0) now = clock_();
      if (now - held.changed_ns < kOverlap) {
        modes &= ~kStreams[i];
        continue;
      }
    }
    last_published = {packet.sequence, packet.mode};
  }
  return modes;
}

}  // namespace angel
