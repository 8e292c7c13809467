// An adapter that says and asks everything that bgw/abi.h knows, and a recording of it in memory.
#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "bgw/adapter.hpp"
#include "bgw/testing/fake_host.hpp"
#include "bgw/testing/recorder.hpp"

namespace gw::recording {

class TalkativeAdapter final : public bgw::BaseBrokerAdapter {
 public:
  explicit TalkativeAdapter(const bgw_host& host) : BaseBrokerAdapter(host), host_(host) {}
  static inline std::string greeting = "hello";  // a test may have another version of the plugin say another word

  void initialize() override {
    token_ = setting("access_token").value_or("");
    pin_ = setting("pin").value_or("");
    static_cast<void>(setting("absent"));
    levels_ = setting_integers("depth_levels");
    written_ns_ = host_.setting_written_ns(host_.context, "access_token");
    bgw_capability capability{};
    std::snprintf(capability.exchange, sizeof capability.exchange, "NSE");
    set_capabilities({&capability, 1});
    bgw_connection_class of_books{};
    std::snprintf(of_books.name, sizeof of_books.name, "books");
    of_books.exchanges = "NSE BSE";
    bgw_limits limits{};
    limits.class_count = 1;
    limits.classes = &of_books;
    set_limits(limits);
  }
  void connect() override {
    bgw_http_request request{};
    const std::string header = "Bearer " + token_;
    const bgw_header headers[] = {{"Authorization", header.c_str()}};
    request.size = sizeof request;
    request.method = "GET";
    request.url = "https://broker.example/authorize";
    request.headers = headers;
    request.header_count = 1;
    std::uint32_t id = 0;
    const auto* http = static_cast<const bgw_http*>(host_.get_extension(host_.context, BGW_EXTENSION_HTTP));
    http->request(host_.context, &request, &id, nullptr);
    set_timer(3, 1'000'000);
  }
  // The body has the address of the feed, with a code that no setting knows.
  void on_http(std::uint32_t, const bgw::HttpResponse& reply) override {
    const std::string body(reply.body);
    const std::size_t begin = body.find("wss://");
    connection_ = websocket_open(body.substr(begin, body.find('"', begin) - begin));
  }
  void on_open(std::uint32_t connection) override {
    send_text(connection, R"({"hello":")" + greeting + R"(","auth":")" + token_ + R"("})");
    ready();
  }
  void subscribe(std::span<const bgw_subscription> wanted) override {
    for (const bgw_subscription& s : wanted) {
      if (std::string_view(s.token) == "bad") {
        refuse(stream_of(s), BGW_E_INVALID, "no such token");
        continue;
      }
      handle_ = s.instrument;
      confirm(stream_of(s));
    }
  }
  void unsubscribe(std::span<const std::uint32_t>) override { handle_ = 0; }
  bgw_status on_frame(std::uint32_t, std::uint32_t, std::span<const std::byte> frame) override {
    if (frame.empty()) return BGW_E_INVALID;
    if (frame[0] == std::byte{'{'}) {  // a login: the answer has what the broker hands out
      send_text(1, {reinterpret_cast<const char*>(frame.data()), frame.size()});
      return BGW_OK;
    }
    bgw_tick tick{};
    tick.instrument = handle_;
    tick.modes = BGW_MODE_DEPTH;
    tick.present = BGW_HAS_EXCHANGE_TIME;
    tick.exchange_time_ns = now_ns();
    tick.ltp = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(this));  // does not count
    const bgw_level bids[] = {{static_cast<std::int64_t>(frame[0]), 5, 7, 0}};
    bgw_book book{};
    book.bid_count = 1;
    book.bids = bids;
    bgw_tick_rare rare{};
    const bgw_value value{BGW_VALUE_DELTA, -2, 50};
    const bgw_update update{&tick, &rare, &book, &value, 1, 0};
    host_.publish(host_.context, &update);
    return BGW_OK;
  }
  bgw_status on_close(std::uint32_t, const bgw::Close& close) override {
    return close.code == 1000 ? BGW_OK : BGW_E_TRANSIENT;
  }
  void on_timer(std::uint32_t id) override {
    if (id == 9) throw bgw::Error(BGW_E_RATE, "not so fast");
    const bgw_host& h = host_;
    h.suspect(h.context, handle_, BGW_MODE_DEPTH, "a gap");
    h.dropped(h.context, BGW_DROP_LAYOUT, 2);
    h.list_announced(h.context, "etag");
    log(BGW_LOG_INFO, "the PIN is " + pin_);
    monotonic_ns();
    std::uint8_t digest[32];
    h.digest(h.context, BGW_DIGEST_SHA256, token_.data(), token_.size(), digest, nullptr);
  }
  void disconnect() override {}

 private:
  const bgw_host& host_;
  std::string token_, pin_;
  std::vector<std::int64_t> levels_;
  std::int64_t written_ns_ = 0;
  std::uint32_t connection_ = 0;
  std::uint32_t handle_ = 0;
};

class MemorySink final : public bgw::testing::RecordSink {
 public:
  explicit MemorySink(std::string& bytes) : bytes_(bytes) {}
  void write(std::string_view bytes) noexcept override { bytes_ += bytes; }

 private:
  std::string& bytes_;
};

inline const char* kSecret = "s3cret/token=";
inline const char* kPin = "1234";
inline const char* kSession = "9f8e7d6c5b4a";
inline const char* kCode = "AbCdEf0123456789";

// The life of one adapter, recorded.
inline std::string record_a_life() {
  static const bgw_plugin_descriptor plugin = [] {
    bgw_plugin_descriptor d{};
    d.broker = "talkative";
    d.version = "1.0";
    d.api = &bgw::detail::Thunks<TalkativeAdapter>::api;
    return d;
  }();
  std::string bytes;
  bgw::testing::FakeHost host;
  host.settings = {{"access_token", kSecret}, {"pin", kPin}};
  host.integers = {{"depth_levels", {5, 20}}};
  host.wall_ns = 1'764'000'000'000'000'000;
  auto& recorder = bgw::testing::Recorder::make(plugin, "acme", {{"access_token", kSecret}, {"pin", kPin}},
                                                std::make_shared<MemorySink>(bytes));
  const bgw_adapter_api& api = bgw::testing::Recorder::api();
  bgw_error error{};
  void* self = recorder.create(host.table, &error);
  api.initialize(self, &error);
  api.connect(self, &error);
  const std::string body =
      std::string(R"({"authorizedRedirectUri":"wss://feed.example/v3?requestId=1&code=)") + kCode + "\"}";
  bgw_http_response response{sizeof response, 200, 0, 0, nullptr, body.c_str(), body.size(), ""};
  api.on_http(self, 1, &response, &error);
  const std::string session = std::string(R"({"feedToken":")") + kSession + "\"}";
  api.on_frame(self, 1, BGW_OPCODE_TEXT, session.data(), session.size(), &error);
  api.on_open(self, 1, &error);
  bgw_subscription wanted[2]{};
  wanted[0].instrument = 1;
  wanted[0].token = "77";
  wanted[1].instrument = 2;
  wanted[1].token = "bad";
  api.subscribe(self, wanted, 2, &error);
  const char frame[] = {'*', '+'};
  api.on_frame(self, 1, BGW_OPCODE_BINARY, frame, sizeof frame, &error);
  api.on_frame(self, 1, BGW_OPCODE_TEXT, nullptr, 0, &error);
  api.on_timer(self, 3, &error);
  api.on_timer(self, 9, &error);
  const std::uint32_t handle = 1;
  api.unsubscribe(self, &handle, 1, &error);
  bgw_close close{};
  close.size = sizeof close;
  close.code = 1006;
  close.reason = "gone";
  close.body = "";
  api.on_close(self, 1, &close, &error);
  api.disconnect(self, &error);
  api.destroy(self);
  return bytes;
}

}  // namespace gw::recording
