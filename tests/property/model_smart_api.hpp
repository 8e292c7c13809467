// Angel's side of its protocol: which tokens a connection has in which modes, what Angel refuses, and the ticks and
// errors on their way to the client. A token may have several modes at one time, and each of them sends every tick.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "angel_subscriptions.hpp"
#include "plugins/angel/tests/frames.hpp"

namespace gw::property {

class ModelSmartApi {
 public:
  // Tokens are numbered from 0: two of each number, one of NSE and one of BSE.
  static std::string number_of(std::size_t token) { return std::to_string(1000 + token / 2); }
  static const char* exchange_of(std::size_t token) { return token % 2 == 0 ? "NSE" : "BSE"; }
  static std::uint8_t type_of(std::size_t token) { return token % 2 == 0 ? 1 : 3; }

  using Stream = std::pair<std::size_t, int>;  // token and mode
  struct Tick {
    std::size_t token;
    int mode;
    std::int64_t number;
  };
  using Message = std::variant<Tick, std::string>;

  std::set<Stream> books;
  std::set<Stream> bad;      // what is refused from now on
  std::set<Stream> refused;  // in answer to a request
  std::set<Stream> refused_in_session;
  std::deque<Message> under_way;  // to the client
  std::string violation;

  void forget_session() {
    books.clear();
    refused.clear();
    refused_in_session.clear();
    under_way.clear();
  }

  void take(const std::string& text, std::mt19937_64& random) {
    const auto request = nlohmann::json::parse(text);
    const auto& params = request["params"];
    const int mode = params["mode"];
    std::vector<Stream> streams;
    for (const auto& list : params["tokenList"])
      for (const std::string number : list["tokens"]) {
        const std::size_t token = 2 * (std::stoul(number) - 1000) + (list["exchangeType"] == 3 ? 1 : 0);
        streams.emplace_back(token, mode);
      }
    if (request["action"] == 0) {
      for (const Stream& s : streams) books.erase(s);
      return;
    }
    // Angel cannot read a request that has one bad token, and now and then it takes nothing at all.
    const bool takes_nothing = random() % 40 == 0 && !bad.empty();
    const bool is_bad =
        std::any_of(streams.begin(), streams.end(), [this](const Stream& s) { return bad.contains(s); });
    if (takes_nothing || is_bad) {
      // After E1001 the client can find out which are bad: the others would be taken alone.
      for (const Stream& s : streams)
        if (takes_nothing || bad.contains(s)) {
          refused.insert(s);
          refused_in_session.insert(s);
        }
      under_way.push_back(R"({"correlationID":)" + request["correlationID"].dump() + R"(,"errorCode":")" +
                          (takes_nothing ? "E1002" : "E1001") + R"(","errorMessage":"no"})");
      return;
    }
    books.insert(streams.begin(), streams.end());
    std::size_t deep = 0;
    for (const auto& [token, m] : books) deep += m == 4;
    if (books.size() > angel::kPerConnection || deep > angel::kDeepPerConnection)
      violation = std::to_string(books.size()) + " subscriptions, " + std::to_string(deep) + " of them deep";
  }

  std::set<int> modes_of(std::size_t token) const {
    std::set<int> modes;
    for (int mode = 1; mode <= 4; ++mode)
      if (books.contains({token, mode})) modes.insert(mode);
    return modes;
  }

  void tick(std::size_t token) {
    bool any = false;
    for (int mode = 1; mode <= 4; ++mode)
      if (books.contains({token, mode})) {
        if (!std::exchange(any, true)) ++numbers_[token];
        under_way.push_back(Tick{token, mode, numbers_[token]});
      }
  }

  // The price says which token the tick is of.
  static std::int64_t price_of(std::size_t token) { return static_cast<std::int64_t>(100 + token); }
  static angel::Bytes frame_of(const Tick& tick) {
    constexpr std::size_t kSizes[] = {0, 51, 123, 379, 443};
    angel::Bytes b = angel::head(kSizes[tick.mode], static_cast<std::uint8_t>(tick.mode), type_of(tick.token),
                                 number_of(tick.token));
    if (tick.mode == 4) {
      b.set(43, std::int32_t{1}).set(47, static_cast<std::int32_t>(price_of(tick.token))).set(51, std::int16_t{1});
      return b;
    }
    b.set(27, tick.number).set(43, price_of(tick.token));
    if (tick.mode == 3) angel::set_best_five(b, 0, 1, 1, price_of(tick.token), 1);
    return b;
  }

 private:
  std::map<std::size_t, std::int64_t> numbers_;
};

}  // namespace gw::property
