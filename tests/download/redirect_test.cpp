#include <cstdlib>

#include "tests/download/fixture.hpp"

namespace gw::download {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Answer redirect(const std::string& to) { return answer("302 Found", "Location: " + to + "\r\n", "gone elsewhere"); }

// Servers whose certificate the variable names.
class Redirect : public DownloadTest {
 protected:
  Redirect() {
    certificate_.write(folder_ / "ca.pem");
    ::setenv("SSL_CERT_FILE", (folder_ / "ca.pem").c_str(), 1);
  }
  ~Redirect() override { ::unsetenv("SSL_CERT_FILE"); }

  const support::Certificate certificate_{"DNS:localhost,IP:127.0.0.1"};
};

TEST_F(Redirect, TlsIsGoodWithTheCertificateThatTheVariableNames) {
  const ScriptedServer server({answer("200 OK", "", "x"), answer("200 OK", "", "x")}, &certificate_);
  const auto done = download(request(server.url()));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(contents(), "x");
  support::Certificate("IP:127.0.0.1").write(folder_ / "ca.pem");
  EXPECT_THAT(download(request(server.url())).error().message, HasSubstr("certificate"));
}

TEST_F(Redirect, OfTheSameHostKeepsTheHeaders) {
  const ScriptedServer server({redirect("/elsewhere"), answer("200 OK", "ETag: e\r\n", "x")}, &certificate_);
  Request r = request(server.url());
  r.headers = {"X-Login: s3cret"};
  const auto done = download(r);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(contents(), "x");
  EXPECT_EQ(done->etag, "e");
  EXPECT_THAT(server.requests()[1], AllOf(HasSubstr("GET /elsewhere "), HasSubstr("X-Login: s3cret")));
}

TEST_F(Redirect, ToAnotherHostTakesNoHeadersAlong) {
  const ScriptedServer target({answer("200 OK", "", "x")}, &certificate_);
  const ScriptedServer server({redirect(target.url("/there"))}, &certificate_);
  Request r = request(server.url());
  r.headers = {"X-Login: s3cret"};
  r.etag = "e";
  const auto done = download(r);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(target.requests()[0],
              AllOf(HasSubstr("GET /there "), HasSubstr("If-None-Match: e"), Not(HasSubstr("X-Login"))));
}

TEST_F(Redirect, LeavesTlsNever) {
  const ScriptedServer target({answer("200 OK", "", "x")});
  const ScriptedServer server({redirect(target.url("/?s3cret"))}, &certificate_);
  const auto done = download(request(server.url()));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, server.host() + ": found a redirect to " + target.url("/") + ", expected https://");
  EXPECT_TRUE(target.requests().empty());
}

TEST_F(Redirect, InACircleEnds) {
  const ScriptedServer server(std::vector<Answer>(7, redirect("/list")), &certificate_);
  EXPECT_EQ(download(request(server.url())).error().message,
            server.host() + ": found more than 5 redirects, expected fewer");
  EXPECT_EQ(server.requests().size(), 6U);
}

}  // namespace
}  // namespace gw::download
