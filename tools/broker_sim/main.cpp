// broker-sim: a stand-in broker on loopback that speaks a real broker's protocol, for tests and for
// trying things out.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <list>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include "tools/broker_sim/kite_broker.hpp"
#include "tools/broker_sim/tcp_listener.hpp"

namespace {

namespace fs = std::filesystem;
using gw::websocket::Connection;

// In the order of their names: .bin and .packet are binary frames, .json is a text frame.
std::vector<sim::RecordedFrame> read_frames(const std::string& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path extension = entry.path().extension();
    if (entry.is_regular_file() && (extension == ".bin" || extension == ".packet" || extension == ".json"))
      paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<sim::RecordedFrame> frames;
  for (const fs::path& path : paths) {
    std::ifstream in(path, std::ios::binary);
    frames.push_back({path.extension() == ".json", {std::istreambuf_iterator<char>(in), {}}});
  }
  return frames;
}

// Answers one HTTP request after the other on the control port, each on its own connection.
class ControlPort {
 public:
  ControlPort(boost::asio::io_context& io, sim::KiteBroker& broker) : io_(io) {
    options_.on_http = [&broker](const gw::websocket::HttpRequest& request) { return broker.control(request); };
    options_.on_upgrade = [](std::string_view, std::vector<gw::websocket::Header>&) {
      return gw::websocket::HttpAnswer{};
    };
  }
  void adopt(gw::TcpSocket&& socket) {
    visits_.emplace_back();
    Visit& visit = visits_.back();
    visit.owner = this;
    visit.connection = Connection::accept(std::move(socket), options_, visit);
  }

 private:
  struct Visit final : gw::websocket::Listener {
    ControlPort* owner = nullptr;
    std::unique_ptr<Connection> connection;
    void on_open() override {}
    void on_message(gw::websocket::Opcode, std::string_view) override {}
    void on_closed(const gw::websocket::CloseInfo&) override {
      boost::asio::post(owner->io_,
                        [this] { owner->visits_.remove_if([this](const Visit& v) { return &v == this; }); });
    }
  };

  boost::asio::io_context& io_;
  gw::websocket::ServerOptions options_;
  std::list<Visit> visits_;
};

int fail(const std::string& why, int status) {
  std::fprintf(stderr, "broker-sim: %s\n", why.c_str());
  return status;
}

int serve(std::uint16_t port, int control_port, sim::KiteOptions options) {
  boost::asio::io_context io(1);
  boost::asio::signal_set ending(io, SIGINT, SIGTERM);
  ending.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
  sim::KiteBroker broker(io, std::move(options));
  const auto listener =
      sim::TcpListener::open(io, port, [&broker](gw::TcpSocket&& socket) { broker.adopt(std::move(socket)); });
  if (!listener) return fail(listener.error().message, 1);
  std::printf("broker-sim: zerodha on ws://127.0.0.1:%d/\n", (*listener)->port());
  ControlPort control(io, broker);
  std::unique_ptr<sim::TcpListener> control_listener;
  if (control_port >= 0) {
    auto opened = sim::TcpListener::open(io, static_cast<std::uint16_t>(control_port),
                                         [&control](gw::TcpSocket&& socket) { control.adopt(std::move(socket)); });
    if (!opened) return fail(opened.error().message, 1);
    control_listener = std::move(*opened);
    std::printf("broker-sim: control on http://127.0.0.1:%d/\n", control_listener->port());
  }
  std::fflush(stdout);
  io.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A stand-in broker on loopback"};
  std::string broker, frames;
  std::uint16_t port = 0;
  int control_port = -1;
  sim::KiteOptions options;
  app.add_option("--broker", broker, "whose protocol it speaks")->required()->check(CLI::IsMember({"zerodha"}));
  app.add_option("--port", port, "of the ticker; 0: any free one")->required();
  app.add_option("--frames", frames, "a folder of recorded frames, played in the order of their names")
      ->check(CLI::ExistingDirectory);
  app.add_flag("--loop", options.loop, "play them again and again");
  app.add_option("--rate", options.rate, "frames a second; without --frames, updates a second of each subscribed token")
      ->check(CLI::Range(0.01, 100'000.0));
  app.add_option("--control-port", control_port, "HTTP: GET /books, POST /fault; 0: any free one")
      ->check(CLI::Range(0, 65535));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  try {
    if (!frames.empty()) {
      options.recorded = read_frames(frames);
      if (options.recorded.empty()) return fail(frames + ": no frames (.bin, .packet, .json) in it", 2);
    }
    return serve(port, control_port, std::move(options));
  } catch (const std::exception& e) {
    return fail(e.what(), 1);
  }
}
