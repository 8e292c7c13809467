// What taking an update looks at lies scattered over the memory, each thing behind a pointer in the one before. Here
// each is fetched for a whole run of records before the next: the processor waits for all of them at once and not for
// one after the other. [routing]
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
