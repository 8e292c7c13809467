#include "apps/gateway/list_download.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <zlib.h>

#include "apps/gateway/web_address.hpp"
#include "core/base/url.hpp"
#include "core/download/part_file.hpp"
#include "core/instruments/list_call.hpp"

namespace gw::app {
namespace {

constexpr std::uint32_t kMaxPages = 1000;
constexpr std::size_t kLongestAddress = 4096;
constexpr std::size_t kLongestPage = 64UL << 20;  // unpacked

// The page's text, unpacked where it is a gzip file.
Result<std::string> read_page(const std::string& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), &gzclose);
  if (file == nullptr) return Error{path + ": cannot be read"};
  std::string text;
  std::array<char, 1 << 16> part;
  for (;;) {
    const int n = gzread(file.get(), part.data(), static_cast<unsigned>(part.size()));
    // What is cut off is read as far as it goes, and is no failure of gzread.
    int code = Z_OK;
    gzerror(file.get(), &code);
    if (n < 0 || (code != Z_OK && code != Z_STREAM_END))
      return Error{path + ": found a damaged or cut-off gzip file, expected a whole one"};
    if (n == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(n));
    if (text.size() > kLongestPage) return Error{path + ": found a page of more than 64 MiB, expected a shorter one"};
  }
}

Result<download::Downloaded> download_pages(const NextPage& next_page, download::Request request,
                                            const std::vector<plugin_host::AdapterSetting>& settings) {
  download::PartFile list(request.file);
  if (const auto started = list.start(); !started) return started.error();
  const std::string file = std::exchange(request.file, request.file + ".page");
  const std::unique_ptr<const std::string, void (*)(const std::string*)> remove_page(
      &request.file, [](const std::string* path) {
        std::error_code ec;
        std::filesystem::remove(*path, ec);
      });
  download::Downloaded last;
  for (std::uint32_t pages = 1;; ++pages) {
    auto downloaded = download::download(request);
    if (!downloaded) return downloaded;
    last = std::move(*downloaded);
    const auto page = read_page(request.file);
    if (!page) return page.error();
    if (list.size() + page->size() > request.size_limit)
      return Error{"the instrument list: found more than " + std::to_string(request.size_limit) +
                   " bytes in all pages, expected fewer"};
    for (const std::string_view part : {std::string_view(pages == 1 ? "" : "\n"), std::string_view(*page)})
      if (const auto written = list.append(part); !written) return written.error();
    const auto next = next_page(request.file, pages);
    if (!next) return next.error();
    if (!*next) break;
    if (pages == kMaxPages) return Error{"found more than 1000 pages of the instrument list, expected fewer"};
    auto address = page_address(**next, settings);
    if (!address) return address.error();
    // The headers may carry secrets, which are for the server of the first page.
    if (authority_of(*address) != authority_of(request.url) || address->substr(0, 5) != request.url.substr(0, 5))
      return Error{"the next page of the instrument list: found " + without_secrets(*address) +
                   ", expected an address of the first page's server"};
    request.url = std::move(*address);
  }
  if (const auto done = list.finish(); !done) return done.error();
  last.etag.clear();
  last.last_modified.clear();
  return last;
}

}  // namespace

Result<std::optional<std::string>> next_page_of(const bgw_instruments& extension, const std::string& file,
                                                std::uint32_t pages) {
  const auto page = read_page(file);
  if (!page) return page.error();
  std::array<char, kLongestAddress + 1> next{};
  bgw_error error{};
  const bgw_status status = instruments::call_list(
      error, [&] { return extension.next_page(page->c_str(), page->size(), pages, next.data(), next.size(), &error); });
  if (status != BGW_OK)
    return Error{"page " + std::to_string(pages) + " of the instrument list: " + instruments::text_of(error)};
  const std::string address(next.data(), strnlen(next.data(), next.size()));
  return address.empty() ? std::optional<std::string>{} : std::optional(address);
}

std::string judgement_of(const bgw_instruments& extension, int status, const std::string& body) {
  bgw_error error{};
  instruments::call_list(error, [&] { return extension.judge(status, body.c_str(), body.size(), &error); });
  return instruments::text_of(error);
}

ListPages pages_of(const bgw_instruments& extension) {
  ListPages pages;
  if (BGW_HAS(&extension, next_page) && extension.next_page != nullptr)
    pages.next_page = [&extension](const std::string& file, std::uint32_t count) {
      return next_page_of(extension, file, count);
    };
  if (BGW_HAS(&extension, judge) && extension.judge != nullptr)
    pages.judge = [&extension](int status, const std::string& body) { return judgement_of(extension, status, body); };
  return pages;
}

Result<download::Downloaded> download_list(const ListPages& pages, download::Request first,
                                           const std::vector<plugin_host::AdapterSetting>& settings) {
  first.judge = pages.judge;
  if (!pages.next_page) return download::download(first);
  first.etag.clear();
  first.last_modified.clear();
  return download_pages(pages.next_page, std::move(first), settings);
}

}  // namespace gw::app
