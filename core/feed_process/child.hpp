// The process of one broker's link: makes the link as the gateway says, does what it commands, and ends with it.
#pragma once

#include <functional>
#include <memory>

#include "core/feed_process/messages.hpp"
#include "core/plugin_host/library.hpp"

namespace gw::feed_process {

// The command that the gateway runs its own executable with; the descriptors' numbers follow, in their order.
inline constexpr const char* kProcessWord = "feed-process";

// What only the application can add to the link's options, with the library that the link runs. Called once.
using Complete =
    std::function<void(std::shared_ptr<const plugin_host::Library> library, plugin_host::LinkOptions& options)>;

// The broker's library, loaded from the gateway's copy of the file, which is behind the descriptor. [main]
Result<std::shared_ptr<const plugin_host::Library>> load_broker(const std::string& file, const std::string& broker,
                                                                int descriptor);
// The log of such a process: its lines go to standard error, in the form that the gateway reads. [main]
void log_for_gateway(log::Level level);

// Runs the link until the gateway ends it, or is gone. The exit status. [main]
int run_child(const Descriptors& descriptors, const Complete& complete);

}  // namespace gw::feed_process
