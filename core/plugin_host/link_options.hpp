// What a broker's link is made with, and what it counts.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bgw/abi.h"
#include "core/base/clock.hpp"
#include "core/base/instrument_kind.hpp"
#include "core/base/outgoing.hpp"
#include "core/bus/records.hpp"
#include "core/transport/alarm.hpp"
#include "core/transport/backoff.hpp"

namespace gw::plugin_host {

// A setting as the plugin will read it.
struct AdapterSetting {
  std::string key;
  std::string text;                    // canonical: see bgw_host.setting
  std::vector<std::int64_t> integers;  // of a list
  bool is_secret = false;
  bool is_missing = false;      // a secret that is not there (yet)
  std::int64_t written_ns = 0;  // wall clock: when the file that it comes from was written; 0: not from a file
  bool is_reference = false;    // a text that comes from a variable, a file or a credential: not written down anywhere
};

// What the broker's web interface says of a link's credentials.
struct CredentialsAnswer {
  bgw_status verdict = BGW_E_REFUSED;  // BGW_OK: good. BGW_E_AUTH: dead. Anything else: not known
  std::string text;                    // for an operator
};

struct CredentialsQuestion {
  std::vector<AdapterSetting> settings;
  std::weak_ptr<const void> wanted;                      // expired: nobody waits for the answer any more
  std::function<void(CredentialsAnswer answer)> answer;  // once, or never when it is not wanted any more [any]
};

class SharedLink;

struct LinkOptions {
  std::string name;  // of the broker instance
  std::vector<AdapterSetting> settings;
  transport::BackoffOptions reconnect;
  Outgoing outgoing{};
  std::int64_t stall_limit_ns = 0;  // 0: from the plugin's heartbeat, about twice that
  std::int64_t lag_limit_ns = 0;    // how far exchange time may lag; 0: no limit
  // Whether instruments of that kind trade at the exchange, so that their silence means something. Empty: always.
  std::function<bool(std::string_view exchange, InstrumentKind kind, std::int64_t wall_ns)> market_open;
  // Whether the exchange's hours are known; where they are not, nothing is expected to tick. Empty: they are. [feed]
  std::function<bool(std::string_view exchange)> has_hours;
  // Called when the broker says which instrument list is the present one. [feed]
  std::function<void(std::string_view etag)> list_announced;
  // The time from the open, or from when the link is ready, in which an instrument that is expected to tick should do
  // so.
  std::int64_t first_tick_limit_ns = 60'000'000'000;
  // Whether the instrument ticked within first_tick_limit_ns in each of its last three trading sessions. [feed]
  std::function<bool(std::string_view symbol, std::string_view exchange, std::int64_t wall_ns)> is_expected;
  // Called once a trading session for an instrument that was carried while its exchange was open: `in_time` says
  // whether it ticked within first_tick_limit_ns. [feed]
  std::function<void(std::string_view symbol, std::string_view exchange, std::int64_t wall_ns, bool in_time)>
      trading_session_seen;
  std::int64_t steady_ns = 60'000'000'000;       // once it was connected for this time, the back-off begins anew
  std::int64_t idle_close_ns = 10'000'000'000;   // how long a further connection stays open without subscriptions
  std::int64_t second_login_ns = 1'000'000'000;  // refused credentials are tried once more after this time
  // A refusal that proves nothing is followed by these pauses, the last one again and again.
  std::vector<std::int64_t> refused_pauses_ns = {1'000'000'000, 60'000'000'000, 300'000'000'000, 900'000'000'000};
  std::int64_t answer_limit_ns = 10'000'000'000;  // for data, or a word, after a subscription was handed over
  std::int64_t login_limit_ns = 60'000'000'000;   // from connect to ready; the other connections wait meanwhile
  std::function<std::int64_t()> wall = wall_ns;
  std::function<std::int64_t()> monotonic = monotonic_ns;
  transport::AlarmMaker make_alarm = transport::make_alarm;  // goes by the same time as `monotonic`
  std::optional<std::uint64_t> jitter_seed{};                // nothing: a random one
  // Asks the broker's web interface whether credentials are good. Does not wait for the answer. Empty: the plugin
  // offers no such request. [feed]
  std::function<void(CredentialsQuestion question)> ask_credentials{};
  // Where it is kept what each adapter object is given and answers; empty: nowhere.
  std::string record_folder{};
  // Logins are numbered from here: a link that follows another one of its broker has numbers of its own.
  std::uint32_t first_login = 0;
  // Where channel, counts and the mark of calls lie, when routing is another process; null: in memory of the link's
  // own.
  std::shared_ptr<SharedLink> shared{};
};

// Counts of all connections of the link together, on lines of the cache of their own. Changed by the feed thread, read
// by others. [any]
struct alignas(64) LinkCounts {
  std::atomic<std::uint64_t> connects{0};     // attempts
  std::atomic<std::uint64_t> logins{0};       // attempts that succeeded
  std::atomic<std::uint64_t> recycles{0};     // logins that the gateway ended because they had gone silent or late
  std::atomic<std::uint64_t> connections{0};  // open and logged in now
  std::atomic<std::uint64_t> frames{0};
  std::atomic<std::uint64_t> frames_refused{0};
  std::atomic<std::uint64_t> bytes{0};       // of frames
  std::atomic<std::uint64_t> exceptions{0};  // that left the plugin
  std::atomic<std::uint64_t> updates{0};
  std::atomic<std::uint64_t> updates_invalid{0};
  std::atomic<std::uint64_t> updates_without_price{0};  // passed on without the last price: zero, or nothing traded
  std::atomic<std::uint64_t> prices_impossible{0};      // left out: see UpdateCheck
  std::atomic<std::uint64_t> quantities_invalid{0};     // left out: below zero, or lots too large in units
  std::atomic<std::uint64_t> times_invalid{0};  // updates with a time outside 2015 to 2100, passed on without it
  std::atomic<std::uint64_t> conflated{0};
  std::array<std::atomic<std::uint64_t>, BGW_DROP_KINDS> dropped{};  // see BGW_DROP_*
  std::atomic<std::uint64_t> wanted{0};
  std::atomic<std::uint64_t> recordings{0};        // begun
  std::atomic<std::uint64_t> recordings_ended{0};  // of these, or not begun at all: before their time, by the disk
  std::atomic<std::uint64_t> subscriptions_refused{0};
  std::atomic<std::int64_t> last_frame_ns{0};  // wall
  std::atomic<std::int64_t> last_tick_ns{0};   // wall
  std::atomic<std::int64_t> last_live_ns{0};   // wall: the last tick that proves life; 0: none
  std::atomic<std::int64_t> lag_ns{0};         // of exchange time, where it is largest: the least of a moment ago
  std::atomic<std::uint32_t> state{static_cast<std::uint32_t>(bus::LinkState::disconnected)};
  // Logins that somebody asked for, by number from 1: the last one asked for, and the last one whose outcome is known.
  std::atomic<std::uint64_t> logins_asked{0};
  std::atomic<std::uint64_t> logins_settled{0};
  // The number of a login that somebody asks for. [any]
  std::uint64_t next_asked() { return logins_asked.fetch_add(1, std::memory_order_relaxed) + 1; }
};

}  // namespace gw::plugin_host
