// The commands of the command line, one function each; main.cpp parses the words. Each returns the
// exit status.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/gateway/environment.hpp"

namespace gw::app {

int check_config(const Options& options);
int doctor(const Options& options);

struct KeyRequest {
  std::string user;
  std::string scope = "read";
  std::string expires;  // "30d", or empty
  std::string label;
};
int keys_create(const Options& options, const KeyRequest& request);
int keys_list(const Options& options);
int keys_revoke(const Options& options, const std::string& number);
int users_list(const Options& options);
struct BrokersOfUser {
  std::string user;
  std::string brokers;      // "first,second"
  bool is_default = false;  // instead: back to active_broker
};
int users_set_broker(const Options& options, const BrokersOfUser& request);
int users_delete(const Options& options, const std::string& user);

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

struct SearchRequest {
  std::vector<std::string> words;
  std::string exchange;  // empty: every exchange
  std::string broker;    // empty: the first of active_broker
  std::size_t limit = 50;
};
int instruments_search(const Options& options, const SearchRequest& request);

// Copies the database into `file`; a file that is there is replaced only by `force`.
int backup(const Options& options, const std::string& file, bool force);
// Puts a copy of `file` in the database's place, while no gateway runs.
int restore(const Options& options, const std::string& file);

int plugins_list(const Options& options);
struct PluginRequest {
  std::string file;             // of the plugin folder; empty: each that has changed
  std::string digits;           // of the SHA-256 that is taken out of quarantine
  std::string timeout = "60s";  // for the outcome
};
// Has the running gateway take up the present build of a file, or go back to the one before, and says what came of it.
int plugins_reload(const Options& options, const PluginRequest& request);
int plugins_rollback(const Options& options, const PluginRequest& request);
// Puts the build that lies in the plugin folder into the running gateway's quarantine, or takes one out.
int plugins_quarantine(const Options& options, const PluginRequest& request);

int status(const Options& options);
struct BrokerRequest {
  std::string command;  // relogin or retry
  std::string broker;
  std::string timeout = "15s";  // for the outcome
};
// Says what came of it.
int broker_command(const Options& options, const BrokerRequest& request);
// Has the running gateway read gateway.yaml again, and says what came of it.
int reload(const Options& options);

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

struct TailRequest {
  std::vector<std::string> instruments;  // SYMBOL.EXCHANGE
  std::string mode = "quote";
  int depth = 5;
  std::int64_t count = 0;  // updates; 0: until it is ended
  std::string url;
  std::string key;
};
int tail(const Options& options, const TailRequest& request);

int top(const Options& options);
int clients(const Options& options, int limit);

struct SubsRequest {
  std::string broker;       // empty: of all
  std::int64_t client = 0;  // 0: of all
  int limit = 1000;
};
int subs(const Options& options, const SubsRequest& request);

int version(const Options& options);

}  // namespace gw::app
