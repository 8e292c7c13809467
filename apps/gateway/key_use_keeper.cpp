#include "apps/gateway/key_use_keeper.hpp"

#include "core/base/clock.hpp"
#include "core/base/log.hpp"

namespace gw::app {

void KeyUseKeeper::look(proxy::Proxy& proxy) {
  if (const auto uses = asked_.take()) write(*uses);
  asked_.ask(proxy, [&proxy] { return proxy.requests().key_uses().take(wall_ns()); });
}

void KeyUseKeeper::save(proxy::Proxy& proxy) {
  std::vector<accounts::KeyUse> uses;
  on_routing(proxy, [&] { uses = proxy.requests().key_uses().take(wall_ns()); });
  if (const auto before = asked_.take()) write(*before);
  write(uses);
}

void KeyUseKeeper::write(const std::vector<accounts::KeyUse>& uses) {
  for (const accounts::KeyUse& use : uses)
    std::erase_if(unwritten_, [&](const accounts::KeyUse& older) { return older.id == use.id; });
  unwritten_.insert(unwritten_.end(), uses.begin(), uses.end());
  const auto done = accounts::AccountStore(*state_.database).note_uses(unwritten_);
  if (done)
    unwritten_.clear();
  else
    log::debug("database", "the last uses of keys are written later: " + done.error().message);
}

}  // namespace gw::app
