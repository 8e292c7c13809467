#include "tools/broker_sim/replay_session.hpp"

#include <cmath>
#include <cstdio>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "tools/broker_sim/replay_server.hpp"

namespace sim {
namespace {

using gw::websocket::HttpAnswer;
using gw::websocket::Opcode;

constexpr std::chrono::seconds kPatience{2};
constexpr std::chrono::milliseconds kPause{1};
constexpr std::size_t kBacklog = 1 << 20;
constexpr int kStepsAtOnce = 256;

}  // namespace

struct ReplaySession::Timer {
  explicit Timer(boost::asio::io_context& io) : timer(io) {}
  boost::asio::steady_timer timer;
};

ReplaySession::ReplaySession(ReplayServer& server, gw::TcpSocket&& socket)
    : server_(server), timer_(std::make_shared<Timer>(server.io())) {
  options_.output_limit = 64 << 20;
  options_.on_upgrade = [this](const auto& request, auto&) { return log_in(request); };
  options_.on_http = [this](const auto& request) { return server_.answer(request); };
  connection_ = gw::websocket::Connection::accept(std::move(socket), options_, *this);
}

ReplaySession::~ReplaySession() = default;

HttpAnswer ReplaySession::log_in(const gw::websocket::HttpRequest& request) {
  socket_ = server_.take(path_of(request.target));
  return socket_ != nullptr ? HttpAnswer{0, "", ""}
                            : HttpAnswer{404, "text/plain", "The recording has no socket of this path\n"};
}

void ReplaySession::on_open() {
  then_ns_ = socket_->opened_ns;
  now_ = Clock::now();
  play();
}

void ReplaySession::on_message(Opcode, std::string_view payload) {
  heard_.emplace(payload);
  if (!is_waiting_) return;
  is_waiting_ = false;
  now_ = Clock::now();
  play();
}

bool ReplaySession::waits() {
  if (waits_no_more_ || heard_.size() >= wanted_.size()) return false;
  if (is_waiting_ && Clock::now() >= patience_) {
    waits_no_more_ = true;
    is_waiting_ = false;
    now_ = Clock::now();
    return false;
  }
  if (!is_waiting_) patience_ = Clock::now() + kPatience;
  is_waiting_ = true;
  play_at(patience_);
  return true;
}

// The timer ends with this object, or is set anew.
void ReplaySession::play_at(Clock::time_point deadline) {
  timer_->timer.expires_at(deadline);
  timer_->timer.async_wait([this, alive = std::weak_ptr(timer_)](const boost::system::error_code& failed) {
    if (!failed && !alive.expired()) play();
  });
}

void ReplaySession::play() {
  for (int made = 0; connection_ != nullptr && next_ < socket_->steps.size(); ++made) {
    if (waits()) break;
    const PlayedStep& step = socket_->steps[next_];
    const bool is_fast = std::isinf(server_.speed());
    if (!is_fast) {
      const auto pause = static_cast<double>(step.time_ns - then_ns_) / server_.speed();
      const Clock::time_point deadline = now_ + std::chrono::nanoseconds(std::llround(pause));
      if (deadline > Clock::now()) {
        play_at(deadline);
        break;
      }
      now_ = deadline;
    }
    if (connection_->backlog() > kBacklog || made == kStepsAtOnce) {
      play_at(Clock::now() + (connection_->backlog() > kBacklog ? kPause : Clock::duration{}));
      break;
    }
    then_ns_ = step.time_ns;
    ++next_;
    make(step);
  }
  if (connection_ != nullptr) connection_->flush();
}

void ReplaySession::make(const PlayedStep& step) {
  if (step.kind == PlayedStep::Kind::heard) {
    wanted_.insert(step.bytes);
    return;
  }
  if (step.kind == PlayedStep::Kind::frame) {
    connection_->send(step.opcode == 1 ? Opcode::text : Opcode::binary, step.bytes);
    if (++sent_ == socket_->frames) {
      std::printf("broker-sim: socket %zu: all its %zu frames are sent\n", server_.number_of(*socket_), sent_);
      std::fflush(stdout);
    }
    return;
  }
  constexpr int kNone = 1006;
  next_ = socket_->steps.size();
  if (step.code != kNone) return connection_->close(step.code, "");
  connection_->flush();
  on_closed({});  // which drops it
}

void ReplaySession::on_closed(const gw::websocket::CloseInfo&) {
  timer_->timer.cancel();
  boost::asio::post(server_.io(), [this] { server_.remove(*this); });
}

}  // namespace sim
