#include "core/proxy/admission.hpp"

#include <utility>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"

namespace gw::proxy {
namespace {

// Clients that are told why they are refused. More at a time are no clients.
constexpr std::size_t kMostRefused = 256;
constexpr std::int64_t kBetweenLines = 1'000'000'000;
constexpr std::string_view kStrangersKey = "limits.unauthenticated_connections";

}  // namespace

std::string_view limit_key(Refusal refusal) {
  switch (refusal) {
    case Refusal::none:
      return "";
    case Refusal::connections:
      return "limits.connections";
    case Refusal::per_address:
      return "limits.connections_per_address";
  }
  return "";
}

void Admission::no_stranger(Place& place) {
  if (place.stranger_) strangers_.erase(*place.stranger_);
  place.stranger_.reset();
}

std::shared_ptr<SharedPace> Admission::Place::authenticated(std::int64_t key) {
  const std::lock_guard lock(admission_->mutex_);
  admission_->no_stranger(*this);
  give_way_ = nullptr;
  return admission_->paces_.of(key, monotonic_ns());
}

void Admission::Place::on_give_way(std::function<void()> give_way) {
  const std::lock_guard lock(admission_->mutex_);
  if (gives_way_)
    give_way();
  else if (stranger_)
    give_way_ = std::move(give_way);
}

Admission::Place::~Place() {
  if (admission_ == nullptr) return;
  const std::lock_guard lock(admission_->mutex_);
  if (refusal_ != Refusal::none) {
    --admission_->refused_;
    return;
  }
  --admission_->connections_;
  admission_->no_stranger(*this);
  const auto found = admission_->by_address_.find(address_);
  if (--found->second == 0) admission_->by_address_.erase(found);
}

void Admission::set_limits(const AdmissionLimits& limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
}

std::shared_ptr<Admission::Place> Admission::enter(std::string address) {
  auto place = std::make_shared<Place>();
  const std::lock_guard lock(mutex_);
  const auto from = by_address_.find(address);
  if (connections_ >= limits_.connections)
    place->refusal_ = Refusal::connections;
  else if (from != by_address_.end() && from->second >= limits_.per_address)
    place->refusal_ = Refusal::per_address;
  if (place->refusal_ != Refusal::none) {
    tell(refusals_told_[static_cast<std::size_t>(place->refusal_)], "refused", address, limit_key(place->refusal_));
    if (refused_ >= kMostRefused) return nullptr;
    ++refused_;
  } else {
    if (!strangers_.empty() && strangers_.size() >= limits_.unauthenticated) {
      Place& longest = *strangers_.front();
      tell(strangers_told_, "closed, before they had authenticated,", longest.address_, kStrangersKey);
      no_stranger(longest);
      longest.gives_way_ = true;
      if (longest.give_way_) std::exchange(longest.give_way_, nullptr)();
    }
    ++connections_;
    ++by_address_[address];
    place->stranger_ = strangers_.insert(strangers_.end(), place.get());
  }
  place->address_ = std::move(address);
  place->admission_ = shared_from_this();
  return place;
}

// A flood of clients is no flood of lines.
void Admission::tell(Told& told, std::string_view what, const std::string& address, std::string_view key) {
  ++told.untold;
  const std::int64_t now = monotonic_ns();
  if (now < told.next_ns) return;
  told.next_ns = now + kBetweenLines;
  log::warning("proxy", std::string(what) + ' ' + std::to_string(std::exchange(told.untold, 0)) +
                            " connection(s), the last from " + address + ": " + std::string(key) + " is reached");
}

}  // namespace gw::proxy
