#include "core/feed_process/questions.hpp"

#include <cstdint>
#include <string>

namespace gw::feed_process {
namespace {

constexpr int kPatienceMs = 2000;

// Answers that come after the patience was over are passed over by their number. [feed]
bool ask(const MessageSocket& socket, Packer& question) {
  static std::uint64_t last = 0;
  const std::uint64_t number = ++last;
  question.put(number);
  if (!socket.send(question.bytes())) return false;
  for (;;) {
    const auto answer = socket.receive(kPatienceMs);
    if (!answer || answer->is_over) return false;
    Unpacker from(answer->message);
    if (from.take<std::uint64_t>() == number) return from.take<bool>();
  }
}

}  // namespace

void ask_by(const MessageSocket& socket, Setup& setup) {
  plugin_host::LinkOptions& options = setup.options;
  if (setup.asks_market) {
    options.market_open = [&socket](std::string_view exchange, InstrumentKind kind, std::int64_t wall_ns) {
      Packer question;
      question.put(Kind::is_open);
      question.put_text(exchange);
      question.put(kind);
      question.put(wall_ns);
      return ask(socket, question);
    };
    options.has_hours = [&socket](std::string_view exchange) {
      Packer question;
      question.put(Kind::has_hours);
      question.put_text(exchange);
      return ask(socket, question);
    };
  }
  options.is_expected = [&socket](std::string_view symbol, std::string_view exchange, std::int64_t wall_ns) {
    Packer question;
    question.put(Kind::is_expected);
    question.put_text(symbol);
    question.put_text(exchange);
    question.put(wall_ns);
    return ask(socket, question);
  };
  options.trading_session_seen = [&socket](std::string_view symbol, std::string_view exchange, std::int64_t wall_ns,
                                           bool in_time) {
    Packer news;
    news.put(Kind::session_seen);
    news.put_text(symbol);
    news.put_text(exchange);
    news.put(wall_ns);
    news.put(in_time);
    socket.send(news.bytes());
  };
  options.list_announced = [&socket](std::string_view etag) {
    Packer news;
    news.put(Kind::list_announced);
    news.put_text(etag);
    socket.send(news.bytes());
  };
}

void answer(const MessageSocket& socket, std::string_view message, const plugin_host::LinkOptions& options) {
  Unpacker from(message);
  const auto reply = [&socket, &from](bool yes) {
    Packer to;
    to.put(from.take<std::uint64_t>());  // the question's number, which comes last
    to.put(yes);
    socket.send(to.bytes());
  };
  switch (from.take<Kind>()) {
    case Kind::is_open: {
      const std::string exchange = from.take_text();
      const auto kind = from.take<InstrumentKind>();
      const auto wall_ns = from.take<std::int64_t>();
      return reply(!options.market_open || options.market_open(exchange, kind, wall_ns));
    }
    case Kind::has_hours:
      return reply(!options.has_hours || options.has_hours(from.take_text()));
    case Kind::is_expected: {
      const std::string symbol = from.take_text();
      const std::string exchange = from.take_text();
      const auto wall_ns = from.take<std::int64_t>();
      return reply(options.is_expected && options.is_expected(symbol, exchange, wall_ns));
    }
    case Kind::session_seen: {
      const std::string symbol = from.take_text();
      const std::string exchange = from.take_text();
      const auto wall_ns = from.take<std::int64_t>();
      if (options.trading_session_seen) options.trading_session_seen(symbol, exchange, wall_ns, from.take<bool>());
      return;
    }
    case Kind::list_announced:
      if (options.list_announced) options.list_announced(from.take_text());
      return;
    default:
      return;
  }
}

}  // namespace gw::feed_process
