// SIGTERM and SIGINT as something the main thread waits for.
#pragma once

namespace gw::app {

// Before any other thread starts, so that all inherit it.
void block_signals();
// Returns when the process is asked to end.
void wait_for_end();

}  // namespace gw::app
