// baseline_server: a fan-out with nothing around it. It speaks as much WebSocket as its benchmark needs.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>

#include "baseline_server/server.hpp"

namespace {

volatile bool ending = false;

std::vector<std::string> read_lines(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A fan-out with nothing around it"};
  bench::ServerOptions options;
  std::string payloads;
  std::size_t symbols = 0;
  app.add_option("--port", options.port, "0: any free one");
  app.add_option("--payloads", payloads, "file: a line for each symbol")->required()->check(CLI::ExistingFile);
  app.add_option("--symbols", symbols, "how many")->required()->check(CLI::PositiveNumber);
  app.add_option("--clients", options.clients, "updates begin once they are there")->check(CLI::PositiveNumber);
  app.add_option("--per-client", options.per_client, "symbols of each client; 0: clients are idle");
  app.add_option("--updates-per-second", options.updates_per_second, "of all symbols")->check(CLI::PositiveNumber);
  app.add_flag("--stamped", options.stamped, "the timestamp of each payload says for when the update was planned");
  CLI11_PARSE(app, argc, argv);
  if (options.per_client > 0 && options.updates_per_second <= 0)
    return app.exit(CLI::ValidationError("--updates-per-second", "found none, expected a number"));
  std::signal(SIGTERM, [](int) { ending = true; });
  std::signal(SIGINT, [](int) { ending = true; });
  try {
    const std::vector<std::string> lines = read_lines(payloads);
    if (lines.empty()) throw std::runtime_error(payloads + ": found no line, expected one for each symbol");
    bench::Frames frames(lines, symbols, options.stamped);
    bench::Server server(options, frames);
    std::printf("listening on %d\n", server.port());
    std::fflush(stdout);
    server.run(ending);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "baseline_server: %s\n", e.what());
    return 1;
  }
  return 0;
}
