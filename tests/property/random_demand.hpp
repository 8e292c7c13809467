// Requests of a gateway to an adapter, drawn from a seed: handles come, go and are used again, tokens pass from one to
// the next, modes change. The requests keep the rules of bgw/abi.h, or break them as a gateway that errs would.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bgw/adapter.hpp"

namespace gw::property {

class RandomDemand {
 public:
  struct Token {
    std::string text;
    std::string broker_exchange;
  };
  struct Stream {
    std::uint32_t mode = 0;
    std::uint32_t depth = 0;
    friend bool operator==(const Stream&, const Stream&) = default;
  };
  struct Wanted {
    std::size_t token = 0;
    Stream stream;
    std::size_t hold = 0;  // another number each time that a handle gets a token
    std::size_t asks = 0;  // since then
  };
  struct Rules {
    std::vector<Token> tokens;
    std::vector<Stream> streams;
    std::uint32_t handles = 8;
    std::size_t max_deep = SIZE_MAX;  // handles that may have twenty levels at one time
    bool errs = false;                // a handle may get another token, and a token another handle, while they have one
  };

  RandomDemand(std::mt19937_64& random, bgw::BaseBrokerAdapter& adapter, Rules rules)
      : random_(random), adapter_(adapter), rules_(std::move(rules)) {}

  // By handle. When two handles were given one token, the newer has it.
  const std::map<std::uint32_t, Wanted>& wanted() const { return wanted_; }
  const Rules& rules() const { return rules_; }
  // The handle that has the token; the end when none has.
  std::map<std::uint32_t, Wanted>::const_iterator owner(std::size_t token) const {
    return std::find_if(wanted_.begin(), wanted_.end(), [token](const auto& w) { return w.second.token == token; });
  }

  void subscribe_some() {
    for (std::size_t n = 1 + pick(4); n > 0; --n) {
      const auto handle = static_cast<std::uint32_t>(pick(rules_.handles));
      const auto known = wanted_.find(handle);
      std::size_t token = pick(rules_.tokens.size());
      if (known != wanted_.end() && !(rules_.errs && pick(8) == 0)) token = known->second.token;
      const auto had = owner(token);
      if (had != wanted_.end() && had->first != handle && !(rules_.errs && pick(4) == 0)) continue;
      Stream stream = rules_.streams[pick(rules_.streams.size())];
      if (stream.depth > 5 && deep_beside(handle) >= rules_.max_deep) stream = rules_.streams.front();
      want(handle, token, stream);
    }
    subscribe();
  }
  void unsubscribe_some() {
    std::vector<std::uint32_t> handles;
    for (std::size_t n = 1 + pick(3); n > 0; --n) handles.push_back(static_cast<std::uint32_t>(pick(rules_.handles)));
    for (const std::uint32_t handle : handles) wanted_.erase(handle);
    adapter_.unsubscribe(handles);
  }
  // Asks for another stream of the handle's token, as the host does after a refusal.
  void change(std::uint32_t handle, Stream stream) {
    want(handle, wanted_.at(handle).token, stream);
    subscribe();
  }
  // Asks for all that is wanted, as the host does after a login.
  void replay() {
    for (const auto& [handle, wanted] : std::exchange(wanted_, {})) want(handle, wanted.token, wanted.stream);
    subscribe();
  }

 private:
  std::size_t pick(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  std::size_t deep_beside(std::uint32_t handle) const {
    return static_cast<std::size_t>(std::count_if(wanted_.begin(), wanted_.end(), [handle](const auto& w) {
      return w.first != handle && w.second.stream.depth > 5;
    }));
  }
  void want(std::uint32_t handle, std::size_t token, Stream stream) {
    if (const auto had = owner(token); had != wanted_.end() && had->first != handle) wanted_.erase(had);
    const auto [known, is_new] = wanted_.try_emplace(handle);
    Wanted& wanted = known->second;
    if (is_new || wanted.token != token) wanted = {token, stream, ++holds_, 0};
    wanted.stream = stream;
    ++wanted.asks;
    const Token& t = rules_.tokens[token];
    list_.push_back({handle,
                     stream.mode,
                     stream.depth,
                     0,
                     BGW_PRICE_EXPONENT,
                     0,
                     0,
                     0,
                     "",
                     "NSE",
                     "",
                     t.broker_exchange.c_str(),
                     t.text.c_str(),
                     {}});
  }
  void subscribe() {
    if (!list_.empty()) adapter_.subscribe(std::exchange(list_, {}));
  }

  std::mt19937_64& random_;
  bgw::BaseBrokerAdapter& adapter_;
  Rules rules_;
  std::map<std::uint32_t, Wanted> wanted_;
  std::size_t holds_ = 0;
  std::vector<bgw_subscription> list_;  // of the next call
};

}  // namespace gw::property
