// What one connection has subscribed at Angel, in which modes, and which packets are published while a mode changes.
//
// When a token changes its mode, the new mode is subscribed first, and the old one is kept until the first packet in
// the new mode has come: only this packet proves that the new mode lives. Until then packets in the old mode are
// published; after it only those whose sequence number is newer than all that was published. Nothing is published
// twice. The sequence numbers of indices mean nothing, and Depth20 has none: with these, packets in the old mode are
// published until the first one in the new mode. Where the connection has no room for both modes, the old one ends
// right before the new one begins, and is subscribed again if the new one is refused: the ticks between two requests
// are then lost.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "angel_requests.hpp"
#include "angel_wire.hpp"
#include "bgw/tokens.hpp"

namespace angel {

inline constexpr std::uint32_t kPerConnection = 1000;  // tokens times modes
inline constexpr std::uint32_t kDeepPerConnection = 50;

struct Request {
  std::string correlation;
  Action action;
  Mode mode;
  std::vector<TokenKey> tokens;
};

// What to do with a packet.
struct Verdict {
  bool publish = false;
  bool is_index = false;
  std::uint32_t drop = 0;  // BGW_DROP_*, when it is not published
  std::uint32_t handle = 0;
  std::uint32_t modes = 0;  // the packet's BGW_MODE_* that were not published before
};

// [adapter]
class Subscriptions {
 public:
  using Clock = std::function<std::int64_t()>;  // monotonic
  explicit Subscriptions(Clock clock) : clock_(std::move(clock)) {}

  void clear();
  // Notes the stream that the host asks for. settle() puts it into effect.
  void want(const bgw_stream& stream, TokenKey token, bool is_index);
  void leave(std::uint32_t handle);
  // Works out what to ask of the broker. Returns the streams for which the broker's limits leave no room.
  std::vector<bgw_stream> settle();
  // Ends the old modes of tokens whose new modes live; call it a moment after has_proven() became true.
  void retire();
  bool has_proven() const { return !proven_.empty(); }
  // The requests to send, in this order.
  std::vector<Request> take_requests();

  // The broker has refused a request. Returns the streams that are refused by that; nothing: the request is not ours.
  // With `split`, a request for several tokens is made again in halves, until the bad tokens stand alone.
  std::optional<std::vector<bgw_stream>> refused(std::string_view correlation, bool split);

  Verdict judge(const Packet& packet);

 private:
  using Modes = std::uint32_t;  // bits, 1 << Mode
  struct LastPublished {        // the last packet that was published for one stream
    std::int64_t sequence = 0;
    Mode mode = Mode::kLtp;
  };
  struct Held {
    bgw_stream stream{};
    Modes wanted = 0;
    Modes asked = 0;  // of the broker, and not refused
    Modes live = 0;   // those of `asked` in which a packet has come
    bgw_stream before{};
    Modes before_modes = 0;  // what was wanted before the change that is under way
    bool is_index = false;
    bool came = false;         // a packet in the new mode has come since the last change
    bool five_levels = false;  // SnapQuote's book is published
    bool told = false;         // the host knows that `stream` is refused
    std::int64_t changed_ns = 0;
    std::array<LastPublished, 3> last_published{};  // LTP, quote, depth
    std::array<std::uint64_t, 5> requests{};        // by mode: number of the last request for it
  };
  using Tokens = bgw::TokenMap<TokenKey, Held>;
  using Entry = Tokens::Entry;
  using Lists = std::array<std::vector<TokenKey>, 5>;  // by mode
  struct Asked {
    std::uint64_t number;
    std::string correlation;
    Mode mode;
    std::vector<TokenKey> tokens;
  };

  static Modes old_modes(const Held& held) { return held.asked & ~held.wanted; }
  void begin(Entry& entry, Modes modes);
  void end(Entry& entry, Modes modes);
  void forget(Held& held, Modes modes);
  bool make_room(Modes modes);
  void go_back(Entry& entry);
  void end_superseded(Entry& entry);
  void prune_changing();
  void request(Action action, Mode mode, std::vector<TokenKey> tokens);
  void flush();
  std::uint32_t fresh_modes(Held& held, const Packet& packet, std::uint32_t modes);

  Clock clock_;
  Tokens tokens_;
  std::uint32_t load_ = 0;          // tokens times modes
  std::uint32_t deep_ = 0;          // tokens in Depth20
  std::vector<TokenKey> pending_;   // tokens wanted since the last settle()
  std::vector<TokenKey> changing_;  // tokens with an old mode beside the new one, the oldest change first
  std::vector<TokenKey> proven_;    // tokens of changing_ whose new mode lives
  Lists ending_;
  Lists beginning_;
  std::vector<Request> requests_;
  std::uint64_t numbers_ = 0;
  std::deque<Asked> asked_;  // subscribe requests that an error may still answer
};

}  // namespace angel
