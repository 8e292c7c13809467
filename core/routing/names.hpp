// The types of core/topics and core/upstream under the names that the clients' side uses.
#pragma once

#include <cstddef>

#include "core/topics/ports.hpp"
#include "core/topics/topic.hpp"
#include "core/upstream/broker.hpp"
#include "core/upstream/broker_group.hpp"
#include "core/upstream/gone.hpp"
#include "core/upstream/stream.hpp"

namespace gw::routing {

using topics::Audience;
using topics::Encoder;
using topics::FrameBuffer;
using topics::generation_of;
using topics::index_of;
using topics::kLanes;
using topics::kVariants;
using topics::Lane;
using topics::lane_of;
using topics::Publisher;
using topics::session_id;
using topics::SessionId;
using topics::shard_of;
using topics::SubscriptionState;
using topics::Topic;
using topics::TopicInfo;
using topics::TopicUpdate;
using topics::Variant;
using upstream::Broker;
using upstream::BrokerGroup;
using upstream::BrokerId;
using upstream::BrokerSetup;
using upstream::Feed;
using upstream::Gone;
using upstream::GroupId;
using upstream::kDefaultGroup;
using upstream::kDepthLevels;
using upstream::kNoTopic;
using upstream::MarketFeed;
using upstream::MarketFeeds;
using upstream::Pin;
using upstream::Stream;
using upstream::TopicId;

}  // namespace gw::routing
