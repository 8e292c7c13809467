// What clients asked for, and what became of it. Plain numbers of routing's thread. [routing]
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "core/protocol/request.hpp"

namespace gw::requests {

// Partial: of several entries some were refused.
enum class Result : std::uint8_t { success, partial, error };
inline constexpr std::size_t kResults = 3;
inline constexpr std::size_t kActions = static_cast<std::size_t>(protocol::Action::invalid) + 1;

// Why an authentication was refused.
enum class Refusal : std::uint8_t { no_key, bad_key, too_many };
inline constexpr std::size_t kRefusals = 3;

class RequestCounts {
 public:
  void add(protocol::Action action, Result result) {
    ++requests_[static_cast<std::size_t>(action)][static_cast<std::size_t>(result)];
  }
  // Of `entries`, `failed` were refused.
  void add(protocol::Action action, std::size_t entries, std::size_t failed) {
    add(action, failed == 0 ? Result::success : failed < entries ? Result::partial : Result::error);
  }
  void refuse(Refusal why) {
    ++refusals_[static_cast<std::size_t>(why)];
    add(protocol::Action::authenticate, Result::error);
  }
  void fall_back(const std::string& broker, int asked, int given) { ++fallbacks_[{broker, asked, given}]; }

  const std::array<std::array<std::uint64_t, kResults>, kActions>& requests() const { return requests_; }
  const std::array<std::uint64_t, kRefusals>& refusals() const { return refusals_; }
  // By broker, depth level asked for, and depth level given.
  const std::map<std::tuple<std::string, int, int>, std::uint64_t>& fallbacks() const { return fallbacks_; }

 private:
  std::array<std::array<std::uint64_t, kResults>, kActions> requests_{};
  std::array<std::uint64_t, kRefusals> refusals_{};
  std::map<std::tuple<std::string, int, int>, std::uint64_t> fallbacks_;
};

}  // namespace gw::requests
