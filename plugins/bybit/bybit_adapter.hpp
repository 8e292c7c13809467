// Bybit's public feed, version 5: two sockets, one a category, that need no account. Source:
// bybit-exchange.github.io/docs, v5/ws/connect: addresses, requests, and a ping every 20 seconds.
//
// The object connects both sockets and is ready with the first that opens. When one ends, the other goes on, and the
// lost one is opened again as soon as something of its category is wanted; the session ends with the last socket.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bgw/adapter.hpp"
#include "bybit_categories.hpp"
#include "bybit_feed.hpp"
#include "bybit_frames.hpp"
#include "bybit_topics.hpp"

namespace bybit {

inline constexpr const char* kDefaultUrl = "wss://stream.bybit.com/v5/public";
inline constexpr std::int64_t kPingPeriodNs = 20'000'000'000;

// All functions: [adapter]
class BybitAdapter final : public bgw::BaseBrokerAdapter {
 public:
  using BaseBrokerAdapter::BaseBrokerAdapter;

  void initialize() override;
  void connect() override;
  void disconnect() override;
  void subscribe(std::span<const bgw_subscription> wanted) override;
  void unsubscribe(std::span<const std::uint32_t> instruments) override;
  void on_open(std::uint32_t connection) override;
  bgw_status on_frame(std::uint32_t connection, std::uint32_t opcode, std::span<const std::byte> frame) override;
  bgw_status on_close(std::uint32_t connection, const bgw::Close& close) override;
  void on_timer(std::uint32_t id) override;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  // One category: its socket, what that has been asked for, and the symbols that are subscribed.
  struct Channel {
    explicit Channel(Category of) : category(of), topics(facts_of(of).topics_a_request) {}
    const char* name() const { return facts_of(category).name; }

    Category category;
    Topics topics;
    std::uint32_t socket = 0;  // 0: none, not even one that is being opened
    bool is_open = false;
    bool is_waiting = false;     // before the next attempt to open the socket
    std::uint32_t failures = 0;  // attempts in a row
    std::unordered_map<std::string, std::unique_ptr<Feed>, Hash, std::equal_to<>> feeds;
  };

  Channel& channel_of(Category category) { return channels_[static_cast<std::size_t>(category)]; }
  Channel* channel_at(std::uint32_t connection);
  void open(Channel& channel);
  // Sends what the channel's topics need, or opens its socket for it.
  void send_requests(Channel& channel);

  // Of books whose topic brings no frames any more, which only a timer can find.
  void ask_for_overdue_books(Channel& channel);
  // Ends the book's topic and asks for it again with the next requests, and tells the clients why.
  void ask_anew(Channel& channel, Feed& feed, const Book& book);

  void subscribe_one(const bgw_subscription& wanted);
  bool want_book(Channel& channel, Feed& feed, const bgw_subscription& wanted, bool is_again);
  void drop_books(Channel& channel, Feed& feed);
  void let_go(std::uint32_t handle);
  Feed* feed_at(Channel& channel, std::string_view symbol);

  void on_answer(Channel& channel, const Frame& frame);
  void on_taken(Channel& channel, std::string_view topic);
  void on_refused(Channel& channel, std::string_view topic, const std::string& words);
  void on_book(Channel& channel, const Frame& frame);
  // Of a frame of a book that is refused: asks for the book anew.
  void lose_update(Channel& channel, const Frame& frame, Problem problem);
  void on_ticker(Channel& channel, const Frame& frame);
  void on_trades(Channel& channel, const Frame& frame);
  void publish_book(const Feed& feed, const Book& book, std::int64_t time_ms) const;
  void count_misfits(std::uint32_t count) const;
  [[noreturn]] void refuse_frame(const Channel& channel, const Frame& frame, Problem problem) const;

  std::string url_;
  std::array<Channel, kCategories> channels_ = {Channel(Category::kLinear), Channel(Category::kSpot)};
  std::unordered_map<std::uint32_t, std::pair<Category, std::string>> symbols_;  // by handle
  bool is_ready_ = false;
  // Used again from frame to frame.
  Frame frame_;
  BookData book_;
  TickerData ticker_;
  TradeData trade_;
  Update update_;
};

}  // namespace bybit
