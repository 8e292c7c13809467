#include "core/plugin_host/subscriptions.hpp"

#include <algorithm>
#include <utility>

#include "core/base/log.hpp"

namespace gw::plugin_host {
namespace {

// For the log at level debug, where authors of plugins look.
std::string shown(const std::vector<bgw_subscription>& list) {
  constexpr std::size_t kShown = 20;
  std::string text;
  for (const bgw_subscription& s : std::span(list).first(std::min(list.size(), kShown))) {
    text += (text.empty() ? "" : ", ") + std::string(s.symbol) + '.' + s.exchange + " mode " + std::to_string(s.mode);
    if (s.depth_level != 0) text += '/' + std::to_string(s.depth_level);
  }
  return text + (list.size() > kShown ? " and " + std::to_string(list.size() - kShown) + " more" : "");
}

constexpr std::size_t kDefaultBatch = 500;

// The request did not reach the broker, which therefore refused nothing.
bool is_unsent(bgw_status status) { return status == BGW_E_STATE || status == BGW_E_TRANSIENT; }

}  // namespace

Subscriptions::Subscriptions(LinkContext& link, AdapterObject& object, ConnectionJudges& judges,
                             const registry::Capabilities& capabilities, Owner& owner)
    : link_(link),
      object_(object),
      judges_(judges),
      capabilities_(capabilities),
      owner_(owner),
      timers_(
          link.io, [this](std::uint32_t id) { id == kPace ? pump() : say_what_is_unanswered(); },
          link.options.make_alarm) {}

std::size_t Subscriptions::batch_size() const {
  const std::uint32_t declared = link_.limits().batch_size;
  return declared == 0 ? kDefaultBatch : declared;
}

void Subscriptions::tell_news() {
  if (judges_.take_news()) link_.on_feed_news();
}

void Subscriptions::add(std::span<const std::uint32_t> instruments) {
  const std::int64_t now = link_.options.monotonic();
  for (const std::uint32_t handle : instruments) {
    carried_.insert(handle);
    make_room(handle);
    const Wanted* w = link_.find_wanted(handle);
    // A request for fewer levels than before goes first: routing has given the room to others in the queue.
    const bool makes_room = w != nullptr && w->depth_level + 1 < (asked_[handle] & kDepth);
    if (asked_[handle] == 0) asked_[handle] = 1;
    if (w != nullptr) note_wanted(handle, *w, now);
    if (!queued_.insert(handle).second) {
      if (!makes_room) continue;
      std::erase(queue_, handle);
    }
    makes_room ? queue_.push_front(handle) : queue_.push_back(handle);
  }
  tell_news();
}

void Subscriptions::describe(std::span<const std::uint32_t> instruments) {
  const std::int64_t now = link_.options.monotonic();
  for (const std::uint32_t handle : instruments) {
    const Wanted* w = link_.find_wanted(handle);
    if (w == nullptr || !carried_.contains(handle)) continue;
    note_wanted(handle, *w, now);
    // Until the adapter is told the new units it counts in the old ones, and so does the lot size that it was told.
    if (w->exponents == exponents_[handle])
      lots_.set(handle, capabilities_.lots(w->exchange), w->lot_size);
    else if (queued_.insert(handle).second)
      queue_.push_back(handle);
    note_rules(handle, *w);
  }
  tell_news();
  pump();
}

void Subscriptions::make_room(std::uint32_t handle) {
  if (handle < asked_.size()) return;
  asked_.resize(handle + 1);
  exponents_.resize(handle + 1);
  grids_.resize(handle + 1);
  classes_.resize(handle + 1);
}

// A tick size that the list has changed counts once the adapter has its units.
void Subscriptions::note_rules(std::uint32_t handle, const Wanted& w) {
  asked_[handle] &= static_cast<std::uint16_t>(~kBelowZero);
  if (capabilities_.prices_below_zero(w.exchange)) asked_[handle] |= kBelowZero;
  grids_[handle] = capabilities_.prices_on_grid(w.exchange) && w.exponents == exponents_[handle] ? w.tick_size : 0;
}

// Tells the judges of the classes of connections that carry it, and of no others.
void Subscriptions::note_wanted(std::uint32_t handle, const Wanted& w, std::int64_t now_ns) {
  const std::uint32_t classes = std::max(link_.limits().classes_of(w.exchange, w.mode, w.depth_level), 1U);
  const std::uint32_t before = std::exchange(classes_[handle], static_cast<std::uint8_t>(classes));
  for (std::uint32_t i = 0; i < registry::Limits::kMaxClasses; ++i) {
    if ((classes >> i & 1U) != 0)
      judges_.at(i).on_wanted(handle, w.symbol, w.exchange, w.kind, now_ns, link_.clock.at(now_ns));
    else if ((before >> i & 1U) != 0)
      judges_.at(i).on_unwanted(handle, now_ns);
  }
}

void Subscriptions::remove(std::span<const std::uint32_t> instruments) {
  std::vector<std::uint32_t> told;
  for (const std::uint32_t handle : instruments) {
    if (carried_.erase(handle) == 0) continue;
    judges_.on_unwanted(handle, link_.options.monotonic());
    classes_[handle] = 0;
    if (queued_.erase(handle) != 0) std::erase(queue_, handle);
    told.push_back(handle);
  }
  if (is_ready_ && !told.empty())
    log::debug("broker", link_.options.name + ": unsubscribe " + std::to_string(told.size()) + " instruments");
  const std::size_t batch = batch_size();
  bgw_error error{};
  for (std::size_t i = 0; is_ready_ && i < told.size(); i += batch) {
    const bgw_status status = object_.unsubscribe(std::span(told).subspan(i, std::min(batch, told.size() - i)), error);
    if (is_unsent(status)) owner_.on_unsent(error, "cannot unsubscribe: " + text_of(error));
    if (status != BGW_OK)
      link_.log->failed_calls.warning("unsubscribe", link_.options.name + ": unsubscribing failed: " + text_of(error));
  }
  // From here on the adapter must not publish them; what it publishes all the same is dropped.
  for (const std::uint32_t handle : told) {
    if (unanswered_.has(handle) && round_.asked != 0) --round_.asked;
    asked_[handle] = 0;
    unanswered_.remove(handle);
  }
  tell_news();
}

void Subscriptions::replay() {
  std::vector<std::uint32_t> all(carried_.begin(), carried_.end());
  std::sort(all.begin(), all.end());
  if (!all.empty())
    log::debug("broker", link_.options.name + ": replaying " + std::to_string(all.size()) + " subscriptions");
  queue_.assign(all.begin(), all.end());
  queued_ = carried_;
  next_batch_ns_ = 0;
  pump();
}

void Subscriptions::end_login() {
  is_ready_ = false;
  timers_.cancel_all();
  unanswered_.clear();
  round_ = {};
}

void Subscriptions::take_over(const Subscriptions& other) {
  carried_ = other.carried_;
  asked_.resize(other.asked_.size());
  exponents_ = other.exponents_;
  grids_ = other.grids_;
  classes_ = other.classes_;
  for (const std::uint32_t handle : carried_) asked_[handle] = 1;
}

void Subscriptions::pump() {
  const std::int64_t interval = link_.limits().batch_interval_ns;
  const std::size_t batch = batch_size();
  std::vector<std::uint32_t> next;
  while (is_ready_ && !queue_.empty()) {
    const std::int64_t now = link_.options.monotonic();
    if (interval > 0 && now < next_batch_ns_) {
      timers_.set(kPace, next_batch_ns_ - now);
      return;
    }
    next_batch_ns_ = now + interval;
    next.clear();
    for (; next.size() < batch && !queue_.empty(); queue_.pop_front()) {
      next.push_back(queue_.front());
      queued_.erase(queue_.front());
    }
    if (!hand_over(next, true)) return;
  }
}

// Gives instruments to the adapter. `awaits`: the broker should answer, and silence is acted on. False: the login is
// over.
bool Subscriptions::hand_over(std::span<const std::uint32_t> instruments, bool awaits) {
  const std::int64_t now = link_.options.monotonic();
  std::vector<bgw_subscription> list;
  for (const std::uint32_t handle : instruments) {
    const Wanted* w = link_.find_wanted(handle);
    if (w == nullptr) continue;
    // An instrument that is asked again and has had no answer yet still waits for it.
    asked_[handle] = static_cast<std::uint16_t>((w->depth_level + 1) | (awaits ? 0 : asked_[handle] & kUnanswered));
    exponents_[handle] = w->exponents;
    note_rules(handle, *w);
    if (awaits) {
      if (!unanswered_.has(handle)) ++round_.asked;
      asked_[handle] |= kUnanswered;
      unanswered_.add(handle, w->mode, now + link_.options.answer_limit_ns);
    }
    for (std::uint32_t i = 0; i < registry::Limits::kMaxClasses; ++i)
      if (is_in_class(handle, i)) judges_.at(i).on_asked(handle, now);
    lots_.set(handle, capabilities_.lots(w->exchange), w->lot_size);
    list.push_back({handle,
                    w->mode,
                    w->depth_level,
                    0,
                    w->exponents.price,
                    w->exponents.quantity,
                    w->tick_size,
                    w->lot_size,
                    w->symbol.c_str(),
                    w->exchange.c_str(),
                    w->broker_symbol.c_str(),
                    w->broker_exchange.c_str(),
                    w->token.c_str(),
                    {}});
  }
  if (list.empty()) return true;
  if (log::enabled(log::Level::debug)) log::debug("broker", link_.options.name + ": subscribe " + shown(list));
  await_answers();
  bgw_error error{};
  const bgw_status status = object_.subscribe(list, error);
  if (status == BGW_OK) return true;
  if (is_unsent(status)) {
    owner_.on_unsent(error, "cannot subscribe: " + text_of(error));
    return false;
  }
  link_.counts.subscriptions_refused.fetch_add(list.size(), std::memory_order_relaxed);
  for (const bgw_subscription& s : list) {
    on_refused(s.instrument);
    link_.writer().refused({s.instrument, s.mode, s.depth_level, 0}, status, text_of(error));
  }
  return true;
}

// These are a few requests, once in a while, which need not keep the broker's pace for subscriptions.
void Subscriptions::ask_again(const std::vector<std::uint32_t>& instruments) {
  std::vector<std::uint32_t> handles;
  for (const std::uint32_t handle : instruments)
    if (carried_.contains(handle) && !queued_.contains(handle)) handles.push_back(handle);
  if (!is_ready_ || handles.empty()) return;
  bgw_error error{};
  const bgw_status status = object_.unsubscribe(handles, error);
  if (is_unsent(status)) return owner_.on_unsent(error, "cannot unsubscribe: " + text_of(error));
  hand_over(handles, false);
}

void Subscriptions::await_answers() {
  if (const auto deadline = unanswered_.next_deadline())
    timers_.set(kAnswers, std::max<std::int64_t>(*deadline - link_.options.monotonic(), 0));
}

void Subscriptions::on_confirmed(std::uint32_t handle) noexcept {
  if (handle >= asked_.size() || (asked_[handle] & kUnanswered) == 0) return;
  ++round_.confirmed;
  answered(handle);
}

void Subscriptions::on_refused(std::uint32_t handle) noexcept {
  if (handle >= asked_.size() || (asked_[handle] & kUnanswered) == 0) return;
  ++round_.refused;
  answered(handle);
}

void Subscriptions::answered(std::uint32_t handle) noexcept {
  asked_[handle] &= static_cast<std::uint16_t>(~kUnanswered);
  unanswered_.remove(handle);
}

const bgw_update& Subscriptions::from_lots(const bgw_update& update) {
  const LotConverter::Result converted = lots_.convert(update);
  LinkCounts& counts = link_.counts;
  if (converted.levels != 0) counts.dropped[BGW_DROP_LEVEL].fetch_add(converted.levels, std::memory_order_relaxed);
  if (converted.quantities != 0) counts.quantities_invalid.fetch_add(converted.quantities, std::memory_order_relaxed);
  return converted.update;
}

// Where the broker answers every good subscribe with the last values, silence is a refusal; elsewhere perhaps nothing
// has happened yet.
void Subscriptions::say_what_is_unanswered() {
  for (const std::uint32_t handle : unanswered_.take_expired(link_.options.monotonic())) {
    const Wanted* w = link_.find_wanted(handle);
    if (w == nullptr || !is_live(handle) || (asked_[handle] & kUnanswered) == 0) continue;
    asked_[handle] &= static_cast<std::uint16_t>(~kUnanswered);
    if (!capabilities_.answers_with_snapshot(w->exchange)) {
      ++round_.quiet;
      round_.note_silent(w->symbol);
      link_.writer().quiet(handle);
      continue;
    }
    ++round_.refused;
    link_.counts.subscriptions_refused.fetch_add(1, std::memory_order_relaxed);
    link_.writer().refused({handle, w->mode, w->depth_level, 0}, BGW_E_TRANSIENT,
                           "no data and no word from the broker");
  }
  link_.writer().ring();
  await_answers();
}

}  // namespace gw::plugin_host
