// How many connections there may be, and from where: counted from the moment a socket was accepted until it is gone.
// Of those that have not authenticated the one that has waited longest gives way to one that comes: a flood of them
// keeps nobody out who authenticates at once. One object for all shards. It is asked when a client comes, authenticates
// and goes, never for an update. [any]
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/proxy/shared_paces.hpp"

namespace gw::proxy {

struct AdmissionLimits {
  std::size_t connections = 10'000;
  std::size_t per_address = 1'000;
  std::size_t unauthenticated = 500;
};

// Which limit keeps a client out, by its key in gateway.yaml.
enum class Refusal : std::uint8_t { none, connections, per_address };
std::string_view limit_key(Refusal refusal);

class Admission : public std::enable_shared_from_this<Admission> {
 public:
  // One connection's place; given back when it is destroyed.
  class Place {
   public:
    Place() = default;
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    Refusal refusal() const { return refusal_; }
    // Called once, on any thread and with the admission locked, when its connection is to go; at once when that has
    // been decided already. Never after authenticated().
    void on_give_way(std::function<void()> give_way);
    // It is no stranger any more. With all others of its key it has this pace.
    std::shared_ptr<SharedPace> authenticated(std::int64_t key);

   private:
    friend class Admission;
    std::shared_ptr<Admission> admission_;
    std::string address_;
    Refusal refusal_ = Refusal::none;
    bool gives_way_ = false;
    std::function<void()> give_way_;
    std::optional<std::list<Place*>::iterator> stranger_;  // among those that have not authenticated
  };

  void set_limits(const AdmissionLimits& limits);
  // A place, or one that says why it is none: its client is told so and closed. Null: there are so many of those that
  // the socket is to be closed at once.
  std::shared_ptr<Place> enter(std::string address);

 private:
  struct Told {
    std::int64_t next_ns = 0;  // not before
    std::uint64_t untold = 0;
  };
  void no_stranger(Place& place);
  void tell(Told& told, std::string_view what, const std::string& address, std::string_view key);

  std::mutex mutex_;
  AdmissionLimits limits_;
  std::size_t connections_ = 0;
  std::list<Place*> strangers_;  // that have waited longest first
  std::size_t refused_ = 0;      // that are being told
  std::unordered_map<std::string, std::size_t> by_address_;
  SharedPaces paces_;
  std::array<Told, 3> refusals_told_;
  Told strangers_told_;
};

}  // namespace gw::proxy
