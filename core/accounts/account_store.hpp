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

struct KeyRequest {
  std::string user;  // made if there is none of that name
  std::string scope = "read";
  std::optional<std::int64_t> lifetime_ns{};  // nothing: for good
  std::string label{};                        // what it is for: up to 64 printable characters
};

struct KeyRow {
  std::int64_t id;
  std::string user;
  std::string scope;
  std::int64_t created_ns;
  std::int64_t expires_ns;  // 0: never
  std::int64_t revoked_ns;  // 0: not revoked
  std::string label;
  std::int64_t used_ns;  // wall: the last use that is known; 0: none
};

// When a key was used last.
struct KeyUse {
  std::int64_t id;
  std::int64_t used_ns;  // wall
};

struct UserRow {
  std::string name;
  std::vector<std::string> brokers;
  std::int64_t keys;  // not revoked; expired ones count
};

class AccountStore {
 public:
  explicit AccountStore(database::Database& database) : database_(database) {}

  // `scope`: "read" or "admin".
  Result<CreatedKey> create_key(const KeyRequest& request, std::int64_t now_ns);
  Result<std::vector<KeyRow>> list_keys();
  Result<KeyRow> find_key(std::int64_t id);
  Result<void> revoke_key(std::int64_t id, std::int64_t now_ns);
  // Keeps the uses, all in one write.
  Result<void> note_uses(const std::vector<KeyUse>& uses);
  Result<std::vector<UserRow>> list_users();
  Result<UserRow> find_user(std::string_view name);
  // No brokers: those of active_broker.
  Result<void> set_brokers(std::string_view user, const std::vector<std::string>& brokers);
  // With the user's keys, whose numbers are not given again.
  Result<void> delete_user(std::string_view user);
  Result<std::shared_ptr<const KeyRing>> load_ring();

 private:
  database::Database& database_;
};

}  // namespace gw::accounts
