#include "core/plugin_host/feed_thread.hpp"

#include <algorithm>
#include <future>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace gw::plugin_host {

struct FeedThread::Loop {
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{io.get_executor()};
};

FeedThread::FeedThread() : loop_(std::make_unique<Loop>()) {}

FeedThread::~FeedThread() {
  stop();
  instances_.clear();
}

AdapterInstance& FeedThread::add(std::shared_ptr<const Library> library, AdapterOptions options,
                                 bus::Doorbell& routing_bell) {
  instances_.push_back(
      std::make_unique<AdapterInstance>(loop_->io, std::move(library), std::move(options), routing_bell));
  return *instances_.back();
}

void FeedThread::remove(const std::string& name) {
  const auto found =
      std::find_if(instances_.begin(), instances_.end(), [&](const auto& i) { return i->name() == name; });
  if (found == instances_.end()) return;
  std::promise<void> done;
  post([&] {
    (*found)->stop();
    found->reset();
    done.set_value();
  });
  done.get_future().wait();
  instances_.erase(found);
}

void FeedThread::remove_last() { instances_.pop_back(); }

void FeedThread::start() {
  for (const auto& instance : instances_) post([&instance = *instance] { instance.start(); });
  thread_ = std::thread([this] { loop_->io.run(); });
}

void FeedThread::stop() {
  if (!thread_.joinable()) return;
  post([this] {
    for (const auto& instance : instances_) instance->stop();
    loop_->guard.reset();
    loop_->io.stop();
  });
  thread_.join();
}

void FeedThread::post(std::function<void()> task) { boost::asio::post(loop_->io, std::move(task)); }

AdapterInstance* FeedThread::find(const std::string& name) {
  for (const auto& instance : instances_)
    if (instance->name() == name) return instance.get();
  return nullptr;
}

}  // namespace gw::plugin_host
