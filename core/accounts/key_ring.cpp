#include "core/accounts/key_ring.hpp"

#include <algorithm>
#include <tuple>

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace gw::accounts {
namespace {

bool expired(const KeySession& session, std::int64_t now_ns) {
  return session.expires_ns != 0 && now_ns > session.expires_ns;
}

}  // namespace

KeyHash hash_key(std::string_view key) {
  KeyHash hash{};
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), hash.data());
  return hash;
}

KeyRing::KeyRing(std::vector<KeySession> keys) : keys_(std::move(keys)) {
  std::sort(keys_.begin(), keys_.end(), [](const KeySession& a, const KeySession& b) { return a.hash < b.hash; });
}

std::optional<KeySession> KeyRing::check(std::string_view key, std::int64_t now_ns) const {
  const KeyHash hash = hash_key(key);
  // The first two bytes of the hash select candidates, which tells an observer nothing useful; the whole hash is
  // compared in constant time.
  const auto before = [](const KeySession& k, const KeyHash& h) {
    return std::tie(k.hash[0], k.hash[1]) < std::tie(h[0], h[1]);
  };
  for (auto k = std::lower_bound(keys_.begin(), keys_.end(), hash, before);
       k != keys_.end() && k->hash[0] == hash[0] && k->hash[1] == hash[1]; ++k)
    if (CRYPTO_memcmp(k->hash.data(), hash.data(), hash.size()) == 0 && !expired(*k, now_ns)) return *k;
  return std::nullopt;
}

const KeySession* KeyRing::find(const KeySession& before, std::int64_t now_ns) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const KeySession& k) {
    return k.key_id == before.key_id && k.hash == before.hash;
  });
  return found == keys_.end() || expired(*found, now_ns) ? nullptr : &*found;
}

}  // namespace gw::accounts
