#include "core/session/request_intake.hpp"

#include <algorithm>
#include <utility>

namespace gw::session {
namespace {

// Bytes of unanswered requests above which nothing is read from the client.
constexpr std::size_t kMaxUnanswered = 1 << 20;
// This many bytes of a request take as long as one more request.
constexpr std::size_t kBytesOfOne = 512;
// Bounds for an unauthenticated client: its message is parsed before anybody knows who sent it, and its pings are
// answered.
constexpr std::size_t kMaxUnauthenticatedBacklog = 64 * 1024;
constexpr admission::RateLimit kUnauthenticatedLimit{10, 100};
// The charge for a short request that may take long, when only modest clients are served.
constexpr std::size_t kLong = admission::RequestRate::kModest + 1;
constexpr std::int64_t kTooFastForNs = 5'000'000'000;

bool takes_long(protocol::Action action) {
  return action == protocol::Action::list || action == protocol::Action::search ||
         action == protocol::Action::unsubscribe_all;
}

}  // namespace

void RequestIntake::admit(std::shared_ptr<admission::SharedRate> of_key) {
  admitted_ = true;
  connection_.limit_messages(options_.message_size);
  rate_ = admission::RequestRate(std::move(of_key));
  too_fast_ = false;
}

admission::RateLimit RequestIntake::rate_limit() const {
  const admission::RateLimit& limit = options_.request_rate;
  if (admitted_) return limit;
  return {std::min(limit.per_second, kUnauthenticatedLimit.per_second),
          std::min(limit.burst, kUnauthenticatedLimit.burst)};
}

void RequestIntake::charge(std::size_t count, std::int64_t now) {
  too_fast_ = !rate_.take(rate_limit(), now, count) || too_fast_;
}

// Counts the memory that the request takes, not its bytes as they came: three bytes of an empty entry become hundreds.
RequestIntake::Taken RequestIntake::weighed(protocol::Request request, std::size_t payload) {
  const std::size_t bytes = payload + sizeof request + request.entries.size() * sizeof(protocol::Entry);
  unanswered_ += bytes;
  return {std::move(request), bytes};
}

std::optional<RequestIntake::Taken> RequestIntake::take(std::string_view payload, std::int64_t now) {
  const protocol::RequestLimits limits{options_.symbols_per_request};
  std::size_t count = 1 + payload.size() / kBytesOfOne;
  if (payload.size() <= protocol::LargeRequest::kAtOnce) {
    protocol::Request request = protocol::parse_request(payload, limits);
    if (!takes_long(request.action) || !rate_.waits_for_others(rate_limit(), now, kLong)) {
      charge(count, now);
      return weighed(std::move(request), payload.size());
    }
    count = kLong;
  }
  large_ = std::make_unique<protocol::LargeRequest>(payload, limits);
  large_charge_ = count;
  begin_large(now);
  return std::nullopt;
}

// Begins the large request, unless other clients of its key have asked for too much; only then is it charged.
void RequestIntake::begin_large(std::int64_t now) {
  if (rate_.waits_for_others(rate_limit(), now, large_charge_)) {
    too_fast_ = true;
  } else {
    charge(std::exchange(large_charge_, 0), now);
    begins_ = true;
  }
}

bool RequestIntake::begins_to_parse() { return std::exchange(begins_, false); }

std::optional<RequestIntake::Taken> RequestIntake::parse_some() {
  if (large_ == nullptr || !large_->parse_some()) return std::nullopt;
  const std::unique_ptr<protocol::LargeRequest> whole = std::move(large_);
  return weighed(whole->take(), whole->size());
}

void RequestIntake::note_control_frame(std::int64_t now) {
  charge(1, now);
  update_pause();
}

void RequestIntake::done(std::size_t bytes, std::size_t extra, std::int64_t now) {
  unanswered_ -= bytes;
  if (extra != 0) charge(extra, now);
}

// A client that asks too fast is read more slowly and, if it does not stop, told so; nothing else happens to it.
bool RequestIntake::look(std::int64_t now) {
  const bool tell = rate_.is_exceeded_for(kTooFastForNs, now);
  if (large_charge_ != 0) begin_large(now);
  if (large_charge_ == 0) too_fast_ = !rate_.is_within(rate_limit(), now);
  return tell;
}

void RequestIntake::update_pause() {
  const std::size_t max_unanswered = admitted_ ? kMaxUnanswered : 0;
  const std::size_t max_unsent = admitted_ ? options_.output_per_client / 2 : kMaxUnauthenticatedBacklog;
  const bool pause =
      too_fast_ || large_ != nullptr || unanswered_ > max_unanswered || connection_.backlog() > max_unsent;
  if (pause == paused_) return;
  paused_ = pause;
  connection_.pause_reading(pause);
}

}  // namespace gw::session
