#include "core/admission/admission.hpp"

#include <utility>

#include "core/base/clock.hpp"
#include "core/base/log_limit.hpp"

namespace gw::admission {
namespace {

// How many refused clients are told why at the same time; any more are closed without a word.
constexpr std::size_t kMaxRefused = 256;

// Strangers come in floods, and one line of each limit says all that there is to know.
constexpr log::Budget kFew{.lines = 5, .lines_per_second = 0.2};
log::Limited of_refusals("proxy", "peer", kFew);
log::Limited of_evictions("proxy", "peer", kFew);

void log_refusal(const std::string& address, Refusal refusal) {
  of_refusals.warning(address,
                      "refused a connection from " + address + ": " + std::string(limit_key(refusal)) + " is reached");
}

}  // namespace

void Admission::set_limits(const AdmissionLimits& limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
}

bool Admission::is_full(const std::string& address) const {
  const auto from = by_address_.find(address);
  return from != by_address_.end() && from->second >= limits_.per_address;
}

Refusal Admission::refusal_of(const std::string& address) const {
  if (connections_ >= limits_.connections) return Refusal::connections;
  return is_full(address) ? Refusal::per_address : Refusal::none;
}

std::shared_ptr<ConnectionSlot> Admission::enter(std::string address) {
  const std::lock_guard lock(mutex_);
  const auto peer = limits_.trusted_proxies.empty() ? std::nullopt : parse_ip(address);
  const bool is_from_proxy = peer && has(limits_.trusted_proxies, *peer);
  const Refusal refusal = refusal_of(is_from_proxy ? std::string() : address);
  const std::uint64_t ticket = ++last_ticket_;
  if (refusal != Refusal::none) {
    log_refusal(address, refusal);
    if (refused_ >= kMaxRefused) return nullptr;
    ++refused_;
  } else {
    if (!unauthenticated_.empty() && unauthenticated_.size() >= limits_.unauthenticated) evict_longest();
    ++connections_;
    if (!is_from_proxy) ++by_address_[address];
    unauthenticated_.emplace(ticket, Unauthenticated{address, nullptr});
  }
  if (is_from_proxy) address.clear();
  return std::make_shared<ConnectionSlot>(shared_from_this(), std::move(address), ticket, refusal);
}

Refusal Admission::arrived(std::uint64_t ticket, const std::string& address) {
  const std::lock_guard lock(mutex_);
  if (is_full(address)) {
    log_refusal(address, Refusal::per_address);
    --connections_;
    ++refused_;
    unauthenticated_.erase(ticket);
    return Refusal::per_address;
  }
  ++by_address_[address];
  if (const auto found = unauthenticated_.find(ticket); found != unauthenticated_.end())
    found->second.address = address;
  return Refusal::none;
}

void Admission::evict_longest() {
  const auto longest = unauthenticated_.extract(unauthenticated_.begin());
  const Unauthenticated& client = longest.mapped();
  of_evictions.warning(client.address, "closed the unauthenticated client that has waited longest, from " +
                                           client.address + ": limits.unauthenticated_connections is reached");
  if (client.evict) client.evict();
}

void Admission::on_evict(std::uint64_t ticket, std::function<void()> evict) {
  const std::lock_guard lock(mutex_);
  const auto found = unauthenticated_.find(ticket);
  if (found == unauthenticated_.end())
    evict();
  else
    found->second.evict = std::move(evict);
}

std::shared_ptr<SharedRate> Admission::authenticated(std::uint64_t ticket, std::int64_t key) {
  const std::lock_guard lock(mutex_);
  unauthenticated_.erase(ticket);
  return rates_.of(key, monotonic_ns());
}

void Admission::leave(std::uint64_t ticket, const std::string& address, Refusal refusal) {
  const std::lock_guard lock(mutex_);
  if (refusal != Refusal::none) {
    --refused_;
    return;
  }
  --connections_;
  unauthenticated_.erase(ticket);
  const auto found = by_address_.find(address);
  if (found == by_address_.end()) return;  // it came through a proxy, which has not said from where
  if (--found->second == 0) by_address_.erase(found);
}

}  // namespace gw::admission
