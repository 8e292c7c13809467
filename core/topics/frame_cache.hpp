// The last published frames that sessions asked for most recently, so that a frame is encoded once however many
// sessions lack it. [routing]
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/topics/lane.hpp"
#include "core/upstream/ids.hpp"

namespace gw::topics {

class FrameCache {
 public:
  // The frame of the topic's update `seq`; empty: it is not kept.
  std::string_view find(upstream::TopicId topic, Variant variant, std::uint64_t seq) const {
    const Entry& entry = entries_[index_of(topic, variant)];
    const bool is_it = entry.topic == topic && entry.variant == variant && entry.seq == seq;
    return is_it ? std::string_view(entry.frame) : std::string_view{};
  }
  // Keeps the frame, perhaps in place of another topic's. The result is valid until the next call.
  std::string_view keep(upstream::TopicId topic, Variant variant, std::uint64_t seq, std::string_view frame) {
    Entry& entry = entries_[index_of(topic, variant)];
    entry.topic = topic;
    entry.variant = variant;
    entry.seq = seq;
    entry.frame = frame;
    return entry.frame;
  }
  // The id stands for another topic from now on.
  void forget(upstream::TopicId topic) {
    for (const Variant variant : {Variant::plain, Variant::extras})
      if (Entry& entry = entries_[index_of(topic, variant)]; entry.topic == topic) entry.topic = upstream::kNoTopic;
  }

 private:
  // Slow consumers ask for a few hundred topics at a time; with frames of some KiB this is a few MiB at the most.
  static constexpr std::size_t kEntries = 1024;
  static std::size_t index_of(upstream::TopicId topic, Variant variant) {
    return (topic * kVariants + static_cast<std::size_t>(variant)) % kEntries;
  }
  struct Entry {
    upstream::TopicId topic = upstream::kNoTopic;
    Variant variant = Variant::plain;
    std::uint64_t seq = 0;
    std::string frame;
  };
  std::array<Entry, kEntries> entries_;
};

}  // namespace gw::topics
