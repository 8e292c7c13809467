#include "core/zeromq/publisher.hpp"

#include <atomic>
#include <cstring>
#include <thread>
#include <utility>

#include <zmq.h>

#include "core/base/thread_name.hpp"
#include "core/bus/channel.hpp"
#include "core/bus/doorbell.hpp"
#include "core/bus/ring.hpp"
#include "core/zeromq/doorkeeper.hpp"
#include "core/zeromq/wait.hpp"

namespace gw::zeromq {
namespace {

constexpr std::size_t kRingBytes = 1 << 22;
constexpr std::size_t kRecordsAtOnce = 1024;
constexpr std::size_t kChangesAtOnce = 256;
constexpr std::int64_t kMaxSubscription = 512;  // bytes of a subscriber's message

// The thread sleeps in wait_for_input: the bell says that there are updates to be sent, or that routing has done what
// subscribers asked for last. A record is: u16 length of the topic, topic, payload.
class SendingThread final : public ZeroMqPublisher {
 public:
  SendingThread(void* context, void* socket, std::unique_ptr<Doorkeeper> door, std::string endpoint,
                PublisherOptions options)
      : context_(context),
        socket_(socket),
        door_(std::move(door)),
        endpoint_(std::move(endpoint)),
        options_(std::move(options)),
        channel_(kRingBytes, 256, bell_) {
    thread_ = std::thread([this] {
      name_this_thread("zeromq");
      send_all();
    });
  }

  ~SendingThread() override {
    stop_.store(true);
    bell_.ring();
    thread_.join();
    door_.reset();
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
    bool more = false;
    while (!stop_.load()) {
      void* const sockets[] = {door_->requests(), door_->events(), socket_};
      // What subscribers ask for waits in the socket while routing is busy with what they asked for before.
      const bool listens = !is_asking_.load();
      wait_for_input(bell_.descriptor(), std::span(sockets).first(listens ? 3 : 2), more);
      bell_.answer();
      if (has_input(door_->requests())) door_->answer_requests();
      if (has_input(door_->events())) door_->note_events();
      if (listens && has_input(socket_)) take_changes();
      more = send_some();
    }
  }

  // True: there may be more.
  bool send_some() {
    for (std::size_t i = 0; i < kRecordsAtOnce; ++i) {
      const auto record = channel_.updates().front();
      if (record.empty()) return false;
      send(record);
      channel_.updates().release();
    }
    return true;
  }

  void take_changes() {
    std::vector<SubscriptionChange> changes;
    char message[kMaxSubscription];
    while (changes.size() < kChangesAtOnce) {
      const int size = zmq_recv(socket_, message, sizeof message, ZMQ_DONTWAIT);
      if (size < 0) break;
      // Anything else is a message of a client that is no plain subscriber.
      if (size > 1 && size <= static_cast<int>(sizeof message) && (message[0] == 0 || message[0] == 1))
        changes.push_back({std::string(message + 1, static_cast<std::size_t>(size) - 1), message[0] == 1});
    }
    if (changes.empty()) return;
    is_asking_.store(true);
    options_.on_changes(std::move(changes), [this] {
      is_asking_.store(false);
      bell_.ring();
    });
  }

  // An XPUB socket never blocks: it drops messages for a subscriber that is too slow.
  void send(std::span<const std::byte> record) {
    std::uint16_t length = 0;
    std::memcpy(&length, record.data(), sizeof length);
    const std::byte* topic = record.data() + sizeof length;
    if (zmq_send(socket_, topic, length, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0) return;
    zmq_send(socket_, topic + length, record.size() - sizeof length - length, ZMQ_DONTWAIT);
  }

  void* context_;
  void* socket_;
  std::unique_ptr<Doorkeeper> door_;
  std::string endpoint_;
  PublisherOptions options_;
  bus::Doorbell bell_;
  bus::Channel channel_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> is_asking_{false};  // routing has changes that are not done
  std::atomic<std::uint64_t> dropped_{0};
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<ZeroMqPublisher>> ZeroMqPublisher::open(PublisherOptions options) {
  void* context = zmq_ctx_new();
  void* socket = zmq_socket(context, ZMQ_XPUB);
  const int no_linger = 0;
  zmq_setsockopt(socket, ZMQ_LINGER, &no_linger, sizeof no_linger);
  const int every_subscription = 1;  // also to a topic that has subscribers: each is shown the last value
  zmq_setsockopt(socket, ZMQ_XPUB_VERBOSE, &every_subscription, sizeof every_subscription);
  zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &kMaxSubscription, sizeof kMaxSubscription);
  auto door = std::make_unique<Doorkeeper>(context, socket, options.max_subscribers);
  const std::string port = options.port == 0 ? "*" : std::to_string(options.port);
  const std::string wanted = "tcp://" + options.host + ":" + port;
  if (zmq_bind(socket, wanted.c_str()) != 0) {
    const std::string reason = zmq_strerror(zmq_errno());
    door.reset();
    zmq_close(socket);
    zmq_ctx_term(context);
    return Error{"ZeroMQ cannot bind " + wanted + ": " + reason};
  }
  char endpoint[256] = "";
  std::size_t size = sizeof endpoint;
  zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size);
  return std::unique_ptr<ZeroMqPublisher>(
      std::make_unique<SendingThread>(context, socket, std::move(door), endpoint, std::move(options)));
}

}  // namespace gw::zeromq
