#include "core/download/fetch.hpp"

#include <algorithm>

#include "core/download/curl_handle.hpp"

namespace gw::download {
namespace {

struct Transfer {
  const Fetch& request;
  std::string body;
  bool is_full = false;
};

std::size_t take(char* bytes, std::size_t, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  const std::size_t room = transfer.request.body_limit - transfer.body.size();
  transfer.body.append(bytes, std::min(room, count));
  transfer.is_full = count > room;
  return transfer.is_full ? 0 : count;
}

int go_on(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const Fetch& request = static_cast<Transfer*>(context)->request;
  return !request.is_wanted || request.is_wanted() ? 0 : 1;
}

}  // namespace

Result<Fetched> fetch(const Fetch& request) {
  if (const auto allowed = check_request(request.url, request.headers); !allowed) return allowed.error();
  Transfer transfer{request, {}, false};
  CurlHandle curl(request.outgoing);
  curl.set(CURLOPT_ACCEPT_ENCODING, "gzip");
  curl.set(CURLOPT_TIMEOUT, static_cast<long>(request.timeout.count()));
  curl.set(CURLOPT_WRITEFUNCTION, &take);
  curl.set(CURLOPT_WRITEDATA, &transfer);
  curl.set(CURLOPT_NOPROGRESS, 0L);
  curl.set(CURLOPT_XFERINFOFUNCTION, &go_on);
  curl.set(CURLOPT_XFERINFODATA, &transfer);
  curl.aim_at(request.url, request.headers);
  const CURLcode code = curl.perform();
  if (code == CURLE_ABORTED_BY_CALLBACK) return curl.failed("the request was ended");
  if (code != CURLE_OK && !transfer.is_full) return curl.error_of(code);
  return Fetched{static_cast<int>(curl.status()), std::move(transfer.body)};
}

}  // namespace gw::download
