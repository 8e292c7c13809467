#include "apps/gateway/key_use_keeper.hpp"

#include "apps/gateway/on_routing.hpp"
#include "core/accounts/account_store.hpp"
#include "core/base/clock.hpp"
#include "core/base/log.hpp"

namespace gw::app {

void KeyUseKeeper::save(proxy::Proxy& proxy) {
  std::vector<accounts::KeyUse> uses;
  on_routing(proxy, [&] { uses = proxy.requests().key_uses().take(wall_ns()); });
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
