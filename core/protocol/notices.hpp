// Notices, which clients with extras get unasked, in dialect `json`, as JSON text. [any]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/routing/names.hpp"

namespace gw::protocol {

// `epoch` only with "switched".
std::string broker_status(std::string_view broker, std::string_view status, std::string_view message,
                          std::int64_t wall_ns, std::string_view epoch = {});
std::string feed_status(std::string_view broker, const routing::Feed& feed);
// `note`: what Router::note says.
std::string subscription_status(const routing::Topic& topic, std::string_view note);
// `source`: "broker", "calendar", or "feed" where the ticks say otherwise.
std::string market_status(std::string_view exchange, std::string_view status, std::string_view source);
// `status`: "behind" or "caught_up".
std::string slow(std::string_view status, std::uint64_t conflated);
// The gateway will close the connection with `code`; the client should wait `reconnect_after_ms` after that.
std::string closing(int code, int reconnect_after_ms);
// Follows the updates of a topic that a client had missed. `missing`: how many of them are not kept; unset: the client
// held the topic in another epoch, and nobody can tell.
std::string recovered(const routing::TopicInfo& topic, std::optional<std::uint64_t> missing);
// A subscription that had been confirmed was refused by the broker. Sent to clients without extras too.
std::string refused(const routing::TopicInfo& topic, std::string_view reason, bool extras);
// A subscription is over because there is no such instrument any more. Sent to clients without extras too.
std::string ended(const routing::TopicInfo& topic, const routing::Gone& why, bool extras);
// A list of texts.
std::string json_list(const std::vector<std::string>& texts);
// The part of SYMBOL_NOT_FOUND that only clients with extras get; empty, or it begins with a comma.
std::string gone_text(const routing::Gone& why);

}  // namespace gw::protocol
