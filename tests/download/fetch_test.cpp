#include "core/download/fetch.hpp"

#include "tests/download/fixture.hpp"

namespace gw::download {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Fetch of(const std::string& url) {
  Fetch request;
  request.url = url;
  return request;
}

TEST(Fetch, GivesStatusAndBodyOfAnyAnswer) {
  const ScriptedServer server({answer("200 OK", "", "good"), answer("403 Forbidden", "", "bad"),
                               answer("302 Found", "Location: http://127.0.0.1:1/\r\n", "gone")});
  for (const auto& [status, body] : {std::pair{200, "good"}, {403, "bad"}, {302, "gone"}}) {
    Fetch request = of(server.url("/profile"));
    request.headers = {"Authorization: token k:s"};
    const auto done = fetch(request);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->status, status);
    EXPECT_EQ(done->body, body);
  }
  EXPECT_THAT(server.requests()[0],
              AllOf(StartsWith("GET /profile HTTP/1.1\r\n"), HasSubstr("\r\nAuthorization: token k:s\r\n"),
                    HasSubstr("\r\nUser-Agent: broker-gateway/")));
}

TEST(Fetch, LeavesFromTheAddressThatItIsGiven) {
  const ScriptedServer server({answer("200 OK", "", "")});
  Fetch request = of(server.url());
  request.outgoing.bind_address = "127.0.0.2";
  ASSERT_TRUE(fetch(request));
  EXPECT_THAT(server.clients(), ElementsAre("127.0.0.2"));
}

TEST(Fetch, KeepsTheBeginningOfALongBody) {
  const ScriptedServer server({answer("200 OK", "", std::string(100, 'x')),
                               answer("200 OK", "", std::string(99, 'x')),
                               {"HTTP/1.1 200 OK\r\n\r\n" + std::string(100, 'x'), true}});
  for (int i = 0; i < 3; ++i) {
    Fetch request = of(server.url());
    request.body_limit = 99;
    const auto done = fetch(request);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->body, std::string(99, 'x'));
  }
}

TEST(Fetch, ABodyThatIsCutOffIsAnError) {
  const ScriptedServer server({{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it"}});
  const auto done = fetch(of(server.url("/?s3cret")));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, AllOf(StartsWith(server.host() + ": "), Not(HasSubstr("s3cret"))));
}

TEST(Fetch, GivesUpAServerThatDoesNotAnswer) {
  const ScriptedServer server({{"", true}});
  Fetch request = of(server.url());
  request.timeout = std::chrono::seconds(1);
  EXPECT_EQ(fetch(request).error().message, server.host() + ": timed out: no answer, or hardly any data");
}

TEST(Fetch, EndsWhenItIsNotWantedAnyMore) {
  const ScriptedServer server({{"", true}});
  Fetch request = of(server.url());
  request.is_wanted = [&] { return server.requests().empty(); };
  EXPECT_EQ(fetch(request).error().message, server.host() + ": the request was ended");
}

TEST(Fetch, PlainHttpGoesToThisMachineOnlyAndAHeaderIsOneLine) {
  EXPECT_THAT(fetch(of("http://api.example/profile")).error().message, HasSubstr("expected https://"));
  Fetch request = of("http://127.0.0.1:1/");
  request.headers = {"Authorization: s3cret\r\nX: y"};
  EXPECT_EQ(fetch(request).error().message,
            "header Authorization: found a control character, expected one line of text");
}

}  // namespace
}  // namespace gw::download
