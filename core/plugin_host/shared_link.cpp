#include "core/plugin_host/shared_link.hpp"

#include <atomic>
#include <new>
#include <utility>

namespace gw::plugin_host {

struct SharedLink::Head {
  CallMark calls;
  std::atomic<std::uint64_t> beats{0};
  std::atomic<bool> routing_rung{false};
  std::atomic<bool> adapter_rung{false};
  LinkCounts counts;
};

namespace {

constexpr std::size_t kHeadBytes = 4096;
constexpr std::size_t kUpdateBytes = sizeof(bus::RingHeader) + kUpdateRing;
constexpr std::size_t kDemandBytes = sizeof(bus::RingHeader) + kDemandRing;
static_assert(kHeadBytes % 64 == 0 && kUpdateBytes % 64 == 0);

}  // namespace

SharedLink::SharedLink(bus::SharedMemory memory) : memory_(std::move(memory)) {
  static_assert(sizeof(Head) <= kHeadBytes);
}

SharedLink::~SharedLink() = default;

SharedLink::Head& SharedLink::head() const { return *std::launder(reinterpret_cast<Head*>(memory_.bytes().data())); }

bus::Channel::Shared SharedLink::layout() const {
  return {memory_.bytes().subspan(kHeadBytes, kUpdateBytes),
          memory_.bytes().subspan(kHeadBytes + kUpdateBytes, kDemandBytes), head().routing_rung, head().adapter_rung};
}

Result<std::shared_ptr<SharedLink>> SharedLink::make() {
  auto memory = bus::SharedMemory::make("broker link", kHeadBytes + kUpdateBytes + kDemandBytes);
  if (!memory) return memory.error();
  new (memory->bytes().data()) Head;
  std::shared_ptr<SharedLink> link(new SharedLink(std::move(*memory)));
  link->channel_ = std::make_unique<bus::Channel>(link->layout());
  return link;
}

Result<std::shared_ptr<SharedLink>> SharedLink::join(int memory, int adapter_bell, int routing_bell) {
  auto joined = bus::SharedMemory::join(memory);
  if (!joined) return joined.error();
  if (joined->bytes().size() != kHeadBytes + kUpdateBytes + kDemandBytes)
    return Error{"shared memory: found " + std::to_string(joined->bytes().size()) + " bytes, expected a link's"};
  std::shared_ptr<SharedLink> link(new SharedLink(std::move(*joined)));
  link->routing_bell_ = std::make_unique<bus::Doorbell>(routing_bell, link->head().routing_rung);
  link->channel_ = std::make_unique<bus::Channel>(link->layout(), *link->routing_bell_, adapter_bell);
  return link;
}

LinkCounts& SharedLink::counts() { return head().counts; }

CallMark& SharedLink::calls() { return head().calls; }

void SharedLink::beat() { head().beats.fetch_add(1, std::memory_order_relaxed); }

std::uint64_t SharedLink::beats() const { return head().beats.load(std::memory_order_relaxed); }

}  // namespace gw::plugin_host
