// Any bytes as a recording (run --record): its reader, and an adapter that is given whatever calls stand in it. What is
// whole must read the same when it is written again.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "bgw/testing/replay.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// Says and asks something in every call.
class Adapter final : public bgw::BaseBrokerAdapter {
 public:
  using BaseBrokerAdapter::BaseBrokerAdapter;
  void initialize() override {
    static_cast<void>(setting("a"));
    static_cast<void>(setting_integers("b"));
  }
  void connect() override {
    set_timer(1, now_ns());
    websocket_open("ws://127.0.0.1/?token=" + setting("token").value_or(""));
  }
  void disconnect() override { monotonic_ns(); }
  void on_open(std::uint32_t connection) override {
    send_text(connection, "hello");
    ready();
  }
  void subscribe(std::span<const bgw_subscription> wanted) override {
    for (const bgw_subscription& s : wanted) {
      confirm(stream_of(s));
      if (s.token[0] == '!') refuse(stream_of(s), BGW_E_INVALID, s.symbol);
    }
  }
  void unsubscribe(std::span<const std::uint32_t> handles) override {
    for (const std::uint32_t handle : handles) suspect(handle, BGW_MODE_DEPTH, "gone");
  }
  bgw_status on_frame(std::uint32_t, std::uint32_t, std::span<const std::byte> frame) override {
    bgw_tick tick{};
    tick.present = BGW_HAS_LTP;
    for (const std::byte b : frame.first(std::min<std::size_t>(frame.size(), 8))) tick.ltp += static_cast<int>(b);
    publish(tick);
    return BGW_OK;
  }
  bgw_status on_close(std::uint32_t, const bgw::Close& close) override {
    if (!close.reason.empty() && !close.body.empty()) fail(BGW_E_TRANSIENT, close.reason);
    return BGW_OK;
  }
  void on_timer(std::uint32_t id) override { dropped(id, 1); }
  void on_http(std::uint32_t, const bgw::HttpResponse& response) override {
    list_announced(std::string(response.header("ETag")) + std::string(response.body));
  }
};

// A recording whose checksums are good, from the input's: else no input would come further than the first of them.
std::string mended(const std::string& input) {
  std::string out = bgw::testing::recording_head();
  std::size_t at = 0;
  while (at + 2 <= input.size()) {
    const auto kind = static_cast<bgw::testing::RecordKind>(static_cast<unsigned char>(input[at]));
    const std::size_t length = std::min<std::size_t>(static_cast<unsigned char>(input[at + 1]), input.size() - at - 2);
    if (kind != bgw::testing::RecordKind::posted)  // waits for a thread of the adapter's
      bgw::testing::append_record(out, kind, 1, input.substr(at + 2, length));
    at += 2 + length;
  }
  return out;
}

void read(const std::string& bytes) {
  std::istringstream in(bytes);
  bgw::testing::RecordingReader reader(in);
  std::string again = bgw::testing::recording_head();
  while (const auto record = reader.next()) {
    if (bytes.compare(again.size() + 18, 2, std::string(2, '\0')) != 0) return;  // a part that is reserved
    bgw::testing::append_record(again, record->kind, record->time_ns, record->payload);
    bgw::testing::RecordFields update(record->payload);
    static_cast<void>(bgw::testing::take_update(update));
  }
  require(reader.whole() == 0 || bytes.starts_with(again));
}

void replay(const std::string& bytes) {
  std::istringstream in(bytes);
  const auto played = bgw::testing::replay(in, bgw::detail::Thunks<Adapter>::api);
  require(played.updates.size() == played.published);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  read(input);
  const std::string made = mended(input);
  read(made);
  replay(made);
  return 0;
}
