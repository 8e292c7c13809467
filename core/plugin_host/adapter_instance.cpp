// Tick path, stop 3 of 6. Previous: plugins/*/*_adapter.cpp. Next: core/bus/update_queue.cpp.
#include "core/plugin_host/adapter_instance.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>

#include "core/base/log.hpp"
#include "core/plugin_host/host_table.hpp"
#include "core/plugin_host/tick_times.hpp"

namespace gw::plugin_host {
namespace {

// Of counts that only the feed thread changes and others read: no locked instruction per update.
void add_one(std::atomic<std::uint64_t>& count) {
  count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

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

std::int64_t stall_limit_of(const Library& library, const LinkOptions& options) {
  return options.stall_limit_ns > 0 ? options.stall_limit_ns : natural_stall(library);
}

// Where the broker promises a frame only once in so long, less silence proves nothing, however little patience an
// operator has: instruments may be quiet.
std::int64_t AdapterInstance::frame_limit() const {
  const std::int64_t limit = stall_limit_of(*library_, options_);
  const bool has_heartbeat = library_->descriptor().limits->heartbeat_period_ns > 0;
  return has_heartbeat || carried_.empty() ? std::max(limit, natural_stall(*library_)) : limit;
}

AdapterInstance::AdapterInstance(boost::asio::io_context& io, std::shared_ptr<const Library> library,
                                 const LinkOptions& options, LinkCounts& counts, bus::UpdateWriter& writer,
                                 AdapterOwner& owner, std::shared_ptr<liveness::FeedJudge> judge)
    : io_(io),
      library_(std::move(library)),
      options_(options),
      counts_(counts),
      writer_(writer),
      owner_(owner),
      host_(make_host_table(*this)),
      timers_(
          io,
          [this](std::uint32_t id) {
            bgw_error error{};
            call(error, [&] { return library_->descriptor().api->on_timer(adapter_, id, &error); });
          },
          options.make_alarm),
      own_timers_(
          io,
          [this](std::uint32_t id) {
            if (id == kPace) return pump();
            if (id == kLogin) return give_up_login();
            say_what_is_unanswered();
          },
          options.make_alarm),
      judge_(std::move(judge)) {}

AdapterInstance::~AdapterInstance() {
  socket_.reset();
  destroy();
}

bool AdapterInstance::begin_call(bgw_error& error) noexcept {
  error = {};
  if (adapter_ == nullptr) return false;
  if (calls_++ == 0) {
    call_mono_ns_ = options_.monotonic();
    call_wall_ns_ = owner_.wall_at(call_mono_ns_);
  }
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
  if (--calls_ == 0) {
    call_wall_ns_ = 0;
    writer_.ring();
    after_call();
  }
  return status;
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
  leave_session();
  if (adapter_ == nullptr) return;
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

void AdapterInstance::on_frame(std::uint32_t opcode, std::span<const std::byte> frame) {
  if (connection_ == 0) return;
  add_one(counts_.frames);
  bgw_error error{};
  const bgw_status status = call(error, [&] {
    counts_.last_frame_ns.store(call_wall_ns_, std::memory_order_relaxed);
    return library_->descriptor().api->on_frame(adapter_, connection_, opcode, frame.data(), frame.size(), &error);
  });
  if (status == BGW_OK) return;
  const std::uint64_t refused = counts_.frames_refused.fetch_add(1, std::memory_order_relaxed) + 1;
  // Each power of two, so that a broker's bad day does not fill the disk.
  if ((refused & (refused - 1)) == 0)
    log::warning("plugin", options_.name + ": frame of " + std::to_string(frame.size()) + " bytes refused (" +
                               std::to_string(refused) + " so far): " + text_of(error));
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
                     (!wants_book || u.book != nullptr) && book_fits && (has_ltp || (tick->modes & BGW_MODE_LTP) == 0);
  if (!valid) {
    counts_.updates_invalid.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  add_one(counts_.updates);
  if ((asked_[tick->instrument] & kUnanswered) != 0 && unanswered_.is_answer(tick->instrument, tick->modes))
    answered(tick->instrument);
  const std::int64_t mono = call_wall_ns_ != 0 ? call_mono_ns_ : options_.monotonic();
  const std::int64_t wall = call_wall_ns_ != 0 ? call_wall_ns_ : owner_.wall_at(mono);
  const bool prices_below_zero = (asked_[tick->instrument] & kBelowZero) != 0;
  const UpdateCheck::Result checked =
      check_.check(lots_.has(tick->instrument) ? lots_.convert(u) : u, prices_below_zero);
  count_left_out(checked);
  const UpdateTimes times(checked.update);
  if (times.corrected()) counts_.times_invalid.fetch_add(1, std::memory_order_relaxed);
  counts_.last_tick_ns.store(wall, std::memory_order_relaxed);
  const bool live = judge_->on_update(times.update(), mono, times.exchange_time_ns(), wall);
  if (checked.update.tick->modes != 0)
    writer_.put(times.update(), wall, (asked_[tick->instrument] & kDepth) - 1U, session_number_, live);
  if (judge_->take_news()) owner_.on_feed_news();
}

void AdapterInstance::count_left_out(const UpdateCheck::Result& checked) noexcept {
  if (checked.lost_price) add_one(counts_.updates_without_price);
  if (checked.lost_book) add_one(counts_.dropped[BGW_DROP_ORDER]);
  if (checked.levels != 0) counts_.dropped[BGW_DROP_LEVEL].fetch_add(checked.levels, std::memory_order_relaxed);
}

const AdapterSetting* AdapterInstance::find_setting(std::string_view key) const {
  for (const AdapterSetting& s : options_.settings)
    if (s.key == key) return &s;
  return nullptr;
}

}  // namespace gw::plugin_host
