#include "core/accounts/account_store.hpp"

#include <algorithm>
#include <cctype>

#include <openssl/rand.h>

#include "core/base/text.hpp"

namespace gw::accounts {
namespace {

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    parts.emplace_back(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
  return parts;
}

Result<void> check_user(std::string_view user) {
  const bool good = !user.empty() && user.size() <= 64 && std::all_of(user.begin(), user.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '@' || c == '-';
  });
  if (good) return {};
  return Error{"user: found '" + std::string(user) + "', expected 1 to 64 of letters, digits and _ . @ -"};
}

Result<std::string> new_key() {
  unsigned char bytes[32];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return Error{"no key was made: this machine gives no random numbers"};
  return "bgw_" + hex(bytes);
}

}  // namespace

Result<CreatedKey> AccountStore::create_key(std::string_view user, std::string_view scope,
                                            std::optional<std::int64_t> lifetime_ns, std::int64_t now_ns) {
  if (const auto good = check_user(user); !good) return good.error();
  if (scope != "read" && scope != "admin")
    return Error{"scope: found '" + std::string(scope) + "', expected read or admin"};
  const auto key = new_key();
  if (!key) return key.error();
  database::Transaction transaction(database_);
  if (!transaction.begun()) return transaction.begun().error();
  auto add_user = database_.prepare("INSERT OR IGNORE INTO users (name, created) VALUES (?, ?)");
  if (const auto done = add_user.bind(1, user).bind(2, now_ns).run(); !done) return done.error();
  auto add_key = database_.prepare(
      "INSERT INTO api_keys (user_id, hash, scope, created, expires) "
      "VALUES ((SELECT id FROM users WHERE name = ?), ?, ?, ?, ?)");
  const KeyHash hash = hash_key(*key);
  add_key.bind(1, user)
      .bind_blob(2, {reinterpret_cast<const char*>(hash.data()), hash.size()})
      .bind(3, scope)
      .bind(4, now_ns);
  if (lifetime_ns)
    add_key.bind(5, now_ns + *lifetime_ns);
  else
    add_key.bind_null(5);
  if (const auto done = add_key.run(); !done) return done.error();
  const std::int64_t id = database_.last_id();
  if (const auto done = transaction.commit(); !done) return done.error();
  return CreatedKey{id, *key};
}

Result<std::vector<KeyRow>> AccountStore::list_keys() {
  auto query = database_.prepare(
      "SELECT k.id, u.name, k.scope, k.created, k.expires, k.revoked FROM api_keys k JOIN users u ON u.id = k.user_id "
      "ORDER BY k.id");
  std::vector<KeyRow> rows;
  for (;;) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) return rows;
    rows.push_back({query.integer(0), std::string(query.text(1)), std::string(query.text(2)), query.integer(3),
                    query.integer(4), query.integer(5)});
  }
}

Result<void> AccountStore::revoke_key(std::int64_t id, std::int64_t now_ns) {
  auto known = database_.prepare("SELECT 1 FROM api_keys WHERE id = ?");
  const auto row = known.bind(1, id).step();
  if (!row) return row.error();
  if (!*row) return Error{"there is no key " + std::to_string(id) + "; see: broker-gateway keys list"};
  auto revoke = database_.prepare("UPDATE api_keys SET revoked = ? WHERE id = ? AND revoked IS NULL");
  return revoke.bind(1, now_ns).bind(2, id).run();
}

Result<std::vector<UserRow>> AccountStore::list_users() {
  auto query = database_.prepare(
      "SELECT u.name, u.brokers, (SELECT count(*) FROM api_keys k WHERE k.user_id = u.id AND k.revoked IS NULL) "
      "FROM users u ORDER BY u.name");
  std::vector<UserRow> rows;
  for (;;) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) return rows;
    rows.push_back({std::string(query.text(0)), split(query.text(1)), query.integer(2)});
  }
}

Result<void> AccountStore::set_brokers(std::string_view user, const std::vector<std::string>& brokers) {
  std::string list;
  for (const std::string& broker : brokers) list += (list.empty() ? "" : ",") + broker;
  auto known = database_.prepare("SELECT 1 FROM users WHERE name = ?");
  const auto row = known.bind(1, user).step();
  if (!row) return row.error();
  if (!*row) return Error{"there is no user '" + std::string(user) + "'; see: broker-gateway users list"};
  auto update = database_.prepare("UPDATE users SET brokers = ? WHERE name = ?");
  return update.bind(1, list).bind(2, user).run();
}

Result<std::shared_ptr<const KeyRing>> AccountStore::load_ring() {
  auto query = database_.prepare(
      "SELECT k.id, k.hash, k.scope, k.expires, u.name, u.brokers FROM api_keys k JOIN users u ON u.id = k.user_id "
      "WHERE k.revoked IS NULL");
  std::vector<KeyRing::Key> keys;
  for (;;) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) return std::make_shared<const KeyRing>(std::move(keys));
    const std::string_view hash = query.text(1);
    if (hash.size() != sizeof(KeyHash)) continue;
    KeyRing::Key key;
    std::copy(hash.begin(), hash.end(), key.hash.begin());
    key.session = {query.integer(0), std::string(query.text(4)), std::string(query.text(2)), split(query.text(5)),
                   query.integer(3)};
    keys.push_back(std::move(key));
  }
}

}  // namespace gw::accounts
