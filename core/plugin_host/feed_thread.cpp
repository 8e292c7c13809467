#include "core/plugin_host/feed_thread.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/base/log.hpp"
#include "core/base/thread_name.hpp"

namespace gw::plugin_host {
namespace {

constexpr std::chrono::milliseconds kLook{20};  // how often a waiting thread looks whether the plugin hangs
constexpr std::int64_t kEndPatienceNs = 2'000'000'000;
constexpr std::chrono::milliseconds kReleasePatience{500};
std::atomic<bool> any_lost{false};

}  // namespace

struct FeedThread::Body {
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{io.get_executor()};
  std::unique_ptr<BrokerLink> link;  // destroyed on the thread
  bool is_started = false;           // [feed]
  std::promise<void> ended;
  std::future<void> end = ended.get_future();
};

FeedThread::FeedThread(std::shared_ptr<const Library> library, LinkOptions options, bus::Doorbell& routing_bell)
    : Feed(options.name, std::filesystem::path(library->path()).filename().string()), body_(std::make_shared<Body>()) {
  body_->link = std::make_unique<BrokerLink>(body_->io, std::move(library), std::move(options), routing_bell);
  calls_ = body_->link->calls();
  thread_ = std::thread([body = body_] {
    name_this_thread("feed");
    body->io.run();
    body->link.reset();
    body->ended.set_value();
  });
}

FeedThread::~FeedThread() {
  end();
  if (!calls_->is_given_up()) release_body();
}

// The end of an io_context waits for a name server that is being asked, which may take minutes.
void FeedThread::release_body() {
  const auto done = std::make_shared<std::promise<void>>();
  const auto released = done->get_future();
  std::thread last([body = std::move(body_), done]() mutable {
    body.reset();
    done->set_value();
  });
  if (released.wait_for(kReleasePatience) == std::future_status::ready) return last.join();
  any_lost = true;
  last.detach();
}

BrokerLink& FeedThread::link() const { return *body_->link; }

void FeedThread::begin() {
  const auto prepared = std::make_shared<std::promise<Result<void>>>();
  prepared_ = prepared->get_future();
  post([body = body_.get(), prepared] {
    auto done = body->link->prepare();
    if (!done) body->io.stop();  // nothing that it asked for comes to pass
    prepared->set_value(std::move(done));
  });
}

Preparation FeedThread::preparation(std::int64_t wait_ns) {
  if (preparation_.state != Preparation::State::going_on) return preparation_;
  const auto limit = std::chrono::steady_clock::now() + std::chrono::nanoseconds(wait_ns);
  while (prepared_.wait_for(wait_ns == 0 ? std::chrono::milliseconds(0) : kLook) != std::future_status::ready) {
    if (calls_->is_given_up()) {
      const auto hang = hang_of(name(), plugin(), *calls_, 0);
      give_up();
      return preparation_ = {Preparation::State::lost, hang ? hang->text() : "it was given up"};
    }
    if (std::chrono::steady_clock::now() >= limit) return preparation_;
  }
  const auto done = prepared_.get();
  return preparation_ = done ? Preparation{Preparation::State::ready, ""}
                             : Preparation{Preparation::State::refused, done.error().message};
}

void FeedThread::start() {
  post([body = body_.get()] {
    body->is_started = true;
    body->link->start();
  });
}

void FeedThread::post(std::function<void()> task) { boost::asio::post(body_->io, std::move(task)); }

std::uint64_t FeedThread::relogin(std::vector<AdapterSetting> settings) {
  const std::uint64_t asked = link().next_asked();
  post([body = body_.get(), asked, taken = std::move(settings)]() mutable {
    body->link->relogin(std::move(taken), asked);
  });
  return asked;
}

std::uint64_t FeedThread::retry() {
  const std::uint64_t asked = link().next_asked();
  post([body = body_.get(), asked] { body->link->retry(asked); });
  return asked;
}

std::optional<Hang> FeedThread::hang() {
  return hang_of(name(), plugin(), *calls_, is_lost() ? 0 : CallWatch::kHangNs);
}

void FeedThread::report(std::function<void(std::optional<LinkReport> report)> done) {
  post([body = body_.get(), done = std::move(done)] {
    done(body->is_started ? std::optional(body->link->report()) : std::nullopt);
  });
}

void FeedThread::begin_end() {
  if (std::exchange(is_ending_, true)) return;
  post([body = body_.get()] {
    if (body->is_started) body->link->stop();
    body->guard.reset();
    body->io.stop();
  });
}

void FeedThread::end() {
  if (!thread_.joinable()) return;
  begin_end();
  while (body_->end.wait_for(kLook) != std::future_status::ready)
    if (const auto hang = hang_of(name(), plugin(), *calls_, kEndPatienceNs)) {
      log::warning("plugin", name() + ": " + hang->text() + ": going on without it");
      return give_up();
    }
  thread_.join();
}

void FeedThread::give_up() {
  if (!thread_.joinable()) return;
  any_lost = true;
  calls_->give_up();
  is_ending_ = true;
  thread_.detach();
}

bool FeedThread::any_goes_on() { return any_lost; }

}  // namespace gw::plugin_host
