#include "core/login/login_call.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/plugin_host/digests.hpp"

namespace gw::login {
namespace {

constexpr std::size_t kLongestToken = 16 * 1024;
constexpr std::chrono::milliseconds kLook{100};  // how soon a wait notices that the login is not wanted any more

bgw_status answer(bgw_error* error, bgw_status status, std::string_view why) noexcept {
  if (error != nullptr) {
    error->code = status;
    std::snprintf(error->message, sizeof error->message, "%.*s", static_cast<int>(why.size()), why.data());
  }
  return status;
}

// One line that fits into a file and a header.
bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= kLongestToken &&
         std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

// A request that is under way.
struct Waiting {
  std::mutex mutex;
  std::condition_variable came;
  std::optional<download::HttpReply> reply;
};

}  // namespace

// The C functions of the table. Nothing leaves them as an exception: the caller may be C.
struct LoginFunctions {
  static LoginCall& of(void* context) { return *static_cast<LoginCall*>(context); }

  // Runs `body`, if the plugin may call here: it gets the call and a text that says why when it fails.
  template <class F>
  static bgw_status run(void* context, bgw_error* error, F&& body) noexcept {
    try {
      if (!of(context).is_inside())
        return answer(error, BGW_E_STATE, "called outside a call of the gateway into the login");
      std::string why;
      const bgw_status status = body(of(context), why);
      return status == BGW_OK ? status : answer(error, status, why);
    } catch (const std::exception& e) {
      return answer(error, BGW_E_TRANSIENT, e.what());
    } catch (...) {
      return answer(error, BGW_E_TRANSIENT, "the gateway failed");
    }
  }

  static std::int64_t now_ns(void*) noexcept { return wall_ns(); }

  static bgw_status setting(void* context, const char* key, char* buffer, std::size_t capacity, std::size_t* length,
                            bgw_error* error) noexcept {
    if (key == nullptr || length == nullptr || (buffer == nullptr && capacity != 0))
      return answer(error, BGW_E_INVALID, "found no key, buffer or length, expected all of them");
    *length = 0;
    return run(context, error, [&](LoginCall& call, std::string& why) {
      const auto& all = call.options_.settings;
      const auto found = std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.key == key; });
      why = std::string(key) + ": found no value, expected a setting that has one";
      if (found == all.end()) return bgw_status{BGW_E_NOT_FOUND};
      if (found->is_missing) return bgw_status{found->is_secret ? BGW_E_AUTH : BGW_E_NOT_FOUND};
      *length = found->text.size();
      why = std::string(key) + ": found a buffer that is too small";
      if (found->text.size() >= capacity) return bgw_status{BGW_E_TOO_SMALL};
      std::memcpy(buffer, found->text.c_str(), found->text.size() + 1);
      return bgw_status{BGW_OK};
    });
  }

  static void write_log(void* context, std::int32_t level, const char* text, std::size_t length) noexcept {
    static constexpr log::Level kLevels[] = {log::Level::debug, log::Level::info, log::Level::warning,
                                             log::Level::error};
    if (text == nullptr) return;
    run(context, nullptr, [&](LoginCall& call, std::string&) {
      const log::Level of_line = kLevels[std::clamp(level, 0, 3)];
      if (log::enabled(of_line))
        // event: what a plugin says during a login
        log::write(of_line, "login",
                   call.options_.name + ": " + std::string(text, std::min<std::size_t>(length, 1000)));
      return bgw_status{BGW_OK};
    });
  }

  static bgw_status http(void* context, const bgw_http_request* request, const bgw_http_response** response,
                         bgw_error* error) noexcept {
    if (request == nullptr || response == nullptr)
      return answer(error, BGW_E_INVALID, "found no request or no place for its answer, expected both");
    *response = nullptr;
    return run(context, error,
               [&](LoginCall& call, std::string& why) { return call.request(*request, *response, why); });
  }

  static bgw_status store(void* context, const char* key, const char* value, bgw_error* error) noexcept {
    if (key == nullptr || value == nullptr)
      return answer(error, BGW_E_INVALID, "found no setting or no value, expected both");
    return run(context, error, [&](LoginCall& call, std::string& why) {
      why = std::string(key) + ": found a setting that this login does not store, expected one of its list";
      if (!call.stores(key)) return bgw_status{BGW_E_NOT_FOUND};
      why = std::string(key) + ": found no value of one line, expected one";
      if (!is_token(value)) return bgw_status{BGW_E_INVALID};
      log::redact(value);
      call.stored_[key] = value;
      return bgw_status{BGW_OK};
    });
  }

  static const void* get_extension(void*, const char*) noexcept { return nullptr; }
};

LoginCall::LoginCall(const LoginOptions& options, const bgw_login& login) : options_(options), login_(login) {
  table_.size = sizeof table_;
  table_.abi_minor = BGW_ABI_MINOR;
  table_.context = this;
  table_.now_ns = LoginFunctions::now_ns;
  table_.setting = LoginFunctions::setting;
  table_.digest = plugin_host::make_digest;
  table_.hmac = plugin_host::make_hmac;
  table_.log = LoginFunctions::write_log;
  table_.http = LoginFunctions::http;
  table_.store = LoginFunctions::store;
  table_.get_extension = LoginFunctions::get_extension;
}

bgw_status LoginCall::run(bgw_error& error, const std::function<bgw_status()>& function) {
  caller_ = std::this_thread::get_id();
  bgw_status status = BGW_E_EXCEPTION;
  try {
    status = function();
  } catch (const std::exception& e) {
    answer(&error, status, std::string("an exception left the plugin: ") + e.what());
  } catch (...) {
    answer(&error, status, "an exception left the plugin");
  }
  caller_ = {};
  error.message[sizeof error.message - 1] = '\0';
  return status;
}

bool LoginCall::stores(const char* key) const {
  for (const char* const* name = login_.stores; *name != nullptr; ++name)
    if (std::strcmp(*name, key) == 0) return true;
  return false;
}

bgw_status LoginCall::request(const bgw_http_request& asked, const bgw_http_response*& response, std::string& why) {
  auto call = plugin_host::http_call_of(asked, options_.outgoing);
  if (!call) why = call.error().message;
  if (!call) return BGW_E_INVALID;
  view_.reset();
  reply_.reset();
  // Shared: a call that is cancelled may be answered at that moment.
  const auto waiting = std::make_shared<Waiting>();
  const std::uint64_t id = client_.begin(std::move(*call), [waiting](download::HttpReply came_in) {
    const std::lock_guard lock(waiting->mutex);
    waiting->reply = std::move(came_in);
    waiting->came.notify_one();
  });
  bool is_cancelled = false;
  std::unique_lock lock(waiting->mutex);
  while (!is_cancelled && !waiting->came.wait_for(lock, kLook, [&] { return waiting->reply.has_value(); }))
    is_cancelled = options_.is_wanted && !options_.is_wanted();
  reply_ = std::move(waiting->reply);
  lock.unlock();
  if (is_cancelled) client_.cancel(id);
  why = "the gateway ends this login";
  if (is_cancelled) return BGW_E_STATE;
  why = reply_->error;
  if (reply_->status == 0) return BGW_E_TRANSIENT;
  response = &view_.emplace(*reply_).response();
  return BGW_OK;
}

}  // namespace gw::login
