#include "core/plugin_host/link_status.hpp"

#include "core/base/log.hpp"
#include "core/bus/next_step.hpp"

namespace gw::plugin_host {

void LinkStatus::set(bus::LinkState state, const std::string& message) {
  if (state == state_ && message == message_) return;
  state_ = state;
  message_ = message;
  link_.counts.state.store(static_cast<std::uint32_t>(state), std::memory_order_relaxed);
  if (state == bus::LinkState::connected) by_choice_ = false;
  const bool good = state == bus::LinkState::connected || state == bus::LinkState::connecting;
  // The message of a link that logs in by itself says when.
  const bool needs_words = !good && state != bus::LinkState::reconnecting;
  // event: …: the state of the broker's link has changed: …; next: …
  log::write(good ? log::Level::info : log::Level::warning, "broker",
             link_.options.name + ": " + bus::word(state) + (message == bus::word(state) ? "" : ": " + message) +
                 (needs_words ? "; next: " + bus::next_step(state, link_.options.name) : ""));
  link_.writer().link(state, log::redacted(message), by_choice_);
}

}  // namespace gw::plugin_host
