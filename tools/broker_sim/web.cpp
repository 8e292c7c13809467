#include "tools/broker_sim/web.hpp"

#include <nlohmann/json.hpp>

#include "tools/broker_sim/broker.hpp"
#include "tools/broker_sim/gzip.hpp"

namespace sim {
namespace {

using gw::websocket::Header;
using gw::websocket::HttpAnswer;
using gw::websocket::HttpRequest;

// Tags are compared without regard to their weakness, as If-None-Match wants it.
std::string_view without_weakness(std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; }

bool names_tag(std::string_view tags, std::string_view tag) {
  return tags == "*" || tags.find(without_weakness(tag)) != std::string_view::npos;
}

bool is_known(const HttpRequest& request, const ServedList& list) {
  const std::string tags = header_value(request, "If-None-Match");
  if (!tags.empty()) return names_tag(tags, list.etag);
  return header_value(request, "If-Modified-Since") == list.last_modified;
}

HttpAnswer instrument_list(const Broker& broker, const HttpRequest& request) {
  const auto list = broker.list();
  if (!list) return {500, "text/plain", list.error().message + "\n"};
  std::vector<Header> headers = {{"ETag", list->etag}, {"Last-Modified", list->last_modified}};
  if (is_known(request, *list)) return {304, "", http_text(304, headers, ""), true};
  headers.push_back({"Content-Type", broker.protocol().list_type()});
  const bool packed =
      broker.protocol().packs_list() && header_value(request, "Accept-Encoding").find("gzip") != std::string::npos;
  if (packed) headers.push_back({"Content-Encoding", "gzip"});
  // The connection stays until the client has all of the list, however long it is.
  return {200, "", http_text(200, headers, packed ? gzip(list->body) : list->body), true, true};
}

HttpAnswer profile(Broker& broker, const HttpRequest& request) {
  const Protocol& protocol = broker.protocol();
  const Login login = protocol.read_rest_login(request);
  const bool is_good = broker.takes(login);
  const auto& fault = broker.fault().profile;
  const int status = fault ? fault->status : is_good ? 200 : protocol.expired_status();
  if (fault && fault->body) return {status, fault->content_type, *fault->body};
  if (status == 200) return {200, "application/json", protocol.profile()};
  return protocol.refusal(status).answer;
}

}  // namespace

HttpAnswer answer_http(Broker& broker, const HttpRequest& request) {
  const std::string_view path = request.target.substr(0, request.target.find('?'));
  const Protocol& protocol = broker.protocol();
  HttpAnswer found{404, "text/plain", "Not found\n"};
  const bool is_list = path == protocol.list_path();
  const bool is_profile = !protocol.profile_path().empty() && path == protocol.profile_path();
  if (request.method == "GET" && is_list) found = instrument_list(broker, request);
  if (request.method == "GET" && is_profile) found = profile(broker, request);
  bool is_login = false;
  if (LoginServer* logins = broker.options().logins.get(); logins != nullptr)
    if (auto answered = logins->answer(request)) {
      found = *std::move(answered);
      is_login = true;
    }
  ++broker.counts().web[is_list || is_profile || is_login ? std::string(path) : "other"][found.status];
  return found;
}

}  // namespace sim
