#include "core/proxy/admission.hpp"

#include <utility>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"

namespace gw::proxy {
namespace {

// Clients that are told why they are refused. More at a time are no clients.
constexpr std::size_t kMostRefused = 256;
constexpr std::int64_t kBetweenLines = 1'000'000'000;

}  // namespace

std::string_view limit_key(Refusal refusal) {
  switch (refusal) {
    case Refusal::none:
      return "";
    case Refusal::connections:
      return "limits.connections";
    case Refusal::per_address:
      return "limits.connections_per_address";
    case Refusal::unauthenticated:
      return "limits.unauthenticated_connections";
  }
  return "";
}

Admission::Place& Admission::Place::operator=(Place&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  admission_ = std::exchange(other.admission_, nullptr);
  address_ = std::move(other.address_);
  refusal_ = other.refusal_;
  authenticated_ = other.authenticated_;
  return *this;
}

void Admission::Place::authenticated() {
  if (admission_ == nullptr || refusal_ != Refusal::none || std::exchange(authenticated_, true)) return;
  const std::lock_guard lock(admission_->mutex_);
  --admission_->unauthenticated_;
}

void Admission::Place::give_back() {
  if (admission_ == nullptr) return;
  const std::shared_ptr<Admission> a = std::exchange(admission_, nullptr);
  const std::lock_guard lock(a->mutex_);
  if (refusal_ != Refusal::none) {
    --a->refused_;
    return;
  }
  --a->connections_;
  if (!authenticated_) --a->unauthenticated_;
  const auto found = a->by_address_.find(address_);
  if (--found->second == 0) a->by_address_.erase(found);
}

void Admission::set_limits(const AdmissionLimits& limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
}

std::unique_ptr<Admission::Place> Admission::enter(std::string address) {
  const std::lock_guard lock(mutex_);
  auto place = std::make_unique<Place>();
  const auto from = by_address_.find(address);
  if (connections_ >= limits_.connections)
    place->refusal_ = Refusal::connections;
  else if (unauthenticated_ >= limits_.unauthenticated)
    place->refusal_ = Refusal::unauthenticated;
  else if (from != by_address_.end() && from->second >= limits_.per_address)
    place->refusal_ = Refusal::per_address;
  if (place->refusal_ != Refusal::none) {
    tell(place->refusal_, address);
    if (refused_ >= kMostRefused) return nullptr;
    ++refused_;
  } else {
    ++connections_;
    ++unauthenticated_;
    ++by_address_[address];
  }
  place->address_ = std::move(address);
  place->admission_ = shared_from_this();
  return place;
}

// A flood of clients is no flood of lines.
void Admission::tell(Refusal refusal, const std::string& address) {
  Told& told = told_[static_cast<std::size_t>(refusal)];
  ++told.untold;
  const std::int64_t now = monotonic_ns();
  if (now < told.next_ns) return;
  told.next_ns = now + kBetweenLines;
  log::warning("proxy", "refused " + std::to_string(std::exchange(told.untold, 0)) + " connection(s), the last from " +
                            address + ": " + std::string(limit_key(refusal)) + " is reached");
}

}  // namespace gw::proxy
