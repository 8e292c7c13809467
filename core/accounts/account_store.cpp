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

Result<void> check_label(std::string_view label) {
  constexpr std::size_t kLongest = 64;
  const bool good = label.size() <= kLongest && std::all_of(label.begin(), label.end(), [](unsigned char c) {
                      return c >= ' ' && c != 0x7f && c != '(' && c != ')';
                    });
  if (good) return {};
  return Error{"label: found '" + std::string(cut(label, kLongest)) +
               "', expected at most 64 bytes without control characters and ( )"};
}

Result<std::string> new_key() {
  unsigned char bytes[32];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return Error{"no key was made: this machine gives no random numbers"};
  return "bgw_" + hex(bytes);
}

}  // namespace

Result<CreatedKey> AccountStore::create_key(const KeyRequest& request, std::int64_t now_ns) {
  if (const auto good = check_user(request.user); !good) return good.error();
  if (const auto good = check_label(request.label); !good) return good.error();
  if (request.scope != "read" && request.scope != "admin")
    return Error{"scope: found '" + request.scope + "', expected read or admin"};
  const auto key = new_key();
  if (!key) return key.error();
  database::Transaction transaction(database_);
  if (!transaction.begun()) return transaction.begun().error();
  auto add_user = database_.prepare("INSERT OR IGNORE INTO users (name, created) VALUES (?, ?)");
  if (const auto done = add_user.bind(1, request.user).bind(2, now_ns).run(); !done) return done.error();
  auto add_key = database_.prepare(
      "INSERT INTO api_keys (user_id, hash, scope, created, expires, label) "
      "VALUES ((SELECT id FROM users WHERE name = ?), ?, ?, ?, ?, ?)");
  const KeyHash hash = hash_key(*key);
  add_key.bind(1, request.user)
      .bind_blob(2, {reinterpret_cast<const char*>(hash.data()), hash.size()})
      .bind(3, request.scope)
      .bind(4, now_ns)
      .bind(6, request.label);
  if (request.lifetime_ns)
    add_key.bind(5, now_ns + *request.lifetime_ns);
  else
    add_key.bind_null(5);
  if (const auto done = add_key.run(); !done) return done.error();
  const std::int64_t id = database_.last_id();
  if (const auto done = transaction.commit(); !done) return done.error();
  return CreatedKey{id, *key};
}

Result<std::vector<KeyRow>> AccountStore::list_keys() {
  auto query = database_.prepare(
      "SELECT k.id, u.name, k.scope, k.created, k.expires, k.revoked, k.label, k.used "
      "FROM api_keys k JOIN users u ON u.id = k.user_id ORDER BY k.id");
  std::vector<KeyRow> rows;
  for (;;) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) return rows;
    rows.push_back({query.integer(0), std::string(query.text(1)), std::string(query.text(2)), query.integer(3),
                    query.integer(4), query.integer(5), std::string(query.text(6)), query.integer(7)});
  }
}

Result<KeyRow> AccountStore::find_key(std::int64_t id) {
  const auto rows = list_keys();
  if (!rows) return rows.error();
  for (const KeyRow& row : *rows)
    if (row.id == id) return row;
  return Error{"there is no key " + std::to_string(id) + "; see: broker-gateway keys list"};
}

Result<void> AccountStore::revoke_key(std::int64_t id, std::int64_t now_ns) {
  if (const auto known = find_key(id); !known) return known.error();
  auto revoke = database_.prepare("UPDATE api_keys SET revoked = ? WHERE id = ? AND revoked IS NULL");
  return revoke.bind(1, now_ns).bind(2, id).run();
}

Result<void> AccountStore::note_uses(const std::vector<KeyUse>& uses) {
  if (uses.empty()) return {};
  database::Transaction transaction(database_);
  if (!transaction.begun()) return transaction.begun().error();
  auto note = database_.prepare("UPDATE api_keys SET used = max(ifnull(used, 0), ?) WHERE id = ?");
  for (const KeyUse& use : uses)
    if (const auto done = note.bind(1, use.used_ns).bind(2, use.id).run(); !done) return done.error();
  return transaction.commit();
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

Result<UserRow> AccountStore::find_user(std::string_view name) {
  const auto rows = list_users();
  if (!rows) return rows.error();
  for (const UserRow& row : *rows)
    if (row.name == name) return row;
  return Error{"there is no user '" + std::string(name) + "'; see: broker-gateway users list"};
}

Result<void> AccountStore::set_brokers(std::string_view user, const std::vector<std::string>& brokers) {
  std::string list;
  for (const std::string& broker : brokers) list += (list.empty() ? "" : ",") + broker;
  if (const auto known = find_user(user); !known) return known.error();
  auto update = database_.prepare("UPDATE users SET brokers = ? WHERE name = ?");
  return update.bind(1, list).bind(2, user).run();
}

Result<void> AccountStore::delete_user(std::string_view user) {
  if (const auto known = find_user(user); !known) return known.error();
  database::Transaction transaction(database_);
  if (!transaction.begun()) return transaction.begun().error();
  auto keys = database_.prepare("DELETE FROM api_keys WHERE user_id = (SELECT id FROM users WHERE name = ?)");
  if (const auto done = keys.bind(1, user).run(); !done) return done.error();
  auto users = database_.prepare("DELETE FROM users WHERE name = ?");
  if (const auto done = users.bind(1, user).run(); !done) return done.error();
  return transaction.commit();
}

Result<std::shared_ptr<const KeyRing>> AccountStore::load_ring() {
  auto query = database_.prepare(
      "SELECT k.id, k.hash, k.scope, k.expires, u.name, u.brokers, k.label FROM api_keys k JOIN users u ON u.id = "
      "k.user_id "
      "WHERE k.revoked IS NULL");
  std::vector<KeySession> keys;
  for (;;) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) return std::make_shared<const KeyRing>(std::move(keys));
    const std::string_view hash = query.text(1);
    if (hash.size() != sizeof(KeyHash)) continue;
    KeySession& key = keys.emplace_back();
    std::copy(hash.begin(), hash.end(), key.hash.begin());
    key.key_id = query.integer(0);
    key.user = query.text(4);
    key.scope = query.text(2);
    key.brokers = split(query.text(5));
    key.expires_ns = query.integer(3);
    key.label = query.text(6);
  }
}

}  // namespace gw::accounts
