// The command line: calls the function of each command, which is in commands/ or gateway.cpp.
#include <functional>

#include <CLI/CLI.hpp>

#include "apps/gateway/command_words.hpp"
#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/descriptors.hpp"
#include "apps/gateway/end_watch.hpp"
#include "apps/gateway/gateway.hpp"
#include "apps/gateway/service/service_manager.hpp"
#include "apps/gateway/signals.hpp"
#include "core/base/log.hpp"
#include "core/base/version.hpp"

namespace {

using namespace gw::app;

int run(const Options& options, const std::optional<std::string>& ready_file) {
  block_signals();
  const ServiceManager manager;
  auto loaded = load_config(options);
  if (!loaded) return kWrong;
  raise_descriptor_limit();
  write_log_on_crash();
  EndWatch end;
  Gateway gateway(options, std::move(*loaded), end, manager);
  if (const auto started = gateway.start(ready_file); !started) {
    gateway.stop();
    gw::log::end_thread();
    gw::log::print_error("broker-gateway: " + started.error().message + '\n');
    return gateway.config_is_wrong() ? kWrong : kCouldNot;
  }
  end.started();
  for (Asked asked = wait_for_signal(); asked != Asked::to_end; asked = wait_for_signal()) {
    gw::log::reopen();
    if (asked == Asked::to_reload) gateway.reload();
  }
  end.begin();
  manager.stopping();
  gateway.stop();
  gw::log::end_thread();
  return kDone;
}

// Adds a subcommand that takes --config, and --json if `reads`.
CLI::App* add(CLI::App& parent, const std::string& name, const std::string& help, Options& options, bool reads) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->add_option("--config", options.config, "the configuration file (default: ./gateway.yaml)");
  if (reads) command->add_flag("--json", options.json, "machine-readable output");
  return command;
}

struct CommandLine {
  Options options;
  std::optional<std::string> ready_file;
  KeyRequest key;
  WatchRequest watch;
  SearchRequest search;
  TailRequest tail;
  SubsRequest subs;
  LoginRequest login;
  std::int64_t id = 0;
  std::string user, broker, brokers, file;
  std::optional<std::string> date;
  bool force = false;
  std::function<int()> action;
};

void add_account_commands(CLI::App& app, CommandLine& c) {
  CLI::App* keys = add(app, "keys", "API keys of clients", c.options, false);
  keys->require_subcommand(1);
  CLI::App* create = add(*keys, "create", "makes a key and prints it; it is not shown again", c.options, true);
  create->add_option("--user", c.key.user, "the user that the key is for; created if new")->required();
  create->add_option("--scope", c.key.scope, "read or admin")->check(CLI::IsMember({"read", "admin"}));
  create->add_option("--expires", c.key.expires, "lifetime, like 30d or 12h");
  create->callback([&c] { c.action = [&c] { return keys_create(c.options, c.key); }; });
  add(*keys, "list", "all keys, without the keys themselves", c.options, true)->callback([&c] {
    c.action = [&c] { return keys_list(c.options); };
  });
  CLI::App* revoke = add(*keys, "revoke", "revokes a key and closes its live sessions", c.options, false);
  revoke->add_option("ID", c.id, "the key's number, as keys list shows it")->required();
  revoke->callback([&c] { c.action = [&c] { return keys_revoke(c.options, c.id); }; });

  CLI::App* users = add(app, "users", "users and their brokers", c.options, false);
  users->require_subcommand(1);
  add(*users, "list", "all users", c.options, true)->callback([&c] {
    c.action = [&c] { return users_list(c.options); };
  });
  CLI::App* set =
      add(*users, "set-broker", "chooses the broker that serves a user; live clients move at once", c.options, false);
  set->add_option("USER", c.user, "the user")->required();
  set->add_option("BROKER", c.brokers, "a broker of gateway.yaml, or several: first,second")->required();
  set->callback([&c] { c.action = [&c] { return users_set_broker(c.options, c.user, c.brokers); }; });
}

void add_backup_commands(CLI::App& app, CommandLine& c) {
  CLI::App* backup = add(app, "backup", "copies the database into a file, also while a gateway runs", c.options, false);
  backup->add_option("FILE", c.file, "the copy")->required();
  backup->add_flag("--force", c.force, "replace FILE if it exists");
  backup->callback([&c] { c.action = [&c] { return gw::app::backup(c.options, c.file, c.force); }; });
  CLI::App* restore =
      add(app, "restore", "puts a copy back in the database's place, while no gateway runs", c.options, false);
  restore->add_option("FILE", c.file, "the copy, as backup made it")->required();
  restore->callback([&c] { c.action = [&c] { return gw::app::restore(c.options, c.file); }; });
}

void add_instrument_commands(CLI::App& app, CommandLine& c) {
  CLI::App* instruments = add(app, "instruments", "instrument lists", c.options, false);
  instruments->require_subcommand(1);
  CLI::App* file = add(*instruments, "import", "reads a broker's own instrument file", c.options, true);
  file->add_option("--broker", c.broker, "the broker whose file it is")->required();
  file->add_option("FILE", c.file, "the file")->required();
  file->add_option("--date", c.date, "day or time of the list (default: when the file was last written)");
  file->add_flag("--force", c.force, "take the list even if it lacks many instruments that are known");
  file->callback([&c] {
    c.action = [&c] { return instruments_import(c.options, {c.broker, c.file, c.date, c.force}); };
  });
  CLI::App* update = add(*instruments, "update", "downloads brokers' instrument lists", c.options, true);
  update->add_option("--broker", c.broker, "download the list of this broker only (default: of every enabled broker)");
  update->add_flag("--force", c.force, "take the list even if it lacks many instruments that are known");
  update->callback([&c] { c.action = [&c] { return instruments_update(c.options, c.broker, c.force); }; });
  CLI::App* search = add(*instruments, "search", "finds instruments, best match first", c.options, true);
  search
      ->add_option("WORDS", c.search.words, "words of a symbol, name, expiry, strike or type, like: banknifty 48000 ce")
      ->required();
  search->add_option("--exchange", c.search.exchange, "only this exchange");
  search->add_option("--broker", c.search.broker,
                     "the broker whose list is searched (default: the first of active_broker)");
  search->add_option("--limit", c.search.limit, "at most this many (default: 50)")->check(CLI::Range(1, 1000));
  search->callback([&c] { c.action = [&c] { return instruments_search(c.options, c.search); }; });
}

void add_running_commands(CLI::App& app, CommandLine& c) {
  const auto takes_socket = [&c](CLI::App* command) {
    command->add_option("--socket", c.options.socket, "the gateway's control socket (default: beside the database)");
    return command;
  };
  takes_socket(add(app, "status", "what a running gateway knows", c.options, true))->callback([&c] {
    c.action = [&c] { return status(c.options); };
  });
  CLI::App* brokers = add(app, "brokers", "broker links of a running gateway", c.options, false);
  brokers->require_subcommand(1);
  for (const char* word : {"relogin", "retry"}) {
    const bool relogin = std::string_view(word) == "relogin";
    CLI::App* command = add(*brokers, word,
                            relogin ? "logs in again at once, with the credentials as they are now"
                                    : "logs in again where the state of the broker is 'failed'",
                            c.options, false);
    takes_socket(command)->add_option("NAME", c.broker, "the broker")->required();
    command->callback([&c, word] { c.action = [&c, word] { return broker_command(c.options, word, c.broker); }; });
  }
  add(app, "top", "shows the running gateway live; q ends it", c.options, true)->callback([&c] {
    c.action = [&c] { return top(c.options); };
  });
  CLI::App* listed = add(app, "clients", "lists the clients of a running gateway", c.options, true);
  listed->add_option("--limit", c.subs.limit, "how many are listed")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  listed->callback([&c] { c.action = [&c] { return clients(c.options, c.subs.limit); }; });
  CLI::App* held = add(app, "subs", "lists what is subscribed at a running gateway", c.options, true);
  CLI::Option* of_broker = held->add_option("--broker", c.subs.broker, "only what this broker serves");
  held->add_option("--client", c.subs.client, "only what this client holds, by its number in clients")
      ->check(CLI::PositiveNumber)
      ->excludes(of_broker);
  held->add_option("--limit", c.subs.limit, "how many are listed")->check(CLI::Range(1, 10000))->capture_default_str();
  held->callback([&c] { c.action = [&c] { return subs(c.options, c.subs); }; });
  CLI::App* login =
      add(app, "login", "logs in at a broker and stores the token; a running gateway takes it up", c.options, false);
  login->add_option("NAME", c.login.broker, "the broker")->required();
  login->add_flag("--manual", c.login.manual, "paste the address that the broker's page leads to");
  login->add_option("--timeout", c.login.timeout, "how long to wait for you, like 5m");
  login->callback([&c] { c.action = [&c] { return login_at_broker(c.options, c.login); }; });
}

// What the commands that are clients of the public protocol take.
template <class Request>
void add_client_options(CLI::App& command, Request& request) {
  command.add_option("--mode", request.mode, "ltp, quote or depth")->capture_default_str();
  command.add_option("--depth", request.depth, "levels: 5, 20, 30 or 50")->capture_default_str();
  command.add_option("--url", request.url,
                     "the gateway's URL (default: where the gateway of this configuration listens)");
  command.add_option("--key", request.key, "API key (default: BROKER_GATEWAY_KEY, else state/local.key)");
}

void add_client_commands(CLI::App& app, CommandLine& c) {
  CLI::App* watching = add(app, "watch", "shows one instrument live; q ends it", c.options, true);
  watching->add_option("INSTRUMENT", c.watch.instrument, "SYMBOL.EXCHANGE")->required();
  add_client_options(*watching, c.watch);
  watching->footer("Example:\n  broker-gateway watch RELIANCE.NSE --mode depth --depth 50");
  watching->callback([&c] { c.action = [&c] { return watch(c.options, c.watch); }; });
  CLI::App* tailing = add(app, "tail", "prints updates, one line each", c.options, true);
  tailing->add_option("INSTRUMENT", c.tail.instruments, "SYMBOL.EXCHANGE, one or more")->required();
  add_client_options(*tailing, c.tail);
  tailing->footer("Example:\n  broker-gateway tail RELIANCE.NSE INFY.NSE --mode ltp --count 100");
  tailing->add_option("--count", c.tail.count, "ends after this many updates (default: never)")
      ->check(CLI::PositiveNumber);
  tailing->callback([&c] { c.action = [&c] { return tail(c.options, c.tail); }; });
}

}  // namespace

int main(int argc, char** argv) {
  keep_standard_descriptors();
  CLI::App app("Market data from stock brokers, over one WebSocket protocol", "broker-gateway");
  CommandLine c;
  app.formatter(help_formatter());
  app.footer(
      "Examples:\n"
      "  broker-gateway run\n"
      "  broker-gateway keys create --user alice\n"
      "  broker-gateway watch RELIANCE.NSE --mode depth --depth 50\n"
      "  broker-gateway top\n"
      "broker-gateway COMMAND --help explains one command.\n"
      "Exit status: 0 done, 1 could not, 2 wrong usage or wrong configuration.");
  app.add_option("--config", c.options.config, "the configuration file (default: ./gateway.yaml)");
  app.set_version_flag("--version", std::string("broker-gateway ") + gw::version());
  app.require_subcommand(1);
  CLI::App* serve = add(app, "run", "serves in the foreground", c.options, false);
  serve->add_option("--ready-file", c.ready_file, "a file to write as soon as clients are served");
  serve->callback([&c] { c.action = [&c] { return run(c.options, c.ready_file); }; });
  add(app, "check-config", "validates gateway.yaml, plugins' settings included", c.options, true)->callback([&c] {
    c.action = [&c] { return check_config(c.options); };
  });
  add_account_commands(app, c);
  add_backup_commands(app, c);
  add_instrument_commands(app, c);
  CLI::App* plugins = add(app, "plugins", "broker plugins", c.options, false);
  plugins->require_subcommand(1);
  add(*plugins, "list", "lists every file of the plugin folder", c.options, true)->callback([&c] {
    c.action = [&c] { return plugins_list(c.options); };
  });
  add_running_commands(app, c);
  add_client_commands(app, c);
  add(app, "version", "version and what it was built with", c.options, true)->callback([&c] {
    c.action = [&c] { return version(c.options); };
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (const std::string unknown = unknown_word(app, {argv + 1, argv + argc});
        !unknown.empty() && e.get_exit_code() != 0)
      return fail(unknown, kWrong);
    return app.exit(e) == 0 ? kDone : kWrong;
  }
  return c.action();
}
