// One hour of the mock broker's market, through the gateway's own link in virtual time, recorded as `run --record` does
// and replayed as fast as the machine allows.
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include "bgw/testing/replay.hpp"
#include "core/bus/records.hpp"
#include "core/plugin_host/broker_link.hpp"
#include "core/recording/recording_file.hpp"
#include "tests/support/seconds.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/virtual_clock.hpp"

namespace gw::recording {
namespace {

namespace fs = std::filesystem;
using plugin_host::BrokerLink;
using plugin_host::LinkOptions;
using support::kSecond;

struct Row {
  std::string symbol, exchange, token;
};

std::vector<Row> builtin_rows(const plugin_host::Library& library) {
  std::vector<Row> rows;
  bgw_instrument_sink sink{};
  sink.size = sizeof sink;
  sink.context = &rows;
  sink.row = [](void* c, const bgw_instrument* row) {
    static_cast<std::vector<Row>*>(c)->push_back({row->symbol, row->exchange, row->token});
  };
  sink.skip = [](void*, std::uint64_t, const char*) {};
  bgw_error error{};
  EXPECT_EQ(library.instruments()->builtin(&sink, &error), BGW_OK);
  return rows;
}

// What routing takes from the ring of one update.
struct Taken {
  std::uint32_t instrument;
  std::int64_t ltp, volume, time_ns;
  std::size_t bids, asks;
  bool operator==(const Taken&) const = default;
};

class Hour : public testing::Test {
 protected:
  Hour() {
    auto loaded = plugin_host::load_library(GW_MOCK_PLUGIN);
    EXPECT_TRUE(loaded) << loaded.error().message;
    library_ = loaded->front();
  }
  void run_link(const std::string& folder, std::int64_t duration_ns) {
    LinkOptions options;
    options.name = "mock";
    options.settings = {{"seed", "7", {}, false, false, 0},
                        {"updates_per_second", "5", {}, false, false, 0},
                        {"depth_levels", "5,20,30,50", {5, 20, 30, 50}, false, false, 0}};
    options.monotonic = [this] { return clock_.now(); };
    options.wall = [this] { return clock_.wall(); };
    options.make_alarm = clock_.alarms();
    options.record_folder = folder;
    link_ = std::make_unique<BrokerLink>(io_, library_, std::move(options), bell_);
    ASSERT_TRUE(link_->prepare());
    link_->start();
    settle();
    subscribe();
    // In memory lies what the disk has not taken yet: an hour would be too much, a minute is not.
    constexpr std::int64_t kMinute = 60 * kSecond;
    for (const std::int64_t end = clock_.now() + duration_ns; clock_.next_alarm() <= end;) {
      for (const std::int64_t pause = std::min(end, clock_.now() + kMinute); clock_.next_alarm() <= pause;) {
        clock_.ring_next();
        settle();
      }
      drain(20 * kSecond);
    }
    ASSERT_EQ(link_->counts().recordings_ended.load(), 0U);
    ASSERT_EQ(link_->counts().conflated.load(), 0U);
    link_->stop();
    link_.reset();
    drain(20 * kSecond);
  }
  void subscribe() {
    std::uint32_t handle = 0;
    for (const Row& row : builtin_rows(*library_)) {
      const bool is_index = row.exchange.ends_with("_INDEX");
      std::uint32_t mode = handle % 4 == 0 ? std::uint32_t{BGW_MODE_DEPTH} : 1U << handle % 2;
      if (is_index) mode = BGW_MODE_QUOTE;
      const std::uint32_t level = mode == BGW_MODE_DEPTH ? (handle == 0 ? 50 : 5) : 0;
      const bus::Demand demand{++handle,   mode,         level,     row.symbol, row.exchange,
                               row.symbol, row.exchange, row.token, 0,          InstrumentKind::other};
      ASSERT_TRUE(bus::put_demand(link_->channel().demand(), demand));
      if (handle == 10) break;
    }
    link_->channel().adapter_bell().ring();
    settle();
  }
  void settle() {
    do {
      if (io_.stopped()) io_.restart();
    } while (io_.poll() != 0);
    if (link_ == nullptr) return;
    bus::Ring& ring = link_->channel().updates();
    for (auto record = ring.front(); !record.empty(); record = ring.front()) {
      bus::RecordKind kind;
      std::memcpy(&kind, record.data(), sizeof kind);
      if (kind == bus::RecordKind::update) {
        const bus::UpdateView view = bus::view_update(record);
        taken_.push_back({view.tick->instrument, view.tick->ltp, view.tick->volume, view.tick->exchange_time_ns,
                          view.bids.size(), view.asks.size()});
      }
      ring.release();
    }
  }

  boost::asio::io_context io_{1};
  bus::Doorbell bell_;
  support::VirtualClock clock_{1'764'000'000 * kSecond};
  std::shared_ptr<const plugin_host::Library> library_;
  std::unique_ptr<BrokerLink> link_;
  std::vector<Taken> taken_;
  support::TemporaryFolder folder_;
};

TEST_F(Hour, OfTheMocksMarketIsReplayedByteForByte) {
  const auto begin = std::chrono::steady_clock::now();
  run_link(folder_.path().string(), 3600 * kSecond);
  const auto recorded = std::chrono::steady_clock::now();
  std::vector<fs::path> files(fs::directory_iterator(folder_.path()), fs::directory_iterator());
  ASSERT_EQ(files.size(), 1U);
  const std::string file = files.front().string();
  const auto played = bgw::testing::replay(file, *library_->descriptor().api);
  const auto replayed = std::chrono::steady_clock::now();
  EXPECT_EQ(played.difference, "");
  EXPECT_EQ(played.cut, "");
  EXPECT_GE(played.updates.size(), 10U * 5 * 3590);
  ASSERT_EQ(played.updates.size(), taken_.size());
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    const bgw::testing::RecordedUpdate& update = played.updates[i];
    const Taken again{update.tick.instrument,
                      update.tick.ltp,
                      update.tick.volume,
                      update.tick.exchange_time_ns,
                      update.book ? update.book->bids.size() : 0,
                      update.book ? update.book->asks.size() : 0};
    ASSERT_EQ(again, taken_[i]) << "update " << i;
  }
  const auto seconds = [](auto from, auto to) { return std::chrono::duration<double>(to - from).count(); };
  std::printf("one hour: %zu updates, %ju bytes, recorded in %.1f s, replayed in %.1f s\n", taken_.size(),
              static_cast<std::uintmax_t>(fs::file_size(file)), seconds(begin, recorded), seconds(recorded, replayed));
}

// A comparison that finds nothing would find nothing in the hour either.
TEST_F(Hour, WithAnotherSeedIsNoReplay) {
  run_link(folder_.path().string(), 10 * kSecond);
  const fs::path file = fs::directory_iterator(folder_.path())->path();
  std::string bytes;
  {
    std::ifstream in(file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  std::istringstream in(bytes);
  bgw::testing::RecordingReader reader(in);
  std::string other = bgw::testing::recording_head();
  while (const auto record = reader.next()) {
    std::string payload(record->payload);
    if (record->kind == bgw::testing::RecordKind::told_setting && payload.ends_with('7') &&
        payload.find("seed") != std::string::npos)
      payload.back() = '8';
    bgw::testing::append_record(other, record->kind, record->time_ns, payload);
  }
  ASSERT_NE(other, bytes);
  std::istringstream changed(other);
  const auto played = bgw::testing::replay(changed, *library_->descriptor().api);
  EXPECT_NE(played.difference.find("in subscribe"), std::string::npos) << played.difference;
  EXPECT_NE(played.difference.find("found publish (instrument 1, modes"), std::string::npos) << played.difference;
}

}  // namespace
}  // namespace gw::recording
