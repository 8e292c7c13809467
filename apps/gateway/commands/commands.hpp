// The commands of the command line, one function each; main.cpp parses the words. Each returns the
// exit status.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/gateway/environment.hpp"

namespace gw::app {

int check_config(const Options& options);

struct KeyRequest {
  std::string user;
  std::string scope = "read";
  std::string expires;  // "30d", or empty
};
int keys_create(const Options& options, const KeyRequest& request);
int keys_list(const Options& options);
int keys_revoke(const Options& options, std::int64_t id);
int users_list(const Options& options);
int users_set_broker(const Options& options, const std::string& user, const std::string& brokers);

struct ImportRequest {
  std::string broker;
  std::string file;
  std::optional<std::string> date;  // the list's; not given: when the file was last written
  bool force = false;               // take also a list that lacks much of what is known
};
int instruments_import(const Options& options, const ImportRequest& request);
// Updates the list of every enabled broker, or only that of `broker`. `force`: takes also a list that lacks much of
// what is known.
int instruments_update(const Options& options, const std::string& broker, bool force);
int instruments_search(const Options& options, const std::string& text, const std::string& broker);

int plugins_list(const Options& options);

int status(const Options& options);
int broker_command(const Options& options, const std::string& command, const std::string& broker);

struct LoginRequest {
  std::string broker;
  bool manual = false;         // what the page led to is pasted, whatever gateway.yaml says of a redirect
  std::string timeout = "5m";  // for a person to log in
};
int login_at_broker(const Options& options, const LoginRequest& request);

struct WatchRequest {
  std::string instrument;  // SYMBOL.EXCHANGE
  std::string mode = "quote";
  int depth = 5;
  std::string url;
  std::string key;
};
int watch(const Options& options, const WatchRequest& request);

int version(const Options& options);

}  // namespace gw::app
