// SPDX-License-Identifier: Apache-2.0
// bgw/testing/fake_login_host.hpp - runs a plugin's login in a unit test. Give it settings and the broker's answers in
// their order; it keeps what was asked and stored:
//
//   bgw::testing::FakeLoginHost host;
//   host.settings = {{"api_key", "key"}, {"api_secret", "secret"}};
//   host.answer(200, R"({"token":"t"})");
//   const auto outcome = host.run(*my_login_extension(), "request_token=r");
//   // outcome.status, outcome.message, host.requests, host.stored["access_token"]
#pragma once

#include <cstdio>
#include <cstring>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bgw/login.hpp"
#include "bgw/testing/digests.hpp"

namespace bgw::testing {

struct FakeLoginHost {
  struct Answer {
    int status = 200;  // 0: none comes, and `body` says why
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers{};
  };
  struct Asked {
    std::string method, url, body;
    std::vector<std::string> headers;  // "Name: value"
  };
  struct Outcome {
    bgw_status status;
    std::string message;
    std::int64_t retry_after_ns;
  };

  std::map<std::string, std::string> settings;
  std::set<std::string> missing_secrets;  // reading one answers BGW_E_AUTH
  std::deque<Answer> answers;             // each request takes the first; without one there is no answer
  std::int64_t wall_ns = 0;               // time stands still
  std::vector<Asked> requests;
  std::map<std::string, std::string> stored;
  std::vector<std::string> logs;

  void answer(int status, std::string body, std::vector<std::pair<std::string, std::string>> headers = {}) {
    answers.push_back({status, std::move(body), std::move(headers)});
  }
  Outcome run(const bgw_login& login, const std::string& answer = "") {
    bgw_error error{};
    const bgw_status status = login.run(&table, answer.c_str(), &error);
    return {status, error.message, error.retry_after_ns};
  }
  // The address of the page, or the message that says why there is none.
  std::string page(const bgw_login& login) {
    char url[4097] = {};
    bgw_error error{};
    return login.page(&table, url, sizeof url, &error) == BGW_OK ? url : error.message;
  }

  FakeLoginHost() {
    table.size = sizeof table;
    table.abi_minor = BGW_ABI_MINOR;
    table.context = this;
    table.now_ns = [](void* c) { return of(c).wall_ns; };
    table.setting = [](void* c, const char* key, char* buffer, std::size_t capacity, std::size_t* length,
                       bgw_error* error) {
      *length = 0;
      if (of(c).missing_secrets.contains(key)) return fail(error, BGW_E_AUTH, std::string(key) + " is missing");
      const auto found = of(c).settings.find(key);
      if (found == of(c).settings.end()) return fail(error, BGW_E_NOT_FOUND, std::string(key) + " has no value");
      *length = found->second.size();
      if (capacity <= *length) return fail(error, BGW_E_TOO_SMALL, std::string(key) + " needs a larger buffer");
      std::memcpy(buffer, found->second.c_str(), *length + 1);
      return bgw_status{BGW_OK};
    };
    table.digest = [](void*, std::uint32_t algorithm, const void* data, std::size_t length, std::uint8_t* out,
                      bgw_error* error) {
      auto* const digest = digest_of(algorithm);
      if (digest == nullptr) return fail(error, BGW_E_UNSUPPORTED, "FakeLoginHost makes SHA-1 and SHA-256 only");
      const std::string made = digest({static_cast<const char*>(data), length});
      std::memcpy(out, made.data(), made.size());
      return bgw_status{BGW_OK};
    };
    table.hmac = [](void*, std::uint32_t algorithm, const void* key, std::size_t key_length, const void* data,
                    std::size_t length, std::uint8_t* out, bgw_error* error) {
      auto* const digest = digest_of(algorithm);
      if (digest == nullptr) return fail(error, BGW_E_UNSUPPORTED, "FakeLoginHost makes SHA-1 and SHA-256 only");
      const std::string made =
          hmac(digest, {static_cast<const char*>(key), key_length}, {static_cast<const char*>(data), length});
      std::memcpy(out, made.data(), made.size());
      return bgw_status{BGW_OK};
    };
    table.log = [](void* c, std::int32_t, const char* text, std::size_t size) { of(c).logs.emplace_back(text, size); };
    table.http = [](void* c, const bgw_http_request* r, const bgw_http_response** response, bgw_error* error) {
      return of(c).make_request(*r, *response, error);
    };
    table.store = [](void* c, const char* key, const char* value, bgw_error*) {
      of(c).stored[key] = value;
      return bgw_status{BGW_OK};
    };
    table.get_extension = [](void*, const char*) -> const void* { return nullptr; };
  }
  static FakeLoginHost& of(void* context) { return *static_cast<FakeLoginHost*>(context); }

  bgw_login_host table{};

 private:
  static std::string (*digest_of(std::uint32_t algorithm))(std::string_view) {
    return algorithm == BGW_DIGEST_SHA1 ? sha1 : algorithm == BGW_DIGEST_SHA256 ? sha256 : nullptr;
  }
  static bgw_status fail(bgw_error* error, bgw_status status, const std::string& why) {
    if (error != nullptr) {
      error->code = status;
      std::snprintf(error->message, sizeof error->message, "%s", why.c_str());
    }
    return status;
  }
  bgw_status make_request(const bgw_http_request& r, const bgw_http_response*& response, bgw_error* error) {
    Asked asked{r.method, r.url, std::string(static_cast<const char*>(r.body), r.body_length), {}};
    for (std::uint32_t i = 0; i < r.header_count; ++i)
      asked.headers.push_back(std::string(r.headers[i].name) + ": " + r.headers[i].value);
    requests.push_back(std::move(asked));
    last_ = answers.empty() ? Answer{0, "no answer was given to FakeLoginHost", {}} : std::move(answers.front());
    if (!answers.empty()) answers.pop_front();
    if (last_.status == 0) return fail(error, BGW_E_TRANSIENT, last_.body);
    headers_.clear();
    for (const auto& [name, value] : last_.headers) headers_.push_back({name.c_str(), value.c_str()});
    response_ = {sizeof response_,
                 last_.status,
                 static_cast<std::uint32_t>(headers_.size()),
                 0,
                 headers_.data(),
                 last_.body.c_str(),
                 last_.body.size(),
                 ""};
    response = &response_;
    return BGW_OK;
  }

  Answer last_;
  std::vector<bgw_header> headers_;
  bgw_http_response response_{};
};

}  // namespace bgw::testing
