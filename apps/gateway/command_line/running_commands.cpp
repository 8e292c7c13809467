// The words for a running gateway.
#include "apps/gateway/command_line/command_line.hpp"

namespace gw::app {

void add_running_commands(CLI::App& app, CommandLine& c) {
  const auto takes_socket = [&c](CLI::App* command) {
    command->add_option("--socket", c.options.socket, "the gateway's control socket (default: beside the database)");
    return command;
  };
  takes_socket(add_command(app, "status", "what a running gateway knows", c.options, true))->callback([&c] {
    c.action = [&c] { return status(c.options); };
  });
  CLI::App* brokers = add_command(app, "brokers", "broker links of a running gateway", c.options, false);
  brokers->require_subcommand(1);
  for (const char* word : {"relogin", "retry"}) {
    const bool relogin = std::string_view(word) == "relogin";
    CLI::App* command = add_command(*brokers, word,
                                    relogin ? "logs in again at once, with the credentials as they are now"
                                            : "logs in again where the state of the broker is 'failed'",
                                    c.options, false);
    takes_socket(command)->add_option("NAME", c.asked.broker, "the broker")->required();
    command->add_option("--timeout", c.asked.timeout, "how long to wait for the outcome")->capture_default_str();
    command->callback([&c, word] {
      c.asked.command = word;
      c.action = [&c] { return broker_command(c.options, c.asked); };
    });
  }
  takes_socket(
      add_command(app, "reload", "has a running gateway read gateway.yaml again, as SIGHUP does", c.options, false))
      ->callback([&c] { c.action = [&c] { return reload(c.options); }; });
  add_command(app, "top", "shows the running gateway live; q ends it", c.options, true)->callback([&c] {
    c.action = [&c] { return top(c.options); };
  });
  CLI::App* listed = add_command(app, "clients", "lists the clients of a running gateway", c.options, true);
  listed->add_option("--limit", c.subs.limit, "how many are listed")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  listed->callback([&c] { c.action = [&c] { return clients(c.options, c.subs.limit); }; });
  CLI::App* held = add_command(app, "subs", "lists what is subscribed at a running gateway", c.options, true);
  CLI::Option* of_broker = held->add_option("--broker", c.subs.broker, "only what this broker serves");
  held->add_option("--client", c.subs.client, "only what this client holds, by its number in clients")
      ->check(CLI::PositiveNumber)
      ->excludes(of_broker);
  held->add_option("--limit", c.subs.limit, "how many are listed")->check(CLI::Range(1, 10000))->capture_default_str();
  held->callback([&c] { c.action = [&c] { return subs(c.options, c.subs); }; });
  CLI::App* login = add_command(app, "login", "logs in at a broker and stores the token; a running gateway takes it up",
                                c.options, false);
  login->add_option("NAME", c.login.broker, "the broker")->required();
  login->add_flag("--manual", c.login.manual, "paste the address that the broker's page leads to");
  login->add_option("--timeout", c.login.timeout, "how long to wait for you")->capture_default_str();
  login->callback([&c] { c.action = [&c] { return login_at_broker(c.options, c.login); }; });
}

}  // namespace gw::app
