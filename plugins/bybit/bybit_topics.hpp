// What one socket has been asked for: makes the requests and reads Bybit's answers to them. [adapter]
// Source: bybit-exchange.github.io/docs, v5/ws/connect, "How to Subscribe to Topics" and "Public channel - Args
// limits". A request that fails names the bad topic in its text; no document says what became of its other topics, so
// that these are asked for again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bybit_frames.hpp"

namespace bybit {

// Of all topics of one connection together, with quotes and commas.
inline constexpr std::size_t kMaxCharacters = 21'000;
// How many instruments have room in them for certain. Each takes two books (while its level changes), its trades and
// its ticker, with quotes and commas; the longest symbol of Bybit's list has 19 characters.
inline constexpr std::size_t kInstrumentsPerConnection = 150;

class Topics {
 public:
  explicit Topics(std::size_t topics_a_request) : topics_a_request_(topics_a_request) {}

  // Asks for the topic, or asks anew when it has been asked for already. False: the connection has no room for it.
  bool want(std::string_view topic);
  void give_up(std::string_view topic);
  bool wants(std::string_view topic) const { return wanted_.find(topic) != wanted_.end(); }
  std::size_t size() const { return wanted_.size(); }
  // The requests to be sent now, in this order. Call it while the socket is open.
  std::vector<std::string> take_requests();
  // The socket is gone: everything is to be asked for on the next one.
  void start_anew();
  void clear();

  // What an answer says of topics that were still wanted.
  struct Answer {
    std::vector<std::string> taken;
    std::vector<std::pair<std::string, std::string>> refused;  // with Bybit's words; no longer wanted
  };
  Answer read_answer(const Frame& answer);

 private:
  // Topics by name: the request that asked for each last; 0: it has not been sent.
  using Wanted = std::map<std::string, std::uint64_t, std::less<>>;

  std::string request(std::string_view op, const std::string* begin, std::size_t count);
  void ask(const std::string& topic) { to_ask_.push_back(topic); }

  std::size_t topics_a_request_;
  Wanted wanted_;
  std::size_t characters_ = 0;
  std::vector<std::string> to_end_;
  std::vector<std::string> to_ask_;
  std::vector<std::string> to_ask_alone_;                        // one a request
  std::map<std::uint64_t, std::vector<std::string>> under_way_;  // requests by number
  std::uint64_t last_number_ = 0;
};

}  // namespace bybit
