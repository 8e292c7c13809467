#include "tools/broker_sim/session.hpp"

#include <chrono>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <nlohmann/json.hpp>

#include "tools/broker_sim/broker.hpp"
#include "tools/broker_sim/web.hpp"

namespace sim {
namespace {

using boost::system::error_code;
using gw::websocket::HttpAnswer;
using gw::websocket::Opcode;

// How much older the time of a late step is: exchange times are whole seconds, and must show it.
constexpr std::int64_t kLateMilliseconds = 2000;
constexpr std::chrono::milliseconds kFloodStep{5};
constexpr std::size_t kFloodBacklog = 1 << 20;
constexpr std::chrono::milliseconds kAgain{100};
constexpr std::size_t kAgainBacklog = 1 << 20;

}  // namespace

struct Session::Timers {
  explicit Timers(boost::asio::io_context& io) : heartbeat(io), play(io), requests(io), pings(io), again(io) {}
  boost::asio::steady_timer heartbeat;
  boost::asio::steady_timer play;
  boost::asio::steady_timer requests;
  boost::asio::steady_timer pings;
  boost::asio::steady_timer again;
};

Session::Session(Broker& broker, std::uint64_t id, gw::TcpSocket&& socket)
    : broker_(broker),
      id_(id),
      timers_(std::make_shared<Timers>(broker.io())),
      throttle_(broker.io(), [this](const std::string& frame) { send_binary(frame); }),
      feed_(broker.protocol().open_feed(*this)) {
  error_code ignored;
  address_ = socket.local_endpoint(ignored).address().to_string();
  ++broker.counts().by_address[address_];
  options_.make_stream = [this](gw::TcpSocket&& accepted, std::weak_ptr<void> life, gw::websocket::StreamOwner& owner) {
    return stream_ = HoldingStream::make(std::move(accepted), std::move(life), owner, broker_.options().tls.get());
  };
  options_.output_limit = 64 << 20;
  options_.on_upgrade = [this](const auto& request, auto& extra) { return log_in(request, extra); };
  options_.on_http = [this](const auto& request) { return answer_http(broker_, request); };
  connection_ = gw::websocket::Connection::accept(std::move(socket), options_, *this);
}

Session::~Session() = default;

HttpAnswer Session::log_in(const gw::websocket::HttpRequest& request, std::vector<gw::websocket::Header>& extra) {
  const Login login = broker_.protocol().read_login(request);
  if (const auto refusal = broker_.refuse(login)) {
    extra = refusal->headers;
    if (!refusal->again.empty()) say_again(refusal->again);
    return refusal->answer;
  }
  account_ = login.account;
  admitted_ = true;
  return {0, "", ""};
}

void Session::on_open() {
  open_ = true;
  broker_.count_peaks();
  obey(broker_.fault());
  feed_->on_open();
  heartbeat_later();
}

void Session::on_message(Opcode opcode, std::string_view payload) {
  const auto delay = broker_.fault().request_delay;
  if (delay.count() == 0 && waiting_.empty()) return hear(opcode, payload);
  waiting_.push_back({std::chrono::steady_clock::now() + delay, opcode, std::string(payload)});
  if (waiting_.size() == 1) hear_later();
}

void Session::hear_later() {
  timers_->requests.expires_at(waiting_.front().deadline);
  timers_->requests.async_wait([this, alive = std::weak_ptr(timers_)](error_code ec) {
    if (ec || alive.expired() || !open_ || waiting_.empty()) return;
    const Request request = std::move(waiting_.front());
    waiting_.pop_front();
    hear(request.opcode, request.payload);
    if (!waiting_.empty()) hear_later();
  });
}

void Session::hear(Opcode opcode, std::string_view payload) {
  Counts& counts = broker_.counts();
  const Heard heard = feed_->on_message(opcode, payload);
  if (heard == Heard::ping) {
    ++counts.pings;
    return;
  }
  ++counts.requests;
  if (heard == Heard::wrong_request) ++counts.requests_wrong;
  broker_.count_peaks();
}

void Session::on_control_frame() { ++broker_.counts().pings; }

void Session::on_closed(const gw::websocket::CloseInfo&) {
  open_ = admitted_ = false;
  boost::asio::post(broker_.io(), [this] { broker_.remove(*this); });
}

void Session::close(int code) { connection_->close(code, ""); }

void Session::drop() {
  connection_.reset();
  on_closed({});
}

void Session::obey(const Fault& fault) {
  if (!connection_) return;
  stream_->hold(fault.half_open);
  if (!open_) return;
  if (fault.request_delay.count() == 0) {
    timers_->requests.cancel();
    for (const Request& request : std::exchange(waiting_, {})) hear(request.opcode, request.payload);
  }
  if (fault.stops_ticks()) broker_.counts().frames_dropped += throttle_.clear();
  timers_->pings.cancel();
  const bool floods = fault.pings.per_second > 0;
  if (flooding_ || floods) connection_->pause_reading(floods && !fault.pings.reads);
  flooding_ = floods;
  if (floods) flood(fault.pings, std::chrono::steady_clock::now());
}

// Sends the pings whose time has come, as far as the client takes them.
void Session::flood(const PingFlood& pings, std::chrono::steady_clock::time_point since) {
  const auto now = std::chrono::steady_clock::now();
  const auto expected =
      static_cast<std::uint64_t>(std::chrono::duration<double>(now - since).count() * pings.per_second);
  const std::string ping = '\x89' + std::string(1, static_cast<char>(pings.bytes)) + std::string(pings.bytes, 'p');
  for (std::uint64_t i = 0; i < expected && connection_->backlog() < kFloodBacklog; ++i)
    if (connection_->append_frames(ping)) ++broker_.counts().pings_sent;
  connection_->flush();
  const auto next = expected > 0 ? now : since;
  timers_->pings.expires_after(kFloodStep);
  timers_->pings.async_wait([this, pings, next, alive = std::weak_ptr(timers_)](error_code ec) {
    if (ec || alive.expired() || !open_) return;
    // While the client is not read, nothing else tells that it has hung up.
    if (connection_->hung_up()) return drop();
    flood(pings, next);
  });
}

void Session::say_again(const std::string& bytes) {
  timers_->again.expires_after(kAgain);
  timers_->again.async_wait([this, bytes, alive = std::weak_ptr(timers_)](error_code ec) {
    if (ec || alive.expired() || !connection_) return;
    if (connection_->backlog() < kAgainBacklog) connection_->output().append_always(bytes);
    connection_->flush();
    say_again(bytes);
  });
}

void Session::send_text(std::string_view text) {
  if (!open_) return;
  connection_->send(Opcode::text, text);
  connection_->flush();
}

void Session::send_binary(std::string_view frame) {
  if (!open_ || !connection_->send(Opcode::binary, frame)) return;
  Counts& counts = broker_.counts();
  ++counts.frames_sent;
  for (std::string& instrument : broker_.protocol().instruments_in(frame)) {
    ++counts.ticks_sent;
    ++counts.ticks[std::move(instrument)];
  }
  connection_->flush();
}

void Session::say(std::string_view text) {
  if (!broker_.fault().stops_all()) send_text(text);
}

void Session::send_data(const std::string& frame) {
  const Fault& fault = broker_.fault();
  const Protocol& protocol = broker_.protocol();
  const auto hit = [this](std::uint64_t every) { return every != 0 && data_frames_ % every == 0; };
  const auto pass = [&](const std::string& bytes) {
    broker_.counts().frames_dropped += throttle_.pass(bytes, fault.frames_per_second);
  };
  for (int copies = fault.duplicate ? 2 : 1; copies > 0; --copies) {
    ++data_frames_;
    std::string bytes = hit(fault.unknown) ? protocol.unknown_frame() : frame;
    if (hit(fault.corrupted)) protocol.corrupt(bytes);
    if (hit(fault.truncated)) bytes.resize(bytes.size() / 2);
    pass(bytes);
    if (hit(fault.oversized)) pass(std::string(fault.oversized_bytes, '\0'));
  }
}

bool Session::subscribed() {
  if (!playing_) {
    playing_ = true;
    play_later();
  }
  return broker_.options().recorded.empty();
}

Session::Answer Session::answer_to(const std::string& instrument, const std::string& mode) {
  if (broker_.fault().stops_all()) return Answer::none;
  if (stands_still(instrument)) return Answer::last;
  if (!is_mute(instrument)) return Answer::present;
  switch (broker_.fault().mute->snapshots) {
    case Snapshots::none:
      return Answer::none;
    case Snapshots::once:
      return answered_.emplace(instrument, mode).second ? Answer::newer : Answer::none;
    case Snapshots::still:
      return Answer::last;
    case Snapshots::moving:
      return Answer::newer;
  }
  return Answer::none;
}

bool Session::is_mute(const std::string& instrument) const {
  const auto& mute = broker_.fault().mute;
  return mute && (mute->tokens.empty() || mute->tokens.contains(instrument));
}

bool Session::stands_still(const std::string& instrument) const {
  const OldTimes& times = broker_.fault().times;
  return times.still && times.seconds.contains(instrument);
}

bool Session::ticks(const std::string& instrument) const { return !is_mute(instrument) && !stands_still(instrument); }

bool Session::only_its_book_changes(const std::string& instrument) const {
  const auto& only = broker_.fault().books_only;
  return only && (only->empty() || only->contains(instrument));
}

void Session::count_action(const std::string& action) { ++broker_.counts().by_action[action]; }

const Fault& Session::fault() const { return broker_.fault(); }

bool Session::refuses(const std::string& instrument) const {
  const auto& refused = broker_.fault().refused;
  return refused && refused->modes.empty() && (refused->tokens.empty() || refused->tokens.contains(instrument));
}

bool Session::refuses_mode(const std::string& instrument, const std::string& mode) const {
  const auto& refused = broker_.fault().refused;
  return refused && refused->modes.contains(mode) && (refused->tokens.empty() || refused->tokens.contains(instrument));
}

std::int64_t Session::milliseconds_behind(const std::string& instrument) const {
  const auto& seconds = broker_.fault().times.seconds;
  const auto found = seconds.find(instrument);
  return found == seconds.end() ? 0 : static_cast<std::int64_t>(found->second * 1000);
}

std::size_t Session::instruments_allowed() const {
  const std::size_t limit = broker_.fault().instruments_limit;
  return limit != 0 ? limit : broker_.protocol().instruments_allowed();
}

std::int64_t Session::exchange_time() const { return broker_.exchange_time(); }

gw::Result<ServedList> Session::list() const { return broker_.list(); }

void Session::heartbeat_later() {
  const Heartbeat beat = broker_.protocol().heartbeat();
  const double seconds = broker_.options().heartbeat != 0 ? broker_.options().heartbeat : beat.seconds;
  if (seconds == 0) return;
  timers_->heartbeat.expires_after(std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 * seconds)));
  timers_->heartbeat.async_wait([this, beat, alive = std::weak_ptr(timers_)](error_code ec) {
    if (ec || alive.expired() || !open_) return;
    if (!broker_.fault().stops_all()) {
      ++broker_.counts().heartbeats_sent;
      beat.opcode == Opcode::binary ? send_binary(beat.bytes) : send_text(beat.bytes);
    }
    heartbeat_later();
  });
}

void Session::play_later() {
  timers_->play.expires_after(std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / broker_.options().rate)));
  timers_->play.async_wait([this, alive = std::weak_ptr(timers_)](error_code ec) {
    if (ec || alive.expired() || !open_) return;
    play();
  });
}

void Session::play() {
  const Fault& fault = broker_.fault();
  if (fault.stops_ticks()) return play_later();
  const bool is_late = fault.out_of_order && late_.empty();
  std::vector<std::string> frames;
  const bool more = step(exchange_time() - (is_late ? kLateMilliseconds : 0), frames);
  if (more && is_late) {
    late_ = std::move(frames);
    return play_later();
  }
  for (const std::string& frame : frames) send_data(frame);
  for (const std::string& frame : std::exchange(late_, {})) send_data(frame);
  if (more) play_later();
}

bool Session::step(std::int64_t exchange_time, std::vector<std::string>& frames) {
  const std::vector<RecordedFrame>& recorded = broker_.options().recorded;
  if (recorded.empty()) {
    frames = feed_->update(exchange_time);
    return true;
  }
  if (next_recorded_ == recorded.size()) {
    if (!broker_.options().loop) return false;
    next_recorded_ = 0;
  }
  const RecordedFrame& frame = recorded[next_recorded_++];
  if (frame.is_text) {
    say(frame.bytes);
  } else {
    frames.push_back(frame.bytes);
  }
  return true;
}

}  // namespace sim
