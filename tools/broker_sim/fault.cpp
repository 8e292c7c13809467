#include "tools/broker_sim/fault.hpp"

#include <fstream>
#include <iterator>
#include <map>

#include <nlohmann/json.hpp>

#include "tools/broker_sim/broker.hpp"
#include "tools/broker_sim/fields.hpp"
#include "tools/broker_sim/hex.hpp"
#include "tools/broker_sim/session.hpp"

namespace sim {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kMany = 1'000'000'000;

FaultAction change(std::function<void(Fault&)> how) {
  return [how = std::move(how)](Broker& broker) {
    Fault fault = broker.fault();
    how(fault);
    return broker.set_fault(std::move(fault));
  };
}

FaultAction to_each(std::function<void(Session&)> what) {
  return [what = std::move(what)](Broker& broker) -> gw::Result<void> {
    for (Session* session : broker.open_sessions()) what(*session);
    return {};
  };
}

// An object of names and values, or lists of values.
std::vector<gw::websocket::Header> headers_in(Fields& fields) {
  std::vector<gw::websocket::Header> headers;
  const Json& given = fields.any("headers");
  if (given.is_null()) return headers;
  if (!given.is_object()) fields.complain("headers", given, "an object");
  if (!given.is_object()) return headers;
  for (const auto& [name, value] : given.items()) {
    for (const Json& one : value.is_array() ? value : Json::array({value})) {
      if (!one.is_string()) fields.complain("headers: " + name, one, "a string");
      if (one.is_string()) headers.push_back({name, one.get<std::string>()});
    }
  }
  return headers;
}

std::string bytes_in(Fields& fields, const char* name) {
  const std::string hex = fields.text(name);
  const auto bytes = from_hex(hex);
  if (!bytes) fields.complain(name, hex, "pairs of 0-9 and a-f");
  return bytes.value_or("");
}

std::string content_of_file_in(Fields& fields, const char* name) {
  const std::string path = fields.text(name);
  if (path.empty()) return {};
  std::ifstream in(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(in), {}};
  if (content.empty()) fields.complain(name, path, "a file with content");
  return content;
}

// Takes seconds or any text: brokers send dates too.
void add_retry_after(Fields& fields, std::vector<gw::websocket::Header>& headers) {
  const Json& given = fields.any("retry_after");
  if (given.is_string()) return headers.push_back({"Retry-After", given.get<std::string>()});
  if (!given.is_null() && !given.is_number())
    return fields.complain("retry_after", given, "a number of seconds or a text");
  if (const auto seconds = fields.whole("retry_after", -1, 0, kMany); seconds >= 0)
    headers.push_back({"Retry-After", std::to_string(seconds)});
}

FaultAction upgrade(Fields& fields) {
  constexpr std::size_t kCookie = 200;
  UpgradeFault answer;
  answer.status = static_cast<int>(fields.whole("status", 403, 200, 599));
  answer.headers = headers_in(fields);
  add_retry_after(fields, answer.headers);
  for (auto left = static_cast<std::size_t>(fields.whole("header_bytes", 0, 0, 1 << 20)); left > 0;) {
    const std::size_t size = std::min(left, kCookie);
    answer.headers.push_back({"Set-Cookie", "c=" + std::string(size, 'y')});
    left -= size;
  }
  if (!fields.any("body").is_null()) answer.body = fields.text("body");
  answer.content_type = fields.text("content_type");
  answer.unfinished = fields.one_of<Unfinished>("unfinished", Unfinished::no,
                                                {{"nothing", Unfinished::nothing},
                                                 {"body", Unfinished::body},
                                                 {"chunked", Unfinished::chunked},
                                                 {"endless", Unfinished::endless}});
  answer.raw = bytes_in(fields, "raw");
  answer.raw += content_of_file_in(fields, "raw_file");
  answer.stays = fields.flag("stays");
  answer.left = fields.whole("count", -1, 1, kMany);
  return change([=](Fault& f) { f.upgrade = answer; });
}

// A code that a close frame may carry (RFC 6455, 7.4.1).
int close_code_in(Fields& fields, const char* name, int otherwise) {
  const auto code = static_cast<int>(fields.whole(name, otherwise, 1000, 4999));
  if (code == 1005 || code == 1006 || code == 1015)
    fields.complain(name, code, "a code that may be sent, which 1005, 1006 and 1015 are not");
  return code;
}

FaultAction close(Fields& fields) {
  const int code = close_code_in(fields, "code", 1001);
  return to_each([=](Session& s) { s.close(code); });
}

FaultAction token_death(Fields& fields) {
  const int code = close_code_in(fields, "close", 0);
  return [=](Broker& broker) -> gw::Result<void> {
    broker.kill_credentials();
    for (Session* session : broker.open_sessions()) code != 0 ? session->close(code) : session->drop();
    return {};
  };
}

FaultAction frame(Fields& fields) {
  const std::string bytes = bytes_in(fields, "hex");
  return to_each([=](Session& s) { s.send_binary(bytes); });
}

// Words, or numbers as words. Empty: the field is not there.
std::set<std::string> words_in(Fields& fields, const char* name) {
  std::set<std::string> words;
  const Json& given = fields.any(name);
  if (given.is_null()) return words;
  if (!given.is_array() || given.empty()) fields.complain(name, given, "a list of one or more; without it all");
  if (given.is_array())
    for (const Json& word : given) words.insert(word.is_string() ? word.get<std::string>() : word.dump());
  return words;
}

FaultAction mute(Fields& fields) {
  MuteFault mute;
  mute.tokens = words_in(fields, "tokens");
  mute.snapshots = fields.one_of<Snapshots>("snapshots", Snapshots::none,
                                            {{"none", Snapshots::none},
                                             {"once", Snapshots::once},
                                             {"still", Snapshots::still},
                                             {"moving", Snapshots::moving}});
  return [=](Broker& broker) -> gw::Result<void> {
    if (!broker.options().recorded.empty() && (!mute.tokens.empty() || mute.snapshots != Snapshots::none))
      return gw::Error{"mute: found tokens or snapshots beside recorded frames, expected neither"};
    return change([&](Fault& f) { f.mute = mute; })(broker);
  };
}

FaultAction books_only(Fields& fields) {
  const std::set<std::string> tokens = words_in(fields, "tokens");
  return change([=](Fault& f) { f.books_only = tokens; });
}

FaultAction refuse_subscriptions(Fields& fields) {
  RefusedSubscriptions refused;
  refused.tokens = words_in(fields, "tokens");
  refused.modes = words_in(fields, "modes");
  refused.code = fields.text("code");
  if (!refused.code.empty() && refused.code != "E1001" && refused.code != "E1002")
    fields.complain("code", refused.code, "E1001 or E1002");
  return [=](Broker& broker) -> gw::Result<void> {
    for (const std::string& mode : refused.modes)
      if (!broker.protocol().is_mode(mode))
        return gw::Error{"refuse_subscriptions: modes: found " + mode + ", expected modes of " +
                         broker.protocol().name()};
    if (!refused.code.empty() && !broker.protocol().has_error_codes())
      return gw::Error{std::string("refuse_subscriptions: code: found one for ") + broker.protocol().name() +
                       ", expected none"};
    return change([&](Fault& f) { f.refused = refused; })(broker);
  };
}

FaultAction times(Fields& fields) {
  OldTimes times;
  const Json& given = fields.any("tokens");
  if (!given.is_object() || given.empty()) fields.complain("tokens", given, "an object of tokens and seconds");
  if (given.is_object()) {
    for (const auto& [token, seconds] : given.items()) {
      if (!seconds.is_number()) fields.complain("tokens: " + token, seconds, "a number of seconds");
      if (seconds.is_number()) times.seconds[token] = seconds;
    }
  }
  times.still = fields.flag("still");
  return change([=](Fault& f) { f.times = times; });
}

FaultAction pings(Fields& fields) {
  PingFlood flood;
  flood.per_second = fields.positive("per_second", 0);
  flood.bytes = static_cast<std::size_t>(fields.whole("bytes", 125, 0, 125));
  flood.reads = fields.flag("reads");
  return change([=](Fault& f) { f.pings = flood; });
}

FaultAction instruments_meta(Fields& fields) {
  ListMeta meta;
  meta.etag = fields.text("etag");
  if (meta.etag.empty()) fields.complain("etag", {}, "a string");
  meta.count = fields.whole("count", 114'823, 0, kMany);
  return [=](Broker& broker) -> gw::Result<void> {
    if (!broker.protocol().announces_lists())
      return gw::Error{std::string("instruments_meta: found the broker ") + broker.protocol().name() +
                       ", expected a broker that announces its list"};
    return change([&](Fault& f) { f.list_meta = meta; })(broker);
  };
}

FaultAction profile(Fields& fields) {
  ProfileFault answer;
  answer.status = static_cast<int>(fields.whole("status", 403, 200, 599));
  if (!fields.any("body").is_null()) answer.body = fields.text("body");
  answer.content_type = fields.text("content_type");
  if (answer.content_type.empty()) answer.content_type = "application/json";
  return [=](Broker& broker) -> gw::Result<void> {
    if (broker.protocol().profile_path().empty())
      return gw::Error{std::string("profile: found the broker ") + broker.protocol().name() +
                       ", expected a broker that serves a profile"};
    return change([&](Fault& f) { f.profile = answer; })(broker);
  };
}

FaultAction slow_requests(Fields& fields) {
  const auto delay = std::chrono::milliseconds(fields.whole("milliseconds", 1000, 1, 3'600'000));
  return change([=](Fault& f) { f.request_delay = delay; });
}

FaultAction every(Fields& fields, std::uint64_t Fault::*which) {
  const auto n = static_cast<std::uint64_t>(fields.whole("every", 1, 1, kMany));
  return change([=](Fault& f) { f.*which = n; });
}

FaultAction oversized(Fields& fields) {
  const auto bytes = static_cast<std::size_t>(fields.whole("bytes", 5 << 20, 1, 32 << 20));
  const auto n = static_cast<std::uint64_t>(fields.whole("every", 1, 1, kMany));
  return change([=](Fault& f) {
    f.oversized = n;
    f.oversized_bytes = bytes;
  });
}

FaultAction random_drops(Fields& fields) {
  const double per_second = fields.positive("per_second", 0);
  const auto seed = static_cast<std::uint32_t>(fields.whole("seed", 1, 0, 0xffffffff));
  return change([=](Fault& f) {
    f.drops_per_second = per_second;
    f.drops_seed = seed;
  });
}

FaultAction limit(Fields& fields, const char* name, std::size_t Fault::*which) {
  if (fields.any(name).is_null()) fields.complain(name, {}, "a whole number above 0");
  const auto n = static_cast<std::size_t>(fields.whole(name, 1, 1, kMany));
  return change([=](Fault& f) { f.*which = n; });
}

FaultAction slow_handshake(Fields& fields) {
  const auto delay = std::chrono::milliseconds(fields.whole("milliseconds", 1000, 1, 3'600'000));
  return change([=](Fault& f) { f.handshake_delay = delay; });
}

FaultAction text(Fields& fields) {
  const std::string words = fields.text("text");
  return to_each([=](Session& s) { s.send_text(words); });
}

FaultAction lag(Fields& fields) {
  const double seconds = fields.positive("seconds", 0);
  return change([=](Fault& f) { f.lag_seconds = seconds; });
}

FaultAction throttle(Fields& fields) {
  const double rate = fields.positive("frames_per_second", 0);
  return change([=](Fault& f) { f.frames_per_second = rate; });
}

FaultAction none(Fields&) {
  return [](Broker& broker) {
    broker.revive_credentials();
    return broker.set_fault({});
  };
}

template <bool Fault::*which>
FaultAction flag(Fields&) {
  return change([](Fault& f) { f.*which = true; });
}

template <std::uint64_t Fault::*which>
FaultAction every(Fields& fields) {
  return every(fields, which);
}

const std::map<std::string, FaultAction (*)(Fields&)> kFaults = {
    {"none", none},
    {"upgrade", upgrade},
    {"token_death", token_death},
    {"connections", [](Fields& f) { return limit(f, "limit", &Fault::connections_limit); }},
    {"slow_handshake", slow_handshake},
    {"refuse_connections", flag<&Fault::refuse_connections>},
    {"mute", mute},
    {"silence", flag<&Fault::silence>},
    {"half_open", flag<&Fault::half_open>},
    {"drop", [](Fields&) { return to_each([](Session& s) { s.drop(); }); }},
    {"close", close},
    {"random_drops", random_drops},
    {"pings", pings},
    {"instruments_meta", instruments_meta},
    {"profile", profile},
    {"refuse_subscriptions", refuse_subscriptions},
    {"over_limit", [](Fields& f) { return limit(f, "instruments", &Fault::instruments_limit); }},
    {"slow_requests", slow_requests},
    {"lag", lag},
    {"times", times},
    {"books_only", books_only},
    {"throttle", throttle},
    {"truncated", every<&Fault::truncated>},
    {"corrupted", every<&Fault::corrupted>},
    {"unknown", every<&Fault::unknown>},
    {"oversized", oversized},
    {"duplicate", flag<&Fault::duplicate>},
    {"out_of_order", flag<&Fault::out_of_order>},
    {"frame", frame},
    {"text", text},
};

}  // namespace

gw::Result<FaultAction> read_fault(const Json& request) {
  if (!request.is_object()) return gw::Error{"found no JSON object, expected {\"fault\":NAME}"};
  const auto name = request.find("fault");
  const auto found = name != request.end() && name->is_string() ? kFaults.find(*name) : kFaults.end();
  if (found == kFaults.end()) {
    std::string names;
    for (const auto& [known, read] : kFaults) names += (names.empty() ? "" : ", ") + known;
    return gw::Error{"fault: found " + (name == request.end() ? "nothing" : name->dump()) + ", expected one of " +
                     names};
  }
  Fields fields(request);
  FaultAction action = found->second(fields);
  if (const auto good = fields.result(); !good) return gw::Error{found->first + ": " + good.error().message};
  return action;
}

}  // namespace sim
