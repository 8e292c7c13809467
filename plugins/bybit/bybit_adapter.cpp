#include "bybit_adapter.hpp"

#include <algorithm>
#include <utility>

#include "bybit_refusals.hpp"

namespace bybit {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kLongestPauseNs = 30 * kSecond;

// Timers: one for the pings of each category, and one for the next attempt to open its socket.
std::uint32_t ping_timer(Category category) { return static_cast<std::uint32_t>(category); }
std::uint32_t open_timer(Category category) { return static_cast<std::uint32_t>(category) + kCategories; }

std::string text_of(Problem problem, std::string_view what) { return std::string(what) + ": " + problem; }

}  // namespace

void BybitAdapter::initialize() {
  url_ = setting("url").value_or(kDefaultUrl);
  while (url_.ends_with('/')) url_.pop_back();
}

void BybitAdapter::connect() {
  is_ready_ = false;
  symbols_.clear();
  for (Channel& channel : channels_) {
    channel.topics.clear();
    channel.feeds.clear();
    channel.failures = 0;
    channel.is_waiting = false;
    open(channel);
  }
}

void BybitAdapter::disconnect() {
  for (Channel& channel : channels_) {
    if (channel.socket != 0) websocket_close(channel.socket);
    channel.socket = 0;
    channel.is_open = false;
  }
}

void BybitAdapter::open(Channel& channel) {
  channel.is_open = false;
  channel.socket = websocket_open(url_ + '/' + channel.name(), {},
                                  {.connection_class = static_cast<std::uint32_t>(channel.category)});
}

BybitAdapter::Channel* BybitAdapter::channel_at(std::uint32_t connection) {
  for (Channel& channel : channels_)
    if (channel.socket == connection) return &channel;
  return nullptr;
}

Feed* BybitAdapter::feed_at(Channel& channel, std::string_view symbol) {
  const auto found = channel.feeds.find(symbol);
  return found == channel.feeds.end() ? nullptr : found->second.get();
}

void BybitAdapter::on_open(std::uint32_t connection) {
  Channel* channel = channel_at(connection);
  if (channel == nullptr) return;
  channel->is_open = true;
  channel->failures = 0;
  set_timer(ping_timer(channel->category), kPingPeriodNs);
  send_requests(*channel);
  if (!std::exchange(is_ready_, true)) ready();
}

void BybitAdapter::on_timer(std::uint32_t id) {
  for (Channel& channel : channels_) {
    if (id == ping_timer(channel.category) && channel.is_open) {
      send_text(channel.socket, R"({"op":"ping"})");
      set_timer(id, kPingPeriodNs);
      ask_for_overdue_books(channel);
    }
    if (id == open_timer(channel.category)) {
      channel.is_waiting = false;
      send_requests(channel);
    }
  }
}

void BybitAdapter::ask_for_overdue_books(Channel& channel) {
  for (const auto& [symbol, feed] : channel.feeds)
    for (Book* const book : {feed->book(), feed->coming()})
      if (book != nullptr && book->is_overdue(monotonic_ns())) ask_anew(channel, *feed, *book);
  send_requests(channel);
}

void BybitAdapter::ask_anew(Channel& channel, Feed& feed, const Book& book) {
  const std::string topic = feed.book_topic(book.depth());
  log(BGW_LOG_WARNING, "the book " + topic + " of " + channel.name() + " is asked for anew: " + book.why());
  if (&book == feed.book())
    suspect(feed.handle(), BGW_MODE_DEPTH, std::string("the book has a gap: ") + book.why());
  else if (feed.book() == nullptr)
    suspect(feed.handle(), BGW_MODE_DEPTH, std::string("the book has not come: ") + book.why());
  channel.topics.want(topic);
}

bgw_status BybitAdapter::on_close(std::uint32_t connection, const bgw::Close& close) {
  Channel* channel = channel_at(connection);
  if (channel == nullptr) return BGW_OK;
  channel->socket = 0;
  channel->is_open = false;
  channel->topics.start_anew();
  for (const auto& [symbol, feed] : channel->feeds) feed->start_anew();
  cancel_timer(ping_timer(channel->category));
  const bgw::Error why = refusal_of(close, channel->name(), now_ns());
  if (std::none_of(channels_.begin(), channels_.end(), [](const Channel& c) { return c.socket != 0; })) throw why;
  log(BGW_LOG_WARNING, std::string("the feed goes on without the category ") + channel->name() + ": " + why.what());
  for (const auto& [symbol, feed] : channel->feeds)
    suspect(feed->handle(), BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH,
            std::string("the socket of ") + channel->name() + " is away");
  const std::int64_t pause = std::min(kSecond << std::min(channel->failures++, 5U), kLongestPauseNs);
  channel->is_waiting = true;
  set_timer(open_timer(channel->category), std::max(pause, why.retry_after_ns));
  return BGW_OK;
}

void BybitAdapter::send_requests(Channel& channel) {
  if (channel.is_open) {
    for (const std::string& request : channel.topics.take_requests()) send_text(channel.socket, request);
  } else if (channel.socket == 0 && !channel.is_waiting && channel.topics.size() != 0) {
    open(channel);
  }
}

// ---- subscriptions ----

void BybitAdapter::subscribe(std::span<const bgw_subscription> wanted) {
  for (const bgw_subscription& s : wanted) subscribe_one(s);
  for (Channel& channel : channels_) send_requests(channel);
}

void BybitAdapter::unsubscribe(std::span<const std::uint32_t> instruments) {
  for (const std::uint32_t instrument : instruments) let_go(instrument);
  for (Channel& channel : channels_) send_requests(channel);
}

void BybitAdapter::subscribe_one(const bgw_subscription& wanted) {
  const auto symbol = symbol_of(wanted.token);
  if (!symbol) {
    refuse(stream_of(wanted), BGW_E_INVALID,
           std::string("its token in the instrument list is '") + wanted.token + "', expected one like linear:BTCUSDT");
    return;
  }
  const auto had = symbols_.find(wanted.instrument);
  if (had != symbols_.end() && had->second != std::pair(symbol->category, std::string(symbol->name)))
    let_go(wanted.instrument);
  Channel& channel = channel_of(symbol->category);
  Feed* feed = feed_at(channel, symbol->name);
  // The host gave the token to another handle, or read a list with other exponents.
  if (feed != nullptr && (feed->handle() != wanted.instrument || !feed->has_exponents_of(wanted))) {
    let_go(feed->handle());
    feed = nullptr;
  }
  const bool is_new = feed == nullptr;
  const bool is_again = !is_new && feed->mode() == wanted.mode && feed->depth_level() == wanted.depth_level;
  const bool is_richer = !is_new && feed->mode() == BGW_MODE_LTP && wanted.mode != BGW_MODE_LTP;
  if (is_new) {
    feed = channel.feeds.emplace(symbol->name, std::make_unique<Feed>(wanted, symbol->name)).first->second.get();
    symbols_.insert_or_assign(wanted.instrument, std::pair(symbol->category, std::string(symbol->name)));
  }
  // Asking for a ticker anew brings all its values once more.
  bool has_room = !(is_new || is_again || is_richer) || channel.topics.want(feed->ticker_topic());
  if (is_new || is_again) has_room = channel.topics.want(feed->trades_topic()) && has_room;
  if (wanted.mode == BGW_MODE_DEPTH)
    has_room = want_book(channel, *feed, wanted, is_again) && has_room;
  else
    drop_books(channel, *feed);
  feed->set_mode(wanted.mode);
  if (has_room) return;
  refuse(stream_of(wanted), BGW_E_UNSUPPORTED,
         "the topics of one connection to Bybit have at most " + std::to_string(kMaxCharacters) + " characters");
  if (is_new) let_go(wanted.instrument);
}

bool BybitAdapter::want_book(Channel& channel, Feed& feed, const bgw_subscription& wanted, bool is_again) {
  const std::uint32_t depth = book_depth_for(wanted.depth_level);
  if (depth == 0) {
    refuse(stream_of(wanted), BGW_E_UNSUPPORTED,
           "Bybit has books of at most " + std::to_string(kBookDepths.back()) + " levels");
    return true;
  }
  if (Book* const coming = feed.coming(); coming != nullptr && coming->depth() != depth) {
    channel.topics.give_up(feed.book_topic(coming->depth()));
    feed.drop_book(coming->depth());
  }
  Book* const book = feed.book_of(depth);
  if (book == nullptr) {
    if (!channel.topics.want(feed.book_topic(depth))) return false;
    feed.begin_book(depth, wanted.depth_level);
    return true;
  }
  book->set_level(wanted.depth_level);
  if (is_again) return channel.topics.want(feed.book_topic(depth));
  publish_book(feed, *book, 0);
  return true;
}

void BybitAdapter::drop_books(Channel& channel, Feed& feed) {
  for (const std::uint32_t depth : kBookDepths) {
    if (feed.book_of(depth) == nullptr) continue;
    channel.topics.give_up(feed.book_topic(depth));
    feed.drop_book(depth);
  }
}

void BybitAdapter::let_go(std::uint32_t handle) {
  const auto found = symbols_.find(handle);
  if (found == symbols_.end()) return;
  Channel& channel = channel_of(found->second.first);
  if (Feed* const feed = feed_at(channel, found->second.second); feed != nullptr && feed->handle() == handle) {
    channel.topics.give_up(feed->ticker_topic());
    channel.topics.give_up(feed->trades_topic());
    drop_books(channel, *feed);
    channel.feeds.erase(channel.feeds.find(found->second.second));
  }
  symbols_.erase(found);
}

// ---- frames ----

bgw_status BybitAdapter::on_frame(std::uint32_t connection, std::uint32_t opcode, std::span<const std::byte> bytes) {
  Channel* const channel = channel_at(connection);
  if (channel == nullptr) return BGW_OK;
  if (opcode != BGW_OPCODE_TEXT) throw bgw::Error(BGW_E_INVALID, "found a binary frame, expected a text");
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (const Problem problem = read_frame(text, frame_)) {
    if (frame_.topic.kind == Kind::kBook) lose_update(*channel, frame_, problem);
    refuse_frame(*channel, frame_, problem);
  }
  switch (frame_.topic.kind) {
    case Kind::kAnswer:
      on_answer(*channel, frame_);
      break;
    case Kind::kBook:
      on_book(*channel, frame_);
      break;
    case Kind::kTicker:
      on_ticker(*channel, frame_);
      break;
    case Kind::kTrades:
      on_trades(*channel, frame_);
      break;
    case Kind::kOther:
      dropped(BGW_DROP_UNKNOWN);
      break;
  }
  return BGW_OK;
}

void BybitAdapter::refuse_frame(const Channel& channel, const Frame& frame, Problem problem) const {
  throw bgw::Error(BGW_E_INVALID,
                   text_of(problem, std::string("a frame of ") + channel.name() +
                                        (frame.topic.symbol.empty() ? "" : " for ") + std::string(frame.topic.symbol)));
}

void BybitAdapter::on_answer(Channel& channel, const Frame& frame) {
  if (frame.op != "subscribe") {
    if (frame.success == false)
      log(BGW_LOG_WARNING, std::string("Bybit says of ") + channel.name() + ": " + std::string(frame.message));
    return;
  }
  const Topics::Answer answer = channel.topics.read_answer(frame);
  for (const std::string& topic : answer.taken) on_taken(channel, topic);
  for (const auto& [topic, words] : answer.refused) on_refused(channel, topic, words);
  send_requests(channel);
}

// Confirms the streams for which every topic has been taken now.
void BybitAdapter::on_taken(Channel& channel, std::string_view name) {
  const Topic topic = topic_of(name);
  Feed* const feed = feed_at(channel, topic.symbol);
  if (feed == nullptr) return;
  const auto tell = [&](std::uint32_t mode, std::uint32_t level) {
    confirm({feed->handle(), mode, level, sizeof(bgw_stream)});
  };
  if (topic.kind == Kind::kBook) {
    if (const Book* const book = feed->book_of(topic.depth)) tell(BGW_MODE_DEPTH, book->level());
    return;
  }
  (topic.kind == Kind::kTicker ? feed->has_ticker : feed->has_trades) = true;
  if (!feed->has_ticker || !feed->has_trades) return;
  tell(BGW_MODE_LTP, 0);
  if (feed->mode() != BGW_MODE_LTP) tell(BGW_MODE_QUOTE, 0);
}

void BybitAdapter::on_refused(Channel& channel, std::string_view name, const std::string& words) {
  const Topic topic = topic_of(name);
  Feed* const feed = feed_at(channel, topic.symbol);
  if (feed == nullptr) return;
  const std::string text = "Bybit refuses " + std::string(name) + (words.empty() ? "" : ": ") + words;
  log(BGW_LOG_WARNING, text);
  const auto tell = [&](std::uint32_t mode, std::uint32_t level) {
    refuse({feed->handle(), mode, level, sizeof(bgw_stream)}, BGW_E_INVALID, text);
  };
  if (topic.kind == Kind::kBook) {
    if (feed->book_of(topic.depth) == nullptr) return;
    feed->drop_book(topic.depth);
    if (feed->book() == nullptr) feed->set_mode(BGW_MODE_QUOTE);
    // Every level that the topic would serve, or the host asks for the same topic once for each. The lower ones first:
    // with the one that is subscribed it looks for the next.
    for (const std::uint32_t level : kDepthLevels)
      if (book_depth_for(level) == topic.depth) tell(BGW_MODE_DEPTH, level);
    return;
  }
  // Both streams need both topics; the other one's refusal has told it already.
  (topic.kind == Kind::kTicker ? feed->has_ticker : feed->has_trades) = false;
  const std::string other = topic.kind == Kind::kTicker ? feed->trades_topic() : feed->ticker_topic();
  if (!channel.topics.wants(other)) return;
  channel.topics.give_up(other);
  const bool is_ltp_only = feed->mode() == BGW_MODE_LTP;
  tell(BGW_MODE_LTP, 0);
  if (!is_ltp_only) tell(BGW_MODE_QUOTE, 0);
}

void BybitAdapter::on_book(Channel& channel, const Frame& frame) {
  Feed* const feed = feed_at(channel, frame.topic.symbol);
  Book* const book = feed == nullptr ? nullptr : feed->book_of(frame.topic.depth);
  if (book == nullptr) return dropped(BGW_DROP_UNKNOWN);  // it was under way when its topic was given up
  const auto reject = [&](Problem problem) {
    lose_update(channel, frame, problem);
    refuse_frame(channel, frame, problem);
  };
  if (const Problem problem = read_book(frame.data, book_)) reject(problem);
  if (book_.symbol != frame.topic.symbol) reject("found data of another symbol, expected those of the topic");
  const Book::Outcome outcome = book->take(frame.is_snapshot, book_, monotonic_ns());
  count_misfits(book->misfits());
  switch (outcome) {
    case Book::Outcome::kPublish:
      if (book == feed->coming()) {
        if (const std::uint32_t before = feed->take_over()) {
          channel.topics.give_up(feed->book_topic(before));
          send_requests(channel);
        }
      }
      publish_book(*feed, *book, frame.engine_ms != 0 ? frame.engine_ms : frame.feed_ms);
      break;
    case Book::Outcome::kAskAnew:
      ask_anew(channel, *feed, *book);
      send_requests(channel);
      break;
    case Book::Outcome::kMalformed:
      reject("found a price or size that is no decimal, expected one");
      break;
    case Book::Outcome::kNothing:
      break;
  }
}

void BybitAdapter::lose_update(Channel& channel, const Frame& frame, Problem problem) {
  Feed* const feed = feed_at(channel, frame.topic.symbol);
  Book* const book = feed == nullptr ? nullptr : feed->book_of(frame.topic.depth);
  if (book == nullptr || book->lose(problem, monotonic_ns()) != Book::Outcome::kAskAnew) return;
  ask_anew(channel, *feed, *book);
  send_requests(channel);
}

void BybitAdapter::on_ticker(Channel& channel, const Frame& frame) {
  Feed* const feed = feed_at(channel, frame.topic.symbol);
  if (feed == nullptr) return dropped(BGW_DROP_UNKNOWN);
  const Problem problem = read_ticker(frame.data, ticker_);
  if (problem != nullptr) refuse_frame(channel, frame, problem);
  if (ticker_.symbol != frame.topic.symbol)
    refuse_frame(channel, frame, "found data of another symbol, expected those of the topic");
  if (feed->read(ticker_, frame.feed_ms, update_)) publish(update_.tick, nullptr, nullptr, update_.all_values());
  count_misfits(update_.misfits);
}

void BybitAdapter::on_trades(Channel& channel, const Frame& frame) {
  Feed* const feed = feed_at(channel, frame.topic.symbol);
  if (feed == nullptr) return dropped(BGW_DROP_UNKNOWN);
  const Problem problem = read_trades(frame.data, trade_);
  if (problem != nullptr) refuse_frame(channel, frame, problem);
  if (trade_.symbol != frame.topic.symbol)
    refuse_frame(channel, frame, "found data of another symbol, expected those of the topic");
  if (trade_.price.empty()) return;
  if (feed->read(trade_, update_)) publish(update_.tick);
  count_misfits(update_.misfits);
}

void BybitAdapter::publish_book(const Feed& feed, const Book& book, std::int64_t time_ms) const {
  auto top = book.top();
  if (!top) return;
  const bgw_tick tick = feed.book_tick(time_ms);
  if (time_ms != 0) {
    top->present |= static_cast<std::uint32_t>(BGW_HAS_EXCHANGE_TIME);
    top->exchange_time_ns = tick.exchange_time_ns;
  }
  publish(tick, nullptr, &*top);
}

void BybitAdapter::count_misfits(std::uint32_t count) const {
  if (count != 0) dropped(BGW_DROP_SCALE, count);
}

}  // namespace bybit
