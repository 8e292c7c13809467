/* SPDX-License-Identifier: Apache-2.0 */
/* bgw/abi.h - the binary contract between the broker gateway ("host") and a broker plugin. C11 and C++20.
 * Platform: 64 bits, little-endian.
 *
 * A plugin is one shared library with one exported symbol, bgw_plugin_entry. C++ authors include
 * bgw/adapter.hpp, which is a thin layer over this file.
 *
 * Thread tags. [adapter]: the one symbolic thread of one adapter object. Calls on an object never overlap, but the
 * operating system's thread may change between them. A host function with this tag may be called only inside a call of
 * the host into the adapter. Elsewhere (another thread, after destroy) it does nothing, answers BGW_E_STATE where it
 * answers, and the host counts and logs it. [any]: callable from every thread, from create until destroy returns.
 * [load]: called while the library is being loaded or on a tool's main thread; no adapter object exists for it.
 * The host never calls the adapter from inside a host function.
 *
 * Ownership. Every pointer that crosses this border is borrowed for the duration of the call, in both directions.
 * Only the descriptor and what it points to live as long as the library.
 *
 * Pointers are not NULL unless their comment says so. Texts are UTF-8 and end with a NUL. Bounds, without the NUL:
 * exchanges 15 bytes, symbols 64, tokens 120, other texts of an instrument 255, addresses 4,096, texts for people
 * 1,000. Plugins written in C++ throw nothing across this border; the host catches what does cross it.
 *
 * Units. Prices: int64, in units of 10 to the power of the instrument's price exponent, -9 where its row has none.
 * Quantities: int64, in units of 10 to the power of its quantity exponent, 0 where its row has none; units (shares, not
 * lots), or lots where the exchange's capability says so: the host then multiplies by the instrument's lot size.
 * Times: int64, nanoseconds since 1970-01-01 UTC. Durations: int64, nanoseconds. A value counts only when its bit in
 * `present` is set.
 *
 * Handles. A handle of the host stands for one token of the broker from its subscribe to its unsubscribe, and no two
 * handles that are subscribed at one time have the same token. When a new instrument list gives a token to another
 * instrument, the host ends the old handle before it begins a new one.
 *
 * Evolution within a major version. Frozen are bgw_error and the records that travel in arrays, whose sizes are in the
 * descriptor: bgw_subscription, bgw_update, bgw_level, bgw_value, bgw_header, bgw_capability, bgw_setting,
 * bgw_depth_limit, bgw_connection_class. All others are passed singly, have a `size` and grow at their end; a reader
 * tests `size` with BGW_HAS before it uses a later member. A size of 0 in bgw_tick, bgw_tick_rare, bgw_book and
 * bgw_stream counts as the size that the record has in the first contract, 0.9.
 */
#ifndef BGW_ABI_H
#define BGW_ABI_H

#include <stddef.h>
#include <stdint.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "bgw/abi.h is for little-endian machines"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define BGW_ABI_MAGIC 0x31574742u /* "BGW1", little-endian */
#define BGW_ABI_MAJOR 0u          /* other major: not compatible */
#define BGW_ABI_MINOR 9u          /* counts additions */
#define BGW_PRICE_EXPONENT (-9)   /* of an instrument whose row gives none */
#define BGW_PRICE_SCALE INT64_C(1000000000)
#define BGW_MIN_EXPONENT (-18)
#define BGW_MIN_LEVELS 1000u /* what bgw_host.max_levels is at least */

/* True when `t` (a pointer to a record with a `size` member) is not NULL and large enough to hold member `m`. */
#define BGW_HAS(t, m) bgw_covers_((t), offsetof(__typeof__(*(t)), size), offsetof(__typeof__(*(t)), m) + sizeof((t)->m))
static inline int bgw_covers_(const void* record, size_t size_at, size_t end) {
  return record != NULL && *(const uint32_t*)((const char*)record + size_at) >= end;
}

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
  /* Refused, and nothing proves why (token, plan, firewall). The host asks bgw.credentials/1, where the plugin has it,
   * and tries again after 1 s, then after 1, 5 and every 15 minutes. */
  BGW_E_REFUSED = -9,
  BGW_E_NOT_FOUND = -10, /* no such setting, request or connection */
  BGW_E_TOO_SMALL = -11  /* the buffer; the length that is needed is answered */
};

typedef struct bgw_error { /* allocated and zeroed by the caller */
  bgw_status code;
  uint32_t reserved;
  int64_t retry_after_ns; /* with BGW_E_RATE: the least time to wait; 0: the broker did not say */
  char message[240];      /* for an operator; NUL-terminated; never a secret */
} bgw_error;

/* ---- market data ------------------------------------------------------------------------------------------------ */

enum { BGW_MODE_LTP = 1u, BGW_MODE_QUOTE = 2u, BGW_MODE_DEPTH = 4u };

/* Presence bits of bgw_tick, bgw_tick_rare and bgw_book; others are reserved. */
#define BGW_HAS_LTP (UINT64_C(1) << 0)
#define BGW_HAS_LAST_QUANTITY (UINT64_C(1) << 1)
#define BGW_HAS_AVERAGE_PRICE (UINT64_C(1) << 2)
#define BGW_HAS_VOLUME (UINT64_C(1) << 3)
#define BGW_HAS_OPEN (UINT64_C(1) << 4)
#define BGW_HAS_HIGH (UINT64_C(1) << 5)
#define BGW_HAS_LOW (UINT64_C(1) << 6)
#define BGW_HAS_CLOSE (UINT64_C(1) << 7)
#define BGW_HAS_OI (UINT64_C(1) << 8)
#define BGW_HAS_LAST_TRADE_TIME (UINT64_C(1) << 9)
#define BGW_HAS_TOTAL_BUY (UINT64_C(1) << 10)
#define BGW_HAS_TOTAL_SELL (UINT64_C(1) << 11)
#define BGW_HAS_EXCHANGE_TIME (UINT64_C(1) << 12)
/* in the rare record */
#define BGW_HAS_OI_DAY_HIGH (UINT64_C(1) << 14)
#define BGW_HAS_OI_DAY_LOW (UINT64_C(1) << 15)
#define BGW_HAS_UPPER_CIRCUIT (UINT64_C(1) << 16)
#define BGW_HAS_LOWER_CIRCUIT (UINT64_C(1) << 17)
#define BGW_HAS_HIGH_52_WEEKS (UINT64_C(1) << 18)
#define BGW_HAS_LOW_52_WEEKS (UINT64_C(1) << 19)
/* of a book: the broker says how many orders stand at each level */
#define BGW_HAS_ORDERS (UINT64_C(1) << 20)

/* One packet's values, as many or as few as it carries: a packet may say just the open interest, just the previous
 * close or nothing beside its book. The host keeps what earlier packets said. The first cache line holds what nearly
 * every packet changes. Hand prices over as the broker sent them: where the exchange has no prices of zero and below,
 * the host clears the presence bits of such prices. INT64_MIN and INT64_MAX are no prices anywhere. An instrument that
 * has never traded has no ltp: hand the broker's zero over, or leave BGW_HAS_LTP and BGW_MODE_LTP out. An auction's
 * indicative price is no ltp. */
typedef struct bgw_tick {
  uint32_t instrument; /* the handle from bgw_subscription */
  /* BGW_MODE_* bits that this packet fills, at least one: a quote packet has LTP|QUOTE; one with the open interest, the
   * previous close or further values alone has QUOTE; one with a book alone has DEPTH. */
  uint32_t modes;
  uint64_t present; /* BGW_HAS_* bits */
  int64_t ltp;
  int64_t exchange_time_ns;
  int64_t last_quantity;
  int64_t volume; /* of the day */
  int64_t average_price;
  uint32_t size;     /* sizeof(bgw_tick), or 0 */
  uint32_t reserved; /* 0 */
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
  uint32_t size; /* sizeof(bgw_tick_rare), or 0 */
  uint32_t reserved;
  int64_t reserved2;
} bgw_tick_rare;

typedef struct bgw_level {
  int64_t price;
  int64_t quantity;
  uint32_t orders; /* counts only when the book's `present` has BGW_HAS_ORDERS */
  uint32_t reserved;
} bgw_level;

enum { BGW_BOOK_BIDS_ONLY = 1u, BGW_BOOK_ASKS_ONLY = 2u };

typedef struct bgw_book {
  /* BGW_BOOK_BIDS_ONLY: the packet has the bids alone, and the asks stay as this login said last. Before that no book.
   */
  uint32_t flags;
  uint32_t bid_count; /* <= bgw_host.max_levels */
  uint32_t ask_count;
  uint32_t present; /* BGW_HAS_EXCHANGE_TIME of the book itself, BGW_HAS_ORDERS */
  int64_t exchange_time_ns;
  uint32_t size; /* sizeof(bgw_book), or 0 */
  /* Which level the book is of, where the broker's packets say so: a book of 5 levels may still be on its way when 30
   * are wanted. 0: of the level that was subscribed last. */
  uint32_t depth_level;
  /* NULL where the count is 0. The host removes levels with a quantity of 0 or below and levels without a price. The
   * others must be best first: bids do not rise and asks do not fall. The host leaves a book out that is not in order.
   * The sides may cross. */
  const bgw_level* bids;
  const bgw_level* asks;
} bgw_book;

/* Further values, each with its own exponent: `value` times 10 to the power of `exponent`. In modes 2 and 4 clients
 * with extras get them under the names that stand here; kinds that the host does not know are left out. A value stays
 * until another one of its kind comes, or a new login. The host leaves out prices that the exchange cannot have, and
 * quantities below zero. */
enum {
  BGW_VALUE_BID_PRICE = 1u,            /* "bid": the best bid, from a packet that has no book */
  BGW_VALUE_BID_QUANTITY = 2u,         /* "bid_quantity"; 0: there is no bid, and the client gets neither */
  BGW_VALUE_ASK_PRICE = 3u,            /* "ask" */
  BGW_VALUE_ASK_QUANTITY = 4u,         /* "ask_quantity" */
  BGW_VALUE_DELTA = 5u,                /* "delta" */
  BGW_VALUE_GAMMA = 6u,                /* "gamma" */
  BGW_VALUE_THETA = 7u,                /* "theta", in price for a day */
  BGW_VALUE_VEGA = 8u,                 /* "vega", in price for one percent of volatility */
  BGW_VALUE_RHO = 9u,                  /* "rho" */
  BGW_VALUE_IMPLIED_VOLATILITY = 10u,  /* "implied_volatility", a fraction of a year's: 0.25 for 25 % */
  BGW_VALUE_INDICATIVE_PRICE = 11u,    /* "indicative_price", of an auction */
  BGW_VALUE_INDICATIVE_QUANTITY = 12u, /* "indicative_quantity" */
  BGW_VALUE_TRADES = 13u,              /* "trades": how many, in the time that volume is of */
  BGW_VALUE_TURNOVER = 14u,            /* "turnover" */
  BGW_VALUE_MARK_PRICE = 15u,          /* "mark_price" */
  BGW_VALUE_INDEX_PRICE = 16u,         /* "index_price" */
  BGW_VALUE_FUNDING_RATE = 17u,        /* "funding_rate" */
  BGW_VALUE_MARKET_STATUS = 18u        /* BGW_MARKET_*, of the instrument's exchange: clients get market_status with the
                                          source "broker" for as long as the broker is connected */
};
enum {
  BGW_MARKET_PRE_OPEN = 1,
  BGW_MARKET_OPEN = 2,
  BGW_MARKET_AUCTION = 3,
  BGW_MARKET_HALTED = 4,
  BGW_MARKET_CLOSED = 5
};

typedef struct bgw_value {
  uint32_t kind;    /* BGW_VALUE_*, or a later one */
  int32_t exponent; /* BGW_MIN_EXPONENT to 0 */
  int64_t value;
} bgw_value;

/* All that one packet of the broker says about one instrument: one update for the clients. */
typedef struct bgw_update {
  const bgw_tick* tick;      /* always */
  const bgw_tick_rare* rare; /* or NULL */
  const bgw_book* book;      /* or NULL; required when tick->modes has BGW_MODE_DEPTH */
  const bgw_value* values;   /* or NULL */
  uint32_t value_count;      /* at most 32 */
  uint32_t reserved;         /* 0 */
} bgw_update;

/* ---- subscriptions ---------------------------------------------------------------------------------------------- */

/* What the host wants of one instrument. A later subscribe for the same handle replaces the earlier one. */
typedef struct bgw_subscription {
  uint32_t instrument;  /* the host's handle; stamp it into every tick */
  uint32_t mode;        /* the richest BGW_MODE_* wanted; it serves the poorer ones too */
  uint32_t depth_level; /* with BGW_MODE_DEPTH: a level that the capability lists; else 0 */
  uint32_t reserved;
  int32_t price_exponent;    /* of every price that is published for it, and of tick_size */
  int32_t quantity_exponent; /* of every quantity that is published for it, and of lot_size */
  int64_t tick_size;         /* 0: not known */
  int64_t lot_size;          /* 0: not known */
  const char* symbol;        /* normalised, e.g. "NIFTY27OCT26FUT" */
  const char* exchange;      /* normalised, e.g. "NSE_INDEX" */
  const char* broker_symbol;
  const char* broker_exchange;
  const char* token; /* as in the plugin's own instrument row */
  uint64_t reserved2[2];
} bgw_subscription;

/* Names one stream of one instrument, to confirm or refuse it. */
typedef struct bgw_stream {
  uint32_t instrument;
  uint32_t mode;        /* one BGW_MODE_* */
  uint32_t depth_level; /* with BGW_MODE_DEPTH: as it was subscribed, or 0 for every level; else 0 */
  uint32_t size;        /* sizeof(bgw_stream), or 0 */
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
  BGW_DEPTH_HAS_TIME = 1u << 7,
  BGW_WINDOW_24_HOURS = 1u << 8, /* open, high, low, close, volume and turnover are of the last 24 hours, not a day */
  /* Every last price, open, high and low, and every order's price (also BGW_VALUE_BID_PRICE and BGW_VALUE_ASK_PRICE) is
   * a multiple of the tick size in the plugin's list, at any time: the host leaves others out. */
  BGW_PRICES_ON_GRID = 1u << 9
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
  BGW_SETTING_INTEGERS = 5u, /* a list */
  /* Addresses, which the host checks before the plugin reads them. */
  BGW_SETTING_WEBSOCKET_URL = 6u, /* wss://, or ws:// to a loopback address */
  BGW_SETTING_WEB_URL = 7u        /* https://, or http:// to a loopback address */
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

/* A kind of connection that the broker offers beside others, e.g. one for books of 20 levels. An adapter object opens
 * at most one socket of each class. A subscription takes room in the class of each mode up to its richest: the first
 * class in the list that has the exchange, the mode and, for depth, the level. */
typedef struct bgw_connection_class {
  char name[16];        /* for people: "feed", "depth20" */
  uint32_t connections; /* of one account; 0: no bound known */
  uint32_t instruments; /* on each; 0: no bound known */
  uint32_t modes;       /* BGW_MODE_* that it serves */
  uint32_t depth_count; /* with BGW_MODE_DEPTH: 0 means every level */
  uint16_t depths[8];
  const char* exchanges; /* normalised, with a space between two; NULL: every exchange */
} bgw_connection_class;

/* When the connections of one adapter object are full, the host makes a further object. With classes, give the limits
 * of each and leave instruments_per_connection and connections_per_account at 0; what is given counts besides. The
 * lists may go after set_limits has returned. */
typedef struct bgw_limits { /* the broker's own rules; 0: none known */
  uint32_t size;
  uint32_t instruments_per_connection;
  uint32_t connections_per_account;
  uint32_t batch_size;         /* subscriptions handed to one subscribe call */
  int64_t batch_interval_ns;   /* the least time between two such calls */
  int64_t heartbeat_period_ns; /* the broker sends something at least this often */
  int64_t time_resolution_ns;  /* of its exchange times: 1e9 for whole seconds */
  uint32_t depth_limit_count;
  uint32_t class_count;                /* 0: one kind of connection, with the limits above; at most 8 */
  const bgw_depth_limit* depth_limits; /* NULL where there are none */
  const bgw_connection_class* classes; /* NULL where there are none */
} bgw_limits;

/* ---- what the host offers to one adapter object ------------------------------------------------------------------ */

typedef struct bgw_header {
  const char* name;  /* a token of RFC 9110 */
  const char* value; /* without control characters */
} bgw_header;

enum { BGW_WEBSOCKET_DEFLATE = 1u /* offer permessage-deflate */ };

typedef struct bgw_websocket_request {
  uint32_t size;
  uint32_t header_count;
  const char* url;           /* wss://, or ws:// to a loopback address; without blanks and control characters */
  const bgw_header* headers; /* NULL where there are none; the host adds User-Agent where they have none */
  uint32_t flags;            /* BGW_WEBSOCKET_* */
  uint32_t connection_class; /* index into bgw_limits.classes; 0 where there are none */
  const char* subprotocol;   /* Sec-WebSocket-Protocol; NULL: none */
  int64_t ping_interval_ns;  /* the host sends a ping frame so often; 0: never */
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

/* Every function that answers a status takes `error`, which may be NULL; on failure its message says why. */
typedef struct bgw_host {
  uint32_t size;
  uint32_t abi_minor;
  void* context; /* first argument of every function below */

  /* Hands over one packet, which is copied before the call returns. Never blocks, never fails: an invalid packet
   * (unknown handle, modes without their values, too many levels) is dropped and counted. [adapter] */
  void (*publish)(void* context, const bgw_update* update);
  /* Hands over `count` packets, each as publish() does. [adapter] */
  void (*publish_batch)(void* context, const bgw_update* updates, uint32_t count);
  /* The broker has confirmed one stream. Optional: the first tick that fills its mode confirms as well. [adapter] */
  void (*confirm)(void* context, const bgw_stream* stream);
  /* The broker refuses one stream; `text` (NULL: none) goes to the clients that asked for it. The instrument's earlier
   * subscription goes on as it was: the plugin keeps it until the new one lives. The host then asks for what the other
   * clients want. [adapter] */
  void (*refuse)(void* context, const bgw_stream* stream, bgw_status code, const char* text);
  /* The session is usable: subscriptions may flow. Call it from on_open, or when a login was answered. [adapter] */
  void (*ready)(void* context);
  /* Ends the session for the reason given: the host closes, and acts on the code as on on_close's result. [adapter] */
  void (*fail)(void* context, const bgw_error* error);

  /* Opens one more WebSocket; answers with its connection id (> 0) in *connection. on_open or on_close of that id
   * follows. BGW_E_INVALID: the request. BGW_E_STATE: 16 are open already. [adapter] */
  bgw_status (*websocket_open)(void* context, const bgw_websocket_request* request, uint32_t* connection,
                               bgw_error* error);
  /* Sends one message. BGW_E_NOT_FOUND: no such connection. BGW_E_STATE: it is not open; or the broker does not read
   * and too much waits for it, and the host ends the session for that reason. [adapter] */
  bgw_status (*websocket_send)(void* context, uint32_t connection, uint32_t opcode, const void* data, size_t length,
                               bgw_error* error);
  /* Sends a ping frame of at most 125 bytes; the host answers the broker's own pings. [adapter] */
  bgw_status (*websocket_ping)(void* context, uint32_t connection, const void* data, size_t length, bgw_error* error);
  /* Begins the closing handshake of one; its on_close follows, unless the session ends first. [adapter] */
  bgw_status (*websocket_close)(void* context, uint32_t connection, int32_t code, bgw_error* error);

  /* Calls on_timer(id) once, after at least `after_ns`. Another call with this id replaces the timer; a negative time
   * cancels it. All timers end with the session. [adapter] */
  bgw_status (*timer)(void* context, uint32_t id, int64_t after_ns, bgw_error* error);
  int64_t (*now_ns)(void* context);       /* the only wall clock a plugin may use [any] */
  int64_t (*monotonic_ns)(void* context); /* never jumps; origin unspecified [any] */

  /* A setting's value as text (numbers in decimal, durations in nanoseconds, booleans "true"/"false"); *length without
   * the NUL. BGW_E_NOT_FOUND: no such key, or not set. BGW_E_TOO_SMALL: `capacity` is at most *length. BGW_E_AUTH: a
   * secret that is missing. [adapter] */
  bgw_status (*setting)(void* context, const char* key, char* buffer, size_t capacity, size_t* length,
                        bgw_error* error);
  bgw_status (*setting_integers)(void* context, const char* key, int64_t* values, size_t capacity, size_t* count,
                                 bgw_error* error);
  /* When the setting's value was written, for one that comes from a file; 0: not known. [adapter] */
  int64_t (*setting_written_ns)(void* context, const char* key);

  /* Narrows (never widens) the descriptor's capabilities for this object; flags stay the descriptor's. Only inside
   * initialize. [adapter] */
  bgw_status (*set_capabilities)(void* context, const bgw_capability* capabilities, uint32_t count, bgw_error* error);
  /* The limits of this account, in place of the descriptor's. Only inside initialize. [adapter] */
  bgw_status (*set_limits)(void* context, const bgw_limits* limits, bgw_error* error);

  /* Message digests, so that plugins need no crypto library. `out` holds 20, 32 or 64 bytes. `data` and `key` may be
   * NULL where their length is 0. [any] */
  bgw_status (*digest)(void* context, uint32_t algorithm, const void* data, size_t length, uint8_t* out,
                       bgw_error* error);
  bgw_status (*hmac)(void* context, uint32_t algorithm, const void* key, size_t key_length, const void* data,
                     size_t length, uint8_t* out, bgw_error* error);

  void (*log)(void* context, int32_t level, const char* text, size_t length); /* secrets are redacted [any] */
  /* bgw.http/1 and what comes later; NULL: not offered. What it points to lives as long as the adapter. [any] */
  const void* (*get_extension)(void* context, const char* id);

  /* `count` packets or levels were left out for the reason `kind`, BGW_DROP_*. [adapter] */
  void (*dropped)(void* context, uint32_t kind, uint64_t count);
  /* The broker's instrument list now has this tag (an HTTP ETag). A host that has another list fetches this one, once.
   * [adapter] */
  void (*list_announced)(void* context, const char* etag);

  /* For a plugin's own threads: calls run(argument, 1) later, as a call into the adapter; or run(argument, 0) once the
   * adapter is being destroyed, when it may only free its argument. Each posted call is made once. BGW_E_STATE: the
   * adapter is destroyed already, and `run` is not called. [any] */
  bgw_status (*post)(void* context, void (*run)(void* argument, int32_t is_alive), void* argument, bgw_error* error);
  uint32_t max_levels; /* levels a side that a book may carry; BGW_MIN_LEVELS at least */
  uint32_t reserved;
  /* What was published of these modes (BGW_MODE_* bits) of the instrument is not kept up to date any more: the book has
   * a gap, or the socket that brought it is away. Clients are told `text` (NULL: none), and get no old value of these
   * modes that is not marked, until a packet fills them again. [adapter] */
  void (*suspect)(void* context, uint32_t instrument, uint32_t modes, const char* text);
} bgw_host;

/* ---- bgw.http/1: requests to the broker's web interface ------------------------------------------------------------
 * From bgw_host.get_extension. https://, or http:// to a loopback address. */

#define BGW_EXTENSION_HTTP "bgw.http/1"

typedef struct bgw_http_request {
  uint32_t size;
  uint32_t header_count;
  const char* method;        /* "GET", "POST", "PUT" or "DELETE" */
  const char* url;           /* the host logs no query of it */
  const bgw_header* headers; /* NULL where there are none */
  const void* body;          /* NULL where body_length is 0 */
  size_t body_length;        /* at most 1 MiB */
  int64_t timeout_ns;        /* of the whole request, at most 60 s; 0: 10 s */
  uint64_t max_response;     /* bytes of the answer's body, at most 64 MiB; 0: 1 MiB */
  uint32_t max_redirects;    /* followed by a GET to the same scheme, host and port; others are answers */
  uint32_t reserved;
} bgw_http_request;

typedef struct bgw_http_response {
  uint32_t size;
  int32_t status; /* of HTTP; 0: no answer was received, or a longer one than allowed, and `error` says why */
  uint32_t header_count;
  uint32_t reserved;
  const bgw_header* headers; /* NULL where there are none */
  const char* body;          /* never NULL */
  size_t length;
  const char* error; /* never NULL; "" when a status was received */
} bgw_http_response;

typedef struct bgw_http {
  uint32_t size;
  uint32_t reserved;
  /* Begins a request; on_http of this id (> 0) follows, unless the session ends or the request is cancelled. At most 8
   * are under way at a time: BGW_E_RATE. `context` is bgw_host.context. [adapter] */
  bgw_status (*request)(void* context, const bgw_http_request* request, uint32_t* id, bgw_error* error);
  bgw_status (*cancel)(void* context, uint32_t id, bgw_error* error); /* [adapter] */
} bgw_http;

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
} bgw_close;                 /* `headers` is NULL where there are none */

/* Every function is [adapter]. `error` is never NULL. What is legal in which call stands in docs/plugins.md. */
typedef struct bgw_adapter_api {
  uint32_t size;
  uint32_t reserved;
  /* NULL on failure, with `error` filled. `host` stays valid until destroy returned. */
  void* (*create)(const bgw_host* host, bgw_error* error);
  void (*destroy)(void* self);
  /* Once, before connect: read settings, narrow capabilities, set limits. */
  bgw_status (*initialize)(void* self, bgw_error* error);
  /* Open whatever is needed, or begin with an HTTP request. Called anew for each attempt; the host owns back-off and
   * replay. */
  bgw_status (*connect)(void* self, bgw_error* error);
  /* The host ends the session: all sockets are closed and all requests cancelled after this. No publish afterwards
   * until the next connect. It is not called where a session ends by a failure, by fail() or with its last socket:
   * forget what it had in connect. */
  bgw_status (*disconnect)(void* self, bgw_error* error);
  /* Called only while ready; after each ready the host subscribes all that is wanted anew. BGW_E_STATE or
   * BGW_E_TRANSIENT: the request could not be sent, and the session ends. Any other failure of subscribe refuses all of
   * its subscriptions. */
  bgw_status (*subscribe)(void* self, const bgw_subscription* subscriptions, uint32_t count, bgw_error* error);
  /* May name handles that were never handed over in this session, because they still waited for their turn. */
  bgw_status (*unsubscribe)(void* self, const uint32_t* instruments, uint32_t count, bgw_error* error);
  bgw_status (*on_open)(void* self, uint32_t connection, bgw_error* error);
  /* `data` may be NULL where `length` is 0. */
  bgw_status (*on_frame)(void* self, uint32_t connection, uint32_t opcode, const void* data, size_t length,
                         bgw_error* error);
  /* One socket ended, or its upgrade was refused or redirected (close->http_status 301 to 308: the address is in the
   * header Location, and opening it is the plugin's decision). BGW_OK: the session goes on without it, which counts
   * only while a socket, a request or a timer of this adapter is left; else, and for every other result, the session
   * ends and the result says why. */
  bgw_status (*on_close)(void* self, uint32_t connection, const bgw_close* close, bgw_error* error);
  /* A failure ends the session. */
  bgw_status (*on_timer)(void* self, uint32_t id, bgw_error* error);
  /* The answer to a request of bgw.http/1. A failure ends the session. NULL: the plugin makes none. */
  bgw_status (*on_http)(void* self, uint32_t id, const bgw_http_response* response, bgw_error* error);
  /* What this adapter offers beyond this table; NULL: nothing. No host asks for anything yet. */
  const void* (*get_extension)(void* self, const char* id);
} bgw_adapter_api;

/* Reserved for later: extensions with this name are not made yet, and no plugin may use the name for its own. */
#define BGW_EXTENSION_ORDERS "bgw.orders/1"

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
  int64_t tick_size;           /* price; 0: not known */
  int64_t lot_size;            /* quantity */
  const char* exchange_number; /* the exchange's own number for it, the same at every broker; NULL or "": not known */
  /* From BGW_MIN_EXPONENT to 0. Take the coarsest in which every price, tick size or quantity of the instrument is
   * whole.
   */
  int32_t price_exponent;    /* 0: BGW_PRICE_EXPONENT */
  int32_t quantity_exponent; /* 0: whole units */
} bgw_instrument;            /* symbol, exchange and token are needed; each other text may be NULL, which means "" */

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
  /* For a list in several pages: called after each page was fetched, with its beginning of at most 64 MiB and how many
   * pages there are so far. Writes the next page's address, as `url`, to `next` (`capacity` bytes), or "" after the
   * last. `parse` gets the pages one after the other, a line feed between two. NULL: there is one page. */
  bgw_status (*next_page)(const char* page, size_t length, uint32_t pages, char* next, size_t capacity,
                          bgw_error* error);
  /* Says what an answer other than 200 means, in error->message, e.g. that the broker does not serve this country.
   * `body` is never NULL and has at most 65,536 bytes. NULL: the host shows the status alone. */
  bgw_status (*judge)(int32_t http_status, const char* body, size_t length, bgw_error* error);
} bgw_instruments; /* A list that begins as a gzip file does is unpacked by the host before parse and next_page. */

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

/* ---- bgw.login/1: opens the day's session at the broker, for the operator ------------------------------------------
 * From bgw_plugin_descriptor.get_extension. There is no adapter object: what a login needs is in its bgw_login_host.
 * [login]: a thread that makes one call of page or run and may wait meanwhile. A host function with this tag may be
 * called only inside such a call, on its thread; elsewhere it answers BGW_E_STATE and the host logs it. */

#define BGW_EXTENSION_LOGIN "bgw.login/1"

/* Every function that answers a status takes `error`, which may be NULL; on failure its message says why. */
typedef struct bgw_login_host {
  uint32_t size;
  uint32_t abi_minor;
  void* context;                    /* first argument of every function below */
  int64_t (*now_ns)(void* context); /* as in bgw_host [login] */
  /* As in bgw_host. [login] */
  bgw_status (*setting)(void* context, const char* key, char* buffer, size_t capacity, size_t* length,
                        bgw_error* error);
  /* As in bgw_host. [any] */
  bgw_status (*digest)(void* context, uint32_t algorithm, const void* data, size_t length, uint8_t* out,
                       bgw_error* error);
  bgw_status (*hmac)(void* context, uint32_t algorithm, const void* key, size_t key_length, const void* data,
                     size_t length, uint8_t* out, bgw_error* error);
  void (*log)(void* context, int32_t level, const char* text, size_t length); /* secrets are redacted [login] */
  /* Makes a request as bgw.http/1 does, and waits for its answer, which stays until the next call. BGW_OK: there is an
   * answer, whatever its status. BGW_E_TRANSIENT: there is none. BGW_E_INVALID: the request. BGW_E_STATE: the host ends
   * the login; return soon. [login] */
  bgw_status (*http)(void* context, const bgw_http_request* request, const bgw_http_response** response,
                     bgw_error* error);
  /* The new value of one of bgw_login.stores. The host keeps the values of a run that succeeds, all or none, where
   * gateway.yaml reads them from. Later calls replace earlier ones. [login] */
  bgw_status (*store)(void* context, const char* key, const char* value, bgw_error* error);
  const void* (*get_extension)(void* context, const char* id); /* NULL: not offered [login] */
} bgw_login_host;

enum { BGW_LOGIN_BY_PAGE = 1u }; /* a person logs in at a page of the broker's; else a login runs unattended */

typedef struct bgw_login {
  uint32_t size;
  uint32_t flags; /* BGW_LOGIN_BY_PAGE */
  /* Names of settings, each list ending with NULL: what a login cannot do without, and what a run that succeeds stores,
   * which is at least one secret. The plugin declares all of them. */
  const char* const* needs;
  const char* const* stores;
  int64_t interval_ns; /* the broker's rule: the least time from one run to the next; 0: none */
  /* Writes the address of the page. It makes no request. NULL without BGW_LOGIN_BY_PAGE. [login] */
  bgw_status (*page)(const bgw_login_host* host, char* url, size_t capacity, bgw_error* error);
  /* Logs in. `answer` is "" for an unattended login; else what the page led to: the query of the redirect ("a=b&c=d"),
   * or what a person pasted, which may be an address, a query or a bare token. BGW_OK: all of `stores` is stored.
   * BGW_E_AUTH: refused, and again with the same settings and answer. BGW_E_RATE: wait at least retry_after_ns.
   * BGW_E_TRANSIENT: it may work later. Anything else: it will not work before somebody changes something. [login] */
  bgw_status (*run)(const bgw_login_host* host, const char* answer, bgw_error* error);
} bgw_login;

/* ---- the entry --------------------------------------------------------------------------------------------------- */

enum {
  BGW_PLUGIN_SIMULATED = 1u << 0, /* its prices are invented */
  BGW_PLUGIN_TOKENS_PER_EXCHANGE =
      1u << 1, /* a token is unique within its broker_exchange only; else within the list */
  BGW_PLUGIN_INSTRUMENT_TOKENS =
      1u << 2 /* its tokens are numbers that a dialect with numeric instrument tokens can use */
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
  uint32_t subscription_size;
  uint32_t value_size;
  uint32_t header_size;
  uint32_t depth_limit_size;
  uint32_t connection_class_size;
  uint32_t capability_count;
  uint32_t setting_count;
  uint32_t flags; /* BGW_PLUGIN_* */
  uint32_t reserved2;
  const char* broker; /* [a-z][a-z0-9_]{0,30}; that of the first descriptor is also the file's name */
  const char* version;
  const char* vendor;
  const char* sdk_version;
  const char* build_tag; /* compiler and library, for people */
  const bgw_capability* capabilities;
  const bgw_setting* settings;
  const bgw_limits* limits;
  const bgw_adapter_api* api;
  const void* (*get_extension)(const char* id); /* or NULL [any] */
  const struct bgw_plugin_descriptor* next; /* another broker in the same file; NULL: this was the last; at most 16 */
} bgw_plugin_descriptor;

/* What the host offers while a library is loaded. [load] */
typedef struct bgw_loader {
  uint32_t size;
  uint16_t abi_major; /* of the host */
  uint16_t abi_minor;
  void* context; /* first argument of every function below */
  /* Why the plugin cannot be loaded, for an operator; the entry then answers NULL. */
  void (*set_error)(void* context, const char* text);
  void (*log)(void* context, int32_t level, const char* text, size_t length);
  const void* (*get_extension)(void* context, const char* id); /* NULL: not offered */
} bgw_loader;

/* The one exported symbol. Called once; answers with the first broker, or NULL after set_error. [load] */
typedef const bgw_plugin_descriptor* (*bgw_plugin_entry_fn)(const bgw_loader* loader);
#define BGW_PLUGIN_ENTRY_NAME "bgw_plugin_entry"

#ifdef __cplusplus
} /* extern "C" */
#define BGW_LAYOUT_ASSERT static_assert
#else
#define BGW_LAYOUT_ASSERT _Static_assert
#endif

BGW_LAYOUT_ASSERT(sizeof(void*) == 8 && sizeof(size_t) == 8, "bgw/abi.h is for machines of 64 bits");
/* Frozen: they travel in arrays. */
BGW_LAYOUT_ASSERT(sizeof(bgw_level) == 24 && offsetof(bgw_level, orders) == 16, "bgw_level is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_value) == 16, "bgw_value is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_update) == 40 && offsetof(bgw_update, value_count) == 32, "bgw_update is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_subscription) == 96 && offsetof(bgw_subscription, symbol) == 40,
                  "bgw_subscription is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_header) == 16, "bgw_header is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_capability) == 48 && offsetof(bgw_capability, depths) == 28, "bgw_capability is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_setting) == 32, "bgw_setting is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_depth_limit) == 16, "bgw_depth_limit is frozen");
BGW_LAYOUT_ASSERT(sizeof(bgw_connection_class) == 56, "bgw_connection_class is frozen");
/* These grow at their end: the last members of the first contract stay where they are. */
BGW_LAYOUT_ASSERT(sizeof(bgw_error) == 256, "bgw_error: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_tick, size) == 56 && offsetof(bgw_tick, open) == 64 && offsetof(bgw_tick, oi) == 120,
                  "bgw_tick: append only, its hot values in the first cache line");
BGW_LAYOUT_ASSERT(offsetof(bgw_tick_rare, reserved2) == 56, "bgw_tick_rare: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_book, asks) == 40, "bgw_book: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_stream, size) == 12, "bgw_stream: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_websocket_request, ping_interval_ns) == 40, "bgw_websocket_request: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_limits, classes) == 56, "bgw_limits: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_close, body_length) == 40, "bgw_close: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_host, publish) == 16 && offsetof(bgw_host, suspect) == 224, "bgw_host: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_http_request, max_redirects) == 64, "bgw_http_request: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_http_response, error) == 40, "bgw_http_response: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_http, cancel) == 16, "bgw_http: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_adapter_api, create) == 8 && offsetof(bgw_adapter_api, get_extension) == 104,
                  "bgw_adapter_api: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_instrument, quantity_exponent) == 116, "bgw_instrument: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_instruments, judge) == 56, "bgw_instruments: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_credentials, judge) == 24, "bgw_credentials: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_login_host, now_ns) == 16 && offsetof(bgw_login_host, get_extension) == 72,
                  "bgw_login_host: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_login, run) == 40, "bgw_login: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_plugin_descriptor, broker) == 80 && offsetof(bgw_plugin_descriptor, next) == 160,
                  "bgw_plugin_descriptor: append only");
BGW_LAYOUT_ASSERT(offsetof(bgw_loader, get_extension) == 32, "bgw_loader: append only");

#endif
