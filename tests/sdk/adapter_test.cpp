// The C++ layer over the C contract, against a host that only writes down what it is asked.
#include "bgw/adapter.hpp"

#include <functional>
#include <map>

#include <gtest/gtest.h>

namespace {

using Strings = std::vector<std::string>;

// ---- a host

struct FakeHost {
  bgw_host table{};
  Strings calls;
  std::map<std::string, std::string> settings;
  std::vector<std::int64_t> integers;
  bgw_status answer = BGW_OK;
  bgw_error failure{};
  bgw_update published{};

  FakeHost() {
    table.size = sizeof table;
    table.context = this;
    table.publish = [](void* c, const bgw_update* u) { of(c).published = *u; };
    table.confirm = [](void* c, const bgw_stream* s) { of(c).note("confirm " + name_of(*s)); };
    table.refuse = [](void* c, const bgw_stream* s, bgw_status code, const char* text) {
      of(c).note("refuse " + name_of(*s) + ' ' + std::to_string(code) + ' ' + text);
    };
    table.dropped = [](void* c, std::uint32_t kind, std::uint64_t count) {
      of(c).note("dropped " + std::to_string(kind) + ' ' + std::to_string(count));
    };
    table.list_announced = [](void* c, const char* etag) { of(c).note(std::string("list ") + etag); };
    table.setting_written_ns = [](void*, const char*) { return std::int64_t{3333}; };
    table.ready = [](void* c) { of(c).note("ready"); };
    table.fail = [](void* c, const bgw_error* e) { of(c).failure = *e; };
    table.websocket_open = [](void* c, const bgw_websocket_request* r, std::uint32_t* connection, bgw_error*) {
      std::string call = std::string("open ") + r->url;
      for (std::uint32_t i = 0; i < r->header_count; ++i)
        call += std::string(" ") + r->headers[i].name + '=' + r->headers[i].value;
      *connection = 17;
      return of(c).note(call);
    };
    table.websocket_send = [](void* c, std::uint32_t id, std::uint32_t opcode, const void* data, std::size_t n,
                              bgw_error*) {
      return of(c).note("send " + std::to_string(id) + ' ' + std::to_string(opcode) + ' ' +
                        std::string(static_cast<const char*>(data), n));
    };
    table.websocket_close = [](void* c, std::uint32_t id, std::int32_t code, bgw_error*) {
      return of(c).note("close " + std::to_string(id) + ' ' + std::to_string(code));
    };
    table.timer = [](void* c, std::uint32_t id, std::int64_t after, bgw_error*) {
      return of(c).note("timer " + std::to_string(id) + ' ' + std::to_string(after));
    };
    table.now_ns = [](void*) { return std::int64_t{1111}; };
    table.monotonic_ns = [](void*) { return std::int64_t{2222}; };
    table.setting = [](void* c, const char* key, char* buffer, std::size_t capacity, std::size_t* length,
                       bgw_error*) -> bgw_status {
      *length = 0;
      FakeHost& h = of(c);
      if (h.answer != BGW_OK) return h.answer;
      const auto found = h.settings.find(key);
      if (found == h.settings.end()) return BGW_E_NOT_FOUND;
      h.note("setting " + std::to_string(capacity));
      *length = found->second.size();
      if (found->second.size() >= capacity) return BGW_E_TOO_SMALL;
      std::memcpy(buffer, found->second.c_str(), found->second.size() + 1);
      return BGW_OK;
    };
    table.setting_integers = [](void* c, const char* key, std::int64_t* values, std::size_t capacity,
                                std::size_t* count, bgw_error*) -> bgw_status {
      FakeHost& h = of(c);
      *count = std::string_view(key) == "depths" ? h.integers.size() : 0;
      if (*count == 0) return BGW_E_NOT_FOUND;
      if (*count > capacity) return BGW_E_TOO_SMALL;
      std::copy(h.integers.begin(), h.integers.end(), values);
      return BGW_OK;
    };
    table.set_capabilities = [](void* c, const bgw_capability* list, std::uint32_t n, bgw_error*) {
      return of(c).note("capabilities " + std::to_string(n) + ' ' + list->exchange);
    };
    table.log = [](void* c, std::int32_t level, const char* text, std::size_t n) {
      of(c).note("log " + std::to_string(level) + ' ' + std::string(text, n));
    };
  }
  bgw_status note(std::string call) {
    calls.push_back(std::move(call));
    return answer;
  }
  static std::string name_of(const bgw_stream& s) {
    return std::to_string(s.instrument) + ':' + std::to_string(s.mode) + ':' + std::to_string(s.depth_level);
  }
  static FakeHost& of(void* context) { return *static_cast<FakeHost*>(context); }
};

// ---- an adapter that does what a test says

using Body = std::function<void()>;
Body g_body;

class Adapter final : public bgw::BaseBrokerAdapter {
 public:
  explicit Adapter(const bgw_host& host) : BaseBrokerAdapter(host) {
    if (g_body) g_body();
  }
  void initialize() override { run(); }
  void connect() override { run(); }
  void disconnect() override { run(); }
  void subscribe(std::span<const bgw_subscription> wanted) override {
    instruments = wanted.size();
    run();
  }
  void unsubscribe(std::span<const std::uint32_t> handles) override {
    instruments = handles.size();
    run();
  }
  bgw_status on_frame(std::uint32_t, std::uint32_t, std::span<const std::byte> frame) override {
    run();
    return frame.size() < 2 ? BGW_E_INVALID : BGW_OK;
  }
  void on_timer(std::uint32_t) override { run(); }
  using BaseBrokerAdapter::dropped;
  using BaseBrokerAdapter::list_announced;
  using BaseBrokerAdapter::on_close;
  using BaseBrokerAdapter::setting_written_ns;

  // Made public for the tests.
  using BaseBrokerAdapter::cancel_timer;
  using BaseBrokerAdapter::confirm;
  using BaseBrokerAdapter::fail;
  using BaseBrokerAdapter::log;
  using BaseBrokerAdapter::monotonic_ns;
  using BaseBrokerAdapter::now_ns;
  using BaseBrokerAdapter::publish;
  using BaseBrokerAdapter::ready;
  using BaseBrokerAdapter::refuse;
  using BaseBrokerAdapter::send_binary;
  using BaseBrokerAdapter::send_text;
  using BaseBrokerAdapter::set_capabilities;
  using BaseBrokerAdapter::set_timer;
  using BaseBrokerAdapter::setting;
  using BaseBrokerAdapter::setting_integers;
  using BaseBrokerAdapter::websocket_close;
  using BaseBrokerAdapter::websocket_open;

  std::size_t instruments = 0;

 private:
  static void run() {
    if (g_body) g_body();
  }
};

class AdapterLayer : public testing::Test {
 protected:
  ~AdapterLayer() override { g_body = nullptr; }
  // The error that `body` throws.
  static std::pair<bgw_status, std::string> thrown_by(const Body& body) {
    try {
      body();
    } catch (const bgw::Error& e) {
      return {e.code, e.what()};
    }
    return {BGW_OK, ""};
  }

  using Failure = std::pair<bgw_status, std::string>;
  const bgw_adapter_api& api_ = bgw::detail::Thunks<Adapter>::api;
  FakeHost host_;
  Adapter adapter_{host_.table};
};

// ---- asking the host

TEST_F(AdapterLayer, SettingsOfAnyLengthAreReadWhole) {
  for (const std::size_t length : {0u, 1u, 255u, 256u, 257u, 10'000u}) {
    host_.settings["key"] = std::string(length, 'x');
    EXPECT_EQ(adapter_.setting("key"), host_.settings["key"]) << length;
  }
  EXPECT_EQ(host_.calls.size(), 3u + 2u * 3u);  // long ones take a second look
  EXPECT_EQ(host_.calls.back(), "setting 10001");
}

TEST_F(AdapterLayer, ASettingThatIsNotThereIsNothing) {
  EXPECT_EQ(adapter_.setting("other"), std::nullopt);
  EXPECT_EQ(adapter_.setting_integers("other"), (std::vector<std::int64_t>{}));
}

TEST_F(AdapterLayer, AMissingSecretThrowsAuth) {
  host_.answer = BGW_E_AUTH;
  EXPECT_EQ(thrown_by([&] { adapter_.setting("token"); }), Failure(BGW_E_AUTH, "token is missing"));
}

TEST_F(AdapterLayer, ListsOfAnyLengthAreReadWhole) {
  for (const std::int64_t length : {1, 64, 65, 500}) {
    host_.integers.clear();
    for (std::int64_t i = 0; i < length; ++i) host_.integers.push_back(i * 7);
    EXPECT_EQ(adapter_.setting_integers("depths"), host_.integers) << length;
  }
}

TEST_F(AdapterLayer, WhatTheHostRefusesIsThrown) {
  host_.answer = BGW_E_STATE;
  const bgw_capability capability{"NSE", 1, 0, 0, {}, 0};
  EXPECT_EQ(thrown_by([&] { adapter_.websocket_open("ws://x"); }),
            Failure(BGW_E_STATE, "websocket_open: was refused by the gateway"));
  EXPECT_EQ(thrown_by([&] { adapter_.send_text(1, "x"); }),
            Failure(BGW_E_STATE, "websocket_send: was refused by the gateway"));
  EXPECT_EQ(thrown_by([&] { adapter_.send_binary(1, {}); }),
            Failure(BGW_E_STATE, "websocket_send: was refused by the gateway"));
  EXPECT_EQ(thrown_by([&] {
              adapter_.set_capabilities({&capability, 1});
            }),
            Failure(BGW_E_STATE, "set_capabilities: was refused by the gateway"));
  adapter_.websocket_close(1);  // closing what is closed is no fault
}

TEST_F(AdapterLayer, EveryRequestReachesTheHostAsItWasMade) {
  const std::pair<std::string, std::string> headers[] = {{"A", "1"}, {"B", "2"}};
  const std::byte bytes[] = {std::byte{'h'}, std::byte{'i'}};
  const bgw_capability capability{"NSE", 1, 0, 0, {}, 0};
  EXPECT_EQ(adapter_.websocket_open("wss://x/y", headers), 17u);
  adapter_.send_text(17, "hello");
  adapter_.send_binary(17, bytes);
  adapter_.websocket_close(17);
  adapter_.websocket_close(17, 3000);
  adapter_.set_timer(1, 5);
  adapter_.cancel_timer(1);
  adapter_.confirm({4, BGW_MODE_LTP, 0, 0});
  adapter_.refuse({5, BGW_MODE_DEPTH, 20, 0}, BGW_E_INVALID, "no");
  adapter_.dropped(BGW_DROP_LEVEL, 3);
  adapter_.list_announced("W/1");
  EXPECT_EQ(adapter_.setting_written_ns("token"), 3333);
  adapter_.ready();
  adapter_.set_capabilities({&capability, 1});
  adapter_.log(BGW_LOG_WARNING, "careful");
  EXPECT_EQ(host_.calls, (Strings{"open wss://x/y A=1 B=2", "send 17 1 hello", "send 17 2 hi", "close 17 1000",
                                  "close 17 3000", "timer 1 5", "timer 1 -1", "confirm 4:1:0", "refuse 5:4:20 -1 no",
                                  "dropped 2 3", "list W/1", "ready", "capabilities 1 NSE", "log 2 careful"}));
  EXPECT_EQ(adapter_.now_ns(), 1111);
  EXPECT_EQ(adapter_.monotonic_ns(), 2222);
  const bgw_tick tick{};
  const bgw_book book{};
  adapter_.publish(tick, nullptr, &book);
  EXPECT_EQ(host_.published.tick, &tick);
  EXPECT_EQ(host_.published.book, &book);
}

TEST_F(AdapterLayer, AFailureCarriesItsCodeTimeAndAsMuchTextAsFits) {
  adapter_.fail(BGW_E_RATE, std::string(1000, 'x'), 77);
  EXPECT_EQ(host_.failure.code, BGW_E_RATE);
  EXPECT_EQ(host_.failure.retry_after_ns, 77);
  EXPECT_EQ(std::string(host_.failure.message), std::string(239, 'x'));
}

// ---- being called

TEST_F(AdapterLayer, AnErrorKeepsItsCodeTextAndTime) {
  g_body = [] { throw bgw::Error(BGW_E_RATE, "slower", 99); };
  bgw_error error{};
  EXPECT_EQ(api_.connect(&adapter_, &error), BGW_E_RATE);
  EXPECT_EQ(error.code, BGW_E_RATE);
  EXPECT_EQ(error.retry_after_ns, 99);
  EXPECT_STREQ(error.message, "slower");
}

TEST_F(AdapterLayer, AnotherExceptionSaysWhereItWasThrown) {
  g_body = [] { (void)std::stoul("no number"); };
  const std::map<std::string, std::function<bgw_status(bgw_error*)>> functions = {
      {"initialize", [&](bgw_error* e) { return api_.initialize(&adapter_, e); }},
      {"connect", [&](bgw_error* e) { return api_.connect(&adapter_, e); }},
      {"disconnect", [&](bgw_error* e) { return api_.disconnect(&adapter_, e); }},
      {"subscribe", [&](bgw_error* e) { return api_.subscribe(&adapter_, nullptr, 0, e); }},
      {"unsubscribe", [&](bgw_error* e) { return api_.unsubscribe(&adapter_, nullptr, 0, e); }},
      {"on_frame", [&](bgw_error* e) { return api_.on_frame(&adapter_, 1, 2, "", 0, e); }},
      {"on_timer", [&](bgw_error* e) { return api_.on_timer(&adapter_, 1, e); }},
  };
  for (const auto& [name, call] : functions) {
    bgw_error error{};
    EXPECT_EQ(call(&error), BGW_E_EXCEPTION) << name;
    EXPECT_EQ(error.code, BGW_E_EXCEPTION) << name;
    EXPECT_EQ(std::string(error.message), name + ": stoul");
    EXPECT_EQ(call(nullptr), BGW_E_EXCEPTION) << name;
  }
}

TEST_F(AdapterLayer, WhatIsNoStdExceptionIsCaughtAsWell) {
  g_body = [] { throw 7; };
  bgw_error error{};
  EXPECT_EQ(api_.on_timer(&adapter_, 1, &error), BGW_E_EXCEPTION);
  EXPECT_STREQ(error.message, "on_timer: an exception that is no std::exception");
}

TEST_F(AdapterLayer, ALongTextIsCutAndStillEnds) {
  g_body = [] { throw std::runtime_error(std::string(1000, 'y')); };
  bgw_error error{};
  api_.connect(&adapter_, &error);
  EXPECT_EQ(std::string(error.message), "connect: " + std::string(230, 'y'));
}

TEST_F(AdapterLayer, AConstructorThatThrowsMakesNoObject) {
  g_body = [] { throw bgw::Error(BGW_E_FATAL, "no room"); };
  bgw_error error{};
  EXPECT_EQ(api_.create(&host_.table, &error), nullptr);
  EXPECT_EQ(error.code, BGW_E_FATAL);
  EXPECT_STREQ(error.message, "no room");
  g_body = nullptr;
  void* made = api_.create(&host_.table, &error);
  ASSERT_NE(made, nullptr);
  api_.destroy(made);
}

TEST_F(AdapterLayer, ResultsAndListsPassThrough) {
  bgw_error error{};
  const bgw_subscription wanted[3] = {};
  const std::uint32_t handles[2] = {1, 2};
  EXPECT_EQ(api_.subscribe(&adapter_, wanted, 3, &error), BGW_OK);
  EXPECT_EQ(adapter_.instruments, 3u);
  EXPECT_EQ(api_.unsubscribe(&adapter_, handles, 2, &error), BGW_OK);
  EXPECT_EQ(adapter_.instruments, 2u);
  EXPECT_EQ(api_.on_frame(&adapter_, 1, 2, "a", 1, &error), BGW_E_INVALID);
  EXPECT_EQ(api_.on_frame(&adapter_, 1, 2, "ab", 2, &error), BGW_OK);
}

TEST_F(AdapterLayer, ByDefaultAnOpenConnectionIsReadyAndALostOneTransient) {
  bgw_error error{};
  EXPECT_EQ(api_.on_open(&adapter_, 1, &error), BGW_OK);
  EXPECT_EQ(host_.calls, (Strings{"ready"}));
  const bgw_close close{sizeof close, 1001, 0, 0, nullptr, "bye", "", 0};
  EXPECT_EQ(api_.on_close(&adapter_, 1, &close, &error), BGW_E_TRANSIENT);
}

// ---- values

TEST(Close, HeadersCompareWithoutCase) {
  const bgw_header headers[] = {{"Retry-After", "30"}, {"X-Empty", ""}, {"retry-after", "31"}};
  const bgw::Close close{1006, 429, "", headers};
  for (const char* name : {"Retry-After", "retry-after", "RETRY-AFTER"}) EXPECT_EQ(close.header(name), "30") << name;
  EXPECT_EQ(close.header("x-empty"), "");
  EXPECT_EQ(close.header("retry-afte"), "");
  EXPECT_EQ(close.header("retry_after"), "");
  EXPECT_EQ(bgw::Close{}.header("any"), "");
}

constexpr bgw_capability kCapabilities[] = {{"NSE", 1, 0, 0, {}, 0}, {"BSE", 1, 0, 0, {}, 0}};
const bgw::PluginInfo kInfo = {
    .broker = "name", .version = "1", .vendor = "tests", .capabilities = kCapabilities, .settings = {}, .limits = {}};

TEST(Descriptor, SaysWhatItWasBuiltWith) {
  const bgw_plugin_descriptor& d = bgw::Broker<Adapter, kInfo>::descriptor();
  EXPECT_EQ(d.magic, BGW_ABI_MAGIC);
  EXPECT_EQ(d.size, sizeof d);
  EXPECT_EQ(d.abi_major, BGW_ABI_MAJOR);
  EXPECT_EQ(d.capability_count, 2u);
  EXPECT_EQ(d.setting_count, 0u);
  EXPECT_STREQ(d.broker, "name");
  EXPECT_STREQ(d.sdk_version, BGW_SDK_VERSION);
  EXPECT_NE(std::string(d.build_tag).find("c++2020"), std::string::npos) << d.build_tag;
  EXPECT_EQ(d.api->size, sizeof(bgw_adapter_api));
}

}  // namespace
