// SIGTERM, SIGINT and SIGHUP as something the main thread waits for.
#pragma once

namespace gw::app {

// Call it before any other thread starts, so that all threads inherit the blocked signals.
void block_signals();

enum class Asked { to_end, to_reload };
Asked wait_for_signal();

}  // namespace gw::app
