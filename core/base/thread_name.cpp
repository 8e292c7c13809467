#include "core/base/thread_name.hpp"

#include <pthread.h>

namespace gw {

void name_this_thread(const char* name) noexcept { pthread_setname_np(pthread_self(), name); }

}  // namespace gw
