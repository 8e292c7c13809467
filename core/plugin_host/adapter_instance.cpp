// Tick path, stop 3 of 6. Previous: plugins/*/*_adapter.cpp. Next: core/bus/update_queue.cpp.
#include "core/plugin_host/adapter_instance.hpp"

#include <algorithm>
#include <exception>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/plugin_host/host_table.hpp"

namespace gw::plugin_host {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kUpdateRing = 1 << 22;
constexpr std::size_t kDemandRing = 1 << 20;
constexpr std::int64_t kDefaultStall = 30'000'000'000;

std::string seconds(std::int64_t ns) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(ns) / 1e9);
  return text;
}

}  // namespace

std::string text_of(const bgw_error& error) {
  const std::string_view text(error.message, strnlen(error.message, sizeof error.message));
  return text.empty() ? "the plugin gave no reason" : std::string(text);
}

struct AdapterInstance::Loop {
  Loop(asio::io_context& io, int bell) : bell_stream(io, bell), reconnect(io) {}
  ~Loop() { bell_stream.release(); }  // the descriptor is the doorbell's
  asio::posix::stream_descriptor bell_stream;
  asio::steady_timer reconnect;
};

AdapterInstance::AdapterInstance(asio::io_context& io, std::shared_ptr<const Library> library, AdapterOptions options,
                                 bus::Doorbell& routing_bell)
    : io_(io),
      library_(std::move(library)),
      options_(std::move(options)),
      channel_(kUpdateRing, kDemandRing, routing_bell),
      capabilities_(std::span(library_->descriptor().capabilities, library_->descriptor().capability_count)),
      host_(make_host_table(*this)),
      loop_(std::make_unique<Loop>(io, channel_.adapter_bell().descriptor())),
      backoff_(options_.reconnect, std::random_device{}()),
      timers_(io, [this](std::uint32_t id) {
        bgw_error error{};
        call(error, [&] { return library_->descriptor().api->on_timer(adapter_, id, &error); });
      }) {}

AdapterInstance::~AdapterInstance() {
  socket_.reset();
  destroy_adapter();
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
  counts_.conflated.store(channel_.writer().conflated(), std::memory_order_relaxed);
  if (failure_) {
    const bgw_error failure = *failure_;
    failure_.reset();
    ready_asked_ = false;
    if (session_ == nullptr || session_->is_over) return;
    session_->is_over = true;
    asio::post(io_, [this, failure, session = std::weak_ptr(session_)] {
      if (!session.expired()) end_session(failure.code, failure, text_of(failure));
    });
    return;
  }
  if (!ready_asked_) return;
  ready_asked_ = false;
  asio::post(io_, [this, weak = std::weak_ptr(session_)] {
    const auto session = weak.lock();
    if (session == nullptr || session->is_over || !running_) return;
    backoff_.reset();
    ever_connected_ = true;
    set_state(bus::LinkState::connected, "connected");
    replay();
  });
}

Result<void> AdapterInstance::prepare() { return create_adapter(); }

Result<void> AdapterInstance::create_adapter() {
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
  destroy_adapter();
  return Error{options_.name + ": " + text_of(error)};
}

void AdapterInstance::destroy_adapter() {
  if (adapter_ == nullptr) return;
  timers_.cancel_all();
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

void AdapterInstance::start() {
  running_ = true;
  wait_for_bell();
  connect();
}

void AdapterInstance::stop() {
  running_ = false;
  loop_->reconnect.cancel();
  loop_->bell_stream.cancel();
  if (adapter_ != nullptr) {
    bgw_error error{};
    call(error, [&] { return library_->descriptor().api->disconnect(adapter_, &error); });
  }
  socket_.reset();
  destroy_adapter();
}

void AdapterInstance::relogin(std::vector<AdapterSetting> settings) {
  options_.settings = std::move(settings);
  drop_socket();
  destroy_adapter();
  start_over();
}

void AdapterInstance::retry() {
  if (state_ != bus::LinkState::failed && state_ != bus::LinkState::reconnecting) return;
  start_over();
}

void AdapterInstance::start_over() {
  loop_->reconnect.cancel();
  backoff_.reset();
  if (adapter_ == nullptr) {
    if (const auto created = create_adapter(); !created)
      return set_state(bus::LinkState::failed, created.error().message);
  }
  connect();
}

std::optional<std::string> AdapterInstance::missing_secret() const {
  for (const AdapterSetting& s : options_.settings)
    if (s.is_secret && s.is_missing) return s.key;
  return std::nullopt;
}

void AdapterInstance::connect() {
  if (!running_) return;
  if (const auto missing = missing_secret()) {
    set_state(bus::LinkState::auth_expired,
              *missing + " is missing: log in, put it where gateway.yaml says, then: broker-gateway brokers relogin " +
                  options_.name);
    return;
  }
  if (!login_problem_.empty()) {
    wait_for_login(login_problem_);
    return;
  }
  session_ = std::make_shared<Session>();
  set_state(ever_connected_ ? bus::LinkState::reconnecting : bus::LinkState::connecting, "connecting");
  counts_.connects.fetch_add(1, std::memory_order_relaxed);
  bgw_error error{};
  const bgw_status status = call(error, [&] { return library_->descriptor().api->connect(adapter_, &error); });
  if (status != BGW_OK) lost(status, error, text_of(error));
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
  frame_time_ns_ = wall_ns();
  bgw_error error{};
  const bgw_status status = call(error, [&] {
    return library_->descriptor().api->on_frame(adapter_, connection_, opcode, frame.data(), frame.size(), &error);
  });
  frame_time_ns_ = 0;
  if (status == BGW_OK) return;
  const std::uint64_t refused = counts_.frames_refused.fetch_add(1, std::memory_order_relaxed) + 1;
  // Each power of two, so that a broker's bad day does not fill the disk.
  if ((refused & (refused - 1)) == 0)
    log::warning("plugin", options_.name + ": frame of " + std::to_string(frame.size()) + " bytes refused (" +
                               std::to_string(refused) + " so far): " + text_of(error));
}

void AdapterInstance::on_close(const websocket::CloseInfo& info) {
  if (connection_ == 0) return;
  std::vector<bgw_header> headers;
  for (const websocket::Header& h : info.headers) headers.push_back({h.name.c_str(), h.value.c_str()});
  const bgw_close close{sizeof close,     info.code,
                        info.http_status, static_cast<std::uint32_t>(headers.size()),
                        headers.data(),   info.reason.c_str()};
  const std::uint32_t connection = connection_;
  connection_ = 0;
  bgw_error error{};
  bgw_status status =
      call(error, [&] { return library_->descriptor().api->on_close(adapter_, connection, &close, &error); });
  if (status == BGW_OK) status = BGW_E_TRANSIENT;
  std::string why = error.message[0] != '\0' ? text_of(error) : info.reason;
  if (why.empty()) why = "closed with " + std::to_string(info.code);
  if (info.http_status != 0 && error.message[0] == '\0') why = "HTTP " + std::to_string(info.http_status) + ": " + why;
  lost(status, error, why);
}

void AdapterInstance::lost(bgw_status status, const bgw_error& error, const std::string& why) {
  if (session_ == nullptr || session_->is_over) return;  // fail() said more, and is about to be acted on
  session_->is_over = true;
  end_session(status, error, why);
}

void AdapterInstance::end_session(bgw_status status, const bgw_error& error, const std::string& why) {
  if (!running_) return;
  timers_.cancel_all();
  drop_socket();
  switch (status) {
    case BGW_E_AUTH:
      wait_for_login(why);
      return;
    case BGW_E_FATAL:
    case BGW_E_UNSUPPORTED:
    case BGW_E_INVALID:
      set_state(bus::LinkState::failed, why + "; to go on: broker-gateway brokers retry " + options_.name);
      return;
    case BGW_E_RATE:
      reconnect_later(error.retry_after_ns, why);
      return;
    default:
      reconnect_later(0, why);
      return;
  }
}

void AdapterInstance::wait_for_login(const std::string& why) {
  set_state(bus::LinkState::auth_expired, why + "; after a new login: broker-gateway brokers relogin " + options_.name);
}

void AdapterInstance::reconnect_later(std::int64_t least_ns, const std::string& why) {
  const auto delay = backoff_.next();
  if (!delay) {
    set_state(bus::LinkState::failed, why + "; " + std::to_string(backoff_.attempts_made()) +
                                          " attempts failed; to go on: broker-gateway brokers retry " + options_.name);
    return;
  }
  const std::int64_t wait = std::max(*delay, least_ns);
  set_state(bus::LinkState::reconnecting, why + "; trying again in " + seconds(wait));
  loop_->reconnect.expires_after(std::chrono::nanoseconds(wait));
  loop_->reconnect.async_wait([this](const boost::system::error_code& ec) {
    if (!ec) connect();
  });
}

void AdapterInstance::set_state(bus::LinkState state, const std::string& message) {
  state_ = state;
  counts_.state.store(static_cast<std::uint32_t>(state), std::memory_order_relaxed);
  const bool good = state == bus::LinkState::connected || state == bus::LinkState::connecting;
  log::write(good ? log::Level::info : log::Level::warning, "broker",
             options_.name + ": " + bus::word(state) + (message == bus::word(state) ? "" : ": " + message));
  channel_.writer().link(state, log::redacted(message));
}

void AdapterInstance::wait_for_bell() {
  loop_->bell_stream.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& ec) {
    if (ec || !running_) return;
    channel_.adapter_bell().answer();
    channel_.writer().flush_aside();
    take_demand();
    wait_for_bell();
  });
}

std::int64_t AdapterInstance::stall_limit() const {
  if (options_.stall_limit_ns > 0) return options_.stall_limit_ns;
  const std::int64_t heartbeat = library_->descriptor().limits->heartbeat_period_ns;
  // Twice the period and a little: one lost heartbeat is no fault.
  return heartbeat > 0 ? heartbeat * 2 + 500'000'000 : kDefaultStall;
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

bool AdapterInstance::is_live(std::uint32_t handle) const noexcept {
  return handle < asked_.size() && asked_[handle] != 0;
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
  channel_.writer().update(u, frame_time_ns_ != 0 ? frame_time_ns_ : wall_ns(), asked_[tick->instrument] - 1U);
}

const AdapterSetting* AdapterInstance::find_setting(std::string_view key) const {
  for (const AdapterSetting& s : options_.settings)
    if (s.key == key) return &s;
  return nullptr;
}

}  // namespace gw::plugin_host
