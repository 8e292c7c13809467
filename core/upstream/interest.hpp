// One instrument that clients of one broker group hold, and where it is had from. A switch of broker gives an interest
// another source; its topics stay. [routing]
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/upstream/ids.hpp"
#include "core/upstream/instrument_key.hpp"
#include "core/upstream/stream.hpp"

namespace gw::upstream {

// An interest's share of a route at one broker.
struct Source {
  BrokerId broker = 0;
  RouteHandle handle = kNoHandle;  // none: the broker lacks the instrument
  std::uint32_t mode = 0;          // granted
  std::uint32_t depth = 0;
  std::uint32_t refused_mode = 0;  // what is wanted, when the broker has refused all of it; `mode` is then 0
  std::uint32_t refused_depth = 0;

  bool is_known() const { return handle != kNoHandle; }
  bool is_at(std::optional<BrokerId> other) const { return is_known() && other == broker; }
};

struct Interest {
  // What every update looks at.
  std::array<TopicId, kIndexedStreams> topics{kNoTopic, kNoTopic, kNoTopic, kNoTopic, kNoTopic, kNoTopic};
  struct OtherLevel {
    int depth_level;
    TopicId topic;
  };
  std::vector<OtherLevel> other_levels;  // depth streams of levels without an index

  GroupId group = kDefaultGroup;
  InstrumentName instrument;
  std::uint32_t topic_count = 0;
  std::uint64_t waiting_since = 0;  // since when it waits for room, in InstrumentDemand's order; 0: it does not wait
  bool ends = false;                // its topics are being taken from their holders
  std::string expiry;               // its last day; empty: it has none
  std::string unlisted_on;          // the day on which a list lacked it; empty: it is listed
  BrokerId unlisted_at = 0;         // the broker of that list
  Source source;
  Source standby;
  std::optional<BrokerId> awaited;  // no broker serves it, and this one lists it

  template <class F>
  void for_each_topic(F&& each) const {
    for (const TopicId id : topics)
      if (id != kNoTopic) each(id);
    for (const OtherLevel& other : other_levels) each(other.topic);
  }
  template <class F>  // each(Stream, TopicId)
  void for_each_stream(F&& each) const {
    for (std::size_t i = 0; i < topics.size(); ++i)
      if (topics[i] != kNoTopic) each(stream_of(i), topics[i]);
    for (const OtherLevel& other : other_levels) each(Stream{BGW_MODE_DEPTH, other.depth_level}, other.topic);
  }
  TopicId find_topic(Stream stream) const {
    if (const std::size_t index = index_of(stream); index < kIndexedStreams) return topics[index];
    for (const OtherLevel& other : other_levels)
      if (other.depth_level == stream.depth_level) return other.topic;
    return kNoTopic;
  }
  std::vector<TopicId> all_topics() const {  // a copy: topics may go meanwhile
    std::vector<TopicId> all;
    for_each_topic([&all](TopicId topic) { all.push_back(topic); });
    return all;
  }
  void add_topic(Stream stream, TopicId topic) {
    if (const std::size_t index = index_of(stream); index < kIndexedStreams)
      topics[index] = topic;
    else
      other_levels.push_back({stream.depth_level, topic});
    ++topic_count;
  }
  void remove_topic(Stream stream, TopicId topic) {
    if (const std::size_t index = index_of(stream); index < kIndexedStreams)
      topics[index] = kNoTopic;
    else
      std::erase_if(other_levels, [topic](const OtherLevel& other) { return other.topic == topic; });
    --topic_count;
  }
};

}  // namespace gw::upstream
