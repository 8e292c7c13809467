#include "tools/broker_sim/fault.hpp"

#include <cmath>
#include <map>

#include <nlohmann/json.hpp>

#include "tools/broker_sim/broker.hpp"
#include "tools/broker_sim/fields.hpp"
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

FaultAction upgrade(Fields& fields) {
  const auto status = static_cast<int>(fields.whole("status", 403, 200, 599));
  std::vector<gw::websocket::Header> headers;
  const Json& given = fields.any("headers");
  if (!given.is_null() && !given.is_object()) fields.complain("headers", given, "an object");
  if (given.is_object()) {
    for (const auto& [name, value] : given.items()) {
      if (!value.is_string()) fields.complain("headers: " + name, value, "a string");
      if (value.is_string()) headers.push_back({name, value.get<std::string>()});
    }
  }
  if (const auto seconds = fields.whole("retry_after", -1, 0, kMany); seconds >= 0)
    headers.push_back({"Retry-After", std::to_string(seconds)});
  return change([=](Fault& f) {
    f.upgrade_status = status;
    f.upgrade_headers = headers;
  });
}

FaultAction close(Fields& fields) {
  const auto code = static_cast<int>(fields.whole("code", 1001, 1000, 4999));
  return to_each([=](Session& s) { s.close(code); });
}

FaultAction token_death(Fields& fields) {
  const auto code = static_cast<int>(fields.whole("close", 0, 1000, 4999));
  return [=](Broker& broker) -> gw::Result<void> {
    broker.kill_credentials();
    for (Session* session : broker.open_sessions()) code != 0 ? session->close(code) : session->drop();
    return {};
  };
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

FaultAction frame(Fields& fields) {
  const std::string hex = fields.text("hex");
  std::string bytes;
  bool good = hex.size() % 2 == 0;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const int high = digit(hex[i]), low = digit(hex[i + 1]);
    good = good && high >= 0 && low >= 0;
    bytes += static_cast<char>(high * 16 + low);
  }
  if (!good) fields.complain("hex", hex, "pairs of 0-9 and a-f");
  return to_each([=](Session& s) { s.send_binary(bytes); });
}

FaultAction refuse_subscriptions(Fields& fields) {
  const Json& given = fields.any("tokens");
  std::set<std::string> tokens;
  if (!given.is_null() && !given.is_array()) fields.complain("tokens", given, "a list");
  if (given.is_array()) {
    for (const Json& token : given) tokens.insert(token.is_string() ? token.get<std::string>() : token.dump());
    if (tokens.empty()) fields.complain("tokens", given, "at least one; without the field all are refused");
  }
  return change([=](Fault& f) { f.refused = tokens; });
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
    {"mute", flag<&Fault::mute>},
    {"silence", flag<&Fault::silence>},
    {"half_open", flag<&Fault::half_open>},
    {"drop", [](Fields&) { return to_each([](Session& s) { s.drop(); }); }},
    {"close", close},
    {"random_drops", random_drops},
    {"refuse_subscriptions", refuse_subscriptions},
    {"over_limit", [](Fields& f) { return limit(f, "instruments", &Fault::instruments_limit); }},
    {"lag", lag},
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
