#include "core/download/download.hpp"

#include <cstdlib>
#include <memory>
#include <optional>

#include <curl/curl.h>

#include "core/base/text.hpp"
#include "core/base/url.hpp"
#include "core/download/part_file.hpp"

namespace gw::download {
namespace {

constexpr int kMostRedirects = 5;
constexpr long kOk = 200;
constexpr long kNotModified = 304;

struct FreeCurl {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// One download with all its redirects.
class Transfer {
 public:
  explicit Transfer(const Request& request) : request_(request), part_(request.file), handle_(curl_easy_init()) {}

  Result<Downloaded> run();

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(handle_.get(), option, value);
  }
  void set_up();
  void aim_at(const std::string& url);
  Result<long> perform();  // the answer's status
  std::string header(const char* name) const;
  Error failed(const std::string& what) const { return {std::string(authority_of(url_)) + ": " + what}; }

  static std::size_t on_data(char* bytes, std::size_t, std::size_t count, void* self);
  static int on_progress(void* self, curl_off_t total, curl_off_t received, curl_off_t, curl_off_t);

  const Request& request_;
  PartFile part_;
  std::unique_ptr<CURL, FreeCurl> handle_;
  std::unique_ptr<curl_slist, FreeCurl> headers_;
  std::string url_;                 // where the redirects have led to
  std::optional<Error> own_error_;  // why a callback ended the transfer
  char error_[CURL_ERROR_SIZE] = {};
};

std::size_t Transfer::on_data(char* bytes, std::size_t, std::size_t count, void* context) {
  auto& self = *static_cast<Transfer*>(context);
  long status = 0;
  curl_easy_getinfo(self.handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != kOk) return count;  // the page that goes with a redirect or a refusal
  if (self.part_.size() + count > self.request_.size_limit)
    self.own_error_ =
        self.failed("found more than " + std::to_string(self.request_.size_limit) + " bytes, expected fewer");
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
  set(CURLOPT_NOSIGNAL, 1L);  // this is one thread of several
  set(CURLOPT_ERRORBUFFER, &error_[0]);
  set(CURLOPT_USERAGENT, "broker-gateway");
  set(CURLOPT_ACCEPT_ENCODING, "gzip");
  set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(request_.connect_timeout.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, 16L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request_.stall_timeout.count()));
  set(CURLOPT_WRITEFUNCTION, &Transfer::on_data);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
  set(CURLOPT_XFERINFODATA, this);
  // The library reads no such variable by itself; the rest of this program does.
  if (const char* file = std::getenv("SSL_CERT_FILE"); file != nullptr && *file != '\0') set(CURLOPT_CAINFO, file);
}

void Transfer::aim_at(const std::string& url) {
  url_ = url;
  const bool tls = url.starts_with("https://");
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, tls ? "https" : "http");
  if (!tls) set(CURLOPT_PROXY, "");  // a proxy of the environment's has no business with this machine
  curl_slist* list = nullptr;
  const auto add = [&](const std::string& line) { list = curl_slist_append(list, line.c_str()); };
  if (authority_of(url) == authority_of(request_.url) && url.substr(0, 6) == request_.url.substr(0, 6))
    for (const std::string& line : request_.headers) add(line);
  if (!request_.etag.empty()) add("If-None-Match: " + request_.etag);
  if (!request_.last_modified.empty()) add("If-Modified-Since: " + request_.last_modified);
  set(CURLOPT_HTTPHEADER, list);
  headers_.reset(list);
}

Result<long> Transfer::perform() {
  if (const auto started = part_.start(); !started) return started.error();
  error_[0] = '\0';
  const CURLcode code = curl_easy_perform(handle_.get());
  if (own_error_) return *own_error_;
  if (code == CURLE_ABORTED_BY_CALLBACK) return failed("the download was ended");
  if (code == CURLE_OPERATION_TIMEDOUT) return failed("no answer, or next to nothing came, for too long");
  if (code != CURLE_OK) return failed(error_[0] != '\0' ? error_ : curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  return status;
}

std::string Transfer::header(const char* name) const {
  curl_header* found = nullptr;
  const auto code = curl_easy_header(handle_.get(), name, 0, CURLH_HEADER, -1, &found);
  return code == CURLHE_OK ? std::string(found->value) : std::string();
}

Result<Downloaded> Transfer::run() {
  if (handle_ == nullptr) return Error{"libcurl: cannot be started"};
  set_up();
  aim_at(request_.url);
  for (int redirects = 0;; ++redirects) {
    const auto status = perform();
    if (!status) return status.error();
    if (*status == kOk) break;
    const bool asked = !request_.etag.empty() || !request_.last_modified.empty();
    if (*status == kNotModified && asked) return Downloaded{true, request_.etag, request_.last_modified};
    const char* target = nullptr;
    curl_easy_getinfo(handle_.get(), CURLINFO_REDIRECT_URL, &target);
    if (target == nullptr) return failed("found the answer " + std::to_string(*status) + ", expected 200");
    const std::string next = target;
    if (redirects == kMostRedirects) return failed("found more than 5 redirects, expected fewer");
    if (!next.starts_with("https://") || !check_url(next, "http"))
      return failed("found a redirect to " + without_secrets(next) + ", expected https://");
    aim_at(next);
  }
  if (const auto done = part_.finish(); !done) return done.error();
  return Downloaded{false, header("ETag"), header("Last-Modified")};
}

bool is_line(const std::string& text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == 127) return false;
  return true;
}

}  // namespace

Result<Downloaded> download(const Request& request) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) return Error{std::string("libcurl: ") + curl_easy_strerror(initialised)};
  if (const auto allowed = check_url(request.url, "http"); !allowed) return allowed.error();
  for (const std::string& line : request.headers)
    if (!is_line(line))
      return Error{"header " + line.substr(0, line.find(':')) +
                   ": found a control character, expected one line of text"};
  return Transfer(request).run();
}

}  // namespace gw::download
