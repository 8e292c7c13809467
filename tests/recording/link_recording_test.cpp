// What the gateway's own link records of a plugin.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "bgw/testing/replay.hpp"
#include "core/recording/recording_file.hpp"
#include "tests/plugin_host/adapter_fixture.hpp"
#include "tests/support/seconds.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gw::plugin_host {
namespace {

namespace fs = std::filesystem;
using bgw::testing::RecordKind;
using testing::HasSubstr;
using testing::Not;

class LinkRecording : public AdapterTest {
 protected:
  LinkRecording() { options_.record_folder = folder_.path().string(); }
  // As start_connected(), by a plugin that knows nothing of the test's host.
  void start_ready() {
    plugin_->connect = [this](bgw_error&) {
      plugin_->host->ready(plugin_->host->context);
      return bgw_status{BGW_OK};
    };
    start();
    run_until([this] { return state() == LinkState::connected; });
    forget();
  }
  std::vector<std::string> recordings() const {
    recording::drain(20 * support::kSecond);
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder_.path())) all.push_back(entry.path().string());
    return all;
  }
  static std::string bytes_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static std::vector<std::string> kinds_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    bgw::testing::RecordingReader reader(in);
    std::vector<std::string> kinds;
    while (const auto record = reader.next()) kinds.emplace_back(bgw::testing::word(record->kind));
    EXPECT_EQ(reader.problem(), "");
    return kinds;
  }

  support::TemporaryFolder folder_;
};

TEST_F(LinkRecording, HasCallsAndAnswersInTheirOrder) {
  start_ready();
  want(1);
  run_until([this] { return plugin_->count("subscribe 1:1") != 0; });
  link_->stop();
  link_.reset();
  ASSERT_EQ(recordings().size(), 1U);
  EXPECT_THAT(
      kinds_of(recordings().front()),
      testing::ElementsAre("plugin", "create", "the return of the call", "initialize", "the return of the call",
                           "connect", "ready", "the return of the call", "subscribe", "the return of the call",
                           "disconnect", "the return of the call", "destroy", "the return of the call", "the end"));
}

TEST_F(LinkRecording, AnExceptionThatLeavesThePluginIsAResult) {
  plugin_->connect = throwing();
  start();
  run_until([this] { return plugin_->count("connect") == 1; });
  link_.reset();
  const std::string path = recordings().front();
  std::ifstream in(path, std::ios::binary);
  bgw::testing::RecordingReader reader(in);
  bool is_connect = false;
  for (auto record = reader.next(); record; record = reader.next()) {
    if (is_connect) {
      EXPECT_EQ(record->kind, RecordKind::returned);
      EXPECT_EQ(bgw::testing::RecordFields(record->payload).number<std::int32_t>(), BGW_E_EXCEPTION);
      break;
    }
    is_connect = record->kind == RecordKind::connect;
  }
  EXPECT_TRUE(is_connect);
}

TEST_F(LinkRecording, EachObjectHasAFileOfItsOwn) {
  start_ready();
  link_->relogin(options_.settings);
  run_until([this] { return plugin_->count("connect") == 1 && state() == LinkState::connected; });
  link_.reset();
  EXPECT_EQ(recordings().size(), 2U);
}

TEST_F(LinkRecording, SecretsAndReferencesAreNotInIt) {
  options_.settings = {{"token", "verysecret", {}, true, false, 0},
                       {"account", "named-elsewhere", {}, false, false, 0, true},
                       {"plain", "as-it-is", {}, false, false, 0}};
  plugin_->initialize = [this](bgw_error&) {
    char buffer[64];
    std::size_t length = 0;
    for (const char* key : {"token", "account", "plain"})
      plugin_->host->setting(plugin_->host->context, key, buffer, sizeof buffer, &length, nullptr);
    return bgw_status{BGW_OK};
  };
  plugin_->connect = [](bgw_error& error) {
    std::snprintf(error.message, sizeof error.message, "refused verysecret of named-elsewhere");
    return error.code = BGW_E_TRANSIENT;
  };
  start();
  run_until([this] { return plugin_->count("connect") >= 1; });
  link_.reset();
  const std::string bytes = bytes_of(recordings().front());
  EXPECT_THAT(bytes, Not(HasSubstr("verysecret")));
  EXPECT_THAT(bytes, Not(HasSubstr("named-elsewhere")));
  EXPECT_THAT(bytes, HasSubstr("as-it-is"));
  EXPECT_THAT(bytes, HasSubstr("refused token..... of account........"));
}

TEST_F(LinkRecording, AFolderThatIsGoneCostsTheRecordingAlone) {
  options_.record_folder = "/nowhere";
  start_connected();
  EXPECT_EQ(link_->counts().recordings.load(), 0U);
  EXPECT_EQ(link_->counts().recordings_ended.load(), 1U);
  EXPECT_EQ(link_->report().recordings_ended, 1U);
}

TEST_F(LinkRecording, WithoutAFolderThePluginIsCalledDirectly) {
  options_.record_folder.clear();
  start_connected();  // which needs the host's own table
  EXPECT_EQ(recordings().size(), 0U);
}

}  // namespace
}  // namespace gw::plugin_host
