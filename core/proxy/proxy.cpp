#include "core/proxy/proxy.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/base/clock.hpp"
#include "core/base/thread_name.hpp"

namespace gw::proxy {
namespace {

// A second in which the shards close their clients one after the other, and time for the clients' answers.
constexpr std::chrono::milliseconds kPatience{2'000};
constexpr std::int64_t kSweepNs = 100'000'000;

std::string new_epoch() {
  std::random_device random;
  char text[40];
  std::snprintf(text, sizeof text, "%llx-%08x", static_cast<unsigned long long>(wall_ns() / 1'000'000), random());
  return text;
}

std::size_t shards_of(const Options& options) { return std::max<std::size_t>(1, options.shards); }

session::SessionOptions of_one_shard(const Options& options, std::size_t shards) {
  session::SessionOptions one = options.session;
  one.output_total /= shards;
  return one;
}

}  // namespace

struct Proxy::Farewell {
  explicit Farewell(boost::asio::io_context& io) : timer(io) {}
  boost::asio::steady_timer timer;
  std::size_t left = 0;  // shards that still have clients
};

Proxy::Proxy(const Options& options, bus::Doorbell& bell)
    : clients_(inboxes_),
      notifier_(clients_),
      router_(encoder_, notifier_, routing::Clocks{[] { return wall_ns(); }, [] { return monotonic_ns(); }}, new_epoch,
              options.resume_memory),
      catch_up_(router_),
      markets_(router_, clients_, notifier_),
      requests_(loop_, router_, clients_, catch_up_, markets_, options.requests),
      turn_(loop_, bell, router_, inboxes_),
      admission_(std::make_shared<admission::Admission>()),
      farewell_(std::make_unique<Farewell>(loop_.io())) {
  notifier_.connect(router_, catch_up_);
  const std::size_t count = shards_of(options);
  for (std::size_t i = 0; i < count; ++i) {
    if (count > 1) shard_loops_.push_back(std::make_unique<event_loop::EventLoop>());
    event_loop::EventLoop& loop = count > 1 ? *shard_loops_.back() : loop_;
    session::Shard& shard =
        *shards_.emplace_back(std::make_unique<session::Shard>(i, loop, of_one_shard(options, count)));
    shard.requests().connect(loop_, requests_);
    inboxes_.push_back(
        std::make_unique<session::ShardInbox>(shard, count == 1, [this, i](routing::TopicId topic, routing::Lane lane) {
          const auto& sessions = router_.topics()[topic].audience[i].lanes[static_cast<std::size_t>(lane)];
          return sessions.empty() || lane == routing::Lane::sampled ? std::string_view{}
                                                                    : router_.last_published(sessions.front(), topic);
        }));
    router_.add_shard(*inboxes_.back());
  }
  encoder_.set_threshold(options.compression_threshold);
  router_.serve_expired(options.serves_expired);
  router_.mix_brokers(options.mixes_brokers);
  admission_->set_limits(options.admission);
  loop_.every([] { return kSweepNs; }, [this] { sweep(); });
}

Proxy::~Proxy() = default;

// Does what depends on the time. [routing]
void Proxy::sweep() {
  const std::int64_t wall = wall_ns();
  requests_.end_expired(wall);
  markets_.look_at_days(wall);
  router_.let_go();
  router_.review();
  router_.flush_demand();
  markets_.tell_changes();
}

Result<std::uint16_t> Proxy::listen(const ListenAddress& address) {
  std::vector<session::Shard*> shards;
  for (const auto& shard : shards_) shards.push_back(shard.get());
  auto listener = Listener::open(loop_, shards, admission_, address);
  if (!listener) return listener.error();
  for (auto& one : *listener) listeners_.push_back(std::move(one));
  return listeners_.back()->port();
}

void Proxy::set_tls(std::shared_ptr<const websocket::ServerTls> tls) {
  post_to_shards([tls = std::move(tls)](session::Shard& shard) { shard.set_tls(tls); });
}

void Proxy::run() {
  std::vector<std::thread> threads;
  for (const auto& loop : shard_loops_)
    threads.emplace_back([&loop] {
      name_this_thread("shard");
      loop->run();
    });
  loop_.run();
  for (const auto& loop : shard_loops_) loop->stop();
  for (std::thread& thread : threads) thread.join();
}

void Proxy::post_to_shards(const std::function<void(session::Shard&)>& task) {
  for (const auto& shard : shards_) shard->loop().post([task, s = shard.get()] { task(*s); });
}

void Proxy::set_options(const Options& options) {
  admission_->set_limits(options.admission);
  post([this, options] {
    encoder_.set_threshold(options.compression_threshold);
    router_.serve_expired(options.serves_expired);
    router_.mix_brokers(options.mixes_brokers);
    requests_.set_options(options.requests);
  });
  post_to_shards([one = of_one_shard(options, shards_.size())](session::Shard& shard) { shard.set_options(one); });
}

void Proxy::stop() {
  post([this] {
    for (const auto& listener : listeners_) listener->close();
    farewell_->left = shards_.size();
    post_to_shards([this](session::Shard& shard) {
      shard.stop([this] {
        post([this] {
          if (--farewell_->left == 0) loop_.stop();
        });
      });
    });
    farewell_->timer.expires_after(kPatience);
    farewell_->timer.async_wait([this](const boost::system::error_code& ec) {
      if (!ec) loop_.stop();
    });
  });
}

}  // namespace gw::proxy
