/* A plugin's side of the border, in a library of its own: hands updates over as fast as it can. */
#include "bgw/abi.h"

__attribute__((visibility("default"))) void publish_one_by_one(const bgw_host* host, const bgw_update* updates,
                                                               uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) host->publish(host->context, updates + i);
}

__attribute__((visibility("default"))) void publish_at_once(const bgw_host* host, const bgw_update* updates,
                                                            uint32_t count) {
  host->publish_batch(host->context, updates, count);
}
