// Which of a broker's connections carries an instrument, so that no connection ever holds more than the broker allows.
// Accounting only; used by Broker. [routing]
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/registry/limits.hpp"

namespace gw::upstream {

class ConnectionAllocator {
 public:
  // What one instrument takes of a connection; nothing when `weight` is 0.
  struct Allocation {
    std::uint32_t connection = 0;
    std::uint32_t weight = 0;
    std::uint32_t level = 0;
    std::uint32_t classes = 0;  // bits: in which classes of connections it takes room
    friend bool operator==(const Allocation&, const Allocation&) = default;
  };

  explicit ConnectionAllocator(registry::Limits limits) : limits_(std::move(limits)) {}

  // The allocation of an instrument of this exchange with this mode and depth level (0: no book) in place of `now`: on
  // the same connection when it fits there, else on the first with room. Nothing: all are full.
  std::optional<Allocation> find(const Allocation& now, std::string_view exchange, std::uint32_t mode,
                                 std::uint32_t level) const;
  // The limit that leaves no room for one more instrument of this exchange, mode and level, for people: "3 connections
  // of 1000 instruments each".
  std::string limit_text(std::string_view exchange, std::uint32_t mode, std::uint32_t level) const;
  void replace(Allocation& now, const Allocation& next);
  const registry::Limits& limits() const { return limits_; }
  // How much of each bound of each connection is taken. `limit`: "instruments", a class of connections, or "depth20".
  struct Use {
    std::uint32_t connection;
    std::string limit;
    std::uint32_t used;
    std::uint32_t bound;
  };
  std::vector<Use> uses() const;

 private:
  struct Used {
    std::uint32_t weight = 0;
    std::vector<std::uint32_t> depths;  // subscriptions, in the order of limits_.depths
    std::array<std::uint32_t, registry::Limits::kMaxClasses> classes{};  // instruments
  };
  // Whether `next` fits on its connection in place of `now`.
  bool fits(const Allocation& now, const Allocation& next) const;
  bool fits_in_class(std::size_t index, const Allocation& now, const Allocation& next) const;
  std::size_t depth_index(std::uint32_t level) const;
  void count(const Allocation& share, std::int32_t sign);

  registry::Limits limits_;
  std::vector<Used> used_;  // by connection
};

}  // namespace gw::upstream
