#include "apps/gateway/command_line/command_examples.hpp"

#include <string>
#include <string_view>

namespace gw::app {
namespace {

// By command; the lines of one command follow each other.
struct Example {
  const char* command;
  const char* line;
};
constexpr Example kExamples[] = {
    {"run", "run"},
    {"run", "run --config /etc/broker-gateway/gateway.yaml --ready-file /run/gateway.json"},
    {"run", "run --record recordings"},
    {"check-config", "check-config"},
    {"doctor", "doctor"},
    {"status", "status"},
    {"status", "status --json | jq .verdict"},
    {"brokers relogin", "brokers relogin mybroker"},
    {"brokers retry", "brokers retry mybroker --timeout 1m"},
    {"reload", "reload"},
    {"top", "top"},
    {"clients", "clients --limit 20"},
    {"subs", "subs --broker mybroker"},
    {"login", "login mybroker"},
    {"login", "login mybroker --manual"},
    {"watch", "watch RELIANCE.NSE --mode depth --depth 50"},
    {"tail", "tail RELIANCE.NSE INFY.NSE --mode ltp --count 100"},
    {"keys create", "keys create --user alice --label 'desk 4' --expires 30d"},
    {"keys create", "keys create --user prometheus --scope admin"},
    {"keys list", "keys list"},
    {"keys revoke", "keys revoke 3"},
    {"users list", "users list"},
    {"users set-broker", "users set-broker alice first,second"},
    {"users set-broker", "users set-broker alice --default"},
    {"users delete", "users delete alice"},
    {"backup", "backup gateway-backup.db --force"},
    {"restore", "restore gateway-backup.db"},
    {"instruments import", "instruments import --broker mybroker instruments.csv"},
    {"instruments update", "instruments update --broker mybroker"},
    {"instruments search", "instruments search banknifty 48000 ce --exchange NFO"},
    {"plugins list", "plugins list"},
    {"plugins reload", "plugins reload acme.so"},
    {"plugins rollback", "plugins rollback acme.so"},
    {"plugins quarantine", "plugins quarantine acme.so"},
    {"plugins quarantine", "plugins quarantine --remove 3f2a9c51"},
    {"version", "version"},
};

void add_to(CLI::App& command, const std::string& path) {
  std::string text;
  for (const Example& example : kExamples)
    if (path == example.command) text += std::string("\n  broker-gateway ") + example.line;
  if (!text.empty()) command.footer("Examples:" + text);
  for (CLI::App* below : command.get_subcommands(nullptr))
    add_to(*below, (path.empty() ? "" : path + ' ') + below->get_name());
}

}  // namespace

void add_examples(CLI::App& app) {
  add_to(app, "");
  app.footer(
      "Examples:\n"
      "  broker-gateway run\n"
      "  broker-gateway doctor\n"
      "  broker-gateway status\n"
      "  broker-gateway keys create --user alice\n"
      "  broker-gateway watch RELIANCE.NSE --mode depth --depth 50\n"
      "broker-gateway COMMAND --help explains one command.\n"
      "Exit status: 0 done, 1 could not, 2 wrong usage or wrong configuration.");
}

}  // namespace gw::app
