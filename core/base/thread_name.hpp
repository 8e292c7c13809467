// The name of a thread, as `top -H`, `ps -L`, perf and gdb show it. ARCHITECTURE.md has all of them.
#pragma once

namespace gw {

// At most 15 bytes. To be called by the thread itself. [any]
void name_this_thread(const char* name) noexcept;

}  // namespace gw
