// broker-sim: a stand-in broker on loopback that speaks a real broker's protocol, for tests and for trying things out.
#include <cstdio>
#include <cstdlib>
#include <optional>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>

#include "tools/broker_sim/angel.hpp"
#include "tools/broker_sim/broker.hpp"
#include "tools/broker_sim/control_port.hpp"
#include "tools/broker_sim/dead_address.hpp"
#include "tools/broker_sim/kite.hpp"
#include "tools/broker_sim/played_recording.hpp"
#include "tools/broker_sim/replay_server.hpp"
#include "tools/broker_sim/script.hpp"
#include "tools/broker_sim/tcp_listener.hpp"

namespace {

int fail(const std::string& why, int status) {
  std::fprintf(stderr, "broker-sim: %s\n", why.c_str());
  return status;
}

// The addresses of the stand-in, all with one port.
struct Addresses {
  std::vector<std::string> serving;
  std::vector<std::string> silent;  // take connections and never answer
  std::vector<std::string> dead;    // neither take connections nor refuse them
};

std::string in_url(const std::string& address, std::uint16_t port) {
  return (address.find(':') == std::string::npos ? address : '[' + address + ']') + ':' + std::to_string(port);
}

int serve(std::unique_ptr<sim::Protocol> protocol, const Addresses& addresses, std::uint16_t port, int control_port,
          sim::Options options, std::vector<sim::ScriptLine> lines) {
  boost::asio::io_context io(1);
  boost::asio::signal_set ending(io, SIGINT, SIGTERM);
  ending.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
  const boost::asio::signal_set caught(io, SIGPIPE);  // OpenSSL writes to sockets that clients have left
  const char* scheme = options.tls ? "wss" : "ws";
  const char* web_scheme = options.tls ? "https" : "http";
  const std::string name = protocol->name();
  const std::string list_path(protocol->list_path());
  sim::Broker broker(io, std::move(protocol), std::move(options));
  sim::Script* playing = nullptr;
  std::vector<std::unique_ptr<sim::TcpListener>> listeners;
  for (const std::string& address : addresses.serving) {
    auto opened = sim::TcpListener::open(io, address, port, [&](gw::TcpSocket&& socket) {
      playing->begin();
      broker.adopt(std::move(socket));
    });
    if (!opened) return fail(opened.error().message, 1);
    broker.accepts_through(**opened);
    listeners.push_back(std::move(*opened));
    port = listeners.back()->port();
    std::printf("broker-sim: %s on %s://%s/\n", name.c_str(), scheme, in_url(address, port).c_str());
    std::printf("broker-sim: instrument list on %s://%s%s\n", web_scheme, in_url(address, port).c_str(),
                list_path.c_str());
  }
  std::vector<gw::TcpSocket> unanswered;
  for (const std::string& address : addresses.silent) {
    auto opened = sim::TcpListener::open(io, address, port,
                                         [&](gw::TcpSocket&& socket) { unanswered.push_back(std::move(socket)); });
    if (!opened) return fail(opened.error().message, 1);
    listeners.push_back(std::move(*opened));
    std::printf("broker-sim: silent on %s\n", in_url(address, port).c_str());
  }
  std::vector<std::unique_ptr<sim::DeadAddress>> dead;
  for (const std::string& address : addresses.dead) {
    auto opened = sim::DeadAddress::open(io, address, port);
    if (!opened) return fail(opened.error().message, 1);
    dead.push_back(std::move(*opened));
    std::printf("broker-sim: dead on %s\n", in_url(address, port).c_str());
  }
  sim::Script script(broker, std::move(lines));
  playing = &script;
  sim::ControlPort control(broker);
  std::unique_ptr<sim::TcpListener> control_listener;
  if (control_port >= 0) {
    auto opened = sim::TcpListener::open(io, "127.0.0.1", static_cast<std::uint16_t>(control_port),
                                         [&control](gw::TcpSocket&& socket) { control.adopt(std::move(socket)); });
    if (!opened) return fail(opened.error().message, 1);
    control_listener = std::move(*opened);
    std::printf("broker-sim: control on http://127.0.0.1:%d/\n", control_listener->port());
  }
  std::fflush(stdout);
  io.run();
  return 0;
}

// Plays a recording until a signal comes.
int replay(const std::string& file, double speed, std::uint16_t port) {
  auto recording = sim::read_recording(file);
  if (!recording) return fail(recording.error().message, 2);
  std::size_t frames = 0;
  for (const sim::PlayedSocket& socket : recording->sockets) frames += socket.frames;
  if (!recording->problem.empty()) std::printf("broker-sim: %s %s\n", file.c_str(), recording->problem.c_str());
  const std::string what = recording->plugin + ", " + std::to_string(recording->sockets.size()) + " sockets, " +
                           std::to_string(frames) + " frames";
  boost::asio::io_context io(1);
  boost::asio::signal_set ending(io, SIGINT, SIGTERM);
  ending.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
  const boost::asio::signal_set caught(io, SIGPIPE);
  for (const sim::PlayedSocket& socket : recording->sockets)
    std::printf("broker-sim: socket of %s, %zu frames\n", socket.path.c_str(), socket.frames);
  sim::ReplayServer server(io, std::move(*recording), speed);
  const auto opened = sim::TcpListener::open(io, "127.0.0.1", port,
                                             [&server](gw::TcpSocket&& socket) { server.adopt(std::move(socket)); });
  if (!opened) return fail(opened.error().message, 1);
  std::printf("broker-sim: replaying %s (%s) on ws://%s/\n", file.c_str(), what.c_str(),
              in_url("127.0.0.1", (*opened)->port()).c_str());
  std::fflush(stdout);
  io.run();
  return 0;
}

// Nothing: it is no speed.
std::optional<double> speed_of(const std::string& text) {
  if (text == "max") return sim::ReplayServer::kAsFastAsPossible;
  char* end = nullptr;
  const double speed = std::strtod(text.c_str(), &end);
  constexpr double kMinSpeed = 0.01, kMaxSpeed = 1e6;
  if (end == text.c_str() || *end != '\0' || !(speed >= kMinSpeed && speed <= kMaxSpeed)) return std::nullopt;
  return speed;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A stand-in broker on loopback"};
  std::string broker, frames, script, certificate, key, recording, speed = "1";
  std::uint16_t port = 0;
  int control_port = -1;
  Addresses addresses;
  sim::Options options;
  auto* of_broker = app.add_option("--broker", broker, "the broker whose protocol it speaks")
                        ->check(CLI::IsMember({"zerodha", "angel"}));
  auto* replayed =
      app.add_option("--replay", recording,
                     "a recording (broker-gateway run --record): plays what that broker sent, in its frames")
          ->check(CLI::ExistingFile)
          ->excludes(of_broker);
  app.add_option("--speed", speed, "of --replay: 1 as then, 10 ten times as fast, max as fast as possible")
      ->needs(replayed)
      ->check([](const std::string& text) {
        return speed_of(text) ? std::string() : "found " + text + ", expected a number from 0.01 to 1000000, or max";
      });
  app.add_option("--port", port, "the port of the feed; 0: any free one")->required();
  app.add_option("--address", addresses.serving, "an address to listen on, given once for each; default 127.0.0.1")
      ->expected(1)
      ->take_all();
  app.add_option("--silent-address", addresses.silent,
                 "an address that accepts connections on the same port and never answers")
      ->expected(1)
      ->take_all();
  app.add_option("--dead-address", addresses.dead,
                 "an address that neither accepts nor refuses connections on the same port")
      ->expected(1)
      ->take_all();
  app.add_option("--frames", frames, "a folder of recorded frames, played in the order of their names")
      ->check(CLI::ExistingDirectory);
  app.add_flag("--loop", options.loop, "plays the recorded frames again and again");
  app.add_option("--rate", options.rate,
                 "frames a second; without --frames, updates a second of each subscribed instrument")
      ->check(CLI::Range(0.01, 100'000.0));
  app.add_option("--heartbeat", options.heartbeat,
                 "seconds from one heartbeat to the next; default: as the broker does")
      ->check(CLI::Range(0.01, 3'600.0));
  app.add_option("--instruments", options.instruments_file,
                 "the instrument list that is served, read at each request; default: a list of its own")
      ->check(CLI::ExistingFile);
  sim::LoginOptions login;
  app.add_option("--api-key", login.api_key, "the app's key that the login knows; default: any");
  app.add_option("--api-secret", login.api_secret, "zerodha: serves the login of the app with this secret");
  app.add_option("--redirect", login.redirect, "zerodha: where the page of the login leads");
  app.add_option("--pin", login.pin, "angel: serves the login of an account with this PIN");
  app.add_option("--totp-secret", login.totp_secret, "angel: of that account, in base32");
  app.add_option("--control-port", control_port, "HTTP: GET /books, POST /fault, POST /reset; 0: any free one")
      ->check(CLI::Range(0, 65535));
  app.add_option("--script", script, "faults as JSON lines: {\"at\":SECONDS,\"fault\":NAME,…}")
      ->check(CLI::ExistingFile);
  auto* tls = app.add_option("--tls-certificate", certificate, "the certificate (PEM); the feed is served over wss")
                  ->check(CLI::ExistingFile);
  tls->needs(app.add_option("--tls-key", key, "the certificate's key (PEM)")->check(CLI::ExistingFile)->needs(tls));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  if (broker.empty() && recording.empty()) return fail("found neither --broker nor --replay, expected one of them", 2);
  try {
    if (!recording.empty()) return replay(recording, *speed_of(speed), port);
    if (!frames.empty()) {
      options.recorded = sim::read_frames(frames);
      if (options.recorded.empty()) return fail(frames + ": no frames (.bin, .packet, .json) in it", 2);
    }
    if (!certificate.empty()) {
      const auto loaded = gw::websocket::load_server_tls(certificate, key);
      if (!loaded) return fail(loaded.error().message, 2);
      options.tls = *loaded;
    }
    std::vector<sim::ScriptLine> lines;
    if (!script.empty()) {
      auto read = sim::read_script(script);
      if (!read) return fail(read.error().message, 2);
      lines = std::move(*read);
    }
    const bool is_angel = broker == "angel";
    const bool is_whole =
        is_angel ? login.pin.empty() == login.totp_secret.empty() : login.api_secret.empty() == login.redirect.empty();
    const bool is_mixed = is_angel ? !login.api_secret.empty() || !login.redirect.empty()
                                   : !login.pin.empty() || !login.totp_secret.empty();
    if (!is_whole || is_mixed)
      return fail(is_angel ? "a login needs --pin and --totp-secret" : "a login needs --api-secret and --redirect", 2);
    if (!login.pin.empty()) options.logins = sim::make_angel_login(login);
    if (!login.api_secret.empty()) options.logins = sim::make_kite_login(login);
    if (addresses.serving.empty()) addresses.serving = {"127.0.0.1"};
    return serve(is_angel ? sim::make_angel() : sim::make_kite(), addresses, port, control_port, std::move(options),
                 std::move(lines));
  } catch (const std::exception& e) {
    return fail(e.what(), 1);
  }
}
