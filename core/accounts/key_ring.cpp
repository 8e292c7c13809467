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

KeyRing::KeyRing(std::vector<Key> keys) : keys_(std::move(keys)) {
  std::sort(keys_.begin(), keys_.end(), [](const Key& a, const Key& b) { return a.hash < b.hash; });
}

std::optional<KeySession> KeyRing::check(std::string_view key, std::int64_t now_ns) const {
  const KeyHash hash = hash_key(key);
  // The first two bytes of the hash select candidates, which tells an observer nothing useful; the whole hash is
  // compared in constant time.
  const auto before = [](const Key& k, const KeyHash& h) {
    return std::tie(k.hash[0], k.hash[1]) < std::tie(h[0], h[1]);
  };
  for (auto k = std::lower_bound(keys_.begin(), keys_.end(), hash, before);
       k != keys_.end() && k->hash[0] == hash[0] && k->hash[1] == hash[1]; ++k)
    if (CRYPTO_memcmp(k->hash.data(), hash.data(), hash.size()) == 0 && !expired(k->session, now_ns)) return k->session;
  return std::nullopt;
}

const KeySession* KeyRing::find(std::int64_t key_id, std::int64_t now_ns) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const Key& k) { return k.session.key_id == key_id; });
  return found == keys_.end() || expired(found->session, now_ns) ? nullptr : &found->session;
}

}  // namespace gw::accounts
