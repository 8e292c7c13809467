// Tick path, stop 3 of 6. Previous: plugins/*/*_adapter.cpp. Next: core/bus/update_queue.cpp.
#include "core/plugin_host/adapter_instance.hpp"

#include <exception>

#include <boost/asio/post.hpp>

#include "core/base/log.hpp"
#include "core/plugin_host/adapter_loop.hpp"
#include "core/plugin_host/host_table.hpp"
#include "core/plugin_host/tick_times.hpp"

namespace gw::plugin_host {
namespace {

namespace asio = boost::asio;

constexpr std::int64_t kDefaultStall = 30'000'000'000;

// Twice the heartbeat's period and a little: one lost heartbeat is no fault.
std::int64_t natural_stall(const Library& library) {
  const std::int64_t heartbeat = library.descriptor().limits->heartbeat_period_ns;
  return heartbeat > 0 ? heartbeat * 2 + 500'000'000 : kDefaultStall;
}

}  // namespace

std::string text_of(const bgw_error& error) {
  const std::string_view text(error.message, strnlen(error.message, sizeof error.message));
  return text.empty() ? "the plugin gave no reason" : std::string(text);
}

std::string seconds_text(std::int64_t ns) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(ns) / 1e9);
  return text;
}

AdapterInstance::AdapterInstance(asio::io_context& io, std::shared_ptr<const Library> library,
                                 const LinkOptions& options, LinkCounts& counts, bus::UpdateWriter& writer,
                                 AdapterOwner& owner)
    : io_(io),
      library_(std::move(library)),
      options_(options),
      counts_(counts),
      writer_(writer),
      owner_(owner),
      host_(make_host_table(*this)),
      loop_(std::make_unique<Loop>(io)),
      timers_(io,
              [this](std::uint32_t id) {
                bgw_error error{};
                call(error, [&] { return library_->descriptor().api->on_timer(adapter_, id, &error); });
              }),
      clock_(options.stall_limit_ns > 0 ? options.stall_limit_ns : natural_stall(*library_), options.lag_limit_ns) {}

AdapterInstance::~AdapterInstance() {
  socket_.reset();
  destroy();
}

bool AdapterInstance::begin_call(bgw_error& error) noexcept {
  error = {};
  if (adapter_ == nullptr) return false;
  ++calls_;
  return true;
}

// Inside a catch block.
void AdapterInstance::describe_exception(bgw_error& error) noexcept {
  try {
    throw;
  } catch (const std::exception& e) {
    std::snprintf(error.message, sizeof error.message, "exception across the plugin border: %s", e.what());
  } catch (...) {
    std::snprintf(error.message, sizeof error.message, "exception across the plugin border");
  }
}

bgw_status AdapterInstance::end_call(bgw_status status, const bgw_error& error) {
  if (status == BGW_E_EXCEPTION)
    log::error("plugin", options_.name + ": the plugin failed: " + text_of(error) + "; going on without this call");
  if (--calls_ == 0) after_call();
  return status;
}

void AdapterInstance::after_call() {
  counts_.conflated.store(writer_.conflated(), std::memory_order_relaxed);
  if (failure_) {
    const bgw_error failure = *failure_;
    failure_.reset();
    ready_asked_ = false;
    if (session_ == nullptr || session_->is_over) return;
    session_->is_over = true;
    asio::post(io_, [this, failure, session = std::weak_ptr(session_)] {
      if (!session.expired()) end_session({failure.code, failure.retry_after_ns, text_of(failure)});
    });
    return;
  }
  if (!ready_asked_) return;
  ready_asked_ = false;
  asio::post(io_, [this, weak = std::weak_ptr(session_)] {
    const auto session = weak.lock();
    if (session == nullptr || session->is_over || state_ == State::ready) return;
    state_ = State::ready;
    ready_ns_ = options_.monotonic();
    session_number_ = owner_.next_session();
    clock_.on_ready(ready_ns_);
    counts_.logins.fetch_add(1, std::memory_order_relaxed);
    counts_.connections.fetch_add(1, std::memory_order_relaxed);
    owner_.on_ready(*this);
    replay();
  });
}

Result<void> AdapterInstance::create() {
  const bgw_plugin_descriptor& descriptor = library_->descriptor();
  const bgw_adapter_api& api = *descriptor.api;
  capabilities_ = registry::Capabilities({descriptor.capabilities, descriptor.capability_count});
  bgw_error error{};
  try {
    adapter_ = api.create(&host_, &error);
  } catch (const std::exception& e) {
    return Error{options_.name + ": the plugin threw in create: " + e.what()};
  } catch (...) {
    return Error{options_.name + ": the plugin threw in create"};
  }
  if (adapter_ == nullptr) return Error{options_.name + ": the plugin could not create an adapter: " + text_of(error)};
  initializing_ = true;
  const bgw_status status = call(error, [&] { return api.initialize(adapter_, &error); });
  initializing_ = false;
  login_problem_ = status == BGW_E_AUTH ? text_of(error) : "";
  if (status == BGW_OK || status == BGW_E_AUTH) return {};
  destroy();
  return Error{options_.name + ": " + text_of(error)};
}

void AdapterInstance::destroy() {
  drop_socket();
  if (state_ == State::ready) counts_.connections.fetch_sub(1, std::memory_order_relaxed);
  state_ = State::idle;
  if (adapter_ == nullptr) return;
  timers_.cancel_all();
  loop_->pace.cancel();
  try {
    library_->descriptor().api->destroy(adapter_);
  } catch (...) {
    log::error("plugin", options_.name + ": the plugin threw in destroy");
  }
  adapter_ = nullptr;
  session_.reset();
  failure_.reset();
  ready_asked_ = false;
}

void AdapterInstance::stop() {
  if (adapter_ != nullptr) {
    bgw_error error{};
    call(error, [&] { return library_->descriptor().api->disconnect(adapter_, &error); });
  }
  destroy();
}

void AdapterInstance::connect() {
  session_ = std::make_shared<Session>();
  state_ = State::connecting;
  counts_.connects.fetch_add(1, std::memory_order_relaxed);
  bgw_error error{};
  const bgw_status status = call(error, [&] { return library_->descriptor().api->connect(adapter_, &error); });
  if (status != BGW_OK) lost(status, error, text_of(error));
}

void AdapterInstance::recycle(const std::string& why, std::int64_t silent_ns) {
  if (state_ != State::ready) return;
  bgw_error error{};
  if (connection_ != 0)
    tell_closed({1006, 0, {}, why}, error);
  else
    call(error, [&] { return library_->descriptor().api->disconnect(adapter_, &error); });
  end_recycled(why, silent_ns);
}

void AdapterInstance::end_recycled(const std::string& why, std::int64_t silent_ns) {
  if (session_ == nullptr || session_->is_over) return;  // fail() said more
  session_->is_over = true;
  end_session({BGW_E_TRANSIENT, 0, why, state_ == State::ready, silent_ns});
}

void AdapterInstance::on_open() {
  if (connection_ == 0) return;
  bgw_error error{};
  const std::uint32_t connection = connection_;
  const bgw_status status =
      call(error, [&] { return library_->descriptor().api->on_open(adapter_, connection, &error); });
  if (status != BGW_OK) lost(status, error, text_of(error));
}

void AdapterInstance::on_frame(std::uint32_t opcode, std::span<const std::byte> frame) {
  if (connection_ == 0) return;
  counts_.frames.fetch_add(1, std::memory_order_relaxed);
  frame_wall_ns_ = options_.wall();
  frame_mono_ns_ = options_.monotonic();
  counts_.last_frame_ns.store(frame_wall_ns_, std::memory_order_relaxed);
  if (clock_.is_stale() && clock_.on_frame()) owner_.on_feed_live(*this);
  bgw_error error{};
  const bgw_status status = call(error, [&] {
    return library_->descriptor().api->on_frame(adapter_, connection_, opcode, frame.data(), frame.size(), &error);
  });
  frame_wall_ns_ = 0;
  if (status == BGW_OK) return;
  const std::uint64_t refused = counts_.frames_refused.fetch_add(1, std::memory_order_relaxed) + 1;
  // Each power of two, so that a broker's bad day does not fill the disk.
  if ((refused & (refused - 1)) == 0)
    log::warning("plugin", options_.name + ": frame of " + std::to_string(frame.size()) + " bytes refused (" +
                               std::to_string(refused) + " so far): " + text_of(error));
}

bgw_status AdapterInstance::tell_closed(const websocket::CloseInfo& info, bgw_error& error) {
  std::vector<bgw_header> headers;
  for (const websocket::Header& h : info.headers) headers.push_back({h.name.c_str(), h.value.c_str()});
  const bgw_close close{sizeof close,     info.code,
                        info.http_status, static_cast<std::uint32_t>(headers.size()),
                        headers.data(),   info.reason.c_str()};
  const std::uint32_t connection = std::exchange(connection_, 0U);
  return call(error, [&] { return library_->descriptor().api->on_close(adapter_, connection, &close, &error); });
}

void AdapterInstance::on_close(const websocket::CloseInfo& info) {
  if (connection_ == 0) return;
  bgw_error error{};
  bgw_status status = tell_closed(info, error);
  if (status == BGW_OK) status = BGW_E_TRANSIENT;
  std::string why = error.message[0] != '\0' ? text_of(error) : info.reason;
  if (why.empty()) why = "closed with " + std::to_string(info.code);
  if (info.http_status != 0 && error.message[0] == '\0') why = "HTTP " + std::to_string(info.http_status) + ": " + why;
  lost(status, error, why);
}

void AdapterInstance::on_silence(const std::string& reason) {
  if (connection_ == 0) return;
  if (state_ == State::ready) clock_.on_silence();
  bgw_error error{};
  tell_closed({1006, 0, {}, reason}, error);
  end_recycled(reason, stall_limit());
}

void AdapterInstance::lost(bgw_status status, const bgw_error& error, const std::string& why) {
  if (session_ == nullptr || session_->is_over) return;  // fail() said more, and is about to be acted on
  session_->is_over = true;
  end_session({status, error.retry_after_ns, why});
}

void AdapterInstance::end_session(Loss loss) {
  timers_.cancel_all();
  loop_->pace.cancel();
  drop_socket();
  if (state_ == State::ready) {
    loss.lived_ns = options_.monotonic() - ready_ns_;
    counts_.connections.fetch_sub(1, std::memory_order_relaxed);
  }
  state_ = State::idle;
  owner_.on_lost(*this, loss);
}

std::int64_t AdapterInstance::stall_limit() const {
  const std::int64_t natural = natural_stall(*library_);
  if (options_.stall_limit_ns <= 0) return natural;
  // While nothing is subscribed only heartbeats come, however little patience an operator has.
  return carried_.empty() ? std::max(options_.stall_limit_ns, natural) : options_.stall_limit_ns;
}

bgw_status AdapterInstance::open_websocket(const bgw_websocket_request& request, std::uint32_t& connection) {
  std::vector<websocket::Header> headers;
  for (std::uint32_t i = 0; i < request.header_count; ++i)
    headers.push_back({request.headers[i].name, request.headers[i].value});
  drop_socket();
  socket_ = std::make_unique<transport::WsClient>(io_, *this, transport::WsClientOptions{stall_limit(), 1 << 22, ""});
  const auto opened = socket_->open(request.url, std::move(headers));
  if (!opened) {
    log::error("broker", options_.name + ": " + opened.error().message);
    return BGW_E_INVALID;
  }
  static std::atomic<std::uint32_t> next{0};
  connection_ = next.fetch_add(1, std::memory_order_relaxed) % 0x7fffffffU + 1;
  connection = connection_;
  return BGW_OK;
}

void AdapterInstance::drop_socket() {
  connection_ = 0;
  // This may run inside a callback of the socket: it goes once that has returned.
  if (socket_) asio::post(io_, [old = std::shared_ptr<transport::WsClient>(std::move(socket_))] {});
}

void AdapterInstance::publish(const bgw_update& u) noexcept {
  constexpr std::uint32_t kModes = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;
  const bgw_tick* tick = u.tick;
  const bool wants_book = tick != nullptr && (tick->modes & BGW_MODE_DEPTH) != 0;
  const auto side_fits = [](std::uint32_t count, const bgw_level* levels) {
    return count <= BGW_MAX_LEVELS && (count == 0 || levels != nullptr);
  };
  const bool book_fits =
      u.book == nullptr || (side_fits(u.book->bid_count, u.book->bids) && side_fits(u.book->ask_count, u.book->asks));
  const bool has_ltp = tick != nullptr && (tick->present & BGW_HAS_LTP) != 0;
  const bool valid = tick != nullptr && is_live(tick->instrument) && (tick->modes & kModes) != 0 &&
                     (!wants_book || u.book != nullptr) && book_fits &&
                     (has_ltp || (tick->modes & (BGW_MODE_LTP | BGW_MODE_QUOTE)) == 0);
  if (!valid) {
    counts_.updates_invalid.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  counts_.updates.fetch_add(1, std::memory_order_relaxed);
  const std::int64_t wall = frame_wall_ns_ != 0 ? frame_wall_ns_ : options_.wall();
  const std::int64_t mono = frame_wall_ns_ != 0 ? frame_mono_ns_ : options_.monotonic();
  const UpdateTimes times(u);
  if (times.corrected()) counts_.times_invalid.fetch_add(1, std::memory_order_relaxed);
  counts_.last_tick_ns.store(wall, std::memory_order_relaxed);
  writer_.update(times.update(), wall, asked_[tick->instrument] - 1U, session_number_);
  if (clock_.on_tick(tick->instrument, mono, times.exchange_time_ns(), wall)) owner_.on_feed_live(*this);
}

const AdapterSetting* AdapterInstance::find_setting(std::string_view key) const {
  for (const AdapterSetting& s : options_.settings)
    if (s.key == key) return &s;
  return nullptr;
}

}  // namespace gw::plugin_host
