// What all requests of this folder have in common: where they may go, from which address of this machine they leave,
// and how libcurl is set up. Any thread; a handle belongs to one.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include "core/base/outgoing.hpp"
#include "core/base/result.hpp"

namespace gw::download {

// Fails when libcurl cannot be started, the URL is not allowed, or a header is not one line of text. The error shows no
// query and no header's value.
Result<void> check_request(const std::string& url, const std::vector<std::string>& headers);

class CurlHandle {
 public:
  explicit CurlHandle(const Outgoing& outgoing);

  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(handle_.get(), option, value);
  }
  // Sets the URL and the header lines of the next perform(). A header replaces libcurl's own of the same name.
  void aim_at(const std::string& url, const std::vector<std::string>& headers);

  CURLcode perform();
  // What went wrong in perform(), with the host's name.
  Error error_of(CURLcode code) const;
  Error failed(const std::string& what) const;

  long status() const;  // of the answer
  std::string header(const char* name) const;
  std::string redirect() const;                                      // where the answer redirects to; empty: nowhere
  std::vector<std::pair<std::string, std::string>> headers() const;  // all of the answer
  CURL* handle() { return handle_.get(); }                           // for libcurl's multi interface

 private:
  std::string certificate_problem() const;

  struct Free {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  std::unique_ptr<CURL, Free> handle_;
  std::unique_ptr<curl_slist, Free> headers_;
  std::string url_;
  std::string bind_address_;
  long families_;  // CURL_IPRESOLVE_*
  char error_[CURL_ERROR_SIZE] = {};
};

}  // namespace gw::download
