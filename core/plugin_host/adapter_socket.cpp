#include "core/plugin_host/adapter_socket.hpp"

#include <utility>

namespace gw::plugin_host {

AdapterSocket::AdapterSocket(LinkContext& link, Owner& owner, std::uint32_t number, std::uint32_t connection_class,
                             transport::WsClientOptions options)
    : link_(link),
      owner_(owner),
      number_(number),
      class_(connection_class),
      client_(link.io, *this, std::move(options)),
      pings_(
          link.io,
          [this](std::uint32_t) {
            // What cannot be sent is noticed by whoever waits for an answer.
            static_cast<void>(client_.ping({}));
            pings_.set(0, ping_interval_ns_);
          },
          link.options.make_alarm) {}

Result<void> AdapterSocket::open(const std::string& url, std::vector<websocket::Header> headers,
                                 std::int64_t ping_interval_ns) {
  ping_interval_ns_ = ping_interval_ns;
  return client_.open(url, std::move(headers));
}

std::string AdapterSocket::name() const {
  const auto& classes = link_.limits().classes;
  return "socket " + std::to_string(number_) + (classes.size() < 2 ? "" : " (" + classes[class_].name + ')');
}

void AdapterSocket::on_open() {
  if (ping_interval_ns_ > 0) pings_.set(0, ping_interval_ns_);
  owner_.on_open(*this);
}

}  // namespace gw::plugin_host
