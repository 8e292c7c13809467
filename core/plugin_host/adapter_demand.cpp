// What one connection carries: handed to the adapter in batches, at the pace that the broker allows, and replayed after
// each login.
#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/log.hpp"
#include "core/plugin_host/adapter_instance.hpp"

namespace gw::plugin_host {
namespace {

constexpr std::size_t kDefaultBatch = 500;

std::size_t batch_of(const Library& library) {
  const std::uint32_t declared = library.descriptor().limits->batch_size;
  return declared == 0 ? kDefaultBatch : declared;
}

// The request did not reach the broker, which therefore refused nothing.
bool is_unsent(bgw_status status) { return status == BGW_E_STATE || status == BGW_E_TRANSIENT; }

}  // namespace

void AdapterInstance::subscribe(std::span<const std::uint32_t> instruments) {
  const bool first = carried_.empty();
  const std::int64_t now = options_.monotonic();
  for (const std::uint32_t handle : instruments) {
    carried_.insert(handle);
    if (handle >= asked_.size()) asked_.resize(handle + 1);
    const Wanted* w = owner_.find_wanted(handle);
    // A request for fewer levels than before goes first: routing has given the room to others in the queue.
    const bool makes_room = w != nullptr && w->depth_level + 1 < (asked_[handle] & kDepth);
    if (asked_[handle] == 0) asked_[handle] = 1;
    if (w != nullptr) judge_->on_wanted(handle, w->symbol, w->exchange, w->kind, now, owner_.wall_at(now));
    if (!queued_.insert(handle).second) {
      if (!makes_room) continue;
      std::erase(queue_, handle);
    }
    makes_room ? queue_.push_front(handle) : queue_.push_back(handle);
  }
  if (judge_->take_news()) owner_.on_feed_news();
  if (first && socket_ != nullptr) socket_->set_stall_limit(frame_limit());
  pump();
}

// At once: what a broker counts must be free before others take its place.
void AdapterInstance::unsubscribe(std::span<const std::uint32_t> instruments) {
  std::vector<std::uint32_t> told;
  for (const std::uint32_t handle : instruments) {
    if (carried_.erase(handle) == 0) continue;
    judge_->on_unwanted(handle, options_.monotonic());
    if (queued_.erase(handle) != 0) std::erase(queue_, handle);
    told.push_back(handle);
  }
  const std::size_t batch = batch_of(*library_);
  bgw_error error{};
  for (std::size_t i = 0; state_ == State::ready && i < told.size(); i += batch) {
    const auto n = static_cast<std::uint32_t>(std::min(batch, told.size() - i));
    const bgw_status status =
        call(error, [&] { return library_->descriptor().api->unsubscribe(adapter_, &told[i], n, &error); });
    if (is_unsent(status)) lost(BGW_E_TRANSIENT, error, "cannot unsubscribe: " + text_of(error));
    if (status != BGW_OK) log::warning("broker", options_.name + ": unsubscribe: " + text_of(error));
  }
  // From here on the adapter must not publish them; what it publishes all the same is dropped.
  for (const std::uint32_t handle : told) {
    asked_[handle] = 0;
    unanswered_.remove(handle);
  }
  if (judge_->take_news()) owner_.on_feed_news();
  if (carried_.empty() && socket_ != nullptr) socket_->set_stall_limit(frame_limit());
}

void AdapterInstance::replay() {
  std::vector<std::uint32_t> all(carried_.begin(), carried_.end());
  std::sort(all.begin(), all.end());
  if (!all.empty()) log::info("broker", options_.name + ": replaying " + std::to_string(all.size()) + " subscriptions");
  queue_.assign(all.begin(), all.end());
  queued_ = carried_;
  next_batch_ns_ = 0;
  pump();
}

void AdapterInstance::take_over(const AdapterInstance& other) {
  carried_ = other.carried_;
  asked_.resize(other.asked_.size());
  for (const std::uint32_t handle : carried_) asked_[handle] = 1;
}

void AdapterInstance::pump() {
  const std::int64_t interval = library_->descriptor().limits->batch_interval_ns;
  const std::size_t batch = batch_of(*library_);
  std::vector<std::uint32_t> next;
  while (state_ == State::ready && !queue_.empty()) {
    const std::int64_t now = options_.monotonic();
    if (interval > 0 && now < next_batch_ns_) {
      own_timers_.set(kPace, next_batch_ns_ - now);
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

// `awaits`: silence is answered for the broker. False: the session is over.
bool AdapterInstance::hand_over(std::span<const std::uint32_t> instruments, bool awaits) {
  const std::int64_t now = options_.monotonic();
  std::vector<bgw_subscription> list;
  for (const std::uint32_t handle : instruments) {
    const Wanted* w = owner_.find_wanted(handle);
    if (w == nullptr) continue;
    // What has had no answer yet has had none when it is asked again.
    asked_[handle] = static_cast<std::uint16_t>((w->depth_level + 1) | (awaits ? 0 : asked_[handle] & kUnanswered));
    if (capabilities_.prices_below_zero(w->exchange)) asked_[handle] |= kBelowZero;
    if (awaits) {
      asked_[handle] |= kUnanswered;
      unanswered_.add(handle, w->mode, now + options_.answer_limit_ns);
    }
    judge_->on_asked(handle, now);
    lots_.set(handle, capabilities_.lots(w->exchange), w->lot_size);
    list.push_back({sizeof(bgw_subscription), handle, w->mode, w->depth_level, w->symbol.c_str(), w->exchange.c_str(),
                    w->broker_symbol.c_str(), w->broker_exchange.c_str(), w->token.c_str()});
  }
  if (list.empty()) return true;
  await_answers();
  bgw_error error{};
  const bgw_status status = call(error, [&] {
    return library_->descriptor().api->subscribe(adapter_, list.data(), static_cast<std::uint32_t>(list.size()),
                                                 &error);
  });
  if (status == BGW_OK) return true;
  if (is_unsent(status)) {
    lost(BGW_E_TRANSIENT, error, "cannot subscribe: " + text_of(error));
    return false;
  }
  counts_.subscriptions_refused.fetch_add(list.size(), std::memory_order_relaxed);
  for (const bgw_subscription& s : list) {
    answered(s.instrument);
    writer_.refused({s.instrument, s.mode, s.depth_level, 0}, status, text_of(error));
  }
  return true;
}

// A few requests, and once in a while: the broker's pace for subscriptions need not be kept.
void AdapterInstance::ask_again(const std::vector<std::uint32_t>& instruments) {
  std::vector<std::uint32_t> handles;
  for (const std::uint32_t handle : instruments)
    if (carried_.contains(handle) && !queued_.contains(handle)) handles.push_back(handle);
  if (state_ != State::ready || handles.empty()) return;
  bgw_error error{};
  const bgw_status status = call(error, [&] {
    return library_->descriptor().api->unsubscribe(adapter_, handles.data(), static_cast<std::uint32_t>(handles.size()),
                                                   &error);
  });
  if (is_unsent(status)) return lost(BGW_E_TRANSIENT, error, "cannot unsubscribe: " + text_of(error));
  hand_over(handles, false);
}

void AdapterInstance::await_answers() {
  if (const auto due = unanswered_.next_due())
    own_timers_.set(kAnswers, std::max<std::int64_t>(*due - options_.monotonic(), 0));
}

void AdapterInstance::answered(std::uint32_t handle) noexcept {
  if (handle >= asked_.size() || (asked_[handle] & kUnanswered) == 0) return;
  asked_[handle] &= static_cast<std::uint16_t>(~kUnanswered);
  unanswered_.remove(handle);
}

// Where every good subscribe is answered by the last values, silence is a refusal; elsewhere nothing may have happened
// yet.
void AdapterInstance::say_what_is_unanswered() {
  for (const std::uint32_t handle : unanswered_.take_due(options_.monotonic())) {
    const Wanted* w = owner_.find_wanted(handle);
    if (w == nullptr || !is_live(handle) || (asked_[handle] & kUnanswered) == 0) continue;
    asked_[handle] &= static_cast<std::uint16_t>(~kUnanswered);
    if (!capabilities_.answers_with_snapshot(w->exchange)) {
      writer_.quiet(handle);
      continue;
    }
    counts_.subscriptions_refused.fetch_add(1, std::memory_order_relaxed);
    writer_.refused({handle, w->mode, w->depth_level, 0}, BGW_E_TRANSIENT, "no data and no word from the broker");
  }
  writer_.ring();
  await_answers();
}

}  // namespace gw::plugin_host
