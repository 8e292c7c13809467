#include "tools/broker_sim/control_port.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <nlohmann/json.hpp>

#include "tools/broker_sim/books.hpp"
#include "tools/broker_sim/broker.hpp"

namespace sim {
namespace {

using Json = nlohmann::json;
using gw::websocket::Header;
using gw::websocket::HttpAnswer;
using gw::websocket::HttpRequest;

constexpr std::uint32_t kBodyLimit = 1 << 20;  // a whole answer to an upgrade as hexadecimal digits

gw::Result<void> apply(Broker& broker, std::string_view body) {
  const auto action = read_fault(Json::parse(body, nullptr, false));
  return action ? (*action)(broker) : action.error();
}

HttpAnswer answer(Broker& broker, const HttpRequest& request) {
  const auto json = [](int status, const std::string& body) {
    return HttpAnswer{status, "application/json", body + "\n"};
  };
  if (request.method == "GET" && request.target == "/books") return json(200, books(broker, false));
  if (request.method == "GET" && request.target == "/books?ticks=1") return json(200, books(broker, true));
  if (request.method == "POST" && request.target == "/fault") {
    const auto applied = apply(broker, request.body);
    return applied ? json(200, "{\"ok\":true}")
                   : json(400, Json{{"ok", false}, {"error", applied.error().message}}.dump());
  }
  if (request.method == "POST" && request.target == "/reset") {
    broker.reset_counts();
    return json(200, "{\"ok\":true}");
  }
  return {404, "text/plain", "GET /books, GET /books?ticks=1, POST /fault, POST /reset\n"};
}

}  // namespace

struct ControlPort::Visit final : gw::websocket::Listener {
  explicit Visit(ControlPort& owner) : port(owner) {}
  void on_open() override {}
  void on_message(gw::websocket::Opcode, std::string_view) override {}
  void on_closed(const gw::websocket::CloseInfo&) override {
    boost::asio::post(port.broker_.io(),
                      [this] { port.visits_.remove_if([this](const Visit& v) { return &v == this; }); });
  }

  ControlPort& port;
  std::unique_ptr<gw::websocket::Connection> connection;
};

ControlPort::ControlPort(Broker& broker) : broker_(broker) {
  options_.header_limit = kBodyLimit;
  options_.on_http = [&broker](const HttpRequest& request) { return answer(broker, request); };
  options_.on_upgrade = [](const HttpRequest&, std::vector<Header>&) { return HttpAnswer{}; };
}
ControlPort::~ControlPort() = default;

void ControlPort::adopt(gw::TcpSocket&& socket) {
  Visit& visit = visits_.emplace_back(*this);
  visit.connection = gw::websocket::Connection::accept(std::move(socket), options_, visit);
}

}  // namespace sim
