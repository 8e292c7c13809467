// One call of the host into a plugin's login, with the functions that the plugin may call meanwhile. It belongs to the
// thread that makes the call.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bgw/abi.h"
#include "core/base/outgoing.hpp"
#include "core/download/http_client.hpp"
#include "core/plugin_host/link_options.hpp"
#include "core/plugin_host/plugin_http.hpp"

namespace gw::login {

// What a login works with.
struct LoginOptions {
  std::string name;  // of the broker
  std::vector<plugin_host::AdapterSetting> settings;
  Outgoing outgoing{};
  std::function<bool()> is_wanted;  // false: requests end, and no further one begins [any]
};

class LoginCall {
 public:
  LoginCall(const LoginOptions& options, const bgw_login& login);
  LoginCall(const LoginCall&) = delete;
  LoginCall& operator=(const LoginCall&) = delete;

  const bgw_login_host& table() const { return table_; }
  // Runs `function`, which calls the plugin with table(). What it throws becomes BGW_E_EXCEPTION with a text.
  bgw_status run(bgw_error& error, const std::function<bgw_status()>& function);
  // By setting; what the plugin stored.
  const std::map<std::string, std::string>& stored() const { return stored_; }

 private:
  friend struct LoginFunctions;

  bool is_inside() const { return caller_ == std::this_thread::get_id(); }
  bgw_status request(const bgw_http_request& asked, const bgw_http_response*& response, std::string& why);
  bool stores(const char* key) const;

  const LoginOptions& options_;
  const bgw_login& login_;
  bgw_login_host table_{};
  std::thread::id caller_{};  // that makes the call; none: there is no call
  std::map<std::string, std::string> stored_;
  download::HttpClient client_;
  std::optional<download::HttpReply> reply_;
  std::optional<plugin_host::HttpResponseView> view_;  // of reply_
};

}  // namespace gw::login
