// Plays what clients, links, brokers, instrument lists and operators may do, in any order. At each quiet moment every
// broker has exactly what the clients that it serves hold, under the tokens of its own list and without what it has
// refused. No broker ever has more than its limits allow, or two handles for one token. Every client gets what it is
// expected, once, under the right name, and is told of each end once.
#include "core/base/log.hpp"
#include "tests/property/seeds.hpp"
#include "tests/property/world.hpp"

namespace gw::property {
namespace {

std::string play(std::uint64_t seed, bool limited) {
  log::set_level(log::Level::error);
  World world(seed, limited);
  for (std::uint64_t n = 0; n < 60 + seed % 120 && world.fault().empty(); ++n) world.step();
  world.settle();
  world.log_in_anew();
  world.settle();
  world.take_everything();
  world.log_in_anew();
  world.settle();
  return world.fault();
}

TEST(AnyInterleaving, EndsWithTheBrokersHavingWhatTheClientsHold) {
  for_each_seed(4000, [](std::uint64_t seed) { return play(seed, false); });
}

TEST(AnyInterleaving, NeverExceedsALimitOnTheWay) {
  for_each_seed(4000, [](std::uint64_t seed) { return play(seed, true); });
}

}  // namespace
}  // namespace gw::property
