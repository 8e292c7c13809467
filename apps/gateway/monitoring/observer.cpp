#include "apps/gateway/monitoring/observer.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "apps/gateway/monitoring/routing_view.hpp"

namespace gw::app {
namespace {

constexpr std::chrono::seconds kPatience{1};

// What the threads have answered so far. They may come late, so each of them shares it.
template <class Answers>
class Answering {
 public:
  explicit Answering(std::size_t expected) : left_(expected) {}

  template <class F>
  void put(F&& write) {
    const std::lock_guard lock(mutex_);
    write(answers_);
    if (--left_ == 0) done_.notify_all();
  }
  Answers wait(Answers empty = {}) {
    std::unique_lock lock(mutex_);
    done_.wait_for(lock, kPatience, [this] { return left_ == 0; });
    return std::exchange(answers_, std::move(empty));
  }
  Answers& answers() { return answers_; }  // before the first put()

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  std::size_t left_;
  Answers answers_;
};

}  // namespace

Observation Observer::observe() {
  const std::size_t shards = proxy_.shard_count();
  const auto shared = std::make_shared<Answering<Observation>>(shards + 2);
  shared->answers().shards.resize(shards);
  proxy_.post([this, shared] {
    RoutingView view = view_routing(proxy_);
    shared->put([&](Observation& o) { o.routing = std::move(view); });
  });
  std::size_t number = 0;
  proxy_.for_each_shard([&](session::Shard& shard) {
    shard.loop().post([shared, &shard, n = number++] {
      const session::ShardReport report = shard.report();
      shared->put([&](Observation& o) { o.shards[n] = report; });
    });
  });
  feeds_.report([shared](std::vector<plugin_host::LinkReport> reports) {
    shared->put([&](Observation& o) { o.links = std::move(reports); });
  });
  Observation late;
  late.shards.resize(shards);
  Observation seen = shared->wait(std::move(late));
  seen.hangs = feeds_.hangs();
  seen.logins = known_.logins();
  seen.database_problem = known_.database_problem();
  return seen;
}

std::vector<Observer::Sign> Observer::signs_of_life() {
  constexpr std::size_t kFeed = 1;
  std::vector<Sign> signs{{"routing", false}, {"feed", false}};
  const std::size_t shards = proxy_.shard_count();
  for (std::size_t i = 0; i < shards; ++i) signs.push_back({"shard " + std::to_string(i), false});
  const auto shared = std::make_shared<Answering<std::vector<Sign>>>(signs.size());
  shared->answers() = signs;
  const auto sign = [shared](std::size_t at) {
    return [shared, at] { shared->put([at](std::vector<Sign>& all) { all[at].is_alive = true; }); };
  };
  proxy_.post(sign(0));
  // A plugin that hangs silences its broker alone, which the gateway can do without.
  const std::function<bool()> is_feed_alive = feeds_.ask_all(sign(kFeed));
  std::size_t number = 2;
  proxy_.for_each_shard([&](session::Shard& shard) { shard.loop().post(sign(number++)); });
  signs = shared->wait(signs);
  signs[kFeed].is_alive = signs[kFeed].is_alive || is_feed_alive();
  return signs;
}

}  // namespace gw::app
