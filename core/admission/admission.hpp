// Limits how many connections there are, in all and from one address; each counts from the moment its socket was
// accepted until it is gone. When there are too many unauthenticated clients, a new one evicts the one that has waited
// longest, so that a flood of them does not keep out a client that authenticates at once. One object for all shards,
// asked when a client comes, authenticates and goes, never for an update. [any]
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/admission/connection_slot.hpp"
#include "core/admission/shared_rates.hpp"
#include "core/base/networks.hpp"

namespace gw::admission {

struct AdmissionLimits {
  std::size_t connections = 10'000;
  std::size_t per_address = 1'000;
  std::size_t unauthenticated = 500;
  std::vector<Network> trusted_proxies{};
};

class Admission : public std::enable_shared_from_this<Admission> {
 public:
  void set_limits(const AdmissionLimits& limits);
  // The slot of a new connection. A refused slot says which limit is reached, so that its client can be told before it
  // is closed. Null: too many refused clients are being told already, and the socket is to be closed at once. The
  // address of a trusted proxy does not count: ConnectionSlot::is_from_proxy.
  std::shared_ptr<ConnectionSlot> enter(std::string address);

  // ---- called by a ConnectionSlot, with its ticket
  void on_evict(std::uint64_t ticket, std::function<void()> evict);
  std::shared_ptr<SharedRate> authenticated(std::uint64_t ticket, std::int64_t key);
  Refusal arrived(std::uint64_t ticket, const std::string& address);
  void leave(std::uint64_t ticket, const std::string& address, Refusal refusal);

 private:
  // A client that has not authenticated.
  struct Unauthenticated {
    std::string address;
    std::function<void()> evict;
  };
  Refusal refusal_of(const std::string& address) const;
  bool is_full(const std::string& address) const;
  void evict_longest();

  std::mutex mutex_;
  AdmissionLimits limits_;
  std::size_t connections_ = 0;
  std::size_t refused_ = 0;  // refused clients that are being told why
  std::unordered_map<std::string, std::size_t> by_address_;
  std::uint64_t last_ticket_ = 0;
  std::map<std::uint64_t, Unauthenticated> unauthenticated_;  // the one that has waited longest first
  SharedRates rates_;
};

}  // namespace gw::admission
