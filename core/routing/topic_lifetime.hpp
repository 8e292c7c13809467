// How an interest and its topics begin when somebody wants them, and end when nobody does. [routing]
#pragma once

#include "core/routing/names.hpp"
#include "core/topics/topic_publisher.hpp"
#include "core/upstream/instrument_demand.hpp"

namespace gw::routing {

class TopicLifetime {
 public:
  // All outlive this.
  TopicLifetime(upstream::InterestTable& interests, topics::TopicTable& topics, topics::TopicPublisher& publisher,
                upstream::InstrumentDemand& demand)
      : interests_(interests), topics_(topics), publisher_(publisher), demand_(demand) {}

  // The topic of a stream of an instrument for a group; made when new. The caller calls InstrumentDemand::request next.
  TopicId find_or_add(GroupId group, const upstream::InstrumentKey& key, Stream stream);
  // Ends the topic if no session holds it and it is neither kept nor pinned; the last topic ends its interest too.
  void end_if_unused(TopicId id);

 private:
  upstream::InterestTable& interests_;
  topics::TopicTable& topics_;
  topics::TopicPublisher& publisher_;
  upstream::InstrumentDemand& demand_;
};

}  // namespace gw::routing
