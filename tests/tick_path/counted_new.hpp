// operator new of this program counts on the threads that ask for it.
#pragma once

#include <atomic>
#include <cstdint>

namespace gw::tick_path {

// From here on, every allocation of the calling thread counts while `counting` is set.
void count_this_thread();

extern std::atomic<bool> counting;
extern std::atomic<std::uint64_t> allocations;

}  // namespace gw::tick_path
