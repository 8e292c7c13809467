#include "bench/tick_path/local_clients.hpp"

#include <stdexcept>
#include <string_view>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>

#include "core/websocket/connection.hpp"

namespace bench {

class LocalClients::Client final : public gw::websocket::Listener {
 public:
  Client(LocalClients& all, const std::string& url, std::vector<std::string> requests)
      : all_(all), requests_(std::move(requests)) {
    gw::websocket::ClientOptions options;
    options.url = url;
    connection_ = gw::websocket::Connection::connect(all.io_, std::move(options), *this);
  }

  void on_open() override {
    for (const std::string& request : requests_) connection_->send(gw::websocket::Opcode::text, request);
    connection_->flush();
  }
  void on_message(gw::websocket::Opcode, std::string_view payload) override {
    if (payload.starts_with(R"({"type":"market_data")")) {
      ++all_.updates_;
      all_.updates_.notify_all();
    } else if (payload.starts_with(R"({"type":"subscription")")) {
      ++all_.subscribed_;
      all_.subscribed_.notify_all();
    }
  }
  void on_closed(const gw::websocket::CloseInfo&) override {
    all_.closed_ = true;
    // Wakes the thread that waits, so that it sees closed_.
    ++all_.subscribed_;
    all_.subscribed_.notify_all();
    ++all_.updates_;
    all_.updates_.notify_all();
  }

 private:
  LocalClients& all_;
  const std::vector<std::string> requests_;
  std::unique_ptr<gw::websocket::Connection> connection_;
};

LocalClients::LocalClients(std::size_t count, std::uint16_t port, const std::string& key, const std::string& symbol) {
  const std::vector<std::string> requests{
      R"({"action":"authenticate","api_key":")" + key + R"("})",
      R"({"action":"subscribe","symbol":")" + symbol + R"(","exchange":"NSE","mode":2})"};
  for (std::size_t i = 0; i < count; ++i)
    clients_.push_back(std::make_unique<Client>(*this, "ws://127.0.0.1:" + std::to_string(port), requests));
  thread_ = std::thread([this] {
    const auto guard = boost::asio::make_work_guard(io_);
    io_.run();
  });
  for (std::uint64_t seen = 0; seen < count && !closed_; seen = subscribed_) subscribed_.wait(seen);
  if (closed_) throw std::runtime_error("found a client that was closed, expected all to be subscribed");
}

LocalClients::~LocalClients() {
  io_.stop();
  if (thread_.joinable()) thread_.join();
}

bool LocalClients::wait_for(std::uint64_t updates) const {
  for (std::uint64_t seen = updates_; seen < updates && !closed_; seen = updates_) updates_.wait(seen);
  return !closed_;
}

}  // namespace bench
