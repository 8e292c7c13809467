#include "core/plugin_host/feed.hpp"

namespace gw::plugin_host {

Result<void> Feed::prepare(std::int64_t limit_ns) {
  begin();
  const Preparation done = preparation(limit_ns);
  if (done.state == Preparation::State::ready) return {};
  if (done.state == Preparation::State::refused) return Error{done.text};
  if (done.state == Preparation::State::lost) return Error{name() + ": " + done.text};
  const auto hang = hang_of(name(), plugin(), calls(), 0);
  give_up();
  return Error{name() + ": " + (hang ? hang->text() : "its process does not answer")};
}

}  // namespace gw::plugin_host
