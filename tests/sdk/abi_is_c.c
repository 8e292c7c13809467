/* A plugin's tables written in C11: the header compiles, its macros work, and an entry can be made
 * of it. */
#include "bgw/abi.h"

#include <string.h>

static void* create(const bgw_host* host, bgw_error* error) {
  (void)error;
  return BGW_HAS(host, get_extension) ? (void*)(uintptr_t)host : NULL;
}
static void destroy(void* self) { (void)self; }
static bgw_status nothing(void* self, bgw_error* error) {
  (void)self;
  if (error != NULL) error->code = BGW_E_UNSUPPORTED;
  return BGW_E_UNSUPPORTED;
}
static bgw_status on_timer(void* self, uint32_t id, bgw_error* error) {
  (void)id;
  return nothing(self, error);
}

static const bgw_capability capabilities[] = {
    {"NSE", BGW_MODE_LTP | BGW_MODE_DEPTH, BGW_FEED_TICK_BY_TICK, 2, {5, 20}, 0}};
static const bgw_limits limits = {.size = sizeof(bgw_limits), .batch_size = 50};
static const bgw_adapter_api api = {.size = sizeof(bgw_adapter_api),
                                    .create = create,
                                    .destroy = destroy,
                                    .initialize = nothing,
                                    .connect = nothing,
                                    .on_timer = on_timer};
static const bgw_plugin_descriptor descriptor = {.magic = BGW_ABI_MAGIC,
                                                 .size = sizeof(bgw_plugin_descriptor),
                                                 .abi_major = BGW_ABI_MAJOR,
                                                 .abi_minor = BGW_ABI_MINOR,
                                                 .tick_size = sizeof(bgw_tick),
                                                 .capability_count = 1,
                                                 .broker = "in_c",
                                                 .capabilities = capabilities,
                                                 .limits = &limits,
                                                 .api = &api};

static const bgw_plugin_descriptor* entry(const bgw_loader* loader) {
  if (!BGW_HAS(loader, set_error)) return NULL;
  return &descriptor;
}

int main(void) {
  const bgw_plugin_entry_fn found = entry;
  const bgw_loader loader = {.size = sizeof(bgw_loader)};
  const bgw_plugin_descriptor* d = found(&loader);
  const bgw_host whole = {.size = sizeof(bgw_host)};
  const bgw_host older = {.size = offsetof(bgw_host, get_extension)};
  bgw_error error = {0};
  if (memcmp(&d->magic, "BGW1", 4) != 0) return 1; /* on a little-endian machine */
  if (!BGW_HAS(d, get_extension) || BGW_HAS(&older, get_extension)) return 2;
  if (!BGW_HAS(&older, log)) return 3;
  if (d->api->create(&whole, &error) == NULL || d->api->create(&older, &error) != NULL) return 4;
  if (d->api->connect(NULL, &error) != BGW_E_UNSUPPORTED || error.code != BGW_E_UNSUPPORTED) return 5;
  if (BGW_PRICE_SCALE / 1000 * 1000 != INT64_C(1000000000)) return 6;
  return strcmp(BGW_PLUGIN_ENTRY_NAME, "bgw_plugin_entry") == 0 ? 0 : 7;
}
