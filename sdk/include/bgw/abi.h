/* SPDX-License-Identifier: Apache-2.0 */
/* bgw/abi.h - the binary contract between the broker gateway ("host") and a broker plugin. C11 and C++20.
 *
 * A plugin is one shared library with one exported symbol, bgw_plugin_entry. C++ authors include
 * bgw/adapter.hpp, which is a thin layer over this file.
 *
 * Thread tags. [adapter]: the one symbolic thread of one adapter object. Calls on an object never overlap, but the
 * operating system's thread may change between them. [any]: callable from every thread. [load]: called while the
 * library is being loaded or on a tool's main thread; no adapter object exists for it.
 * The host never calls the adapter from inside a host function.
 *
 * Ownership. Every pointer that crosses this border is borrowed for the duration of the call, in both directions.
 * Only the descriptor and what it points to live as long as the library.
 *
 * Units. Prices: int64, 1e-9 of the currency unit. Times: int64, nanoseconds since 1970-01-01 UTC. Durations: int64,
 * nanoseconds. Quantities: units (shares, not lots), or lots where the exchange's capability says so: the host then
 * multiplies by the instrument's lot size. A value counts only when its bit in `present` is set.
 *
 * Handles. A handle of the host stands for one token of the broker from its subscribe to its unsubscribe, and no two
 * handles that are subscribed at one time have the same token. When a new instrument list gives a token to another
 * instrument, the host ends the old handle before it begins a new one.
 *
 * Evolution within a major version: records that travel in arrays are frozen; tables (host, adapter, descriptor,
 * extensions) grow at their end, and a reader tests `size` before it uses a later member.
 */
#ifndef BGW_ABI_H
#define BGW_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BGW_ABI_MAGIC 0x31574742u /* "BGW1", little-endian */
#define BGW_ABI_MAJOR 0u          /* other major: not compatible */
#define BGW_ABI_MINOR 9u          /* counts additions */
#define BGW_PRICE_SCALE INT64_C(1000000000)
#define BGW_MAX_LEVELS 200u /* levels a side that a book may carry */

/* True when table `t` (with a `size` member) is large enough to hold member `m`. */
#define BGW_HAS(t, m) ((t)->size >= offsetof(__typeof__(*(t)), m) + sizeof((t)->m))

/* ---- results ---------------------------------------------------------------------------------------------------- */

typedef int32_t bgw_status;
enum {
  BGW_OK = 0,
  BGW_E_INVALID = -1,     /* what was handed over is malformed; from on_frame: the frame is refused and counted */
  BGW_E_UNSUPPORTED = -2, /* the broker has no such thing */
  BGW_E_AUTH = -3,        /* credentials missing, refused or expired: no retry until there are new ones */
  BGW_E_TRANSIENT = -4,   /* may work later: retry with back-off */
  BGW_E_RATE = -5,        /* the broker throttles: wait at least retry_after_ns */
  BGW_E_FATAL = -6,       /* will not work before somebody changes something: no retry */
  BGW_E_STATE = -7,       /* not now: called in a state that does not allow it */
  BGW_E_EXCEPTION = -8,   /* the plugin's code threw something that is not a bgw::Error */
  BGW_E_REFUSED = -9 /* refused, and nothing proves why (token, plan, firewall). The host asks bgw.credentials/1, where
                        the plugin has it, and tries again after 1 s, then after 1, 5 and every 15 minutes */
};

typedef struct bgw_error { /* allocated and zeroed by the caller */
  bgw_status code;
  uint32_t reserved;
  int64_t retry_after_ns; /* with BGW_E_RATE: the least time to wait; 0: the broker did not say */
  char message[240];      /* for an operator; NUL-terminated; never a secret */
} bgw_error;

/* ---- market data ------------------------------------------------------------------------------------------------ */

enum { BGW_MODE_LTP = 1u, BGW_MODE_QUOTE = 2u, BGW_MODE_DEPTH = 4u };

/* Presence bits of bgw_tick and bgw_tick_rare. */
enum {
  BGW_HAS_LTP = 1u << 0,
  BGW_HAS_LAST_QUANTITY = 1u << 1,
  BGW_HAS_AVERAGE_PRICE = 1u << 2,
  BGW_HAS_VOLUME = 1u << 3,
  BGW_HAS_OPEN = 1u << 4,
  BGW_HAS_HIGH = 1u << 5,
  BGW_HAS_LOW = 1u << 6,
  BGW_HAS_CLOSE = 1u << 7,
  BGW_HAS_OI = 1u << 8,
  BGW_HAS_LAST_TRADE_TIME = 1u << 9,
  BGW_HAS_TOTAL_BUY = 1u << 10,
  BGW_HAS_TOTAL_SELL = 1u << 11,
  BGW_HAS_EXCHANGE_TIME = 1u << 12,
  /* bit 13 is reserved */
  /* in the rare record */
  BGW_HAS_OI_DAY_HIGH = 1u << 14,
  BGW_HAS_OI_DAY_LOW = 1u << 15,
  BGW_HAS_UPPER_CIRCUIT = 1u << 16,
  BGW_HAS_LOWER_CIRCUIT = 1u << 17,
  BGW_HAS_HIGH_52_WEEKS = 1u << 18,
  BGW_HAS_LOW_52_WEEKS = 1u << 19,
  /* of a book: the broker says how many orders stand at each level */
  BGW_HAS_ORDERS = 1u << 20
};

/* One packet's values. The first cache line holds what nearly every packet changes. Hand prices over as the broker sent
 * them: where the exchange has no prices of zero and below, the host clears the presence bits of such prices. An
 * instrument that has never traded has no ltp: hand the broker's zero over, or leave BGW_HAS_LTP and BGW_MODE_LTP out.
 * An auction's indicative price is no ltp. */
typedef struct bgw_tick {
  uint32_t instrument; /* the handle from bgw_subscription */
  uint32_t modes;      /* BGW_MODE_* bits that this packet fills: a quote packet has LTP|QUOTE */
  uint64_t present;    /* BGW_HAS_* bits */
  int64_t ltp;
  int64_t exchange_time_ns;
  int64_t last_quantity;
  int64_t volume; /* of the day */
  int64_t average_price;
  int64_t reserved; /* 0 */
  int64_t open;
  int64_t high;
  int64_t low;
  int64_t close; /* of the previous day */
  int64_t last_trade_time_ns;
  int64_t total_buy_quantity;
  int64_t total_sell_quantity;
  int64_t oi;
} bgw_tick;

/* Values that few packets carry. */
typedef struct bgw_tick_rare {
  int64_t oi_day_high;
  int64_t oi_day_low;
  int64_t upper_circuit;
  int64_t lower_circuit;
  int64_t high_52_weeks;
  int64_t low_52_weeks;
  int64_t reserved[2];
} bgw_tick_rare;

typedef struct bgw_level {
  int64_t price;
  int64_t quantity;
  uint32_t orders; /* counts only when the book's `present` has BGW_HAS_ORDERS */
  uint32_t reserved;
} bgw_level;

typedef struct bgw_book {
  uint32_t reserved_flags; /* 0 */
  uint32_t bid_count;      /* <= BGW_MAX_LEVELS */
  uint32_t ask_count;
  uint32_t present; /* BGW_HAS_EXCHANGE_TIME of the book itself, BGW_HAS_ORDERS */
  int64_t exchange_time_ns;
  int64_t reserved; /* 0 */
  /* The host removes levels with a quantity of 0 or below and levels without a price. The others must be best first:
   * bids do not rise and asks do not fall. The host leaves a book out that is not in order. The sides may cross. */
  const bgw_level* bids;
  const bgw_level* asks;
} bgw_book;

/* All that one packet of the broker says about one instrument: one update for the clients. */
typedef struct bgw_update {
  const bgw_tick* tick;      /* always */
  const bgw_tick_rare* rare; /* or NULL */
  const bgw_book* book;      /* or NULL; required when tick->modes has BGW_MODE_DEPTH */
} bgw_update;

/* ---- subscriptions ---------------------------------------------------------------------------------------------- */

/* What the host wants of one instrument. A later subscribe for the same handle replaces the earlier one. */
typedef struct bgw_subscription {
  uint32_t size;
  uint32_t instrument;  /* the host's handle; stamp it into every tick */
  uint32_t mode;        /* the richest BGW_MODE_* wanted; it serves the poorer ones too */
  uint32_t depth_level; /* with BGW_MODE_DEPTH: a level that the capability lists; else 0 */
  const char* symbol;   /* normalised, e.g. "NIFTY27OCT26FUT" */
  const char* exchange; /* normalised, e.g. "NSE_INDEX" */
  const char* broker_symbol;
  const char* broker_exchange;
  const char* token; /* as in the plugin's own instrument row */
} bgw_subscription;

/* Names one stream of one instrument, to confirm or refuse it. */
typedef struct bgw_stream {
  uint32_t instrument;
  uint32_t mode;        /* one BGW_MODE_* */
  uint32_t depth_level; /* with BGW_MODE_DEPTH: as it was subscribed; else 0 */
  uint32_t reserved;
} bgw_stream;

/* ---- what a plugin declares ------------------------------------------------------------------------------------- */

enum { BGW_FEED_SNAPSHOT = 0u, /* a state now and then */ BGW_FEED_TICK_BY_TICK = 1u /* every change */ };

/* Flags of a capability. */
enum {
  BGW_SNAPSHOT_ON_SUBSCRIBE = 1u << 0, /* the broker answers every good subscribe with the instrument's last values */
  BGW_QUANTITIES_IN_LOTS = 1u << 1,    /* last, total and book quantities */
  BGW_VOLUME_IN_LOTS = 1u << 2,
  BGW_OI_IN_LOTS = 1u << 3,        /* with its day's high and low */
  BGW_PRICES_BELOW_ZERO = 1u << 4, /* prices of zero and below are prices there; elsewhere they mean "none" */
  /* Packets for a subscription in this mode have BGW_HAS_EXCHANGE_TIME, which shows how late the feed is. */
  BGW_LTP_HAS_TIME = 1u << 5,
  BGW_QUOTE_HAS_TIME = 1u << 6,
  BGW_DEPTH_HAS_TIME = 1u << 7
};

typedef struct bgw_capability { /* one exchange; no depth levels: the exchange has no depth */
  char exchange[16];
  uint32_t modes;
  uint32_t feed;
  uint32_t depth_count;
  uint16_t depths[8];
  uint32_t flags; /* BGW_SNAPSHOT_ON_SUBSCRIBE and so on */
} bgw_capability;

enum { BGW_SETTING_REQUIRED = 1u, BGW_SETTING_SECRET = 2u };
enum {
  BGW_SETTING_TEXT = 0u,
  BGW_SETTING_INTEGER = 1u,
  BGW_SETTING_NUMBER = 2u,
  BGW_SETTING_BOOLEAN = 3u,
  BGW_SETTING_DURATION = 4u, /* read as integer nanoseconds */
  BGW_SETTING_INTEGERS = 5u  /* a list */
};

typedef struct bgw_setting {
  const char* name;
  uint32_t type;
  uint32_t flags;
  const char* default_value; /* written as in gateway.yaml, e.g. "[5, 20]"; NULL: none */
  const char* help;
} bgw_setting;

/* Limits that subscriptions of one depth level have besides the common ones. */
typedef struct bgw_depth_limit {
  uint32_t depth_level;
  uint32_t per_connection; /* subscriptions of this level on one connection; 0: no bound of its own */
  uint32_t weight;         /* what each counts against instruments_per_connection; 0 counts as 1 */
  uint32_t reserved;
} bgw_depth_limit;

/* One connection is one adapter object: when the first is full, the host makes further ones. */
typedef struct bgw_limits { /* the broker's own rules; 0: none known */
  uint32_t size;
  uint32_t instruments_per_connection;
  uint32_t connections_per_account;
  uint32_t batch_size;         /* subscriptions handed to one subscribe call */
  int64_t batch_interval_ns;   /* the least time between two such calls */
  int64_t heartbeat_period_ns; /* the broker sends something at least this often */
  int64_t time_resolution_ns;  /* of its exchange times: 1e9 for whole seconds */
  uint32_t depth_limit_count;
  uint32_t reserved;
  const bgw_depth_limit* depth_limits;
} bgw_limits;

/* ---- what the host offers to one adapter object ------------------------------------------------------------------ */

typedef struct bgw_header {
  const char* name;
  const char* value;
} bgw_header;

enum { BGW_WEBSOCKET_DEFLATE = 1u /* offer permessage-deflate */ };

typedef struct bgw_websocket_request {
  uint32_t size;
  uint32_t header_count;
  const char* url;           /* wss://, or ws:// to a loopback address */
  const bgw_header* headers; /* the host adds User-Agent where they have none */
  uint32_t flags;            /* BGW_WEBSOCKET_* */
  uint32_t reserved;
} bgw_websocket_request;

/* Why something that the broker sent is left out, by a plugin or by the host, which shows each count in `status`. */
enum {
  BGW_DROP_UNKNOWN = 0u,   /* the instrument is not subscribed (any more) */
  BGW_DROP_DUPLICATE = 1u, /* a packet of another mode has said it already */
  BGW_DROP_LEVEL = 2u,     /* a level of a book that makes no sense */
  BGW_DROP_LAYOUT = 3u,    /* a packet that no document describes */
  BGW_DROP_SCALE = 4u,     /* a price whose scale no document gives */
  BGW_DROP_ORDER = 5u,     /* a book with a side that is not in order; found by the host */
  BGW_DROP_KINDS = 6u
};

enum { BGW_OPCODE_TEXT = 1u, BGW_OPCODE_BINARY = 2u };
enum { BGW_LOG_DEBUG = 0, BGW_LOG_INFO = 1, BGW_LOG_WARNING = 2, BGW_LOG_ERROR = 3 };
enum { BGW_DIGEST_SHA1 = 1u, BGW_DIGEST_SHA256 = 2u, BGW_DIGEST_SHA512 = 3u };

typedef struct bgw_host {
  uint32_t size;
  uint32_t abi_minor;
  void* context; /* first argument of every function below */

  /* Hands over one packet, which is copied before the call returns. Never blocks, never fails: an invalid packet
   * (unknown handle, modes without their values, too many levels) is dropped and counted. [adapter] */
  void (*publish)(void* context, const bgw_update* update);
  /* The broker has confirmed one stream. Optional: the first tick that fills its mode confirms as well. [adapter] */
  void (*confirm)(void* context, const bgw_stream* stream);
  /* The broker refuses one stream; `text` goes to the clients that asked for it. The instrument's earlier subscription
   * goes on as it was: the plugin keeps it until the new one lives. The host then asks for what the other clients want.
   * [adapter] */
  void (*refuse)(void* context, const bgw_stream* stream, bgw_status code, const char* text);
  /* The session is usable: subscriptions may flow. Call it from on_open, or when a login was answered. [adapter] */
  void (*ready)(void* context);
  /* Ends the session for the reason given: the host closes, and acts on the code as on on_close's result. [adapter] */
  void (*fail)(void* context, const bgw_error* error);

  /* Opens a WebSocket; answers with its connection id (> 0) in *connection. on_open or on_close follows. [adapter] */
  bgw_status (*websocket_open)(void* context, const bgw_websocket_request* request, uint32_t* connection);
  /* Sends one message. BGW_E_STATE: the connection is not open; or the broker does not read and too much waits for it,
   * and the host ends the session for that reason. [adapter] */
  bgw_status (*websocket_send)(void* context, uint32_t connection, uint32_t opcode, const void* data, size_t length);
  bgw_status (*websocket_close)(void* context, uint32_t connection, int32_t code);

  /* Calls on_timer(id) once, after at least `after_ns`. Another call with this id replaces the timer; a negative time
   * cancels it. [adapter] */
  bgw_status (*timer)(void* context, uint32_t id, int64_t after_ns);
  int64_t (*now_ns)(void* context);       /* the only wall clock a plugin may use [any] */
  int64_t (*monotonic_ns)(void* context); /* never jumps; origin unspecified [any] */

  /* A setting's value as text (numbers in decimal, durations in nanoseconds, booleans "true"/"false"); *length without
   * the NUL. BGW_E_INVALID: no such key, not set, or `capacity` too small (then *length is what is needed). A secret
   * that is missing is BGW_E_AUTH. [adapter] */
  bgw_status (*setting)(void* context, const char* key, char* buffer, size_t capacity, size_t* length);
  bgw_status (*setting_integers)(void* context, const char* key, int64_t* values, size_t capacity, size_t* count);

  /* Narrows (never widens) the descriptor's capabilities for this object; flags stay the descriptor's. Only inside
   * initialize. [adapter] */
  bgw_status (*set_capabilities)(void* context, const bgw_capability* capabilities, uint32_t count);

  /* Message digests, so that plugins need no crypto library. `out` holds 20, 32 or 64 bytes. [any] */
  bgw_status (*digest)(void* context, uint32_t algorithm, const void* data, size_t length, uint8_t* out);
  bgw_status (*hmac)(void* context, uint32_t algorithm, const void* key, size_t key_length, const void* data,
                     size_t length, uint8_t* out);

  void (*log)(void* context, int32_t level, const char* text, size_t length); /* secrets are redacted [any] */
  const void* (*get_extension)(void* context, const char* id);                /* NULL: not offered [any] */

  /* `count` packets or levels were left out for the reason `kind`, BGW_DROP_*. [adapter] */
  void (*dropped)(void* context, uint32_t kind, uint64_t count);
  /* The broker's instrument list now has this tag (an HTTP ETag). A host that has another list fetches this one, once.
   * [adapter] */
  void (*list_announced)(void* context, const char* etag);
  /* When the setting's value was written, for one that comes from a file; 0: not known. [adapter] */
  int64_t (*setting_written_ns)(void* context, const char* key);
} bgw_host;

/* ---- what an adapter offers to the host -------------------------------------------------------------------------- */

typedef struct bgw_close {
  uint32_t size;
  int32_t code;        /* WebSocket close code; 1006: none was received */
  int32_t http_status; /* of a refused upgrade, else 0 */
  uint32_t header_count;
  const bgw_header* headers; /* of a refused upgrade */
  const char* reason;        /* from the close frame, or what went wrong locally; never NULL */
  const char* body;          /* the beginning of a refused upgrade's body, as much as came at once; never NULL */
  size_t body_length;        /* at most 4,096 */
} bgw_close;

typedef struct bgw_adapter_api { /* every function is [adapter] */
  uint32_t size;
  uint32_t reserved;
  /* NULL on failure, with `error` filled. `host` stays valid until destroy returned. */
  void* (*create)(const bgw_host* host, bgw_error* error);
  void (*destroy)(void* self);
  /* Once, before connect: read settings, narrow capabilities. */
  bgw_status (*initialize)(void* self, bgw_error* error);
  /* Open whatever is needed. Called anew for each attempt; the host owns back-off and replay. */
  bgw_status (*connect)(void* self, bgw_error* error);
  /* Close what is open. No publish afterwards until the next connect. */
  bgw_status (*disconnect)(void* self, bgw_error* error);
  /* Called only while ready; after each ready the host subscribes all that is wanted anew. BGW_E_STATE or
   * BGW_E_TRANSIENT: the request could not be sent, and the session ends. Any other failure of subscribe refuses all of
   * its subscriptions. */
  bgw_status (*subscribe)(void* self, const bgw_subscription* subscriptions, uint32_t count, bgw_error* error);
  bgw_status (*unsubscribe)(void* self, const uint32_t* instruments, uint32_t count, bgw_error* error);
  bgw_status (*on_open)(void* self, uint32_t connection, bgw_error* error);
  bgw_status (*on_frame)(void* self, uint32_t connection, uint32_t opcode, const void* data, size_t length,
                         bgw_error* error);
  /* The result says how the connection failed; BGW_OK counts as BGW_E_TRANSIENT. */
  bgw_status (*on_close)(void* self, uint32_t connection, const bgw_close* close, bgw_error* error);
  bgw_status (*on_timer)(void* self, uint32_t id, bgw_error* error);
} bgw_adapter_api;

/* ---- bgw.instruments/1: the broker's instrument list ---------------------------------------------------------------
 * From bgw_plugin_descriptor.get_extension. Stateless: no adapter object, no settings, no clock. [any] */

#define BGW_EXTENSION_INSTRUMENTS "bgw.instruments/1"

typedef struct bgw_instrument {
  uint32_t size;
  uint32_t reserved;
  uint64_t place; /* in the file, from 1, as bgw_instruments.place_word counts; 0: built in */
  const char* symbol;
  const char* exchange;
  const char* broker_symbol;
  const char* broker_exchange;
  const char* token; /* what subscribe needs; unique as BGW_PLUGIN_TOKENS_PER_EXCHANGE says */
  const char* name;
  const char* instrument_type; /* "EQ", "INDEX", "FUT", "CE", "PE", or the broker's word */
  const char* expiry;          /* "YYYY-MM-DD" or "" */
  int64_t strike;              /* price */
  int64_t tick_size;           /* price */
  int64_t lot_size;
  const char* exchange_number; /* the exchange's own number for it, the same at every broker; NULL or "": not known */
} bgw_instrument;

typedef struct bgw_instrument_source {
  uint32_t size;
  uint32_t reserved;
  void* context;
  size_t (*read)(void* context, void* buffer, size_t capacity); /* bytes of the broker's file; 0: end */
} bgw_instrument_source;

typedef struct bgw_instrument_sink {
  uint32_t size;
  uint32_t reserved;
  void* context;
  void (*row)(void* context, const bgw_instrument* row); /* copied before it returns */
  /* Reports a bad row, which is counted; the load goes on. `place` is that of bgw_instrument; the reason need not
   * repeat it. */
  void (*skip)(void* context, uint64_t place, const char* reason);
} bgw_instrument_sink;

typedef struct bgw_instruments {
  uint32_t size;
  uint32_t reserved;
  /* Turns the broker's file into rows. Fails only when the file as a whole is not what it should be. NULL: no file. */
  bgw_status (*parse)(const bgw_instrument_source* source, const bgw_instrument_sink* sink, bgw_error* error);
  /* Rows that the plugin brings itself. NULL: none. */
  bgw_status (*builtin)(const bgw_instrument_sink* sink, bgw_error* error);
  /* Where the host downloads the file: an address, with {NAME} for the value of the setting NAME. NULL: nowhere. */
  const char* url;
  /* Headers of that request, "Name: value", one a line, with {NAME} as above; a line whose setting is missing is left
   * out. NULL: none. */
  const char* headers;
  /* The word that messages to operators put before bgw_instrument.place: "line", or "row" where lines do not tell rows
   * apart. NULL: "line". */
  const char* place_word;
} bgw_instruments;

/* ---- bgw.credentials/1: whether credentials are good, by one request of the broker's web interface -----------------
 * From bgw_plugin_descriptor.get_extension. Stateless: no adapter object, no settings, no clock. [any]
 * The host makes the request when an upgrade was refused with BGW_E_REFUSED: GET `url`, redirects not followed, at most
 * once in 15 minutes for the same credentials unless a login succeeded meanwhile. */

#define BGW_EXTENSION_CREDENTIALS "bgw.credentials/1"

typedef struct bgw_credentials {
  uint32_t size;
  uint32_t reserved;
  const char* url;     /* as in bgw_instruments */
  const char* headers; /* as in bgw_instruments */
  /* Says what the answer proves. BGW_E_AUTH: the credentials are dead. BGW_OK: they are good, and the refusal has
   * another cause. Anything else: nothing. The host shows error->message to the operator; with BGW_OK the message
   * follows what on_close said of the refusal. `body` holds at most 65,536 bytes, the beginning of a longer one; never
   * NULL. */
  bgw_status (*judge)(int32_t http_status, const char* body, size_t length, bgw_error* error);
} bgw_credentials;

/* ---- the entry --------------------------------------------------------------------------------------------------- */

enum {
  BGW_PLUGIN_SIMULATED = 1u << 0,          /* its prices are invented */
  BGW_PLUGIN_TOKENS_PER_EXCHANGE = 1u << 1 /* a token is unique within its broker_exchange only; else within the list */
};

typedef struct bgw_plugin_descriptor {
  uint32_t magic; /* BGW_ABI_MAGIC; the first two members never move */
  uint32_t size;
  uint16_t abi_major;
  uint16_t abi_minor;
  uint16_t min_host_minor; /* abi_minor of the oldest host that will do */
  uint16_t reserved;
  /* sizes of the frozen records as the plugin was compiled with */
  uint32_t tick_size;
  uint32_t tick_rare_size;
  uint32_t level_size;
  uint32_t book_size;
  uint32_t update_size;
  uint32_t capability_size;
  uint32_t setting_size;
  uint32_t capability_count;
  uint32_t setting_count;
  uint32_t flags;     /* BGW_PLUGIN_* */
  const char* broker; /* [a-z][a-z0-9_]{0,30}; also the file's name */
  const char* version;
  const char* vendor;
  const char* sdk_version;
  const char* build_tag; /* compiler and library, for people */
  const bgw_capability* capabilities;
  const bgw_setting* settings;
  const bgw_limits* limits;
  const bgw_adapter_api* api;
  const void* (*get_extension)(const char* id); /* or NULL [load] */
} bgw_plugin_descriptor;

typedef const bgw_plugin_descriptor* (*bgw_plugin_entry_fn)(void);
#define BGW_PLUGIN_ENTRY_NAME "bgw_plugin_entry"

#ifdef __cplusplus
} /* extern "C" */
#define BGW_LAYOUT_ASSERT static_assert
#else
#define BGW_LAYOUT_ASSERT _Static_assert
#endif

BGW_LAYOUT_ASSERT(sizeof(bgw_error) == 256, "bgw_error is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_tick) == 128 && offsetof(bgw_tick, open) == 64 && offsetof(bgw_tick, oi) == 120,
                  "bgw_tick is frozen, its hot values in the first cache line");
BGW_LAYOUT_ASSERT(sizeof(bgw_tick_rare) == 64, "bgw_tick_rare is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_level) == 24 && offsetof(bgw_level, orders) == 16, "bgw_level is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_book) == 48 && offsetof(bgw_book, bids) == 32, "bgw_book is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_update) == 24, "bgw_update is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_stream) == 16, "bgw_stream is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_websocket_request) == 32, "append only");
BGW_LAYOUT_ASSERT(sizeof(bgw_subscription) == 56 && offsetof(bgw_subscription, token) == 48, "append only");
BGW_LAYOUT_ASSERT(sizeof(bgw_capability) == 48 && offsetof(bgw_capability, depths) == 28, "bgw_capability is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_setting) == 32, "bgw_setting is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_depth_limit) == 16, "bgw_depth_limit is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_limits) == 56 && offsetof(bgw_limits, depth_limits) == 48, "append only");
BGW_LAYOUT_ASSERT(sizeof(bgw_close) == 48 && offsetof(bgw_close, reason) == 24, "append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_host, publish) == 16 && offsetof(bgw_host, setting_written_ns) == 176, "append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_adapter_api, create) == 8 && offsetof(bgw_adapter_api, on_timer) == 88, "append only");
BGW_LAYOUT_ASSERT(sizeof(bgw_instruments) == 48 && offsetof(bgw_instruments, url) == 24, "append only");
BGW_LAYOUT_ASSERT(sizeof(bgw_credentials) == 32 && offsetof(bgw_credentials, judge) == 24, "append only");
BGW_LAYOUT_ASSERT(sizeof(bgw_instrument) == 112 && offsetof(bgw_instrument, lot_size) == 96, "append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_plugin_descriptor, broker) == 56 &&
                      offsetof(bgw_plugin_descriptor, get_extension) == 128,
                  "append only");

#endif
