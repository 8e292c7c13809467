#include "core/event_loop/event_loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/base/clock.hpp"

namespace gw::event_loop {
namespace {

namespace asio = boost::asio;

// Ready handlers run for this long between two steps: a flood of requests does not hold up the ticks either.
constexpr std::int64_t kHandlersForNs = 1'000'000;
// While there is work, one step in four is a bulk step.
constexpr unsigned kBulkEvery = 4;

}  // namespace

struct EventLoop::Impl {
  struct Bell {
    Bell(asio::io_context& io, bus::Doorbell& b, std::function<void()> r)
        : stream(io, b.descriptor()), bell(b), rung(std::move(r)) {}
    ~Bell() { stream.release(); }  // the descriptor is the doorbell's
    void wait() {
      stream.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& ec) {
        if (ec) return;
        bell.answer();
        rung();
        wait();
      });
    }
    asio::posix::stream_descriptor stream;
    bus::Doorbell& bell;
    std::function<void()> rung;
  };
  struct Periodic {
    Periodic(asio::io_context& io, std::function<std::int64_t()> p, std::function<void()> t)
        : timer(io), period(std::move(p)), task(std::move(t)) {}
    void wait() {
      timer.expires_after(std::chrono::nanoseconds(period()));
      timer.async_wait([this](const boost::system::error_code& ec) {
        if (ec) return;
        task();
        wait();
      });
    }
    asio::steady_timer timer;
    std::function<std::int64_t()> period;
    std::function<void()> task;
  };

  bool step() {
    bool more = false;
    for (const auto& work : works) more = work() || more;
    if (more && ++steps % kBulkEvery != 0) return true;
    for (const auto& bulk : bulks) more = bulk() || more;
    return more;
  }

  asio::io_context io{1};
  std::vector<std::function<bool()>> works;
  std::vector<std::function<bool()>> bulks;
  unsigned steps = 0;
  std::vector<std::unique_ptr<Bell>> bells;
  std::vector<std::unique_ptr<Periodic>> periodics;
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}
EventLoop::~EventLoop() = default;

asio::io_context& EventLoop::io() { return impl_->io; }
void EventLoop::add_work(std::function<bool()> step) { impl_->works.push_back(std::move(step)); }
void EventLoop::add_bulk(std::function<bool()> step) { impl_->bulks.push_back(std::move(step)); }
void EventLoop::listen(bus::Doorbell& bell, std::function<void()> rung) {
  impl_->bells.push_back(std::make_unique<Impl::Bell>(impl_->io, bell, std::move(rung)));
}
void EventLoop::every(std::function<std::int64_t()> period, std::function<void()> task) {
  impl_->periodics.push_back(std::make_unique<Impl::Periodic>(impl_->io, std::move(period), std::move(task)));
}
void EventLoop::stop() { impl_->io.stop(); }
void EventLoop::post(std::function<void()> task) { asio::post(impl_->io, std::move(task)); }

void EventLoop::run() {
  const auto guard = asio::make_work_guard(impl_->io);
  for (const auto& bell : impl_->bells) bell->wait();
  for (const auto& periodic : impl_->periodics) periodic->wait();
  while (!impl_->io.stopped()) {
    for (const std::int64_t end = monotonic_ns() + kHandlersForNs; impl_->io.poll_one() != 0 && monotonic_ns() < end;) {
    }
    if (!impl_->step()) impl_->io.run_one();
  }
}

}  // namespace gw::event_loop
