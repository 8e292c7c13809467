#include "core/session/farewell.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/protocol/notices.hpp"
#include "core/session/client_session.hpp"

namespace gw::session {
namespace {

constexpr int kGoingAway = 1001;
constexpr const char* kReason = "the gateway is shutting down";
constexpr std::chrono::milliseconds kStep{10};
constexpr std::size_t kSteps = 100;
// Few clients are closed without delay.
constexpr std::size_t kFewestAtOnce = 10;
// How long a client should wait after its connection has ended: longer than a restart takes, so that most succeed with
// their first attempt.
constexpr int kReconnectAfterMs = 1'000;

}  // namespace

struct Farewell::Timer {
  explicit Timer(boost::asio::io_context& io) : timer(io) {}
  boost::asio::steady_timer timer;
};

Farewell::Farewell(event_loop::EventLoop& loop, SessionTable& sessions)
    : sessions_(sessions), timer_(std::make_unique<Timer>(loop.io())) {}

Farewell::~Farewell() = default;

void Farewell::begin(std::function<void()> gone) {
  begun_ = true;
  gone_ = std::move(gone);
  at_once_ = std::max(kFewestAtOnce, sessions_.session_count() / kSteps + 1);
  const std::string notice = protocol::closing(kGoingAway, kReconnectAfterMs);
  for (std::size_t i = 0; i < sessions_.size(); ++i)
    if (ClientSession* session = sessions_[i].session.get(); session != nullptr && !session->tell_closing(notice))
      session->close(kGoingAway, kReason);
  close_some();
}

void Farewell::close_some() {
  for (std::size_t left = at_once_; left != 0 && next_ < sessions_.size(); ++next_) {
    ClientSession* session = sessions_[next_].session.get();
    if (session == nullptr) continue;
    session->close(kGoingAway, kReason);
    --left;
  }
  look();
  if (next_ >= sessions_.size()) return;
  timer_->timer.expires_after(kStep);
  timer_->timer.async_wait([this](const boost::system::error_code& ec) {
    if (!ec) close_some();
  });
}

void Farewell::look() {
  if (begun_ && sessions_.session_count() == 0 && gone_) std::exchange(gone_, nullptr)();
}

}  // namespace gw::session
