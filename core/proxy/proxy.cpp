#include "core/proxy/proxy.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace gw::proxy {
namespace {

constexpr std::chrono::seconds kPatience{2};

}  // namespace

struct Proxy::Farewell {
  explicit Farewell(boost::asio::io_context& io) : timer(io) {}
  boost::asio::steady_timer timer;
  std::size_t left = 0;  // shards that still have clients
};

Proxy::Proxy(const ShardOptions& options, bus::Doorbell& bell)
    : desk_loop_(std::make_unique<event_loop::EventLoop>()), farewell_(std::make_unique<Farewell>(desk_loop_->io())) {
  const std::size_t count = std::max<std::size_t>(1, options.shards);
  std::vector<Shard*> shards;
  for (std::size_t i = 0; i < count; ++i) {
    if (count > 1) shard_loops_.push_back(std::make_unique<event_loop::EventLoop>());
    event_loop::EventLoop& loop = count > 1 ? *shard_loops_.back() : *desk_loop_;
    shards.push_back(shards_.emplace_back(std::make_unique<Shard>(i, loop, options)).get());
  }
  desk_ = std::make_unique<Desk>(*desk_loop_, bell, options, shards);
  admission_->set_limits(options.admission);
}

Proxy::~Proxy() = default;

Result<std::uint16_t> Proxy::listen(const ListenAddress& address) {
  std::vector<Shard*> shards;
  for (const auto& shard : shards_) shards.push_back(shard.get());
  auto listener = Listener::open(*desk_loop_, std::move(shards), admission_, address);
  if (!listener) return listener.error();
  listeners_.push_back(std::move(*listener));
  return listeners_.back()->port();
}

void Proxy::set_tls(std::shared_ptr<const websocket::ServerTls> tls) {
  post_to_shards([tls = std::move(tls)](Shard& shard) { shard.set_tls(tls); });
}

void Proxy::run() {
  std::vector<std::thread> threads;
  for (const auto& loop : shard_loops_) threads.emplace_back([&loop] { loop->run(); });
  desk_loop_->run();
  for (const auto& loop : shard_loops_) loop->stop();
  for (std::thread& thread : threads) thread.join();
}

void Proxy::post_to_shards(const std::function<void(Shard&)>& task) {
  for (const auto& shard : shards_) shard->loop().post([task, s = shard.get()] { task(*s); });
}

void Proxy::set_options(const ShardOptions& fresh) {
  ShardOptions options = fresh;
  options.shards = shards_.size();
  admission_->set_limits(options.admission);
  post([this, options] { desk_->set_options(options); });
  post_to_shards([options](Shard& shard) { shard.set_options(options); });
}

void Proxy::stop() {
  post([this] {
    for (const auto& listener : listeners_) listener->close();
    farewell_->left = shards_.size();
    post_to_shards([this](Shard& shard) {
      shard.stop([this] {
        post([this] {
          if (--farewell_->left == 0) desk_loop_->stop();
        });
      });
    });
    farewell_->timer.expires_after(kPatience);
    farewell_->timer.async_wait([this](const boost::system::error_code& ec) {
      if (!ec) desk_loop_->stop();
    });
  });
}

}  // namespace gw::proxy
