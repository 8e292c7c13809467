// Instrument lists in several pages, from small servers on this machine.
#include "apps/gateway/list_download.hpp"

#include <cstring>
#include <functional>
#include <stdexcept>

#include "tests/download/fixture.hpp"
#include "tests/support/gzip.hpp"

namespace gw::app {
namespace {

using download::Answer;
using download::answer;
using download::Request;
using download::ScriptedServer;
using testing::HasSubstr;
using testing::Not;

class ListDownload : public download::DownloadTest {
 protected:
  using NextPage = std::function<std::string(const std::string& page, std::uint32_t pages)>;

  Result<download::Downloaded> run(const bgw_instruments& extension, Request first) {
    return download_list(pages_of(extension), std::move(first), settings_);
  }
  // A plugin whose pages follow one another as `next` says.
  static bgw_instruments paged(NextPage next) {
    next_ = std::move(next);
    bgw_instruments made{};
    made.size = sizeof made;
    made.next_page = [](const char* page, std::size_t length, std::uint32_t pages, char* out, std::size_t capacity,
                        bgw_error*) {
      const std::string address = next_({page, length}, pages);
      EXPECT_GT(capacity, 4096U) << "an address of 4096 bytes fits with its NUL";
      std::snprintf(out, capacity, "%s", address.c_str());
      return bgw_status{BGW_OK};
    };
    return made;
  }
  static std::vector<Answer> pages(std::initializer_list<const char*> bodies) {
    std::vector<Answer> all;
    for (const char* body : bodies) all.push_back(answer("200 OK", "ETag: e\r\n", body));
    return all;
  }

  static inline NextPage next_;
  std::vector<plugin_host::AdapterSetting> settings_;
};

TEST_F(ListDownload, PagesStandOneBehindTheOtherInOneFile) {
  const ScriptedServer server(pages({"a,b", "c", "d"}));
  std::vector<std::pair<std::string, std::uint32_t>> seen;
  Request first = request(server.url("/list?page=1"));
  first.headers = {"X-Key: s3cret"};
  first.etag = "of before";
  const auto done = run(paged([&](const std::string& page, std::uint32_t count) {
                          seen.emplace_back(page, count);
                          return count == 3 ? "" : server.url("/list?page=" + std::to_string(count + 1));
                        }),
                        first);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(contents(), "a,b\nc\nd");
  using Pages = std::vector<std::pair<std::string, std::uint32_t>>;
  EXPECT_EQ(seen, (Pages{{"a,b", 1}, {"c", 2}, {"d", 3}}));
  EXPECT_EQ(done->etag, "") << "one page's tag is not the list's";
  for (const std::string& got : server.requests()) {
    EXPECT_THAT(got, HasSubstr("X-Key: s3cret"));
    EXPECT_THAT(got, Not(HasSubstr("If-None-Match")));
  }
  EXPECT_THAT(server.requests().at(2), testing::StartsWith("GET /list?page=3 "));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1) << "no page is left";
}

TEST_F(ListDownload, AFurtherAddressIsATemplateToo) {
  settings_ = {{"key", "K7", {}, false, false}};
  const ScriptedServer server(pages({"a", "b"}));
  const auto done = run(
      paged([&](const std::string&, std::uint32_t count) { return count == 2 ? "" : server.url("/next?key={key}"); }),
      request(server.url()));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(server.requests().at(1), testing::StartsWith("GET /next?key=K7 "));
}

TEST_F(ListDownload, APageOfAnotherServerIsRefusedAndNothingIsLeft) {
  const ScriptedServer other(pages({"theirs"}));
  const ScriptedServer server(pages({"a"}));
  const auto done =
      run(paged([&](const std::string&, std::uint32_t) { return other.url("/list?s3cret"); }), request(server.url()));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "the next page of the instrument list: found " + other.url() +
                                      ", expected an address of the first page's server");
  EXPECT_TRUE(other.requests().empty());
  EXPECT_TRUE(nothing_was_left());
}

TEST_F(ListDownload, AThousandPagesAreTheMost) {
  const ScriptedServer server(std::vector<Answer>(1001, answer("200 OK", "", "x")));
  const auto done = run(paged([&](const std::string&, std::uint32_t) { return server.url(); }), request(server.url()));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "found more than 1000 pages of the instrument list, expected fewer");
  EXPECT_EQ(server.requests().size(), 1000U);
  EXPECT_TRUE(nothing_was_left());
}

TEST_F(ListDownload, AllPagesTogetherHaveALimit) {
  const ScriptedServer server(std::vector<Answer>(5, answer("200 OK", "", std::string(40, 'x'))));
  Request first = request(server.url());
  first.size_limit = 100;
  const auto done = run(paged([&](const std::string&, std::uint32_t) { return server.url(); }), first);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "the instrument list: found more than 100 bytes in all pages, expected fewer");
  EXPECT_EQ(server.requests().size(), 3U);
  EXPECT_TRUE(nothing_was_left());
}

TEST_F(ListDownload, WhatThePluginSaysOfAPageOrThrowsIsTheError) {
  const ScriptedServer server(pages({"a", "a"}));
  bgw_instruments fails = paged({});
  fails.next_page = [](const char*, std::size_t, std::uint32_t, char*, std::size_t, bgw_error* error) {
    std::snprintf(error->message, sizeof error->message, "found no cursor");
    return bgw_status{BGW_E_INVALID};
  };
  EXPECT_EQ(run(fails, request(server.url())).error().message, "page 1 of the instrument list: found no cursor");
  fails.next_page = [](const char*, std::size_t, std::uint32_t, char*, std::size_t, bgw_error*) -> bgw_status {
    throw std::runtime_error("no cursor");
  };
  EXPECT_EQ(run(fails, request(server.url())).error().message,
            "page 1 of the instrument list: the plugin threw an exception: no cursor");
  EXPECT_TRUE(nothing_was_left());
}

TEST_F(ListDownload, AnAddressWithoutAnEndIsCutAndRefused) {
  const ScriptedServer server(pages({"a"}));
  bgw_instruments fills = paged({});
  fills.next_page = [](const char*, std::size_t, std::uint32_t, char* next, std::size_t capacity, bgw_error*) {
    std::memset(next, 'x', capacity);
    return bgw_status{BGW_OK};
  };
  EXPECT_FALSE(run(fills, request(server.url())));
  EXPECT_TRUE(nothing_was_left());
}

TEST_F(ListDownload, AnAnswerThatIsNoListIsSaidInThePluginsWords) {
  const ScriptedServer server({answer("403 Forbidden", "", "country"), answer("403 Forbidden", "", "")});
  bgw_instruments extension{};
  extension.size = sizeof extension;
  extension.judge = [](std::int32_t status, const char* body, std::size_t length, bgw_error* error) {
    if (status == 403 && std::string(body, length) == "country")
      std::snprintf(error->message, sizeof error->message, "the exchange does not serve this country");
    return bgw_status{BGW_E_FATAL};
  };
  EXPECT_EQ(run(extension, request(server.url())).error().message,
            server.host() + ": found HTTP 403, expected HTTP 200: the exchange does not serve this country");
  EXPECT_EQ(run(extension, request(server.url())).error().message,
            server.host() + ": found HTTP 403, expected HTTP 200");
}

TEST_F(ListDownload, APackedPageIsUnpackedBeforeThePluginSeesIt) {
  const std::string packed = support::gzip("unpacked");
  const ScriptedServer server(
      {answer("200 OK", "", packed), answer("200 OK", "", packed.substr(0, packed.size() - 9))});
  std::string seen;
  const bgw_instruments extension = paged([&](const std::string& page, std::uint32_t) {
    seen = page;
    return "";
  });
  ASSERT_TRUE(run(extension, request(server.url())));
  EXPECT_EQ(seen, "unpacked");
  EXPECT_EQ(contents(), "unpacked");
  const auto cut = run(extension, request(server.url()));
  ASSERT_FALSE(cut);
  EXPECT_THAT(cut.error().message, HasSubstr("found a damaged or cut-off gzip file"));
}

}  // namespace
}  // namespace gw::app
