#include "core/plugin_host/feed_thread.hpp"

#include <algorithm>
#include <future>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/base/thread_name.hpp"

namespace gw::plugin_host {

struct FeedThread::Loop {
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{io.get_executor()};
};

FeedThread::FeedThread() : loop_(std::make_unique<Loop>()) {}

FeedThread::~FeedThread() {
  stop();
  links_.clear();
}

BrokerLink& FeedThread::add(std::shared_ptr<const Library> library, LinkOptions options, bus::Doorbell& routing_bell) {
  links_.push_back(std::make_unique<BrokerLink>(loop_->io, std::move(library), std::move(options), routing_bell));
  return *links_.back();
}

void FeedThread::remove(const std::string& name) {
  const auto found = std::find_if(links_.begin(), links_.end(), [&](const auto& l) { return l->name() == name; });
  if (found == links_.end()) return;
  if (!thread_.joinable()) {
    links_.erase(found);
    return;
  }
  std::promise<void> done;
  post([&] {
    std::erase(started_, found->get());
    (*found)->stop();
    found->reset();
    done.set_value();
  });
  done.get_future().wait();
  links_.erase(found);
}

void FeedThread::remove_last() { links_.pop_back(); }

void FeedThread::start() {
  for (const auto& link : links_) start_link(*link);
  thread_ = std::thread([this] {
    name_this_thread("feed");
    loop_->io.run();
  });
}

void FeedThread::stop() {
  if (!thread_.joinable()) return;
  post([this] {
    for (const auto& link : links_) link->stop();
    loop_->guard.reset();
    loop_->io.stop();
  });
  thread_.join();
}

void FeedThread::post(std::function<void()> task) { boost::asio::post(loop_->io, std::move(task)); }

void FeedThread::start_link(BrokerLink& link) {
  post([this, &link] {
    started_.push_back(&link);
    link.start();
  });
}

void FeedThread::report(std::function<void(std::vector<LinkReport> reports)> done) {
  post([this, done = std::move(done)] {
    std::vector<LinkReport> reports;
    for (const BrokerLink* link : started_) reports.push_back(link->report());
    done(std::move(reports));
  });
}

BrokerLink* FeedThread::find(const std::string& name) {
  for (const auto& link : links_)
    if (link->name() == name) return link.get();
  return nullptr;
}

}  // namespace gw::plugin_host
