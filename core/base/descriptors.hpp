// How many file descriptors are left. Clients may not take the last ones, which the gateway needs for itself: for its
// control socket, its brokers and its files. Any thread.
#pragma once

namespace gw {

// The descriptor that the next socket or file would get; -1: none is left.
int lowest_free_descriptor();
// Whether a descriptor is one of the last 64 (of the last quarter, where the limit is low), or none.
bool is_kept_back(int descriptor);

}  // namespace gw
