#include "tests/download/fixture.hpp"

namespace gw::download {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Download : public DownloadTest {};

TEST_F(Download, WritesTheFileAndSaysWhatTheServerCallsIt) {
  const ScriptedServer server(
      {answer("200 OK", "ETag: \"v1\"\r\nlast-modified: Mon, 01 Mar 2027 03:00:00 GMT\r\n", "a,b\n1,2\n")});
  Request r = request(server.url("/list?token=t"));
  r.headers = {"X-Version: 3", "Authorization: token k:s"};
  const auto done = download(r);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_FALSE(done->not_modified);
  EXPECT_EQ(done->etag, "\"v1\"");
  EXPECT_EQ(done->last_modified, "Mon, 01 Mar 2027 03:00:00 GMT");
  EXPECT_EQ(contents(), "a,b\n1,2\n");
  EXPECT_FALSE(std::filesystem::exists(file_ + ".part"));
  const std::string asked = server.requests()[0];
  EXPECT_THAT(asked, StartsWith("GET /list?token=t HTTP/1.1\r\n"));
  EXPECT_THAT(asked, AllOf(HasSubstr("\r\nX-Version: 3\r\n"), HasSubstr("\r\nAuthorization: token k:s\r\n"),
                           HasSubstr("\r\nAccept-Encoding: gzip\r\n"), Not(HasSubstr("If-"))));
}

TEST_F(Download, UnpacksGzip) {
  static constexpr unsigned char kPacked[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
                                              0xff, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xe7, 0x02, 0x00,
                                              0x20, 0x30, 0x3a, 0x36, 0x06, 0x00, 0x00, 0x00};
  const ScriptedServer server(
      {answer("200 OK", "Content-Encoding: gzip\r\n", {reinterpret_cast<const char*>(kPacked), sizeof kPacked})});
  const auto done = download(request(server.url()));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(contents(), "hello\n");
}

TEST_F(Download, AFileThatHasNotChangedIsNotFetched) {
  const ScriptedServer server({{"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"}});
  Request r = request(server.url());
  r.etag = "\"v1\"";
  r.last_modified = "Mon, 01 Mar 2027 03:00:00 GMT";
  const auto done = download(r);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(done->not_modified);
  EXPECT_EQ(done->etag, "\"v1\"");
  EXPECT_TRUE(nothing_was_left());
  EXPECT_THAT(server.requests()[0], AllOf(HasSubstr("\r\nIf-None-Match: \"v1\"\r\n"),
                                          HasSubstr("\r\nIf-Modified-Since: Mon, 01 Mar 2027 03:00:00 GMT\r\n")));
}

TEST_F(Download, NotModifiedThoughNobodyAskedIsAnError) {
  const ScriptedServer server({{"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"}});
  EXPECT_EQ(download(request(server.url())).error().message, server.host() + ": found HTTP 304, expected HTTP 200");
}

TEST_F(Download, AnotherAnswerIsAnErrorThatNamesTheHostAndNoSecret) {
  const ScriptedServer server({answer("403 Forbidden", "", "token s3cret is over")});
  Request r = request(server.url("/list?token=s3cret"));
  r.headers = {"Authorization: s3cret"};
  const auto done = download(r);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, server.host() + ": found HTTP 403, expected HTTP 200");
  EXPECT_TRUE(nothing_was_left());
}

TEST_F(Download, ATransferThatIsCutOffLeavesTheOldFile) {
  std::ofstream(file_) << "old";
  const ScriptedServer server({{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it"}});
  const auto done = download(request(server.url("/list?s3cret")));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, AllOf(StartsWith(server.host() + ": "), Not(HasSubstr("s3cret"))));
  EXPECT_EQ(contents(), "old");
  EXPECT_FALSE(std::filesystem::exists(file_ + ".part"));
}

TEST_F(Download, AFileBeyondTheLimitIsRefused) {
  const ScriptedServer server(
      {answer("200 OK", "", std::string(100, 'x')), answer("200 OK", "", std::string(99, 'x'))});
  Request r = request(server.url());
  r.size_limit = 99;
  EXPECT_EQ(download(r).error().message, server.host() + ": found more than 99 bytes, expected fewer");
  EXPECT_TRUE(nothing_was_left());
  EXPECT_TRUE(download(r));
}

TEST_F(Download, TheCallerSeesHowFarItIsAndCanEndIt) {
  const ScriptedServer server({{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it", true}});
  Request r = request(server.url());
  std::uint64_t seen = 0;
  r.progress = [&](std::uint64_t received, std::uint64_t total) {
    if (received != 0) seen = total;
    return received == 0;
  };
  EXPECT_EQ(download(r).error().message, server.host() + ": the download was ended");
  EXPECT_EQ(seen, 100U);
  EXPECT_TRUE(nothing_was_left());
}

TEST_F(Download, AServerThatFallsSilentIsGivenUp) {
  const ScriptedServer server({{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it", true}});
  Request r = request(server.url());
  r.stall_timeout = std::chrono::seconds(1);
  EXPECT_EQ(download(r).error().message, server.host() + ": timed out: no answer, or hardly any data");
}

TEST_F(Download, NobodyThereIsAnError) {
  std::string host;
  {
    const ScriptedServer gone({});
    host = gone.host();
  }
  const auto done = download(request("http://" + host + "/?s3cret"));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, AllOf(StartsWith(host + ": "), Not(HasSubstr("s3cret"))));
}

TEST_F(Download, PlainHttpGoesToThisMachineOnly) {
  EXPECT_THAT(download(request("http://api.example/list?s3cret")).error().message,
              AllOf(StartsWith("url: found http://api.example/list, expected https://"), Not(HasSubstr("s3cret"))));
  EXPECT_FALSE(download(request("ftp://127.0.0.1/")));
  EXPECT_FALSE(download(request("file:///etc/passwd")));
}

TEST_F(Download, AHeaderOfTwoLinesIsRefusedWithoutItsValue) {
  Request r = request("http://127.0.0.1:1/");
  r.headers = {"Authorization: s3cret\r\nX: y"};
  EXPECT_EQ(download(r).error().message, "header Authorization: found a control character, expected one line of text");
}

TEST_F(Download, AFileThatCannotBeWrittenIsAnErrorThatNamesIt) {
  const ScriptedServer server({answer("200 OK", "", "x")});
  Request r = request(server.url());
  r.file = folder_ / "nowhere/list.csv";
  EXPECT_THAT(download(r).error().message, StartsWith(r.file + ".part: cannot be written: "));
}

}  // namespace
}  // namespace gw::download
