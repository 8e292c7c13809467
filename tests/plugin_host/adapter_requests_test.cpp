// bgw.http/1 of an adapter, against a small server on this machine.
#include <thread>

#include <gmock/gmock.h>

#include "adapter_fixture.hpp"
#include "tests/download/scripted_server.hpp"

namespace gw::plugin_host {
namespace {

using download::ScriptedServer;
using testing::HasSubstr;

class AdapterRequestsTest : public AdapterTest {
 protected:
  AdapterRequestsTest() {
    plugin_->on_http = [this](bgw_error& error) {
      ++replies_;
      return on_http_ ? on_http_(error) : bgw_status{BGW_OK};
    };
  }
  const bgw_http& http() const {
    return *static_cast<const bgw_http*>(host().get_extension(host().context, BGW_EXTENSION_HTTP));
  }
  bgw_http_request request_of(const std::string& url) const {
    bgw_http_request request{};
    request.size = sizeof request;
    request.method = "GET";
    request.url = url.c_str();
    return request;
  }
  // 0: refused, and `error_` says why.
  std::uint32_t get(const std::string& url) { return begin(request_of(url)); }
  std::uint32_t begin(const bgw_http_request& request) {
    std::uint32_t id = 0;
    error_ = {};
    return http().request(host().context, &request, &id, &error_) == BGW_OK ? id : 0;
  }
  std::string problem_of(const bgw_http_request& request) {
    EXPECT_EQ(begin(request), 0U);
    EXPECT_EQ(error_.code, BGW_E_INVALID);
    return error_.message;
  }

  ScriptedPlugin::Step on_http_;
  int replies_ = 0;
  bgw_error error_{};
};

TEST_F(AdapterRequestsTest, AnAnswerComesOnTheAdaptersThreadUnderItsNumber) {
  ScriptedServer server({download::answer("200 OK", "X-Page: 7\r\n", "hello")});
  start_connected();
  host().timer(host().context, 1, 3'600'000'000'000, nullptr);  // so that the session has something left
  const bgw_header headers[] = {{"X-Key", "secret"}};
  const std::string url = server.url();
  bgw_http_request request = request_of(url);
  request.method = "POST";
  request.headers = headers;
  request.header_count = 1;
  request.body = "{\"a\":1}";
  request.body_length = 7;
  const std::uint32_t id = begin(request);
  ASSERT_GT(id, 0U);
  run_until([this] { return replies_ == 1; });
  EXPECT_EQ(plugin_->take_calls(), (std::vector<std::string>{"on_http " + std::to_string(id)}));
  EXPECT_EQ(plugin_->last_reply.status, 200);
  EXPECT_EQ(plugin_->last_reply.body, "hello");
  EXPECT_EQ(plugin_->last_reply.error, "");
  const std::string got = server.requests().at(0);
  EXPECT_EQ(got.rfind("POST /list HTTP/1.1\r\n", 0), 0U) << got;
  EXPECT_THAT(got, HasSubstr("X-Key: secret\r\n"));
  EXPECT_EQ(state(), LinkState::connected);
}

TEST_F(AdapterRequestsTest, NoAnswerSaysWhyAndWithoutTheQuery) {
  std::string url;
  {
    const ScriptedServer server({});
    url = server.url("/list?token=secret");
  }
  start_connected();
  ASSERT_GT(get(url), 0U);
  run_until([this] { return replies_ == 1; });
  EXPECT_EQ(plugin_->last_reply.status, 0);
  EXPECT_NE(plugin_->last_reply.error, "");
  EXPECT_EQ(plugin_->last_reply.error.find("secret"), std::string::npos) << plugin_->last_reply.error;
}

TEST_F(AdapterRequestsTest, AFailureInOnHttpEndsTheLogin) {
  ScriptedServer server({download::answer("403 Forbidden", "", "no")});
  const std::string url = server.url();
  plugin_->connect = [&](bgw_error&) { return get(url) != 0 ? BGW_OK : BGW_E_FATAL; };
  on_http_ = [this](bgw_error& error) {
    EXPECT_EQ(plugin_->last_reply.status, 403);
    return answer(BGW_E_AUTH, "the key is refused")(error);
  };
  start();
  run_until([this] { return state() == LinkState::auth_expired; });
  EXPECT_THAT(message(), HasSubstr("the key is refused"));
  EXPECT_EQ(link_->counts().connects.load(), 1U);
}

TEST_F(AdapterRequestsTest, APluginThatDoesNothingAfterItsOnlyRequestLosesTheLogin) {
  ScriptedServer server({download::answer("200 OK", "", "")});
  const std::string url = server.url();
  options_.reconnect.attempts = 1;
  bool is_first = true;
  plugin_->connect = [&](bgw_error& error) {
    return std::exchange(is_first, false) && get(url) != 0 ? bgw_status{BGW_OK} : answer(BGW_E_FATAL, "enough")(error);
  };
  start();
  run_until([this] { return state() == LinkState::reconnecting; });
  EXPECT_THAT(message(), HasSubstr("the plugin did nothing after its HTTP request"));
}

TEST_F(AdapterRequestsTest, EightAreUnderWayAtATimeAndTheEndOfTheLoginCancelsThem) {
  ScriptedServer server({{"", true}});
  start_connected();
  const std::string url = server.url();
  std::vector<std::uint32_t> ids;
  for (int i = 0; i < 8; ++i) ids.push_back(get(url));
  EXPECT_EQ(std::count(ids.begin(), ids.end(), 0U), 0);
  EXPECT_EQ(get(url), 0U);
  EXPECT_EQ(error_.code, BGW_E_RATE);
  EXPECT_STREQ(error_.message, "found 8 requests under way, expected fewer");
  EXPECT_EQ(http().cancel(host().context, ids[3], nullptr), BGW_OK);
  EXPECT_EQ(http().cancel(host().context, ids[3], &error_), BGW_E_NOT_FOUND);
  EXPECT_GT(get(url), 0U) << "there is room again";
  bgw_error gone{BGW_E_FATAL, 0, 0, "gone"};
  host().fail(host().context, &gone);
  run_until([this] { return state() == LinkState::failed; });
  EXPECT_EQ(http().cancel(host().context, ids[0], nullptr), BGW_E_NOT_FOUND);
  EXPECT_EQ(get(url), 0U) << "there is no session";
  EXPECT_EQ(error_.code, BGW_E_STATE);
  EXPECT_EQ(replies_, 0);
}

TEST_F(AdapterRequestsTest, AnAnswerThatIsOnItsWayWhenTheLinkEndsIsNotHeard) {
  ScriptedServer server({download::answer("200 OK", "", "late")});
  start_connected();
  ASSERT_GT(get(server.url()), 0U);
  // The answer has come to the client's thread or will; only this loop, which does not turn, could hand it over.
  while (server.requests().empty()) std::this_thread::yield();
  link_.reset();
  settle();
  EXPECT_EQ(replies_, 0);
}

TEST_F(AdapterRequestsTest, ARequestThatIsNotAllowedIsRefusedAtOnce) {
  start_connected();
  const std::string plain = "http://example.com/list";
  bgw_http_request request = request_of(plain);
  EXPECT_NE(problem_of(request), "");
  const std::string url = "https://example.com/";
  request = request_of(url);
  request.method = "PATCH";
  EXPECT_EQ(problem_of(request), "method: found 'PATCH', expected GET, POST, PUT or DELETE");
  request = request_of(url);
  request.size = 71;
  EXPECT_EQ(problem_of(request), "size: found 71, expected at least 72");
  request = request_of(url);
  request.url = nullptr;
  EXPECT_EQ(problem_of(request), "found no address or no method, expected both");
  request = request_of(url);
  request.header_count = 1;
  EXPECT_EQ(problem_of(request), "headers: found nothing, expected some");
  const bgw_header evil[] = {{"X-A", "a\r\nEvil: 1"}, {"X B: c", "d"}};
  request.headers = evil;
  EXPECT_EQ(problem_of(request), "header X-A: found a control character, expected one line of text");
  request.headers = evil + 1;
  EXPECT_THAT(problem_of(request), HasSubstr("header 1: found a name that is no token of RFC 9110"));
  const std::string two_lines = url + " HTTP/1.1\r\nEvil: 1";
  request = request_of(two_lines);
  EXPECT_EQ(problem_of(request), "url: found a blank or a control character, expected none");
  request = request_of(url);
  request.body_length = (1 << 20) + 1;
  request.body = "";
  EXPECT_EQ(problem_of(request), "body: found 1048577 bytes, expected at most 1 MiB");
  request = request_of(url);
  request.timeout_ns = 60'000'000'001;
  EXPECT_EQ(problem_of(request), "timeout_ns: expected at most 60 s");
  request = request_of(url);
  request.max_response = (64 << 20) + 1;
  EXPECT_EQ(problem_of(request), "max_response: expected at most 64 MiB");
}

}  // namespace
}  // namespace gw::plugin_host
