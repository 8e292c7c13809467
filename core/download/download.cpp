#include "core/download/download.hpp"

#include <algorithm>
#include <optional>

#include "core/base/url.hpp"
#include "core/download/curl_handle.hpp"
#include "core/download/part_file.hpp"

namespace gw::download {
namespace {

constexpr int kMaxRedirects = 5;
constexpr long kOk = 200;
constexpr long kNotModified = 304;
constexpr std::size_t kRefusalBytes = 65'536;

// One download with all its redirects.
class Transfer {
 public:
  explicit Transfer(const Request& request) : request_(request), part_(request.file), curl_(request.outgoing) {}

  Result<Downloaded> run();

 private:
  void set_up();
  void aim_at(const std::string& url);
  Result<long> perform();  // the answer's status

  static std::size_t on_data(char* bytes, std::size_t, std::size_t count, void* self);
  static int on_progress(void* self, curl_off_t total, curl_off_t received, curl_off_t, curl_off_t);

  const Request& request_;
  PartFile part_;
  CurlHandle curl_;
  Error refused(long status) const;

  std::optional<Error> own_error_;  // why a callback ended the transfer
  std::string refusal_;             // the beginning of the page that goes with a redirect or a refusal
};

std::size_t Transfer::on_data(char* bytes, std::size_t, std::size_t count, void* context) {
  auto& self = *static_cast<Transfer*>(context);
  if (self.curl_.status() != kOk) {
    self.refusal_.append(bytes, std::min(count, kRefusalBytes - self.refusal_.size()));
    return count;
  }
  if (self.part_.size() + count > self.request_.size_limit)
    self.own_error_ =
        self.curl_.failed("found more than " + std::to_string(self.request_.size_limit) + " bytes, expected fewer");
  else if (const auto done = self.part_.append({bytes, count}); !done)
    self.own_error_ = done.error();
  return self.own_error_ ? 0 : count;
}

int Transfer::on_progress(void* context, curl_off_t total, curl_off_t received, curl_off_t, curl_off_t) {
  const Request& request = static_cast<Transfer*>(context)->request_;
  if (!request.progress) return 0;
  return request.progress(static_cast<std::uint64_t>(received), static_cast<std::uint64_t>(total)) ? 0 : 1;
}

void Transfer::set_up() {
  curl_.set(CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_.set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(request_.connect_timeout.count()));
  curl_.set(CURLOPT_LOW_SPEED_LIMIT, 16L);
  curl_.set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request_.stall_timeout.count()));
  curl_.set(CURLOPT_WRITEFUNCTION, &Transfer::on_data);
  curl_.set(CURLOPT_WRITEDATA, this);
  curl_.set(CURLOPT_NOPROGRESS, 0L);
  curl_.set(CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
  curl_.set(CURLOPT_XFERINFODATA, this);
}

void Transfer::aim_at(const std::string& url) {
  std::vector<std::string> headers;
  if (authority_of(url) == authority_of(request_.url) && url.substr(0, 6) == request_.url.substr(0, 6))
    headers = request_.headers;
  if (!request_.etag.empty()) headers.push_back("If-None-Match: " + request_.etag);
  if (!request_.last_modified.empty()) headers.push_back("If-Modified-Since: " + request_.last_modified);
  curl_.aim_at(url, headers);
}

Error Transfer::refused(long status) const {
  const std::string meaning = request_.judge ? request_.judge(static_cast<int>(status), refusal_) : std::string();
  return curl_.failed("found HTTP " + std::to_string(status) + ", expected HTTP 200" +
                      (meaning.empty() ? "" : ": " + meaning));
}

Result<long> Transfer::perform() {
  refusal_.clear();
  if (const auto started = part_.start(); !started) return started.error();
  const CURLcode code = curl_.perform();
  if (own_error_) return *own_error_;
  if (code == CURLE_ABORTED_BY_CALLBACK) return curl_.failed("the download was ended");
  if (code != CURLE_OK) return curl_.error_of(code);
  return curl_.status();
}

Result<Downloaded> Transfer::run() {
  set_up();
  aim_at(request_.url);
  for (int redirects = 0;; ++redirects) {
    const auto status = perform();
    if (!status) return status.error();
    if (*status == kOk) break;
    const bool asked = !request_.etag.empty() || !request_.last_modified.empty();
    if (*status == kNotModified && asked) return Downloaded{true, request_.etag, request_.last_modified};
    const std::string next = curl_.redirect();
    if (next.empty()) return refused(*status);
    if (redirects == kMaxRedirects) return curl_.failed("found more than 5 redirects, expected fewer");
    if (!next.starts_with("https://") || !check_url(next, "http"))
      return curl_.failed("found a redirect to " + without_secrets(next) + ", expected https://");
    aim_at(next);
  }
  if (const auto done = part_.finish(); !done) return done.error();
  return Downloaded{false, curl_.header("ETag"), curl_.header("Last-Modified")};
}

}  // namespace

Result<Downloaded> download(const Request& request) {
  if (const auto allowed = check_request(request.url, request.headers); !allowed) return allowed.error();
  return Transfer(request).run();
}

}  // namespace gw::download
