// HttpClient against small servers on this machine.
#include "core/download/http_client.hpp"

#include <cstdlib>
#include <future>

#include "tests/download/fixture.hpp"
#include "tests/support/gzip.hpp"

namespace gw::download {
namespace {

using testing::HasSubstr;
using testing::Not;

class HttpClientTest : public testing::Test {
 protected:
  static HttpCall call_of(const std::string& url) {
    HttpCall call;
    call.url = url;
    return call;
  }
  std::future<HttpReply> begin(HttpCall call, std::uint64_t* id = nullptr) {
    auto reply = std::make_shared<std::promise<HttpReply>>();
    const std::uint64_t number =
        client_.begin(std::move(call), [reply](HttpReply got) { reply->set_value(std::move(got)); });
    if (id != nullptr) *id = number;
    return reply->get_future();
  }
  HttpReply get(HttpCall call) { return begin(std::move(call)).get(); }
  HttpReply get(const std::string& url) { return get(call_of(url)); }
  static Answer redirect_to(const std::string& to) {
    return answer("302 Found", "Location: " + to + "\r\n", "gone elsewhere");
  }
  // Whether the call came to nothing: its function is let go without having run.
  static bool is_dropped(std::future<HttpReply>& reply) {
    try {
      static_cast<void>(reply.get());
      return false;
    } catch (const std::future_error&) {
      return true;
    }
  }

  HttpClient client_;
};

TEST_F(HttpClientTest, AnAnswerHasStatusHeadersAndBody) {
  const ScriptedServer server({answer("200 OK", "X-Page: 7\r\n", "hello")});
  HttpCall call = call_of(server.url("/list?page=7"));
  call.headers = {"X-Key: s3cret"};
  const HttpReply reply = get(call);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "hello");
  EXPECT_EQ(reply.error, "");
  EXPECT_THAT(reply.headers, testing::Contains(testing::Pair("X-Page", "7")));
  EXPECT_THAT(server.requests().at(0), testing::StartsWith("GET /list?page=7 HTTP/1.1\r\n"));
  EXPECT_THAT(server.requests().at(0), HasSubstr("X-Key: s3cret\r\n"));
}

TEST_F(HttpClientTest, ARefusalIsAnAnswerToo) {
  const ScriptedServer server({answer("404 Not Found", "", "no such thing")});
  const HttpReply reply = get(server.url());
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.body, "no such thing");
}

TEST_F(HttpClientTest, EveryMethodGoesOutAsItIs) {
  for (const char* method : {"GET", "POST", "PUT", "DELETE"}) {
    const ScriptedServer server({answer("200 OK", "", "")});
    HttpCall call = call_of(server.url());
    call.method = method;
    if (call.method == "POST" || call.method == "PUT") call.body = std::string("a\0b", 3);
    EXPECT_EQ(get(call).status, 200);
    const std::string request = server.requests().at(0);
    EXPECT_THAT(request, testing::StartsWith(std::string(method) + " /list HTTP/1.1\r\n"));
    if (!call.body.empty()) {
      EXPECT_THAT(request, HasSubstr("Content-Length: 3\r\n"));
    }
  }
}

TEST_F(HttpClientTest, RedirectsAreFollowedWithinTheServerAsOftenAsTheyMay) {
  const auto serve = [] {
    return std::vector<Answer>{redirect_to("/second"), redirect_to("/third"), answer("200 OK", "", "there")};
  };
  const ScriptedServer server(serve());
  HttpCall call = call_of(server.url());
  call.redirects = 2;
  call.headers = {"X-Key: s3cret"};
  EXPECT_EQ(get(call).body, "there");
  EXPECT_THAT(server.requests().at(2), testing::StartsWith("GET /third "));
  EXPECT_THAT(server.requests().at(2), HasSubstr("X-Key: s3cret"));
  const ScriptedServer again(serve());
  call = call_of(again.url());
  call.redirects = 1;
  const HttpReply reply = get(call);
  EXPECT_EQ(reply.status, 302);
  EXPECT_EQ(reply.body, "gone elsewhere");
  EXPECT_THAT(reply.headers, testing::Contains(testing::Pair("Location", "/third")));
}

TEST_F(HttpClientTest, ARedirectElsewhereOrOfAnotherMethodIsAnAnswer) {
  const ScriptedServer other({answer("200 OK", "", "theirs")});
  const ScriptedServer server({redirect_to(other.url()), redirect_to("https://127.0.0.1/"), redirect_to("/second")});
  HttpCall call = call_of(server.url());
  call.redirects = 5;
  EXPECT_EQ(get(call).status, 302);
  EXPECT_EQ(get(call).status, 302);
  call.method = "POST";
  EXPECT_EQ(get(call).status, 302);
  EXPECT_TRUE(other.requests().empty());
}

TEST_F(HttpClientTest, AnAnswerAtTheLimitIsWholeAndALongerOneAnError) {
  const ScriptedServer server(
      {answer("200 OK", "", std::string(100, 'x')), answer("200 OK", "", std::string(101, 'x'))});
  HttpCall call = call_of(server.url("/?s3cret"));
  call.body_limit = 100;
  EXPECT_EQ(get(call).body.size(), 100U);
  const HttpReply reply = get(call);
  EXPECT_EQ(reply.status, 0);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(reply.error, server.host() + ": found an answer of more than 100 bytes, expected fewer");
}

TEST_F(HttpClientTest, TheLimitIsOfWhatIsUnpacked) {
  const std::string zeros(1'000'000, '0');
  const std::string packed = support::gzip(zeros);
  ASSERT_LT(packed.size(), 10'000U);
  const ScriptedServer server(
      {answer("200 OK", "Content-Encoding: gzip\r\n", packed), answer("200 OK", "Content-Encoding: gzip\r\n", packed)});
  HttpCall call = call_of(server.url());
  EXPECT_EQ(get(call).body, zeros);
  call.body_limit = 10'000;
  EXPECT_THAT(get(call).error, HasSubstr("found an answer of more than 10000 bytes"));
}

TEST_F(HttpClientTest, AnAnswerThatDoesNotComeIsATimeout) {
  const ScriptedServer server({{"", true}});
  HttpCall call = call_of(server.url("/?s3cret"));
  call.timeout_ns = 20'000'000;
  const HttpReply reply = get(call);
  EXPECT_EQ(reply.status, 0);
  EXPECT_THAT(reply.error, HasSubstr("timed out"));
  EXPECT_THAT(reply.error, Not(HasSubstr("s3cret")));
}

// A server that always redirects would hold a call for ever, if each redirect had the whole time anew.
TEST_F(HttpClientTest, RedirectsShareTheTimeOfTheirCall) {
  const ScriptedServer server(std::vector<Answer>(100'000, redirect_to("/again")));
  HttpCall call = call_of(server.url());
  call.timeout_ns = 200'000'000;
  call.redirects = 1'000'000;
  const HttpReply reply = get(call);
  EXPECT_EQ(reply.status, 0);
  EXPECT_THAT(reply.error, HasSubstr("timed out"));
  EXPECT_LT(server.requests().size(), 100'000U) << "the call ended before the redirects did";
}

TEST_F(HttpClientTest, AnAddressThatIsNotAllowedIsAnError) {
  for (const char* url : {"http://example.com/", "ftp://127.0.0.1/", "file:///etc/passwd", ""}) {
    const HttpReply reply = get(url);
    EXPECT_EQ(reply.status, 0);
    EXPECT_NE(reply.error, "") << url;
  }
  HttpCall call = call_of("http://127.0.0.1:1/");
  call.headers = {"X-Key: a\r\nX-Other: b"};
  EXPECT_THAT(get(call).error, HasSubstr("control character"));
}

TEST_F(HttpClientTest, ACancelledCallIsNotAnsweredAndTheOthersGoOn) {
  const ScriptedServer silent({{"", true}});
  const ScriptedServer server({answer("200 OK", "", "x")});
  std::uint64_t id = 0;
  std::future<HttpReply> cancelled = begin(call_of(silent.url()), &id);
  client_.cancel(id);
  client_.cancel(id);
  client_.cancel(12345678);
  EXPECT_TRUE(is_dropped(cancelled));
  EXPECT_EQ(get(server.url()).body, "x");
}

TEST_F(HttpClientTest, TheEndOfTheClientEndsWhatIsUnderWay) {
  const ScriptedServer silent({{"", true}});
  std::future<HttpReply> reply;
  {
    HttpClient client;
    auto promise = std::make_shared<std::promise<HttpReply>>();
    reply = promise->get_future();
    client.begin(call_of(silent.url()), [promise](HttpReply got) { promise->set_value(std::move(got)); });
    while (silent.requests().empty()) std::this_thread::yield();
  }
  EXPECT_TRUE(is_dropped(reply));
}

TEST_F(HttpClientTest, NineAtOnceAreAllAnswered) {
  std::vector<std::unique_ptr<ScriptedServer>> servers;
  std::vector<std::future<HttpReply>> replies;
  const ScriptedServer silent({{"", true}});
  std::uint64_t held = 0;
  std::future<HttpReply> waiting = begin(call_of(silent.url()), &held);
  for (int i = 0; i < 9; ++i) {
    servers.push_back(std::make_unique<ScriptedServer>(std::vector{answer("200 OK", "", std::to_string(i))}));
    replies.push_back(begin(call_of(servers.back()->url())));
  }
  for (int i = 0; i < 9; ++i) EXPECT_EQ(replies[static_cast<std::size_t>(i)].get().body, std::to_string(i));
  client_.cancel(held);
  EXPECT_TRUE(is_dropped(waiting));
}

}  // namespace
}  // namespace gw::download
