// load_client: many WebSocket clients on one thread that count what they get.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include "report.hpp"

namespace {

// One line for each client, its messages with tabs between them.
std::vector<std::vector<std::string>> read_messages(const std::string& path) {
  std::vector<std::vector<std::string>> all;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream parts(line);
    all.emplace_back();
    for (std::string part; std::getline(parts, part, '\t');) all.back().push_back(part);
  }
  return all;
}

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

int run(const bench::Options& options) {
  bench::Load load(options);
  load.open();
  say("open");
  load.read_for(options.warmup);
  say("counting");
  load.begin_counting();
  load.read_for(options.seconds);
  load.end_counting();
  say(bench::report(load));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Many WebSocket clients on one thread that count what they get"};
  bench::Options options;
  std::string messages;
  const std::map<std::string, bench::Talk> talks = {{"gateway", bench::Talk::gateway},
                                                    {"nats", bench::Talk::nats},
                                                    {"raw", bench::Talk::raw},
                                                    {"discard", bench::Talk::discard}};
  app.add_option("--port", options.port, "of the server, on 127.0.0.1")->required();
  app.add_option("--clients", options.clients, "how many")->check(CLI::Range(1, 60'000));
  app.add_option("--talk", options.talk,
                 "gateway: each message is answered; nats; raw: nothing is said; discard: nor is anything looked at")
      ->transform(CLI::CheckedTransformer(talks));
  app.add_option("--messages", messages, "file: a line for each client, its messages with tabs between them")
      ->check(CLI::ExistingFile);
  app.add_flag("--at-once", options.at_once, "clients say all as they come; else the last message once all are there");
  app.add_flag("--busy", options.busy, "look for what came without sleeping: the server need not wake anybody");
  app.add_option("--warmup", options.warmup, "seconds before counting");
  app.add_option("--seconds", options.seconds, "of counting")->check(CLI::PositiveNumber);
  app.add_option("--stalled", options.stalled, "clients that stop reading once they are subscribed");
  auto* slow = app.add_option("--slow", options.slow, "clients that read at a limited rate");
  slow->needs(app.add_option("--slow-rate", options.slow_bytes_per_second, "bytes a second of each slow client"));
  app.add_option("--timed", options.timed, "clients that read the times in what they get");
  app.add_option("--server", options.server, "process whose processor time and memory are told");
  CLI11_PARSE(app, argc, argv);
  if (!messages.empty()) options.messages = read_messages(messages);
  try {
    return run(options);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "load_client: %s\n", e.what());
    return 1;
  }
}
