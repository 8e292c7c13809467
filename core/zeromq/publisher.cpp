#include "core/zeromq/publisher.hpp"

#include <atomic>
#include <cstring>
#include <thread>

#include <zmq.h>

#include "core/base/thread_name.hpp"
#include "core/bus/channel.hpp"
#include "core/bus/doorbell.hpp"
#include "core/bus/ring.hpp"

namespace gw::zeromq {
namespace {

constexpr std::size_t kRingBytes = 1 << 22;

// The thread sleeps in zmq_poll on the bell. A record is: u16 length of the topic, topic, payload.
class SendingThread final : public ZeroMqPublisher {
 public:
  SendingThread(void* context, void* socket, std::string endpoint)
      : context_(context), socket_(socket), endpoint_(std::move(endpoint)), channel_(kRingBytes, 256, bell_) {
    thread_ = std::thread([this] {
      name_this_thread("zeromq");
      send_all();
    });
  }

  ~SendingThread() override {
    stop_.store(true);
    bell_.ring();
    thread_.join();
    zmq_close(socket_);
    zmq_ctx_term(context_);
  }

  const std::string& endpoint() const override { return endpoint_; }
  std::uint64_t dropped() const override { return dropped_.load(std::memory_order_relaxed); }

  void publish(std::string_view topic, std::string_view payload) noexcept override {
    const auto length = static_cast<std::uint16_t>(topic.size());
    const std::span<std::byte> place = channel_.updates().reserve(sizeof length + topic.size() + payload.size());
    if (place.empty()) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    std::memcpy(place.data(), &length, sizeof length);
    std::memcpy(place.data() + sizeof length, topic.data(), topic.size());
    std::memcpy(place.data() + sizeof length + topic.size(), payload.data(), payload.size());
    channel_.updates().commit();
    bell_.ring();
  }

 private:
  void send_all() {
    while (!stop_.load()) {
      zmq_pollitem_t item{nullptr, bell_.descriptor(), ZMQ_POLLIN, 0};
      zmq_poll(&item, 1, -1);
      bell_.answer();
      for (auto record = channel_.updates().front(); !record.empty(); record = channel_.updates().front()) {
        send(record);
        channel_.updates().release();
      }
    }
  }

  // A PUB socket never blocks: it drops messages for a subscriber that is too slow.
  void send(std::span<const std::byte> record) {
    std::uint16_t length = 0;
    std::memcpy(&length, record.data(), sizeof length);
    const std::byte* topic = record.data() + sizeof length;
    if (zmq_send(socket_, topic, length, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0) return;
    zmq_send(socket_, topic + length, record.size() - sizeof length - length, ZMQ_DONTWAIT);
  }

  void* context_;
  void* socket_;
  std::string endpoint_;
  bus::Doorbell bell_;
  bus::Channel channel_;
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> dropped_{0};
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<ZeroMqPublisher>> ZeroMqPublisher::open(const std::string& host, std::uint16_t port) {
  void* context = zmq_ctx_new();
  void* socket = zmq_socket(context, ZMQ_PUB);
  const int no_linger = 0;
  zmq_setsockopt(socket, ZMQ_LINGER, &no_linger, sizeof no_linger);
  const std::string wanted = "tcp://" + host + ":" + (port == 0 ? "*" : std::to_string(port));
  if (zmq_bind(socket, wanted.c_str()) != 0) {
    const std::string reason = zmq_strerror(zmq_errno());
    zmq_close(socket);
    zmq_ctx_term(context);
    return Error{"ZeroMQ cannot bind " + wanted + ": " + reason};
  }
  char endpoint[256] = "";
  std::size_t size = sizeof endpoint;
  zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size);
  return std::unique_ptr<ZeroMqPublisher>(std::make_unique<SendingThread>(context, socket, endpoint));
}

}  // namespace gw::zeromq
