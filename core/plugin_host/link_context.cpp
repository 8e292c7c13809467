#include "core/plugin_host/link_context.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "core/plugin_host/shared_link.hpp"

namespace gw::plugin_host {
namespace {

constexpr std::int64_t kDefaultStall = 30'000'000'000;

// Twice the heartbeat's period and a little: one lost heartbeat is no fault.
std::int64_t natural_stall(std::int64_t heartbeat_period_ns) {
  return heartbeat_period_ns > 0 ? heartbeat_period_ns * 2 + 500'000'000 : kDefaultStall;
}

}  // namespace

std::string text_of(const bgw_error& error) {
  const std::string_view text(error.message, strnlen(error.message, sizeof error.message));
  return text.empty() ? "the plugin gave no reason" : std::string(text);
}

LinkContext::LinkContext(boost::asio::io_context& loop, std::shared_ptr<const Library> plugin, LinkOptions link_options,
                         bus::Doorbell& routing_bell)
    : io(loop),
      library(std::move(plugin)),
      options(std::move(link_options)),
      account_limits(*library->descriptor().limits),
      own_channel(options.shared ? nullptr : std::make_unique<bus::Channel>(kUpdateRing, kDemandRing, routing_bell)),
      channel(options.shared ? options.shared->channel() : *own_channel),
      kept_counts(options.shared ? std::shared_ptr<LinkCounts>(options.shared, &options.shared->counts())
                                 : std::make_shared<LinkCounts>()),
      counts(*kept_counts),
      calls(options.shared ? std::shared_ptr<CallMark>(options.shared, &options.shared->calls())
                           : std::make_shared<CallMark>()),
      clock(options.wall(), options.monotonic()) {}

const Wanted* LinkContext::find_wanted(std::uint32_t instrument) const {
  const auto found = wanted.find(instrument);
  return found == wanted.end() ? nullptr : &found->second;
}

std::int64_t LinkContext::stall_limit_ns() const {
  return options.stall_limit_ns > 0 ? options.stall_limit_ns : natural_stall(limits().heartbeat_period_ns);
}

// Silence within the heartbeat's natural limit proves nothing, however little patience an operator has: all instruments
// may be quiet, and the broker promises a frame only once in a period.
std::int64_t LinkContext::frame_limit_ns(bool carries_something) const {
  const std::int64_t heartbeat = limits().heartbeat_period_ns;
  return heartbeat > 0 || !carries_something ? std::max(stall_limit_ns(), natural_stall(heartbeat)) : stall_limit_ns();
}

}  // namespace gw::plugin_host
