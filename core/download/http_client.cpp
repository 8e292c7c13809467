#include "core/download/http_client.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "core/base/clock.hpp"
#include "core/base/thread_name.hpp"
#include "core/base/url.hpp"
#include "core/download/curl_handle.hpp"

namespace gw::download {
namespace {

constexpr int kWaitMs = 1000;

// One call with its redirects.
class Transfer {
 public:
  Transfer(std::uint64_t id, HttpCall call, std::function<void(HttpReply)> on_reply)
      : id_(id), call_(std::move(call)), on_reply_(std::move(on_reply)), curl_(call_.outgoing) {}
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  std::uint64_t id() const { return id_; }
  CURL* handle() { return curl_.handle(); }
  // An error: the call is not allowed.
  Result<void> aim() {
    if (const auto allowed = check_request(call_.url, call_.headers); !allowed) return allowed;
    curl_.set(CURLOPT_PRIVATE, this);
    curl_.set(CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_.set(CURLOPT_WRITEFUNCTION, &Transfer::take);
    curl_.set(CURLOPT_WRITEDATA, this);
    if (call_.method != "GET") {
      curl_.set(CURLOPT_CUSTOMREQUEST, call_.method.c_str());
      if (!call_.body.empty() || call_.method != "DELETE") {
        curl_.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call_.body.size()));
        curl_.set(CURLOPT_POSTFIELDS, call_.body.data());
      }
    }
    end_ns_ = monotonic_ns() + call_.timeout_ns;
    aim_curl();
    return {};
  }
  // The call has ended. True: it goes on with a redirect.
  bool end(CURLcode code) {
    HttpReply reply;
    if (is_too_long_) {
      reply.error =
          curl_.failed("found an answer of more than " + std::to_string(call_.body_limit) + " bytes, expected fewer")
              .message;
    } else if (code != CURLE_OK) {
      reply.error = curl_.error_of(code).message;
    } else if (follow()) {
      return true;
    } else {
      reply.status = static_cast<int>(curl_.status());
      reply.headers = curl_.headers();
      reply.body = std::move(body_);
    }
    on_reply_(std::move(reply));
    return false;
  }
  void refuse(const Error& error) { on_reply_({0, {}, {}, error.message}); }

 private:
  void aim_curl() {
    curl_.set(CURLOPT_TIMEOUT_MS, std::max<long>(1, (end_ns_ - monotonic_ns()) / 1'000'000));
    curl_.aim_at(call_.url, call_.headers);
  }
  static std::size_t take(char* bytes, std::size_t, std::size_t count, void* context) {
    auto& self = *static_cast<Transfer*>(context);
    self.is_too_long_ = count > self.call_.body_limit - self.body_.size();
    if (self.is_too_long_) return 0;
    self.body_.append(bytes, count);
    return count;
  }
  bool follow() {
    const std::string next = curl_.redirect();
    if (next.empty() || call_.redirects == 0 || call_.method != "GET") return false;
    const bool is_same_server = authority_of(next) == authority_of(call_.url) &&
                                next.substr(0, next.find(':')) == call_.url.substr(0, call_.url.find(':'));
    if (!is_same_server) return false;
    --call_.redirects;
    call_.url = next;
    body_.clear();
    aim_curl();
    return true;
  }

  const std::uint64_t id_;
  HttpCall call_;
  std::function<void(HttpReply)> on_reply_;
  CurlHandle curl_;
  std::string body_;
  std::int64_t end_ns_ = 0;  // when the call has had its time
  bool is_too_long_ = false;
};

}  // namespace

class HttpClient::Worker {
 public:
  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    if (thread_.joinable()) {
      curl_multi_wakeup(multi_);
      thread_.join();
    }
    if (multi_ != nullptr) curl_multi_cleanup(multi_);
  }

  void begin(std::unique_ptr<Transfer> transfer) {
    const std::lock_guard lock(mutex_);
    // libcurl is initialised by the first of these.
    if (const auto aimed = transfer->aim(); !aimed)
      refused_.emplace_back(std::move(transfer), aimed.error());
    else
      begun_.push_back(std::move(transfer));
    if (multi_ == nullptr) multi_ = curl_multi_init();
    if (!thread_.joinable())
      thread_ = std::thread([this] {
        name_this_thread("http");
        run();
      });
    curl_multi_wakeup(multi_);
  }
  void cancel(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    cancelled_.push_back(id);
    if (multi_ != nullptr) curl_multi_wakeup(multi_);
  }

 private:
  void run() {
    while (take_orders()) {
      int running = 0;
      curl_multi_perform(multi_, &running);
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi_, &left))
        if (message->msg == CURLMSG_DONE) on_done(message->easy_handle, message->data.result);
      curl_multi_poll(multi_, nullptr, 0, kWaitMs, nullptr);
    }
    for (const auto& [id, transfer] : active_) curl_multi_remove_handle(multi_, transfer->handle());
    active_.clear();
  }

  // False: this object is about to end.
  bool take_orders() {
    std::vector<std::unique_ptr<Transfer>> begun;
    std::vector<std::pair<std::unique_ptr<Transfer>, Error>> refused;
    std::vector<std::uint64_t> cancelled;
    {
      const std::lock_guard lock(mutex_);
      if (is_over_) return false;
      begun.swap(begun_);
      refused.swap(refused_);
      cancelled.swap(cancelled_);
    }
    const auto is_cancelled = [&](std::uint64_t id) { return std::ranges::find(cancelled, id) != cancelled.end(); };
    for (auto& transfer : begun) {
      if (is_cancelled(transfer->id())) continue;
      curl_multi_add_handle(multi_, transfer->handle());
      active_[transfer->id()] = std::move(transfer);
    }
    for (auto& [transfer, error] : refused)
      if (!is_cancelled(transfer->id())) transfer->refuse(error);
    for (const std::uint64_t id : cancelled) remove(id);
    return true;
  }

  void on_done(CURL* handle, CURLcode code) {
    Transfer* transfer = nullptr;
    curl_easy_getinfo(handle, CURLINFO_PRIVATE, &transfer);
    curl_multi_remove_handle(multi_, handle);
    if (transfer->end(code))
      curl_multi_add_handle(multi_, handle);
    else
      active_.erase(transfer->id());
  }

  void remove(std::uint64_t id) {
    const auto found = active_.find(id);
    if (found == active_.end()) return;
    curl_multi_remove_handle(multi_, found->second->handle());
    active_.erase(found);
  }

  std::mutex mutex_;  // of what follows, up to multi_
  bool is_over_ = false;
  std::vector<std::unique_ptr<Transfer>> begun_;
  std::vector<std::pair<std::unique_ptr<Transfer>, Error>> refused_;
  std::vector<std::uint64_t> cancelled_;
  std::thread thread_;

  CURLM* multi_ = nullptr;                                     // wakeup is for any thread, the rest for thread_
  std::map<std::uint64_t, std::unique_ptr<Transfer>> active_;  // thread_
};

HttpClient::HttpClient() : worker_(std::make_unique<Worker>()) {}
HttpClient::~HttpClient() = default;

std::uint64_t HttpClient::begin(HttpCall call, std::function<void(HttpReply)> on_reply) {
  static std::atomic<std::uint64_t> last{0};
  const std::uint64_t id = ++last;
  worker_->begin(std::make_unique<Transfer>(id, std::move(call), std::move(on_reply)));
  return id;
}

void HttpClient::cancel(std::uint64_t id) { worker_->cancel(id); }

}  // namespace gw::download
