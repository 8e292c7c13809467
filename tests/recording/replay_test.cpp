#include "bgw/testing/replay.hpp"

#include <atomic>
#include <sstream>
#include <string>
#include <thread>

#include <gmock/gmock.h>

#include "recorded_adapter.hpp"

namespace gw::recording {
namespace {

using bgw::testing::RecordKind;
using testing::HasSubstr;
using testing::Not;

bgw::testing::Replayed replay(const std::string& bytes) {
  std::istringstream in(bytes);
  return bgw::testing::replay(in, bgw::detail::Thunks<TalkativeAdapter>::api);
}

TEST(Replay, OfTheSameAdapterIsEqual) {
  const auto played = replay(record_a_life());
  EXPECT_EQ(played.difference, "");
  EXPECT_EQ(played.cut, "");
  ASSERT_EQ(played.updates.size(), 1U);
  const bgw::testing::RecordedUpdate& update = played.updates.front();
  EXPECT_EQ(update.tick.exchange_time_ns, 1'764'000'000'000'000'000);
  ASSERT_TRUE(update.book);
  ASSERT_EQ(update.book->bids.size(), 1U);
  EXPECT_EQ(update.book->bids.front().price, '*');
  EXPECT_EQ(update.book->bids.front().orders, 0U) << "the book does not say that orders count";
  ASSERT_EQ(update.values.size(), 1U);
  EXPECT_EQ(update.values.front().value, 50);
}

TEST(Replay, OfAnotherVersionNamesTheFirstDifference) {
  const std::string bytes = record_a_life();
  TalkativeAdapter::greeting = "hallo";
  const auto played = replay(bytes);
  TalkativeAdapter::greeting = "hello";
  EXPECT_THAT(played.difference, HasSubstr("in on_open (record "));
  EXPECT_THAT(played.difference, HasSubstr("found websocket_send '........{\"hello\":\"hallo\""));
  EXPECT_THAT(played.difference, HasSubstr("expected websocket_send '........{\"hello\":\"hello\""));
  EXPECT_THAT(played.difference, HasSubstr("byte 19: found 0x61, expected 0x65"));
}

TEST(Replay, NoSecretIsInTheRecording) {
  const std::string bytes = record_a_life();
  EXPECT_THAT(bytes, Not(HasSubstr(kSecret)));
  EXPECT_THAT(bytes, Not(HasSubstr(kCode)));
  EXPECT_THAT(bytes, Not(HasSubstr(kSession)));
  EXPECT_THAT(bytes, HasSubstr("Bearer access_token."));
  EXPECT_THAT(bytes, HasSubstr("code=code............"));
  EXPECT_THAT(bytes, HasSubstr("the PIN is 1234")) << "a number of four digits is replaced as a whole value only";
  std::istringstream in(bytes);
  bgw::testing::RecordingReader reader(in);
  while (const auto record = reader.next())
    if (record->kind == RecordKind::told_setting) {
      EXPECT_THAT(std::string(record->payload), Not(HasSubstr(kPin)));
    }
}

// Wherever a crash cuts a recording off, what is whole is replayed and no difference is made up.
TEST(Replay, OfARecordingWithoutItsEndGoesAsFarAsItIsWhole) {
  const std::string bytes = record_a_life();
  for (std::size_t size = bgw::testing::kRecordingHead; size < bytes.size(); ++size) {
    const auto played = replay(bytes.substr(0, size));
    ASSERT_EQ(played.difference, "") << size;
    ASSERT_LE(played.updates.size(), 1U);
  }
}

TEST(Replay, OfWhatIsNoRecordingSaysSo) {
  EXPECT_EQ(replay("no recording at all").difference, "found no recording, expected a file that begins with BGWREC");
  EXPECT_EQ(bgw::testing::replay("/nowhere/x.bgwrec", bgw::detail::Thunks<TalkativeAdapter>::api).difference,
            "/nowhere/x.bgwrec: cannot be read");
}

// Work that a thread of the adapter's own posts: the thread is as free as ever, the work is a call like others.
class PostingAdapter final : public bgw::BaseBrokerAdapter {
 public:
  explicit PostingAdapter(const bgw_host& host) : BaseBrokerAdapter(host), host_(host) {}
  ~PostingAdapter() override {
    if (thread_.joinable()) thread_.join();
  }
  void connect() override {
    thread_ = std::thread([this] {
      host_.post(
          host_.context,
          [](void* self, std::int32_t is_alive) {
            if (is_alive != 0) static_cast<PostingAdapter*>(self)->ready();
          },
          this, nullptr);
    });
  }
  void disconnect() override {}
  void subscribe(std::span<const bgw_subscription>) override {}
  void unsubscribe(std::span<const std::uint32_t>) override {}
  bgw_status on_frame(std::uint32_t, std::uint32_t, std::span<const std::byte>) override { return BGW_OK; }

 private:
  const bgw_host& host_;
  std::thread thread_;
};

TEST(Replay, WorkThatAThreadPostsIsDoneWhereItWasDone) {
  std::string bytes;
  bgw_plugin_descriptor plugin{};
  plugin.broker = "posting";
  plugin.api = &bgw::detail::Thunks<PostingAdapter>::api;
  {
    struct Later {
      std::atomic<void (*)(void*, std::int32_t)> run{nullptr};
      void* argument = nullptr;
    };
    static Later later;
    bgw::testing::FakeHost host;
    host.table.post = [](void*, void (*run)(void*, std::int32_t), void* argument, bgw_error*) {
      later.argument = argument;
      later.run.store(run, std::memory_order_release);
      return bgw_status{BGW_OK};
    };
    auto& recorder = bgw::testing::Recorder::make(plugin, "acme", {}, std::make_shared<MemorySink>(bytes));
    const bgw_adapter_api& api = bgw::testing::Recorder::api();
    bgw_error error{};
    void* self = recorder.create(host.table, &error);
    api.connect(self, &error);
    while (later.run.load(std::memory_order_acquire) == nullptr) std::this_thread::yield();
    later.run.load()(later.argument, 1);
    EXPECT_EQ(host.ready, 1);
    api.destroy(self);
  }
  std::istringstream in(bytes);
  const auto played = bgw::testing::replay(in, bgw::detail::Thunks<PostingAdapter>::api);
  EXPECT_EQ(played.difference, "");
  EXPECT_EQ(played.records, 11U);
}

}  // namespace
}  // namespace gw::recording
