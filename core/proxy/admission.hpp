// How many connections there may be, and from where: counted from the moment a socket was accepted until it is gone.
// One object for all shards. It is asked when a client comes, authenticates and goes, never for an update. [any]
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace gw::proxy {

struct AdmissionLimits {
  std::size_t connections = 10'000;
  std::size_t per_address = 1'000;
  std::size_t unauthenticated = 500;
};

// Which limit keeps a client out, by its key in gateway.yaml.
enum class Refusal : std::uint8_t { none, connections, per_address, unauthenticated };
std::string_view limit_key(Refusal refusal);

class Admission : public std::enable_shared_from_this<Admission> {
 public:
  // One connection's place; given back when it is destroyed.
  class Place {
   public:
    Place() = default;
    ~Place() { give_back(); }
    Place(Place&& other) noexcept { *this = std::move(other); }
    Place& operator=(Place&& other) noexcept;
    Refusal refusal() const { return refusal_; }
    // It is no stranger any more.
    void authenticated();

   private:
    friend class Admission;
    void give_back();
    std::shared_ptr<Admission> admission_;
    std::string address_;
    Refusal refusal_ = Refusal::none;
    bool authenticated_ = false;
  };

  void set_limits(const AdmissionLimits& limits);
  // A place, or one that says why it is none: its client is told so and closed. Null: there are so many of those that
  // the socket is to be closed at once.
  std::unique_ptr<Place> enter(std::string address);

 private:
  struct Told {
    std::int64_t next_ns = 0;  // not before
    std::uint64_t untold = 0;
  };
  void tell(Refusal refusal, const std::string& address);

  std::mutex mutex_;
  AdmissionLimits limits_;
  std::size_t connections_ = 0;
  std::size_t unauthenticated_ = 0;
  std::size_t refused_ = 0;  // that are being told
  std::unordered_map<std::string, std::size_t> by_address_;
  std::array<Told, 4> told_;
};

}  // namespace gw::proxy
