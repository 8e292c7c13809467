// The good API keys at one moment, for the proxy: immutable, shared between threads, made anew when something changed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gw::accounts {

using KeyHash = std::array<unsigned char, 32>;
KeyHash hash_key(std::string_view key);  // SHA-256

// What a good key says about its bearer.
struct KeySession {
  std::int64_t key_id = 0;
  std::string user;
  std::string scope;
  std::vector<std::string> brokers;  // in order of preference; empty: the gateway's default
  std::int64_t expires_ns = 0;       // 0: never
};

class KeyRing {
 public:
  struct Key {
    KeyHash hash;
    KeySession session;
  };
  KeyRing() = default;
  explicit KeyRing(std::vector<Key> keys);

  // Compares hashes in constant time. Nothing: unknown, revoked or expired. [any]
  std::optional<KeySession> check(std::string_view key, std::int64_t now_ns) const;
  // What a key that was good once says now; null: it is good no more.
  const KeySession* find(std::int64_t key_id, std::int64_t now_ns) const;

 private:
  std::vector<Key> keys_;  // by hash
};

}  // namespace gw::accounts
