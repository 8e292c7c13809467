// The permission for one connection, counted against the limits until this object is destroyed. A refused slot says
// which limit keeps the client out. Its connection's thread uses it. [shard]
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/admission/shared_rates.hpp"

namespace gw::admission {

class Admission;

enum class Refusal : std::uint8_t { none, connections, per_address };

// The limit that a refusal is for, by its key in gateway.yaml.
std::string_view limit_key(Refusal refusal);

class ConnectionSlot {
 public:
  // Made by Admission, which gives it its `ticket`. `address` is empty for a connection from a trusted proxy.
  ConnectionSlot(std::shared_ptr<Admission> admission, std::string address, std::uint64_t ticket, Refusal refusal);
  ~ConnectionSlot();
  ConnectionSlot(const ConnectionSlot&) = delete;
  ConnectionSlot& operator=(const ConnectionSlot&) = delete;

  // A number that no other connection ever has.
  std::uint64_t number() const { return ticket_; }
  Refusal refusal() const { return refusal_; }
  // The connection comes from a trusted proxy, and arrived() has not said yet from where.
  bool is_from_proxy() const { return address_.empty(); }
  // The proxy says that the client is at `address`: its connections count as those of this address. refusal() may
  // change.
  void arrived(const std::string& address);
  // `evict` is called once, on any thread and with the admission locked, when the connection is to be closed so that
  // another gets its slot; at once when that has been decided already. Never after authenticated().
  void on_evict(std::function<void()> evict);
  // The client has authenticated with `key`: its slot is safe from now on. Returns the rate that it shares with all
  // clients of the key.
  std::shared_ptr<SharedRate> authenticated(std::int64_t key);

 private:
  const std::shared_ptr<Admission> admission_;
  std::string address_;
  const std::uint64_t ticket_;
  Refusal refusal_;
  bool authenticated_ = false;
};

}  // namespace gw::admission
