#include "feed_message.hpp"

namespace upstox_like {

std::string FeedMessage::read(Bytes frame) {
  feeds_.clear();
  levels_.clear();
  segments_.clear();
  problem_.clear();
  each_field(frame, "FeedResponse", [&](const ProtobufField& f) {
    switch (f.number) {
      case 2:  // an entry of the map `feeds`
        return read_message(f, [&](Bytes entry) {
          Feed feed;
          return each_field(entry, "an entry of feeds",
                            [&](const ProtobufField& e) {
                              if (e.number == 1) return read_text(e, feed.key);
                              if (e.number == 2) return read_message(e, [&](Bytes m) { return read_feed(m, feed); });
                              return true;
                            }) &&
                 (feeds_.push_back(feed), true);
        });
      case 4:
        return read_message(f, [&](Bytes m) { return read_market_info(m); });
      default:  // 1 type and 3 currentTs are not needed
        return true;
    }
  });
  return problem_;
}

// Hands each field to `take` until it answers false.
template <class TakeField>
bool FeedMessage::each_field(Bytes message, const char* name, TakeField&& take) {
  ProtobufReader reader(message);
  ProtobufField field;
  while (reader.next(field)) {
    message_name_ = name;
    if (!take(field)) return false;
  }
  if (reader.problem() == nullptr) return true;
  problem_ = std::string(reader.problem()) + " in " + name + ", expected a whole protobuf message";
  return false;
}

bool FeedMessage::expect(const ProtobufField& field, WireType type) {
  if (field.type == type) return true;
  problem_ = "found wire type " + std::to_string(static_cast<std::uint32_t>(field.type)) + " in field " +
             std::to_string(field.number) + " of " + message_name_ + ", expected " +
             std::to_string(static_cast<std::uint32_t>(type));
  return false;
}

bool FeedMessage::read_real(const ProtobufField& field, double& to) {
  to = field.real();
  return expect(field, WireType::kFixed64);
}
bool FeedMessage::read_integer(const ProtobufField& field, std::int64_t& to) {
  to = field.integer();
  return expect(field, WireType::kVarint);
}
bool FeedMessage::read_enum(const ProtobufField& field, std::uint32_t& to) {
  to = field.scalar > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(field.scalar);
  return expect(field, WireType::kVarint);
}
bool FeedMessage::read_text(const ProtobufField& field, std::string_view& to) {
  to = field.text();
  return expect(field, WireType::kBytes);
}
template <class Read>
bool FeedMessage::read_message(const ProtobufField& field, Read&& read) {
  return expect(field, WireType::kBytes) && read(field.bytes);
}

bool FeedMessage::read_feed(Bytes message, Feed& feed) {
  return each_field(message, "Feed", [&](const ProtobufField& f) {
    switch (f.number) {
      case 1:
        feed.kind = Feed::Kind::kLtpc;
        return read_message(f, [&](Bytes m) { return read_ltpc(m, feed); });
      case 2:
        return read_message(f, [&](Bytes m) { return read_full(m, feed); });
      case 3:
        feed.kind = Feed::Kind::kFirstLevel;
        return read_message(f, [&](Bytes m) { return read_first_level(m, feed); });
      case 4:
        return read_enum(f, feed.request_mode);
      default:
        return true;
    }
  });
}

bool FeedMessage::read_ltpc(Bytes message, Feed& feed) {
  return each_field(message, "LTPC", [&](const ProtobufField& f) {
    switch (f.number) {
      case 1:
        return read_real(f, feed.ltp);
      case 2:
        return read_integer(f, feed.last_trade_ms);
      case 3:
        return read_integer(f, feed.last_quantity);
      case 4:
        return read_real(f, feed.previous_close);
      case 5:
        return read_message(f, [&](Bytes wrapper) {
          return each_field(wrapper, "DoubleValue", [&](const ProtobufField& v) {
            return v.number != 1 || read_real(v, feed.indicative_price);
          });
        });
      default:
        return true;
    }
  });
}

bool FeedMessage::read_full(Bytes message, Feed& feed) {
  return each_field(message, "FullFeed", [&](const ProtobufField& f) {
    switch (f.number) {
      case 1:
        feed.kind = Feed::Kind::kMarket;
        return read_message(f, [&](Bytes m) { return read_market(m, feed); });
      case 2:
        feed.kind = Feed::Kind::kIndex;
        return read_message(f, [&](Bytes m) { return read_index(m, feed); });
      default:
        return true;
    }
  });
}

bool FeedMessage::read_market(Bytes message, Feed& feed) {
  return each_field(message, "MarketFullFeed", [&](const ProtobufField& f) {
    switch (f.number) {
      case 1:
        return read_message(f, [&](Bytes m) { return read_ltpc(m, feed); });
      case 2:
        return read_message(f, [&](Bytes m) { return read_levels(m, feed); });
      case 3:
        return read_message(f, [&](Bytes m) { return read_greeks(m, feed); });
      case 4:
        return read_message(f, [&](Bytes m) { return read_ohlc(m, feed); });
      case 5:
        return read_real(f, feed.average_price);
      case 6:
        return read_integer(f, feed.volume);
      case 7:
        return read_real(f, feed.open_interest);
      case 8:
        return read_real(f, feed.implied_volatility);
      case 9:
        return read_real(f, feed.total_buy);
      case 10:
        return read_real(f, feed.total_sell);
      case 11:
        return read_real(f, feed.indicative_price);
      case 13:
        return read_integer(f, feed.indicative_quantity);
      default:
        return true;
    }
  });
}

bool FeedMessage::read_index(Bytes message, Feed& feed) {
  return each_field(message, "IndexFullFeed", [&](const ProtobufField& f) {
    if (f.number == 1) return read_message(f, [&](Bytes m) { return read_ltpc(m, feed); });
    if (f.number == 2) return read_message(f, [&](Bytes m) { return read_ohlc(m, feed); });
    return true;
  });
}

bool FeedMessage::read_first_level(Bytes message, Feed& feed) {
  return each_field(message, "FirstLevelWithGreeks", [&](const ProtobufField& f) {
    switch (f.number) {
      case 1:
        return read_message(f, [&](Bytes m) { return read_ltpc(m, feed); });
      case 2:
        feed.first_level = levels_.size();
        feed.level_count = 0;
        return read_message(f, [&](Bytes m) { return read_quote(m, feed); });
      case 3:
        return read_message(f, [&](Bytes m) { return read_greeks(m, feed); });
      case 4:
        return read_integer(f, feed.volume);
      case 5:
        return read_real(f, feed.open_interest);
      case 6:
        return read_real(f, feed.implied_volatility);
      default:
        return true;
    }
  });
}

bool FeedMessage::read_levels(Bytes message, Feed& feed) {
  feed.first_level = levels_.size();
  feed.level_count = 0;
  return each_field(message, "MarketLevel", [&](const ProtobufField& f) {
    return f.number != 1 || read_message(f, [&](Bytes m) { return read_quote(m, feed); });
  });
}

bool FeedMessage::read_quote(Bytes message, Feed& feed) {
  BidAsk& level = levels_.emplace_back();
  ++feed.level_count;
  return each_field(message, "Quote", [&](const ProtobufField& f) {
    switch (f.number) {
      case 1:
        return read_integer(f, level.bid_quantity);
      case 2:
        return read_real(f, level.bid_price);
      case 3:
        return read_integer(f, level.ask_quantity);
      case 4:
        return read_real(f, level.ask_price);
      default:
        return true;
    }
  });
}

bool FeedMessage::read_greeks(Bytes message, Feed& feed) {
  feed.has_greeks = true;
  return each_field(message, "OptionGreeks", [&](const ProtobufField& f) {
    switch (f.number) {
      case 1:
        return read_real(f, feed.delta);
      case 2:
        return read_real(f, feed.theta);
      case 3:
        return read_real(f, feed.gamma);
      case 4:
        return read_real(f, feed.vega);
      case 5:
        return read_real(f, feed.rho);
      default:
        return true;
    }
  });
}

// Of the intervals only the day's is read. Its `close` is the day's last price, not the close of the day before.
bool FeedMessage::read_ohlc(Bytes message, Feed& feed) {
  return each_field(message, "MarketOHLC", [&](const ProtobufField& list) {
    if (list.number != 1) return true;
    return read_message(list, [&](Bytes m) {
      std::string_view interval;
      double open = 0, high = 0, low = 0;
      const bool good = each_field(m, "OHLC", [&](const ProtobufField& f) {
        switch (f.number) {
          case 1:
            return read_text(f, interval);
          case 2:
            return read_real(f, open);
          case 3:
            return read_real(f, high);
          case 4:
            return read_real(f, low);
          default:
            return true;
        }
      });
      if (good && interval == "1d") {
        feed.has_day = true;
        feed.open = open;
        feed.high = high;
        feed.low = low;
      }
      return good;
    });
  });
}

bool FeedMessage::read_market_info(Bytes message) {
  return each_field(message, "MarketInfo", [&](const ProtobufField& f) {
    if (f.number != 1) return true;
    return read_message(f, [&](Bytes entry) {
      std::string_view segment;
      std::uint32_t status = 0;
      const bool good = each_field(entry, "an entry of segmentStatus", [&](const ProtobufField& e) {
        if (e.number == 1) return read_text(e, segment);
        return e.number != 2 || read_enum(e, status);
      });
      if (good) segments_.emplace_back(segment, status);
      return good;
    });
  });
}

}  // namespace upstox_like
