// One source for plugins that break the rules of bgw/abi.h, each in one way: VARIANT chooses it, BROKER is the file's
// name. The functions are bare ones of the C contract, so that nothing of bgw/adapter.hpp catches anything.
// bad_calls does in its adapter what its setting "misdeed" says; see tests/e2e/test_bad_plugins.py.
// Calls are on the adapter's thread, except those of the threads that the misdeed "thread" starts.
#include <atomic>
#include <chrono>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <unistd.h>

#include "bgw/abi.h"

namespace {

// A sanitizer would report it and exit.
void crash() {
  signal(SIGSEGV, SIG_DFL);
  raise(SIGSEGV);
}

enum class Variant {
  bad_calls,
  bad_parse,
  bad_skip,
  bad_rows,
  bad_builtin,
  bad_next_page,
  bad_judge,
  bad_extension,
  bad_late_extension,
  bad_entry_says,
  bad_entry_silent,
  bad_entry_throws,
  two_brokers,
  taken_name,
  crash_parse,
  hang_parse,
  crash_builtin,
};
constexpr Variant kVariant = Variant::VARIANT;

// Only this library knows this type.
struct PrivateException : std::runtime_error {
  using runtime_error::runtime_error;
  const char* what() const noexcept override { return "thrown by " BROKER; }
};

// ---- the adapter

struct Adapter {
  const bgw_host* host;
  std::string misdeed;
  std::thread thread;
  std::atomic<bool> is_stopped{false};
};

void say(const bgw_host& host, std::string_view text) {
  host.log(host.context, BGW_LOG_INFO, text.data(), text.size());
}

bgw_tick tick_of(std::uint32_t instrument) {
  bgw_tick tick{};
  tick.instrument = instrument;
  tick.modes = BGW_MODE_LTP;
  tick.present = BGW_HAS_LTP;
  tick.ltp = 42 * BGW_PRICE_SCALE;
  return tick;
}

void publish(const bgw_host& host, const bgw_tick* tick, const bgw_book* book = nullptr,
             const bgw_value* values = nullptr, std::uint32_t count = 0) {
  const bgw_update update{tick, nullptr, book, values, count, 0};
  host.publish(host.context, &update);
}

// Everything NULL that may not be.
void call_with_null(const bgw_host& host) {
  void* const c = host.context;
  host.publish(c, nullptr);
  publish(host, nullptr);
  host.publish_batch(c, nullptr, 5);
  host.confirm(c, nullptr);
  host.refuse(c, nullptr, BGW_E_INVALID, nullptr);
  host.websocket_open(c, nullptr, nullptr, nullptr);
  const bgw_websocket_request no_url{sizeof no_url, 0, nullptr, nullptr, 0, 0, nullptr, 0};
  std::uint32_t number = 0;
  host.websocket_open(c, &no_url, &number, nullptr);
  const bgw_websocket_request no_headers{sizeof no_headers, 7, "ws://127.0.0.1:1/", nullptr, 0, 0, nullptr, 0};
  host.websocket_open(c, &no_headers, &number, nullptr);
  host.websocket_send(c, 1, BGW_OPCODE_TEXT, nullptr, 5, nullptr);
  host.websocket_ping(c, 1, nullptr, 5, nullptr);
  host.websocket_close(c, 77, 1000, nullptr);
  host.setting(c, nullptr, nullptr, 5, nullptr, nullptr);
  host.setting_integers(c, nullptr, nullptr, 5, nullptr, nullptr);
  host.setting_written_ns(c, nullptr);
  host.set_capabilities(c, nullptr, 5, nullptr);
  host.set_limits(c, nullptr, nullptr);
  host.digest(c, BGW_DIGEST_SHA1, nullptr, 5, nullptr, nullptr);
  host.hmac(c, BGW_DIGEST_SHA1, nullptr, 5, nullptr, 5, nullptr, nullptr);
  host.log(c, 99, nullptr, 5);
  host.get_extension(c, nullptr);
  host.dropped(c, 999, 1);
  host.list_announced(c, nullptr);
  host.post(c, nullptr, nullptr, nullptr);
  const auto* http = static_cast<const bgw_http*>(host.get_extension(c, BGW_EXTENSION_HTTP));
  http->request(c, nullptr, nullptr, nullptr);
  const bgw_http_request empty{sizeof empty, 3, nullptr, nullptr, nullptr, nullptr, 9, 0, 0, 0, 0};
  http->request(c, &empty, &number, nullptr);
  http->cancel(c, 99, nullptr);
}

// None of these is a book, and none has values that can be read.
void publish_bad_books(const bgw_host& host, std::uint32_t instrument) {
  bgw_tick tick = tick_of(instrument);
  tick.modes |= BGW_MODE_DEPTH;
  const bgw_level levels[2] = {{1, 1, 0, 0}, {1, 1, 0, 0}};
  bgw_book book{};
  book.bid_count = book.ask_count = 5;  // and NULL sides
  publish(host, &tick, &book);
  book.bids = book.asks = levels;
  book.bid_count = 4'000'000'000u;
  publish(host, &tick, &book);
  book.bid_count = book.ask_count = 2;
  book.flags = BGW_BOOK_BIDS_ONLY | BGW_BOOK_ASKS_ONLY;
  publish(host, &tick, &book);
  publish(host, &tick);  // no book at all
  tick.modes = BGW_MODE_LTP;
  publish(host, &tick, nullptr, nullptr, 5);
  const bgw_value value{BGW_VALUE_TRADES, 0, 1};
  publish(host, &tick, nullptr, &value, 1000);
  tick.modes = 0;
  publish(host, &tick);
  tick = tick_of(instrument + 1'000'000);
  publish(host, &tick);
}

// Values that no market has, among good ones: a book out of order, quantities and a level below zero, a level without a
// price, prices beside the grid of 0.05, which the capability promises, and further values of these kinds.
void publish_impossible_values(const bgw_host& host, std::uint32_t instrument) {
  constexpr std::int64_t kTick = BGW_PRICE_SCALE / 20;
  constexpr std::int64_t kPrice = 42 * BGW_PRICE_SCALE;
  bgw_tick tick = tick_of(instrument);
  tick.modes |= BGW_MODE_QUOTE | BGW_MODE_DEPTH;
  tick.present |= BGW_HAS_VOLUME | BGW_HAS_OI | BGW_HAS_OPEN;
  tick.volume = tick.oi = -7;
  tick.open = -kPrice;
  const bgw_level bids[] = {{kPrice, 10, 0, 0}, {kPrice - 1, 10, 0, 0}, {kPrice - kTick, -3, 0, 0}, {0, 5, 0, 0}};
  const bgw_level asks[] = {{kPrice + kTick, 10, 0, 0}};
  bgw_book book{};
  book.bids = bids;
  book.bid_count = 4;
  book.asks = asks;
  book.ask_count = 1;
  publish(host, &tick, &book);
  const bgw_level rising[] = {{kPrice, 10, 0, 0}, {kPrice + kTick, 10, 0, 0}};
  book.bids = rising;
  book.bid_count = 2;
  tick.present = BGW_HAS_LTP;
  tick.ltp = kPrice + 1;
  publish(host, &tick, &book);
  tick = tick_of(instrument);
  tick.modes |= BGW_MODE_QUOTE;
  tick.present |= BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW | BGW_HAS_CLOSE;
  tick.open = std::numeric_limits<std::int64_t>::max();
  tick.high = kPrice - kTick;
  tick.low = kPrice;
  tick.close = kPrice + 1;
  const bgw_value values[] = {
      {BGW_VALUE_BID_PRICE, -9, -kPrice},  {BGW_VALUE_ASK_PRICE, -2, 4'203},
      {BGW_VALUE_MARK_PRICE, -9, -kPrice}, {BGW_VALUE_INDEX_PRICE, -9, std::numeric_limits<std::int64_t>::max()},
      {BGW_VALUE_TRADES, 0, -1},           {BGW_VALUE_THETA, -2, -42}};
  publish(host, &tick, nullptr, values, std::size(values));
}

void* create(const bgw_host* host, bgw_error*) { return new Adapter{host, {}, {}, {}}; }

// The thread goes on behind destroy: it knows the host's table alone.
void destroy(void* self) {
  const std::unique_ptr<Adapter> adapter(static_cast<Adapter*>(self));
  adapter->is_stopped = true;
  if (!adapter->thread.joinable()) return;
  adapter->thread.join();
  std::thread([host = adapter->host] {
    const bgw_tick tick = tick_of(1);
    for (int i = 0; i < 1000; ++i) publish(*host, &tick);
    say(*host, "published after destroy");
  }).join();
}

[[noreturn]] void hang(const bgw_host& host) {
  say(host, BROKER " hangs now");
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

// ---- what costs the whole process

[[noreturn]] void leak() {
  constexpr std::size_t kPart = 16 << 20;
  for (;;) std::memset(new char[kPart], 1, kPart);
}

// Two that go on for ever: one in the process's group, and one that has left it.
void leave_forks_behind(const bgw_host& host) {
  for (const bool leaves : {false, true}) {
    const pid_t fork_of_it = fork();
    if (fork_of_it == 0) {
      if (leaves) setsid();
      for (;;) pause();
    }
    say(host, "forked " + std::to_string(fork_of_it));
  }
}

void close_descriptors() {
  constexpr int kMaxDescriptors = 1024;
  for (int descriptor = STDERR_FILENO + 1; descriptor < kMaxDescriptors; ++descriptor) close(descriptor);
}

// Overwrites all memory that the process shares, which is that of its link, where some ticks have not been read yet.
void damage_shared_memory(const bgw_host& host, std::uint32_t instrument, int byte) {
  constexpr int kUnread = 40;
  const bgw_tick tick = tick_of(instrument);
  for (int i = 0; i < kUnread; ++i) publish(host, &tick);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    char access[5];
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %4s", &from, &to, access) != 3) continue;
    if (std::strcmp(access, "rw-s") == 0) std::memset(reinterpret_cast<void*>(from), byte, to - from);
  }
}

// As the process's own lines look, 2.4 MB of them, and with a module that is none.
void forge_log_lines() {
  const std::string line =
      R"({"level":"info","module":"\u001b[2J","message":"forged )" + std::string(4000, 'x') + "\"}\n";
  for (int left = 600; left != 0; --left)
    if (std::fwrite(line.data(), 1, line.size(), stderr) != line.size()) return;
}

void harm_process(const Adapter& adapter) {
  const std::string& misdeed = adapter.misdeed;
  if (misdeed == "crash") crash();
  if (misdeed == "abort") std::abort();
  if (misdeed == "exit") std::exit(0);
  if (misdeed == "stop") raise(SIGSTOP);
  if (misdeed == "leak") leak();
  if (misdeed == "forge log lines") forge_log_lines();
  if (misdeed == "close descriptors") close_descriptors();
  if (misdeed == "fork") leave_forks_behind(*adapter.host);
  if (misdeed == "fork and crash") {
    leave_forks_behind(*adapter.host);
    crash();
  }
}

bgw_status initialize(void* self, bgw_error*) {
  auto& adapter = *static_cast<Adapter*>(self);
  char text[64];
  std::size_t length = 0;
  if (adapter.host->setting(adapter.host->context, "misdeed", text, sizeof text, &length, nullptr) == BGW_OK)
    adapter.misdeed = text;
  if (adapter.misdeed == "throw in initialize") throw PrivateException("");
  if (adapter.misdeed == "hang in initialize") hang(*adapter.host);
  return BGW_OK;
}

bgw_status connect(void* self, bgw_error* error) {
  auto& adapter = *static_cast<Adapter*>(self);
  const bgw_host& host = *adapter.host;
  if (adapter.misdeed == "throw in connect") throw PrivateException("");
  if (adapter.misdeed == "fail with NULL") host.fail(host.context, nullptr);
  if (adapter.misdeed == "NULL") {
    call_with_null(host);
    say(host, "called everything with NULL");
  }
  if (adapter.misdeed == "log 20 MB") say(host, "begin " + std::string(20 << 20, 'x') + " end");
  if (adapter.misdeed == "log in a loop" && !adapter.thread.joinable())
    adapter.thread = std::thread([&adapter] {
      for (std::uint64_t i = 0; !adapter.is_stopped; ++i) say(*adapter.host, "nonsense " + std::to_string(i));
    });
  if (adapter.misdeed == "throw in on_http") {
    const auto* http = static_cast<const bgw_http*>(host.get_extension(host.context, BGW_EXTENSION_HTTP));
    const bgw_http_request request{sizeof request, 0, "GET", "http://127.0.0.1:1/", nullptr, nullptr, 0, 0, 0, 0, 0};
    std::uint32_t id = 0;
    return http->request(host.context, &request, &id, error);
  }
  if (adapter.misdeed == "hang in connect") hang(host);
  if (adapter.misdeed == "hang in on_timer") host.timer(host.context, 1, 0, nullptr);
  host.ready(host.context);
  return BGW_OK;
}

bgw_status disconnect(void* self, bgw_error*) {
  auto& adapter = *static_cast<Adapter*>(self);
  if (adapter.misdeed == "hang in disconnect") hang(*adapter.host);
  return BGW_OK;
}

bgw_status subscribe(void* self, const bgw_subscription* list, std::uint32_t, bgw_error*) {
  auto& adapter = *static_cast<Adapter*>(self);
  const bgw_host& host = *adapter.host;
  const std::uint32_t instrument = list[0].instrument;
  if (adapter.misdeed == "throw in subscribe") throw 7;
  if (adapter.misdeed == "hang in subscribe") hang(host);
  harm_process(adapter);
  if (adapter.misdeed == "zeros") damage_shared_memory(host, instrument, 0);
  if (adapter.misdeed == "ones") damage_shared_memory(host, instrument, 0xff);
  if (adapter.misdeed == "letters") damage_shared_memory(host, instrument, 'e');
  if (adapter.misdeed == "books") publish_bad_books(host, instrument);
  if (adapter.misdeed == "impossible values") publish_impossible_values(host, instrument);
  if (adapter.misdeed == "thread" && !adapter.thread.joinable())
    adapter.thread = std::thread([&adapter, instrument] {
      bgw_tick tick = tick_of(instrument);
      tick.ltp = 666 * BGW_PRICE_SCALE;
      for (int i = 0; !adapter.is_stopped; ++i) {
        publish(*adapter.host, &tick);
        adapter.host->ready(adapter.host->context);
        adapter.host->fail(adapter.host->context, nullptr);
        if (i == 1000) say(*adapter.host, "published from a thread");
      }
    });
  const bgw_tick good = tick_of(instrument);
  publish(host, &good);
  return BGW_OK;
}

bgw_status unsubscribe(void*, const std::uint32_t*, std::uint32_t, bgw_error*) { return BGW_OK; }
bgw_status on_open(void*, std::uint32_t, bgw_error*) { return BGW_OK; }
bgw_status on_frame(void*, std::uint32_t, std::uint32_t, const void*, std::size_t, bgw_error*) { return BGW_OK; }
bgw_status on_close(void*, std::uint32_t, const bgw_close*, bgw_error*) { return BGW_E_TRANSIENT; }
bgw_status on_timer(void* self, std::uint32_t, bgw_error*) { hang(*static_cast<Adapter*>(self)->host); }
bgw_status on_http(void*, std::uint32_t, const bgw_http_response*, bgw_error*) { throw PrivateException(""); }

constexpr bgw_adapter_api kApi = {sizeof kApi, 0,       create,   destroy,  initialize, connect, disconnect, subscribe,
                                  unsubscribe, on_open, on_frame, on_close, on_timer,   on_http, nullptr};

// ---- the instrument list

bgw_instrument good_row() {
  bgw_instrument row{};
  row.size = sizeof row;
  row.place = 1;
  row.symbol = "GOOD";
  row.exchange = "NSE";
  row.token = "good";
  row.instrument_type = "EQ";
  row.tick_size = BGW_PRICE_SCALE / 20;
  return row;
}

bgw_status parse(const bgw_instrument_source* source, const bgw_instrument_sink* sink, bgw_error*) {
  char buffer[256];
  while (source->read(source->context, buffer, sizeof buffer) != 0) {
  }
  bgw_instrument row = good_row();
  sink->row(sink->context, &row);
  if (kVariant == Variant::bad_parse) throw PrivateException("");
  if (kVariant == Variant::crash_parse) crash();
  if (kVariant == Variant::hang_parse) std::this_thread::sleep_for(std::chrono::hours(1));
  if (kVariant == Variant::bad_skip) sink->skip(sink->context, 2, nullptr);
  if (kVariant == Variant::bad_rows) {
    sink->row(sink->context, nullptr);
    row.place = 3;
    row.symbol = nullptr;
    sink->row(sink->context, &row);
    row = good_row();
    row.place = 4;
    row.exchange = nullptr;
    sink->row(sink->context, &row);
    row = good_row();
    row.place = 5;
    row.token = nullptr;
    sink->row(sink->context, &row);
    row = good_row();
    row.size = 8;
    sink->row(sink->context, &row);
  }
  return BGW_OK;
}

bgw_status builtin(const bgw_instrument_sink* sink, bgw_error*) {
  const bgw_instrument row = good_row();
  sink->row(sink->context, &row);
  if (kVariant == Variant::bad_builtin) throw PrivateException("");
  if (kVariant == Variant::crash_builtin) crash();
  return BGW_OK;
}

bgw_status next_page(const char*, std::size_t, std::uint32_t, char*, std::size_t, bgw_error*) {
  throw PrivateException("");
}

bgw_status judge(std::int32_t, const char*, std::size_t, bgw_error*) { throw 7; }

const void* get_extension(const char* id) {
  static std::atomic<int> calls{0};
  if (kVariant == Variant::bad_extension) throw PrivateException("");
  if (kVariant == Variant::bad_late_extension && ++calls > 3) throw PrivateException("");
  constexpr bool kHasList = kVariant == Variant::bad_next_page || kVariant == Variant::bad_judge ||
                            kVariant == Variant::bad_rows || kVariant == Variant::crash_parse ||
                            kVariant == Variant::hang_parse;
  constexpr bool kReadsFile = kHasList || kVariant == Variant::bad_parse || kVariant == Variant::bad_skip;
  static constexpr bgw_instruments kInstruments = {sizeof kInstruments,
                                                   0,
                                                   kReadsFile ? parse : nullptr,
                                                   kReadsFile ? nullptr : builtin,
                                                   kHasList ? "{instruments_url}" : nullptr,
                                                   nullptr,
                                                   nullptr,
                                                   kVariant == Variant::bad_next_page ? next_page : nullptr,
                                                   kVariant == Variant::bad_judge ? judge : nullptr};
  return std::strcmp(id, BGW_EXTENSION_INSTRUMENTS) == 0 ? &kInstruments : nullptr;
}

// ---- the entry

constexpr bgw_capability kCapabilities[] = {
    {"NSE", BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH, BGW_FEED_SNAPSHOT, 1, {5}, BGW_PRICES_ON_GRID}};
constexpr bgw_setting kSettings[] = {{"misdeed", BGW_SETTING_TEXT, 0, nullptr, "what the adapter does wrong"},
                                     {"instruments_url", BGW_SETTING_WEB_URL, 0, nullptr, "where the list is"}};
constexpr bgw_limits kLimits = {sizeof kLimits, 0, 0, 0, 0, 0, 0, 0, 0, nullptr, nullptr};

bgw_plugin_descriptor descriptor_of(const char* broker) {
  bgw_plugin_descriptor d{};
  d.magic = BGW_ABI_MAGIC;
  d.size = sizeof d;
  d.abi_major = BGW_ABI_MAJOR;
  d.abi_minor = BGW_ABI_MINOR;
  d.tick_size = sizeof(bgw_tick);
  d.tick_rare_size = sizeof(bgw_tick_rare);
  d.level_size = sizeof(bgw_level);
  d.book_size = sizeof(bgw_book);
  d.update_size = sizeof(bgw_update);
  d.capability_size = sizeof(bgw_capability);
  d.setting_size = sizeof(bgw_setting);
  d.subscription_size = sizeof(bgw_subscription);
  d.value_size = sizeof(bgw_value);
  d.header_size = sizeof(bgw_header);
  d.depth_limit_size = sizeof(bgw_depth_limit);
  d.connection_class_size = sizeof(bgw_connection_class);
  d.capability_count = 1;
  d.setting_count = 2;
  d.flags = BGW_PLUGIN_SIMULATED;
  d.broker = broker;
  d.version = "1";
  d.vendor = "tests";
  d.sdk_version = "0.9.0";
  d.build_tag = "tag";
  d.capabilities = kCapabilities;
  d.settings = kSettings;
  d.limits = &kLimits;
  d.api = &kApi;
  d.get_extension = get_extension;
  return d;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const bgw_plugin_descriptor* bgw_plugin_entry(
    const bgw_loader* loader) {
  static bgw_plugin_descriptor second = descriptor_of(kVariant == Variant::taken_name ? "mock" : "second_broker");
  static bgw_plugin_descriptor first = descriptor_of(BROKER);
  if (kVariant == Variant::two_brokers || kVariant == Variant::taken_name) first.next = &second;
  if (kVariant == Variant::bad_entry_says) loader->set_error(loader->context, "this machine has\nno\x1blicense");
  if (kVariant == Variant::bad_entry_throws) throw PrivateException("");
  if (kVariant == Variant::bad_entry_says || kVariant == Variant::bad_entry_silent) return nullptr;
  return &first;
}
