// A server on this machine for one login: the broker's page leads the person's browser to it, and it shows how the
// login went. It belongs to one thread, on which everything happens.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace gw::login {

// What the browser shows, and whether the login is over with that.
struct Shown {
  bool is_good = false;
  std::string text;
};

class RedirectListener {
 public:
  // `address` is that of gateway.yaml, http://127.0.0.1:PORT/PATH.
  static Result<std::unique_ptr<RedirectListener>> open(const std::string& address);
  ~RedirectListener();
  RedirectListener(const RedirectListener&) = delete;
  RedirectListener& operator=(const RedirectListener&) = delete;

  // Waits for a browser that comes to the path with a query, and calls `on_answer` with it, which may take its time;
  // the browser shows the result. Other requests (/favicon.ico) get 404. False: nobody came in time.
  bool wait(std::chrono::nanoseconds timeout, const std::function<Shown(const std::string& query)>& on_answer);

 private:
  struct Server;
  explicit RedirectListener(std::unique_ptr<Server> server);

  std::unique_ptr<Server> server_;
};

// The query of a request's target that goes to `path`; empty: the request goes elsewhere or has none.
std::string query_for(std::string_view path, std::string_view target);

}  // namespace gw::login
