// Fetches into the processor's cache what the next updates will look at. That lies scattered over the memory, each
// thing behind a pointer in the one before. Each kind of thing is fetched for a whole run of records before the next
// kind, so that the processor waits for all of them at once and not for one after the other. [routing]
#pragma once

#include <cstddef>
#include <span>

#include "core/topics/topic_table.hpp"
#include "core/upstream/broker.hpp"
#include "core/upstream/interest_table.hpp"

namespace gw::topics {

inline constexpr std::size_t kMaxAheadRecords = 32;

void fetch_ahead(const upstream::Broker& broker, const upstream::InterestTable& interests, const TopicTable& topics,
                 std::span<const std::span<const std::byte>> records);

}  // namespace gw::topics
