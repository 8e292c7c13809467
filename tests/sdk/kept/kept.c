/* A broker plugin in C11 whose binary is kept: kept_0_9.so was built from this file once, and later gateways must go on
 * serving it. The test run also compiles the file anew, as kept_fresh.so, which shows that plain C is enough.
 *
 * Its broker speaks lines of words over one WebSocket, and a test is that broker. There is no document of it but this:
 *   plugin: SUB TOKEN MODE LEVEL | UNSUB TOKEN
 *   broker: L TOKEN LTP | Q TOKEN LTP VOLUME OPEN HIGH LOW CLOSE | N TOKEN REASON (the stream is refused)
 *           D TOKEN LTP BIDS ASKS, then PRICE QUANTITY of each bid and of each ask, best first
 * Every function is on the adapter's thread. */
#include "bgw/abi.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef KEPT_BROKER
#define KEPT_BROKER "kept_0_9"
#endif

enum { MAX_HELD = 16, MAX_LEVELS = 20, MAX_FRAME = 4096 };

typedef struct held {
  bgw_subscription wanted; /* its texts are gone */
  char token[16];
} held;

typedef struct adapter {
  const bgw_host* host;
  char url[256];
  uint32_t connection;
  uint32_t count;
  held held[MAX_HELD];
} adapter;

static bgw_status fault(bgw_error* error, bgw_status code, const char* found, const char* expected) {
  error->code = code;
  snprintf(error->message, sizeof error->message, "found '%.80s', expected %s", found, expected);
  return code;
}

static held* find_token(adapter* self, const char* token) {
  for (uint32_t i = 0; i < self->count; ++i)
    if (strcmp(self->held[i].token, token) == 0) return &self->held[i];
  return NULL;
}

/* Reads a decimal such as 0.00000123 exactly, in units of 10 to the power of `exponent`. */
static bool read_decimal(const char* text, int32_t exponent, int64_t* value) {
  int64_t digits = 0;
  int32_t after = 0;
  bool has_digit = false;
  bool is_behind_point = false;
  if (text == NULL || *text == '\0') return false;
  for (; *text != '\0'; ++text) {
    if (*text == '.' && !is_behind_point) {
      is_behind_point = true;
      continue;
    }
    if (*text < '0' || *text > '9') return false;
    has_digit = true;
    if (is_behind_point && after == -exponent) {
      if (*text != '0') return false;
      continue;
    }
    if (digits > (INT64_MAX - 9) / 10) return false;
    digits = digits * 10 + (*text - '0');
    if (is_behind_point) ++after;
  }
  for (; after < -exponent; ++after) {
    if (digits > INT64_MAX / 10) return false;
    digits *= 10;
  }
  *value = digits;
  return has_digit;
}

static void* create(const bgw_host* host, bgw_error* error) {
  adapter* self = calloc(1, sizeof *self);
  if (self == NULL) {
    fault(error, BGW_E_TRANSIENT, "no memory", "some");
    return NULL;
  }
  self->host = host;
  return self;
}

static void destroy(void* self) { free(self); }

static bgw_status initialize(void* object, bgw_error* error) {
  adapter* self = object;
  size_t length = 0;
  return self->host->setting(self->host->context, "url", self->url, sizeof self->url, &length, error);
}

static bgw_status connect(void* object, bgw_error* error) {
  adapter* self = object;
  const bgw_websocket_request request = {.size = sizeof request, .url = self->url};
  self->count = 0;
  return self->host->websocket_open(self->host->context, &request, &self->connection, error);
}

static bgw_status disconnect(void* object, bgw_error* error) {
  (void)object;
  (void)error;
  return BGW_OK;
}

static bgw_status say(adapter* self, const char* line, bgw_error* error) {
  return self->host->websocket_send(self->host->context, self->connection, BGW_OPCODE_TEXT, line, strlen(line), error);
}

static bgw_status subscribe(void* object, const bgw_subscription* list, uint32_t count, bgw_error* error) {
  adapter* self = object;
  for (uint32_t i = 0; i < count; ++i) {
    held* place = find_token(self, list[i].token);
    if (place == NULL) {
      if (self->count == MAX_HELD) return fault(error, BGW_E_UNSUPPORTED, list[i].token, "at most 16 instruments");
      place = &self->held[self->count++];
    }
    place->wanted = list[i];
    snprintf(place->token, sizeof place->token, "%s", list[i].token);
    char line[64];
    snprintf(line, sizeof line, "SUB %s %u %u", place->token, list[i].mode, list[i].depth_level);
    const bgw_status status = say(self, line, error);
    if (status != BGW_OK) return status;
  }
  return BGW_OK;
}

static bgw_status unsubscribe(void* object, const uint32_t* instruments, uint32_t count, bgw_error* error) {
  adapter* self = object;
  for (uint32_t i = 0; i < count; ++i)
    for (uint32_t k = 0; k < self->count; ++k) {
      if (self->held[k].wanted.instrument != instruments[i]) continue;
      char line[64];
      snprintf(line, sizeof line, "UNSUB %s", self->held[k].token);
      self->held[k] = self->held[--self->count];
      const bgw_status status = say(self, line, error);
      if (status != BGW_OK) return status;
      break;
    }
  return BGW_OK;
}

static bgw_status on_open(void* object, uint32_t connection, bgw_error* error) {
  adapter* self = object;
  (void)connection;
  (void)error;
  self->host->ready(self->host->context);
  return BGW_OK;
}

static bool read_levels(const bgw_subscription* of, uint32_t count, char** rest, bgw_level* levels) {
  for (uint32_t i = 0; i < count; ++i)
    if (!read_decimal(strtok_r(NULL, " ", rest), of->price_exponent, &levels[i].price) ||
        !read_decimal(strtok_r(NULL, " ", rest), of->quantity_exponent, &levels[i].quantity))
      return false;
  return true;
}

static bgw_status on_frame(void* object, uint32_t connection, uint32_t opcode, const void* data, size_t length,
                           bgw_error* error) {
  adapter* self = object;
  char text[MAX_FRAME];
  (void)connection;
  if (opcode != BGW_OPCODE_TEXT || length >= sizeof text)
    return fault(error, BGW_E_INVALID, "binary or long", "a text frame of less than 4096 bytes");
  if (length != 0) memcpy(text, data, length);
  text[length] = '\0';

  char* rest = NULL;
  const char* kind = strtok_r(text, " ", &rest);
  const char* token = strtok_r(NULL, " ", &rest);
  if (kind == NULL || token == NULL) return fault(error, BGW_E_INVALID, text, "a line of a kind and a token");
  const held* known = find_token(self, token);
  if (known == NULL) {
    self->host->dropped(self->host->context, BGW_DROP_UNKNOWN, 1);
    return BGW_OK;
  }
  const bgw_subscription* of = &known->wanted;
  if (strcmp(kind, "N") == 0) {
    const bgw_stream stream = {of->instrument, of->mode, of->depth_level, sizeof stream};
    self->host->refuse(self->host->context, &stream, BGW_E_UNSUPPORTED, rest);
    return BGW_OK;
  }

  bgw_tick tick = {.instrument = of->instrument, .modes = BGW_MODE_LTP, .present = BGW_HAS_LTP, .size = sizeof tick};
  bgw_level bids[MAX_LEVELS] = {{0}};
  bgw_level asks[MAX_LEVELS] = {{0}};
  bgw_book book = {.size = sizeof book, .bids = bids, .asks = asks};
  bool is_good = read_decimal(strtok_r(NULL, " ", &rest), of->price_exponent, &tick.ltp);
  if (strcmp(kind, "Q") == 0) {
    tick.modes |= BGW_MODE_QUOTE;
    tick.present |= BGW_HAS_VOLUME | BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW | BGW_HAS_CLOSE;
    is_good = is_good && read_decimal(strtok_r(NULL, " ", &rest), of->quantity_exponent, &tick.volume);
    int64_t* const prices[] = {&tick.open, &tick.high, &tick.low, &tick.close};
    for (size_t i = 0; i < sizeof prices / sizeof *prices; ++i)
      is_good = is_good && read_decimal(strtok_r(NULL, " ", &rest), of->price_exponent, prices[i]);
  } else if (strcmp(kind, "D") == 0) {
    int64_t counts[2] = {0, 0};
    for (size_t i = 0; i < 2; ++i)
      is_good = is_good && read_decimal(strtok_r(NULL, " ", &rest), 0, &counts[i]) && counts[i] <= MAX_LEVELS;
    if (is_good) {
      tick.modes |= BGW_MODE_DEPTH;
      book.bid_count = (uint32_t)counts[0];
      book.ask_count = (uint32_t)counts[1];
      is_good = read_levels(of, book.bid_count, &rest, bids) && read_levels(of, book.ask_count, &rest, asks);
    }
  } else if (strcmp(kind, "L") != 0) {
    return fault(error, BGW_E_INVALID, kind, "L, Q, D or N");
  }
  if (!is_good || strtok_r(NULL, " ", &rest) != NULL)
    return fault(error, BGW_E_INVALID, kind, "the numbers of this line, in the instrument's exponents");
  const bgw_update update = {.tick = &tick, .book = (tick.modes & BGW_MODE_DEPTH) != 0 ? &book : NULL};
  self->host->publish(self->host->context, &update);
  return BGW_OK;
}

static bgw_status on_close(void* object, uint32_t connection, const bgw_close* close, bgw_error* error) {
  (void)object;
  (void)connection;
  return fault(error, BGW_E_TRANSIENT, close->reason, "an open connection");
}

static bgw_status on_timer(void* object, uint32_t id, bgw_error* error) {
  (void)object;
  (void)id;
  (void)error;
  return BGW_OK;
}

static bgw_status builtin(const bgw_instrument_sink* sink, bgw_error* error) {
  (void)error;
  const bgw_instrument share = {
      .size = sizeof share, .symbol = "SHARE", .exchange = "KEPT", .token = "share", .instrument_type = "EQ"};
  const bgw_instrument coin = {.size = sizeof coin,
                               .symbol = "COIN",
                               .exchange = "KEPT",
                               .token = "coin",
                               .instrument_type = "SPOT",
                               .price_exponent = -13,
                               .quantity_exponent = -8};
  sink->row(sink->context, &share);
  sink->row(sink->context, &coin);
  return BGW_OK;
}

static const void* get_extension(const char* id) {
  static const bgw_instruments instruments = {.size = sizeof instruments, .builtin = builtin};
  return strcmp(id, BGW_EXTENSION_INSTRUMENTS) == 0 ? &instruments : NULL;
}

static const bgw_capability capabilities[] = {
    {"KEPT", BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH, BGW_FEED_TICK_BY_TICK, 2, {5, MAX_LEVELS}, 0}};
static const bgw_setting settings[] = {
    {"url", BGW_SETTING_TEXT, BGW_SETTING_REQUIRED, NULL, "where the broker listens"}};
static const bgw_limits limits = {.size = sizeof limits, .instruments_per_connection = MAX_HELD};
static const bgw_adapter_api api = {.size = sizeof api,
                                    .create = create,
                                    .destroy = destroy,
                                    .initialize = initialize,
                                    .connect = connect,
                                    .disconnect = disconnect,
                                    .subscribe = subscribe,
                                    .unsubscribe = unsubscribe,
                                    .on_open = on_open,
                                    .on_frame = on_frame,
                                    .on_close = on_close,
                                    .on_timer = on_timer};
static const bgw_plugin_descriptor descriptor = {.magic = BGW_ABI_MAGIC,
                                                 .size = sizeof descriptor,
                                                 .abi_major = BGW_ABI_MAJOR,
                                                 .abi_minor = BGW_ABI_MINOR,
                                                 .tick_size = sizeof(bgw_tick),
                                                 .tick_rare_size = sizeof(bgw_tick_rare),
                                                 .level_size = sizeof(bgw_level),
                                                 .book_size = sizeof(bgw_book),
                                                 .update_size = sizeof(bgw_update),
                                                 .capability_size = sizeof(bgw_capability),
                                                 .setting_size = sizeof(bgw_setting),
                                                 .subscription_size = sizeof(bgw_subscription),
                                                 .value_size = sizeof(bgw_value),
                                                 .header_size = sizeof(bgw_header),
                                                 .depth_limit_size = sizeof(bgw_depth_limit),
                                                 .connection_class_size = sizeof(bgw_connection_class),
                                                 .capability_count = 1,
                                                 .setting_count = 1,
                                                 .broker = KEPT_BROKER,
                                                 .version = "0.9",
                                                 .vendor = "tests",
                                                 .sdk_version = "0.9.0",
                                                 .build_tag = "C11",
                                                 .capabilities = capabilities,
                                                 .settings = settings,
                                                 .limits = &limits,
                                                 .api = &api,
                                                 .get_extension = get_extension};

__attribute__((visibility("default"))) const bgw_plugin_descriptor* bgw_plugin_entry(const bgw_loader* loader);
const bgw_plugin_descriptor* bgw_plugin_entry(const bgw_loader* loader) {
  if (BGW_HAS(loader, get_extension) && loader->abi_minor >= BGW_ABI_MINOR) return &descriptor;
  if (BGW_HAS(loader, set_error)) loader->set_error(loader->context, "this gateway is older than 0.9");
  return NULL;
}
