// SPDX-License-Identifier: Apache-2.0
// bgw/testing/fake_host.hpp - a gateway's side of the binary contract that writes down what an adapter asks of it, for
// plugins' own tests: `MyAdapter adapter(host.table)`. WebSockets and HTTP requests are numbered from 1, each in the
// order in which they were asked for; time stands still.
#pragma once

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "bgw/adapter.hpp"

namespace bgw::testing {

struct FakeHost {
  std::map<std::string, std::string> settings;
  std::map<std::string, std::vector<std::int64_t>> integers;  // settings that are lists
  std::set<std::string> missing_secrets;                      // reading one answers BGW_E_AUTH
  std::vector<std::string> urls;
  std::vector<std::string> headers;
  std::vector<std::uint32_t> classes;  // connection classes of the WebSockets
  std::vector<std::string> subprotocols;
  std::vector<std::uint32_t> websocket_flags;
  std::vector<std::int64_t> ping_intervals_ns;
  std::vector<std::string> sent;  // on any WebSocket
  struct Sent {
    std::uint32_t connection;
    std::uint32_t opcode;
    std::string data;
  };
  std::vector<Sent> messages;  // the same with where and how they were sent
  std::vector<std::string> pings;
  struct Asked {
    std::string method, url, body;
    std::vector<std::string> headers;
    std::int64_t timeout_ns = 0;
    std::uint64_t max_response = 0;
    std::uint32_t max_redirects = 0;
  };
  std::vector<Asked> requests;  // of bgw.http/1
  std::vector<std::uint32_t> cancelled;
  std::vector<bgw_limits> limits;                         // of set_limits; their lists are copies
  std::vector<std::vector<bgw_capability>> capabilities;  // of set_capabilities
  std::vector<std::string> refusals;                      // "INSTRUMENT: reason"
  std::vector<bgw_stream> refused;                        // their streams
  std::vector<bgw_status> refusal_codes;                  // and codes
  struct Suspected {
    std::uint32_t instrument;
    std::uint32_t modes;
    std::string text;
  };
  std::vector<Suspected> suspected;
  std::vector<bgw_stream> confirmed;
  std::map<std::uint32_t, std::uint64_t> dropped;  // by BGW_DROP_*
  std::vector<std::string> etags;                  // of list_announced
  std::map<std::string, std::int64_t> written_ns;  // of settings that come from files
  std::int64_t wall_ns = 0;
  std::int64_t mono_ns = 0;
  std::vector<std::string> logs;
  struct Published {
    bgw_tick tick;
    bool has_rare;
    bgw_tick_rare rare;
    std::vector<bgw_level> bids;
    std::vector<bgw_level> asks;
    std::int64_t book_time_ns;  // 0: none
    std::uint32_t book_present = 0;
    std::uint32_t book_flags = 0;
    std::uint32_t depth_level = 0;  // of the book
    std::vector<bgw_value> values{};
  };
  std::vector<Published> published;
  std::map<std::uint32_t, std::int64_t> timers;  // by id, as set last; below zero: cancelled
  int ready = 0;
  int closed = 0;
  std::vector<std::uint32_t> closed_connections;
  std::vector<bgw_error> failures;

  FakeHost() {
    table.size = sizeof table;
    table.abi_minor = BGW_ABI_MINOR;
    table.context = this;
    table.max_levels = BGW_MIN_LEVELS;
    table.publish_batch = [](void* c, const bgw_update* updates, std::uint32_t count) {
      for (std::uint32_t i = 0; i < count; ++i) of(c).table.publish(c, updates + i);
    };
    table.publish = [](void* c, const bgw_update* u) {
      Published p{*u->tick, u->rare != nullptr, {}, {}, {}, 0};
      p.values.assign(u->values, u->values + u->value_count);
      if (u->rare != nullptr) p.rare = *u->rare;
      if (u->book != nullptr) {
        p.bids.assign(u->book->bids, u->book->bids + u->book->bid_count);
        p.asks.assign(u->book->asks, u->book->asks + u->book->ask_count);
        p.book_present = u->book->present;
        p.book_flags = u->book->flags;
        p.depth_level = u->book->depth_level;
        if ((u->book->present & BGW_HAS_EXCHANGE_TIME) != 0) p.book_time_ns = u->book->exchange_time_ns;
      }
      of(c).published.push_back(std::move(p));
    };
    table.confirm = [](void* c, const bgw_stream* s) { of(c).confirmed.push_back(*s); };
    table.suspect = [](void* c, std::uint32_t instrument, std::uint32_t modes, const char* text) {
      of(c).suspected.push_back({instrument, modes, text != nullptr ? text : ""});
    };
    table.refuse = [](void* c, const bgw_stream* s, bgw_status code, const char* text) {
      of(c).refusal_codes.push_back(code);
      of(c).refusals.push_back(std::to_string(s->instrument) + ": " + (text != nullptr ? text : ""));
      of(c).refused.push_back(*s);
    };
    table.dropped = [](void* c, std::uint32_t kind, std::uint64_t count) { of(c).dropped[kind] += count; };
    table.list_announced = [](void* c, const char* etag) { of(c).etags.emplace_back(etag); };
    table.setting_written_ns = [](void* c, const char* key) {
      const auto found = of(c).written_ns.find(key);
      return found == of(c).written_ns.end() ? std::int64_t{0} : found->second;
    };
    table.now_ns = [](void* c) { return of(c).wall_ns; };
    table.monotonic_ns = [](void* c) { return of(c).mono_ns; };
    table.ready = [](void* c) { ++of(c).ready; };
    table.fail = [](void* c, const bgw_error* error) { of(c).failures.push_back(*error); };
    table.websocket_open = [](void* c, const bgw_websocket_request* r, std::uint32_t* connection, bgw_error*) {
      of(c).urls.emplace_back(r->url);
      of(c).classes.push_back(r->connection_class);
      of(c).subprotocols.emplace_back(r->subprotocol != nullptr ? r->subprotocol : "");
      of(c).websocket_flags.push_back(r->flags);
      of(c).ping_intervals_ns.push_back(r->ping_interval_ns);
      for (std::uint32_t i = 0; i < r->header_count; ++i)
        of(c).headers.push_back(std::string(r->headers[i].name) + ": " + r->headers[i].value);
      *connection = static_cast<std::uint32_t>(of(c).urls.size());
      return bgw_status{BGW_OK};
    };
    table.websocket_send = [](void* c, std::uint32_t connection, std::uint32_t opcode, const void* data,
                              std::size_t size, bgw_error* error) {
      if (connection == 0 || connection > of(c).urls.size())
        return answer(error, BGW_E_NOT_FOUND, "no such connection");
      of(c).sent.emplace_back(static_cast<const char*>(data), size);
      of(c).messages.push_back({connection, opcode, of(c).sent.back()});
      return bgw_status{BGW_OK};
    };
    table.websocket_ping = [](void* c, std::uint32_t connection, const void* data, std::size_t size, bgw_error* error) {
      if (connection == 0 || connection > of(c).urls.size())
        return answer(error, BGW_E_NOT_FOUND, "no such connection");
      of(c).pings.emplace_back(static_cast<const char*>(data), size);
      return bgw_status{BGW_OK};
    };
    table.websocket_close = [](void* c, std::uint32_t connection, std::int32_t, bgw_error*) {
      ++of(c).closed;
      of(c).closed_connections.push_back(connection);
      return bgw_status{BGW_OK};
    };
    table.setting = [](void* c, const char* key, char* buffer, std::size_t capacity, std::size_t* length,
                       bgw_error* error) {
      *length = 0;
      if (of(c).missing_secrets.contains(key)) return answer(error, BGW_E_AUTH, std::string(key) + " is missing");
      const auto found = of(c).settings.find(key);
      if (found == of(c).settings.end()) return answer(error, BGW_E_NOT_FOUND, std::string(key) + " has no value");
      *length = found->second.size();
      if (capacity <= *length) return answer(error, BGW_E_TOO_SMALL, std::string(key) + " needs a larger buffer");
      std::snprintf(buffer, capacity, "%s", found->second.c_str());
      return bgw_status{BGW_OK};
    };
    table.setting_integers = [](void* c, const char* key, std::int64_t* values, std::size_t capacity,
                                std::size_t* count, bgw_error* error) {
      *count = 0;
      const auto found = of(c).integers.find(key);
      if (found == of(c).integers.end()) return answer(error, BGW_E_NOT_FOUND, std::string(key) + " has no value");
      *count = found->second.size();
      if (capacity < *count) return answer(error, BGW_E_TOO_SMALL, std::string(key) + " needs a larger buffer");
      std::copy(found->second.begin(), found->second.end(), values);
      return bgw_status{BGW_OK};
    };
    // A test host has no crypto library.
    table.digest = [](void*, std::uint32_t, const void*, std::size_t, std::uint8_t*, bgw_error* error) {
      return answer(error, BGW_E_UNSUPPORTED, "FakeHost makes no digests: give table.digest a function of your own");
    };
    table.hmac = [](void*, std::uint32_t, const void*, std::size_t, const void*, std::size_t, std::uint8_t*,
                    bgw_error* error) {
      return answer(error, BGW_E_UNSUPPORTED, "FakeHost makes no digests: give table.hmac a function of your own");
    };
    table.set_limits = [](void* c, const bgw_limits* given, bgw_error*) {
      FakeHost& host = of(c);
      bgw_limits& kept = host.limits.emplace_back(*given);
      const auto copy = [](auto& lists, const auto* list, std::uint32_t count) {
        auto& made = lists.emplace_back(list, list + count);
        return made.empty() ? nullptr : made.data();
      };
      kept.depth_limits = copy(host.depth_limits_, given->depth_limits, given->depth_limit_count);
      kept.classes = copy(host.class_lists_, given->classes, given->class_count);
      return bgw_status{BGW_OK};
    };
    table.set_capabilities = [](void* c, const bgw_capability* given, std::uint32_t count, bgw_error*) {
      of(c).capabilities.emplace_back(given, given + count);
      return bgw_status{BGW_OK};
    };
    table.timer = [](void* c, std::uint32_t id, std::int64_t after_ns, bgw_error*) {
      of(c).timers[id] = after_ns;
      return bgw_status{BGW_OK};
    };
    table.log = [](void* c, std::int32_t, const char* text, std::size_t size) { of(c).logs.emplace_back(text, size); };
    // A test has one thread: the work is done at once.
    table.post = [](void*, void (*run)(void* argument, std::int32_t is_alive), void* argument, bgw_error*) {
      run(argument, 1);
      return bgw_status{BGW_OK};
    };
    http.size = sizeof http;
    http.request = [](void* c, const bgw_http_request* r, std::uint32_t* id, bgw_error*) {
      Asked asked{r->method,
                  r->url,
                  std::string(static_cast<const char*>(r->body), r->body_length),
                  {},
                  r->timeout_ns,
                  r->max_response,
                  r->max_redirects};
      for (std::uint32_t i = 0; i < r->header_count; ++i)
        asked.headers.push_back(std::string(r->headers[i].name) + ": " + r->headers[i].value);
      of(c).requests.push_back(std::move(asked));
      *id = static_cast<std::uint32_t>(of(c).requests.size());
      return bgw_status{BGW_OK};
    };
    http.cancel = [](void* c, std::uint32_t id, bgw_error*) {
      of(c).cancelled.push_back(id);
      return bgw_status{BGW_OK};
    };
    table.get_extension = [](void* c, const char* id) -> const void* {
      return std::string_view(id) == BGW_EXTENSION_HTTP ? &of(c).http : nullptr;
    };
  }
  static FakeHost& of(void* context) { return *static_cast<FakeHost*>(context); }

  bgw_host table{};
  bgw_http http{};

 private:
  static bgw_status answer(bgw_error* error, bgw_status status, const std::string& why) {
    if (error != nullptr) {
      error->code = status;
      std::snprintf(error->message, sizeof error->message, "%s", why.c_str());
    }
    return status;
  }

  std::vector<std::vector<bgw_depth_limit>> depth_limits_;
  std::vector<std::vector<bgw_connection_class>> class_lists_;
};

}  // namespace bgw::testing
