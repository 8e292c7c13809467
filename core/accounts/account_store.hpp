// Users and their API keys in SQLite. Used by the command line and, for reading, by the gateway's control thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/accounts/key_ring.hpp"
#include "core/base/result.hpp"
#include "core/database/database.hpp"

namespace gw::accounts {

struct CreatedKey {
  std::int64_t id;
  std::string key;  // shown this once; only its SHA-256 is stored
};

struct KeyRow {
  std::int64_t id;
  std::string user;
  std::string scope;
  std::int64_t created_ns;
  std::int64_t expires_ns;  // 0: never
  std::int64_t revoked_ns;  // 0: not revoked
};

struct UserRow {
  std::string name;
  std::vector<std::string> brokers;
  std::int64_t keys;  // not revoked; expired ones count
};

class AccountStore {
 public:
  explicit AccountStore(database::Database& database) : database_(database) {}

  // Makes the user if there is none of that name. `scope`: "read" or "admin".
  Result<CreatedKey> create_key(std::string_view user, std::string_view scope, std::optional<std::int64_t> lifetime_ns,
                                std::int64_t now_ns);
  Result<std::vector<KeyRow>> list_keys();
  Result<void> revoke_key(std::int64_t id, std::int64_t now_ns);
  Result<std::vector<UserRow>> list_users();
  Result<void> set_brokers(std::string_view user, const std::vector<std::string>& brokers);
  Result<std::shared_ptr<const KeyRing>> load_ring();

 private:
  database::Database& database_;
};

}  // namespace gw::accounts
