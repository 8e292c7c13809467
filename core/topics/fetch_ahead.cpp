#include "core/topics/fetch_ahead.hpp"

#include <array>
#include <cstring>

#include "core/base/prefetch.hpp"

namespace gw::topics {
namespace {

// A bounded list of what the next step fetches from; what does not fit is not fetched ahead.
template <class T, std::size_t kMax>
class Bounded {
 public:
  void add(T* item) {
    if (count_ < kMax) items_[count_++] = item;
  }
  T* const* begin() const { return items_.data(); }
  T* const* end() const { return items_.data() + count_; }

 private:
  std::array<T*, kMax> items_;
  std::size_t count_ = 0;
};

}  // namespace

void fetch_ahead(const upstream::Broker& broker, const upstream::InterestTable& interests, const TopicTable& all_topics,
                 std::span<const std::span<const std::byte>> records) {
  if (records.size() < 2) return;  // a lone tick does not wait for this
  Bounded<const upstream::Route, kMaxAheadRecords> routes;
  for (const std::span<const std::byte> record : records) {
    bus::RecordKind kind{};
    std::memcpy(&kind, record.data(), sizeof kind);
    if (kind != bus::RecordKind::update) continue;
    const upstream::Route* route = broker.routes().at(bus::view_update(record).tick->instrument);
    if (route == nullptr) continue;
    routes.add(route);
    prefetch(route, kCacheLine);
  }
  for (const upstream::Route* route : routes) {
    if (route->served.empty() || route->last_value == nullptr) continue;
    prefetch(route->served.data());
    route->last_value->prefetch_for_update();
  }
  Bounded<const upstream::Interest, kMaxAheadRecords> found;
  for (const upstream::Route* route : routes)
    for (const InterestId id : route->served) {
      found.add(interests.at(id));
      prefetch(interests.at(id));
    }
  Bounded<const Topic, 2 * kMaxAheadRecords> topics;
  for (const upstream::Interest* interest : found)
    interest->for_each_topic([&](TopicId id) {
      topics.add(all_topics.at(id));
      prefetch_to_write(all_topics.at(id), offsetof(Topic, reason));
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

}  // namespace gw::topics
