// What taking an update looks at lies scattered over the memory, each thing behind a pointer in the one before. Here
// each is fetched for a whole run of records before the next: the processor waits for all of them at once and not for
// one after the other.
#include <array>
#include <cstring>

#include "core/base/prefetch.hpp"
#include "core/routing/router.hpp"

namespace gw::routing {
namespace {

// A bounded list of what the next step fetches from; what does not fit is not fetched ahead.
template <class T, std::size_t kMost>
class Some {
 public:
  void add(T* item) {
    if (count_ < kMost) items_[count_++] = item;
  }
  T* const* begin() const { return items_.data(); }
  T* const* end() const { return items_.data() + count_; }

 private:
  std::array<T*, kMost> items_;
  std::size_t count_ = 0;
};

}  // namespace

void Router::look_ahead(const BrokerTable& table, std::span<const std::span<const std::byte>> records) const {
  if (records.size() < 2) return;  // a lone tick does not wait for this
  Some<const Route, kAhead> routes;
  for (const std::span<const std::byte> record : records) {
    bus::RecordKind kind{};
    std::memcpy(&kind, record.data(), sizeof kind);
    if (kind != bus::RecordKind::update) continue;
    const Route* route = table.route(bus::view_update(record).tick->instrument);
    if (route == nullptr) continue;
    routes.add(route);
    prefetch(route, kCacheLine);
  }
  for (const Route* route : routes) {
    if (route->served.empty() || route->memory == nullptr) continue;
    prefetch(route->served.data());
    prefetch_to_write(route->memory.get(), offsetof(Memory, slots) + 2 * sizeof(Memory::Slot));
  }
  Some<const Interest, kAhead> interests;
  for (const Route* route : routes)
    for (const InterestId id : route->served) {
      interests.add(interests_[id].get());
      prefetch(interests_[id].get());
    }
  Some<const Topic, 2 * kAhead> topics;
  for (const Interest* interest : interests)
    interest->for_each_topic([&](TopicId id) {
      topics.add(topics_[id].get());
      prefetch_to_write(topics_[id].get(), offsetof(Topic, reason));
    });
  for (const Topic* topic : topics) {
    prefetch(topic->audience.data(), sizeof(Audience));
    prefetch(topic->info.head[0].data(), topic->info.head[0].size());
  }
  for (const Topic* topic : topics)
    for (const Audience& audience : topic->audience)
      for (const std::vector<SessionId>& lane : audience.lanes)
        if (!lane.empty()) prefetch(lane.data());
}

}  // namespace gw::routing
