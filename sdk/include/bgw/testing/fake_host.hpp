// SPDX-License-Identifier: Apache-2.0
// bgw/testing/fake_host.hpp - a gateway's side of the binary contract that writes down what an adapter asks of it, for
// plugins' own tests: `MyAdapter adapter(host.table)`. WebSockets are numbered from 1; time stands still.
#pragma once

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "bgw/adapter.hpp"

namespace bgw::testing {

struct FakeHost {
  std::map<std::string, std::string> settings;
  std::vector<std::string> urls;
  std::vector<std::string> headers;
  std::vector<std::string> sent;
  std::vector<std::string> refusals;  // "INSTRUMENT: reason"
  std::vector<bgw_stream> refused;    // their streams
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
  };
  std::vector<Published> published;
  std::map<std::uint32_t, std::int64_t> timers;  // by id, as set last; below zero: cancelled
  int ready = 0;
  int closed = 0;

  FakeHost() {
    table.size = sizeof table;
    table.context = this;
    table.publish = [](void* c, const bgw_update* u) {
      Published p{*u->tick, u->rare != nullptr, {}, {}, {}, 0};
      if (u->rare != nullptr) p.rare = *u->rare;
      if (u->book != nullptr) {
        p.bids.assign(u->book->bids, u->book->bids + u->book->bid_count);
        p.asks.assign(u->book->asks, u->book->asks + u->book->ask_count);
        p.book_present = u->book->present;
        if ((u->book->present & BGW_HAS_EXCHANGE_TIME) != 0) p.book_time_ns = u->book->exchange_time_ns;
      }
      of(c).published.push_back(std::move(p));
    };
    table.confirm = [](void* c, const bgw_stream* s) { of(c).confirmed.push_back(*s); };
    table.refuse = [](void* c, const bgw_stream* s, bgw_status, const char* text) {
      of(c).refusals.push_back(std::to_string(s->instrument) + ": " + text);
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
    table.websocket_open = [](void* c, const bgw_websocket_request* r, std::uint32_t* connection) {
      of(c).urls.emplace_back(r->url);
      for (std::uint32_t i = 0; i < r->header_count; ++i)
        of(c).headers.push_back(std::string(r->headers[i].name) + ": " + r->headers[i].value);
      *connection = static_cast<std::uint32_t>(of(c).urls.size());
      return bgw_status{BGW_OK};
    };
    table.websocket_send = [](void* c, std::uint32_t connection, std::uint32_t opcode, const void* data,
                              std::size_t size) {
      if (connection != of(c).urls.size() || opcode != BGW_OPCODE_TEXT) return bgw_status{BGW_E_STATE};
      of(c).sent.emplace_back(static_cast<const char*>(data), size);
      return bgw_status{BGW_OK};
    };
    table.websocket_close = [](void* c, std::uint32_t, std::int32_t) {
      ++of(c).closed;
      return bgw_status{BGW_OK};
    };
    table.setting = [](void* c, const char* key, char* buffer, std::size_t capacity, std::size_t* length) {
      const auto found = of(c).settings.find(key);
      *length = 0;
      if (found == of(c).settings.end()) return bgw_status{BGW_E_INVALID};
      *length = found->second.size();
      std::snprintf(buffer, capacity, "%s", found->second.c_str());
      return bgw_status{BGW_OK};
    };
    table.timer = [](void* c, std::uint32_t id, std::int64_t after_ns) {
      of(c).timers[id] = after_ns;
      return bgw_status{BGW_OK};
    };
    table.log = [](void* c, std::int32_t, const char* text, std::size_t size) { of(c).logs.emplace_back(text, size); };
  }
  static FakeHost& of(void* context) { return *static_cast<FakeHost*>(context); }

  bgw_host table{};
};

}  // namespace bgw::testing
