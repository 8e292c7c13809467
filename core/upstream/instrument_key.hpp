// An instrument by its name, hashed once: where a request comes in, or where the name is kept.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace gw::upstream {

// Refers to the caller's strings.
struct InstrumentKey {
  InstrumentKey(std::string_view symbol_, std::string_view exchange_)
      : symbol(symbol_), exchange(exchange_), hash(hash_of(symbol_, exchange_)) {}
  InstrumentKey(std::string_view symbol_, std::string_view exchange_, std::size_t hash_)
      : symbol(symbol_), exchange(exchange_), hash(hash_) {}

  std::string_view symbol;
  std::string_view exchange;
  std::size_t hash;

 private:
  static std::size_t hash_of(std::string_view symbol, std::string_view exchange) {
    constexpr std::size_t kOdd = 0x9e3779b97f4a7c15;
    return std::hash<std::string_view>{}(symbol)*kOdd ^ std::hash<std::string_view>{}(exchange);
  }
};

// Owns its strings.
struct InstrumentName {
  InstrumentName() = default;
  explicit InstrumentName(const InstrumentKey& key) : symbol(key.symbol), exchange(key.exchange), hash(key.hash) {}
  InstrumentKey key() const { return {symbol, exchange, hash}; }

  std::string symbol;
  std::string exchange;
  std::size_t hash = 0;

  friend bool operator==(const InstrumentName& a, const InstrumentName& b) {
    return a.hash == b.hash && a.symbol == b.symbol && a.exchange == b.exchange;
  }
};

// Finds by an InstrumentKey without making a string.
struct InstrumentHash {
  using is_transparent = void;
  std::size_t operator()(const InstrumentKey& key) const { return key.hash; }
  std::size_t operator()(const InstrumentName& name) const { return name.hash; }
};
struct InstrumentEqual {
  using is_transparent = void;
  static InstrumentKey key_of(const InstrumentKey& key) { return key; }
  static InstrumentKey key_of(const InstrumentName& name) { return name.key(); }
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    const InstrumentKey one = key_of(a);
    const InstrumentKey other = key_of(b);
    return one.hash == other.hash && one.symbol == other.symbol && one.exchange == other.exchange;
  }
};
template <class Value>
using ByInstrument = std::unordered_map<InstrumentName, Value, InstrumentHash, InstrumentEqual>;

}  // namespace gw::upstream
