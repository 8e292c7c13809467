// write_limit: the bytes that one core can push through many sockets with writes of one size.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "write_limit/writer.hpp"

namespace {

volatile bool ending = false;

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Writes to many sockets as fast as one core can"};
  std::size_t clients = 0, bytes = 0;
  app.add_option("--clients", clients, "writing begins once they are there")->required()->check(CLI::PositiveNumber);
  app.add_option("--bytes", bytes, "of one write")->required()->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGTERM, [](int) { ending = true; });
  std::signal(SIGINT, [](int) { ending = true; });
  try {
    bench::Writer writer(clients, bytes);
    std::printf("listening on %d\n", writer.port());
    std::fflush(stdout);
    writer.run(ending);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "write_limit: %s\n", e.what());
    return 1;
  }
  return 0;
}
