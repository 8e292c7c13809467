#include "core/plugin_host/call_mark.hpp"

#include <chrono>
#include <cstddef>
#include <iterator>
#include <thread>

namespace gw::plugin_host {

const char* word(Callback callback) noexcept {
  constexpr const char* kWords[] = {"create",      "initialize",
                                    "connect",     "disconnect",
                                    "on_open",     "on_frame",
                                    "on_close",    "on_timer",
                                    "on_http",     "subscribe",
                                    "unsubscribe", "posted work",
                                    "destroy",     "no call: its process stands still"};
  const auto at = static_cast<std::size_t>(callback);
  return at < std::size(kWords) ? kWords[at] : "an unknown function";
}

// The process ends with the thread still here.
void CallMark::park() noexcept {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

}  // namespace gw::plugin_host
