#include "tools/broker_sim/script.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <nlohmann/json.hpp>

#include "tools/broker_sim/broker.hpp"

namespace sim {
namespace {

using Json = nlohmann::json;

gw::Result<ScriptLine> read_line(const std::string& text) {
  Json request = Json::parse(text, nullptr, false);
  ScriptLine line{-1, text, {}};
  if (request.is_object() && request.contains("at")) {
    const Json at = request["at"];
    if (!at.is_number() || at < 0) return gw::Error{"at: found " + at.dump() + ", expected seconds"};
    line.at = at;
    request.erase("at");
  }
  auto action = read_fault(request);
  if (!action) return action.error();
  line.action = std::move(*action);
  return line;
}

}  // namespace

gw::Result<std::vector<ScriptLine>> read_script(const std::string& file) {
  std::ifstream in(file);
  std::vector<ScriptLine> lines;
  std::string text;
  for (int number = 1; std::getline(in, text); ++number) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    auto line = read_line(text);
    if (!line) return gw::with_context(file + ':' + std::to_string(number), line.error());
    lines.push_back(std::move(*line));
  }
  if (lines.empty()) return gw::Error{file + ": found no faults, expected one JSON object a line"};
  std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return lines;
}

struct Script::Clock {
  explicit Clock(boost::asio::io_context& io) : timer(io) {}
  boost::asio::steady_timer timer;
  std::chrono::steady_clock::time_point begun{};
};

Script::Script(Broker& broker, std::vector<ScriptLine> lines)
    : broker_(broker), lines_(std::move(lines)), clock_(std::make_unique<Clock>(broker.io())) {
  while (next_ < lines_.size() && lines_[next_].at < 0) play(lines_[next_++]);
}
Script::~Script() = default;

void Script::begin() {
  if (clock_->begun != std::chrono::steady_clock::time_point{}) return;
  clock_->begun = std::chrono::steady_clock::now();
  wait_for_next();
}

void Script::wait_for_next() {
  if (next_ == lines_.size()) return;
  const auto after = std::chrono::microseconds(static_cast<std::int64_t>(lines_[next_].at * 1e6));
  clock_->timer.expires_at(clock_->begun + after);
  clock_->timer.async_wait([this](const boost::system::error_code& ec) {
    if (ec) return;
    const ScriptLine& line = lines_[next_++];
    std::printf("broker-sim: script: %s\n", line.text.c_str());
    std::fflush(stdout);
    play(line);
    wait_for_next();
  });
}

void Script::play(const ScriptLine& line) {
  if (const auto done = line.action(broker_); !done)
    std::fprintf(stderr, "broker-sim: script: %s\n", done.error().message.c_str());
}

}  // namespace sim
