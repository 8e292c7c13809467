// The good API keys at one moment: immutable, shared between threads, replaced as a whole when a key or a user changes.
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

// What a good key says about the client that presents it.
struct KeySession {
  KeyHash hash{};
  std::int64_t key_id = 0;
  std::string user;
  std::string scope;
  std::vector<std::string> brokers;  // in order of preference; empty: the gateway's default
  std::int64_t expires_ns = 0;       // 0: never
  std::string label{};               // what the key is for; may be empty
};

class KeyRing {
 public:
  KeyRing() = default;
  explicit KeyRing(std::vector<KeySession> keys);

  // Nothing: the key is unknown, revoked or expired. Compares hashes in constant time. [any]
  std::optional<KeySession> check(std::string_view key, std::int64_t now_ns) const;
  // The present session of a key that was good before; null: the key is revoked or expired. The key of the same number
  // in another database is another key.
  const KeySession* find(const KeySession& before, std::int64_t now_ns) const;

 private:
  std::vector<KeySession> keys_;  // by hash
};

}  // namespace gw::accounts
