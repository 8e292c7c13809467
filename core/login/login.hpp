// One broker's login through its plugin (bgw.login/1): the address of its page, and runs, whose tokens are written to
// the files of gateway.yaml. Calls block; they belong to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/login/login_call.hpp"
#include "core/login/token_files.hpp"
#include "core/plugin_host/library.hpp"

namespace gw::login {

// How a run ended.
struct Outcome {
  bgw_status status = BGW_OK;
  std::string text;                 // why it failed, for an operator; without secrets
  std::int64_t retry_after_ns = 0;  // with BGW_E_RATE

  bool is_good() const { return status == BGW_OK; }
  // Whether the same run may succeed later.
  bool may_work_later() const { return status == BGW_E_TRANSIENT || status == BGW_E_RATE || status == BGW_E_REFUSED; }
};

// The names in a list of bgw_login.
std::vector<std::string> names_in(const char* const* list);

class Login {
 public:
  // `library` has a bgw.login/1.
  Login(std::shared_ptr<const plugin_host::Library> library, LoginOptions options, TokenFiles files);

  bool is_by_page() const { return (extension_.flags & BGW_LOGIN_BY_PAGE) != 0; }
  Result<std::string> page();
  // `answer` is what the page led to; "" where there is none. Tokens are stored when it is good.
  Outcome run(const std::string& answer);

 private:
  std::shared_ptr<const plugin_host::Library> library_;
  const bgw_login& extension_;
  LoginOptions options_;
  TokenFiles files_;
};

}  // namespace gw::login
