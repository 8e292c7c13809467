// The words about users, keys and the database.
#include "apps/gateway/command_line/command_line.hpp"

namespace gw::app {

void add_account_commands(CLI::App& app, CommandLine& c) {
  CLI::App* keys = add_command(app, "keys", "API keys of clients", c.options, false);
  keys->require_subcommand(1);
  CLI::App* create = add_command(*keys, "create", "makes a key and prints it; it is not shown again", c.options, true);
  create->add_option("--user", c.key.user, "the user that the key is for; created if new")->required();
  create->add_option("--scope", c.key.scope, "read or admin")
      ->check(CLI::IsMember({"read", "admin"}))
      ->capture_default_str();
  create->add_option("--label", c.key.label, "what the key is for, as lists and the log show it");
  create->add_option("--expires", c.key.expires, "lifetime, like 30d or 12h (default: for good)");
  create->callback([&c] { c.action = [&c] { return keys_create(c.options, c.key); }; });
  add_command(*keys, "list", "all keys, without the keys themselves", c.options, true)->callback([&c] {
    c.action = [&c] { return keys_list(c.options); };
  });
  CLI::App* revoke = add_command(*keys, "revoke", "revokes a key and closes its live sessions", c.options, false);
  revoke->add_option("ID", c.key_id, "the key's number, as keys list shows it")->required();
  revoke->callback([&c] { c.action = [&c] { return keys_revoke(c.options, c.key_id); }; });

  CLI::App* users = add_command(app, "users", "users and their brokers", c.options, false);
  users->require_subcommand(1);
  add_command(*users, "list", "all users", c.options, true)->callback([&c] {
    c.action = [&c] { return users_list(c.options); };
  });
  CLI::App* set = add_command(*users, "set-broker", "chooses the broker that serves a user; live clients move at once",
                              c.options, false);
  set->add_option("USER", c.brokers.user, "the user")->required();
  set->add_option("BROKER", c.brokers.brokers, "a broker of gateway.yaml, or several: first,second");
  set->add_flag("--default", c.brokers.is_default, "go by active_broker of gateway.yaml again");
  set->callback([&c] { c.action = [&c] { return users_set_broker(c.options, c.brokers); }; });
  CLI::App* remove =
      add_command(*users, "delete", "deletes a user with all keys, and closes its clients", c.options, false);
  remove->add_option("USER", c.user, "the user")->required();
  remove->callback([&c] { c.action = [&c] { return users_delete(c.options, c.user); }; });
}

}  // namespace gw::app
