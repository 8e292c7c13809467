// Clients that come, go, come back, subscribe, unsubscribe and stop reading at random while ticks flow, against a model
// of what each must have received. GW_SEED runs one seed again, GW_RUNS more of them.
#include <cstdlib>
#include <future>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/proxy/shard_fixture.hpp"

namespace gw::proxy {
namespace {

using Json = nlohmann::json;

constexpr const char* kSymbols[] = {"INFY", "TCS"};
constexpr int kSteps = 400;

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Churn : public ShardTest {
 protected:
  struct Client {
    support::End* end;
    std::map<std::string, std::uint64_t> seq;  // by stream, the last that it got
    bool reads = true;
    bool is_slow = false;            // as it was told: seqs may be missing
    std::set<std::string> in_a_row;  // streams of which the next seq must follow the last
    std::set<std::string> sampled;   // of these not
    struct Resume {
      std::uint64_t since;
      std::uint64_t frames;
    };
    std::map<std::string, Resume> resuming;
  };

  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  // A tick carries its own number as its price, the same for every stream that it fills.
  void tick_something() {
    const auto instrument = static_cast<std::uint32_t>(below(2));
    const std::int64_t price = ++price_ * 1'000'000'000;
    switch (below(3)) {
      case 0:
        adapter_.tick(instrument, BGW_MODE_LTP, price);
        return;
      case 1:
        adapter_.tick(instrument, BGW_MODE_LTP | BGW_MODE_QUOTE, price);
        return;
      default:
        adapter_.book(instrument, price, 20, 20);
    }
  }

  void add_client() {
    Client client{};
    client.end = &connect();
    epoch_ = Json::parse(ask(*client.end, R"({"action":"authenticate","api_key":"key","extras":true})"))["epoch"];
    clients_now_.push_back(std::move(client));
  }
  // What a program does that lost its connection.
  void come_back(const Client& lost) {
    add_client();
    Client& c = clients_now_.back();
    for (const std::string& stream : lost.in_a_row) {
      if (lost.sampled.contains(stream) || lost.resuming.contains(stream)) continue;
      const std::uint64_t since = lost.seq.at(stream);
      const std::size_t dot = stream.find('.');
      const std::size_t slash = stream.find('/');
      std::string text = R"({"action":"subscribe","symbol":")" + stream.substr(0, dot) + R"(","exchange":")" +
                         stream.substr(dot + 1, slash - dot - 1) + R"(","mode":)" + stream[slash + 1] +
                         R"(,"since":{"epoch":")" + epoch_ + R"(","seq":)" + std::to_string(since) + '}';
      if (stream[slash + 1] == '4') text += R"(,"depth_level":)" + stream.substr(slash + 3);
      say(c, text + '}');
      c.seq[stream] = since;
      c.resuming[stream] = {since, 0};
    }
  }

  static std::string name_of(const std::string& topic, const Json& m) {
    return topic + '/' + m["mode"].dump() + '/' + m.value("depth_level", Json()).dump();
  }
  static std::string topic_of(const Json& m) {
    return m["symbol"].get<std::string>() + '.' + m["exchange"].get<std::string>();
  }

  void request(Client& c, const char* action) {
    const int mode = 1 << below(3);
    const std::string symbol = kSymbols[below(2)];
    std::string text = std::string(R"({"action":")") + action + R"(","exchange":"NSE","symbol":")" + symbol +
                       R"(","mode":)" + std::to_string(mode);
    if (mode == 4)
      text += R"(,"depth_level":)" + std::to_string(routing::kDepthLevels[static_cast<std::size_t>(below(4))]);
    if (mode != 4 && below(4) == 0) {
      text += R"(,"min_interval_ms":1)";
      c.sampled.insert(symbol + ".NSE/" + std::to_string(mode) + "/null");
    }
    say(c, text + '}');
  }
  void say(Client& c, const std::string& text) { ShardTest::say(*c.end, text); }

  // Everything that has come so far is what the model allows.
  void check(Client& c) {
    for (const std::string& text : c.end->heard.messages) {
      const Json m = Json::parse(text);
      const std::string type = m["type"];
      if (type == "slow") c.is_slow = m["status"] == "behind";
      if (type == "recovered") recovered(c, m);
      if (type == "unsubscription") left(c, m);
      if (type != "market_data") continue;
      const std::string stream = name_of(m["topic"], m);
      const std::uint64_t seq = m["seq"];
      std::uint64_t& before = c.seq[stream];
      const auto resume = c.resuming.find(stream);
      if (m.contains("snapshot")) {
        ASSERT_GE(seq, before) << seed_ << ": backwards in " << stream;
      } else {
        ASSERT_GT(seq, before) << seed_ << ": twice or backwards in " << stream;
        if (!c.is_slow && !c.sampled.contains(stream) && c.in_a_row.contains(stream)) {
          ASSERT_EQ(seq, before + 1) << seed_ << ": one is missing in " << stream;
        }
      }
      before = seq;
      if (resume != c.resuming.end()) {
        ++resume->second.frames;
      } else if (seq != 0) {
        c.in_a_row.insert(stream);
      }
      if (seq == 0) continue;  // nothing was published yet: a snapshot of what came for other streams
      // A seq stands for one value, whoever got it and how.
      const auto [known, fresh] =
          values_.try_emplace(stream + '#' + std::to_string(seq), m["data"]["ltp"].get<double>());
      if (!fresh) {
        ASSERT_EQ(known->second, m["data"]["ltp"].get<double>()) << seed_ << ": " << stream << ' ' << seq;
      }
    }
    c.end->heard.messages.clear();
    c.end->heard.opcodes.clear();
  }

  // So many came, and so many it was told to miss: live updates follow these.
  void recovered(Client& c, const Json& m) {
    const std::string stream = name_of(topic_of(m), m);
    const auto resume = c.resuming.find(stream);
    if (resume == c.resuming.end()) return;  // it unsubscribed meanwhile
    ++resumed_;
    const auto [since, frames] = resume->second;
    c.resuming.erase(resume);
    const std::uint64_t now = since + frames + m["missing"].get<std::uint64_t>();
    ASSERT_GE(now, c.seq[stream]) << seed_ << ": " << stream;
    c.seq[stream] = now;
    c.in_a_row.insert(stream);
  }
  // The answer does not say of which depth: of all.
  static void left(Client& c, const Json& m) {
    if (m["status"] != "success") return;
    const bool all = m.contains("count");
    const std::string begin = all ? "" : topic_of(m) + '/' + m["mode"].dump();
    std::erase_if(c.in_a_row, [&](const std::string& stream) { return stream.starts_with(begin); });
    std::erase_if(c.resuming, [&](const auto& resume) { return resume.first.starts_with(begin); });
  }

  // Runs until so many messages are such. Each is looked at once: there are many.
  template <class IsSuch>
  bool hears(Client& c, int count, IsSuch&& is_such) {
    std::size_t looked_at = 0;
    return run_until([&] {
      for (const auto& messages = c.end->heard.messages; looked_at < messages.size(); ++looked_at)
        if (is_such(std::string_view(messages[looked_at]))) --count;
      return count <= 0;
    });
  }

  session::Ledger ledger() {
    std::promise<session::Ledger> out;
    proxy_->post([&] { proxy_->collect_ledger([&](const session::Ledger& sum) { out.set_value(sum); }); });
    return out.get_future().get();
  }
  void breathe() {
    for (const std::string& asked : adapter_.asked())
      if (asked.ends_with("none")) adapter_.released(static_cast<std::uint32_t>(std::stoi(asked)));
    for (int i = 0; i < 20; ++i) {
      io_.restart();
      io_.poll();
    }
  }

  void run(std::uint64_t seed, std::size_t shards) {
    seed_ = seed;
    random_.seed(seed);
    Options options;
    options.shards = shards;
    options.session.output_per_client = 64 * 1024;
    options.resume_memory = 1 << 16;
    options.requests.resume_time_ns = below(2) * 1'000'000;
    start(options);
    // The handles of both instruments stay as they are.
    support::End& pin = authenticated();
    for (const char* symbol : kSymbols)
      ask(pin, std::string(R"({"action":"subscribe","exchange":"NSE","mode":1,"symbol":")") + symbol + "\"}");
    for (int step = 0; step < kSteps; ++step) {
      if (clients_now_.empty() || (clients_now_.size() < 6 && below(20) == 0)) add_client();
      const auto at = static_cast<std::size_t>(below(static_cast<int>(clients_now_.size())));
      Client& c = clients_now_[at];
      switch (below(12)) {
        case 0:
          request(c, "subscribe");
          break;
        case 1:
          request(c, "unsubscribe");
          break;
        case 2:
          if (below(4) == 0) {
            check(c);
            if (HasFatalFailure()) return;
            const bool is_lost = below(2) == 0;
            is_lost ? c.end->connection.reset() : c.end->connection->close(1000, "");
            const Client gone = std::move(c);
            clients_now_.erase(clients_now_.begin() + static_cast<std::ptrdiff_t>(at));
            if (is_lost) come_back(gone);
          }
          break;
        case 3:
          c.reads = !c.reads;
          c.end->connection->pause_reading(!c.reads);
          break;
        default:
          for (int i = below(50); i >= 0; --i) tick_something();
      }
      breathe();
    }
    // All read again, and each stream that a client holds ends with its last value.
    for (Client& c : clients_now_) {
      c.end->connection->pause_reading(false);
      say(c, R"({"action":"unsubscribe_all"})");
      say(c, R"({"action":"subscribe","symbol":"INFY","exchange":"NSE","mode":1})");
      say(c, R"({"action":"subscribe","symbol":"INFY","exchange":"NSE","mode":4,"depth_level":20})");
    }
    for (Client& c : clients_now_) {
      ASSERT_TRUE(hears(c, 1, [](std::string_view text) {
        return text.starts_with(R"({"type":"unsubscription","status":"success","count")");
      })) << seed_;
    }
    for (int i = 0; i < 100; ++i) tick_something();
    adapter_.book(0, ++price_ * 1'000'000'000, 20, 20);
    while (!adapter_.channel.writer().flush_overflow()) std::this_thread::yield();
    for (Client& c : clients_now_) {
      const std::string last = R"("symbol":"INFY","exchange":"NSE","ltp":)" + std::to_string(price_) + ".0,";
      ASSERT_TRUE(hears(c, 2,
                        [&](std::string_view text) {
                          return text.starts_with(R"({"type":"market_data")") &&
                                 text.substr(0, 200).find(last) != text.npos;
                        }))
          << seed_ << ": the final value of each stream must arrive";
      check(c);
      if (HasFatalFailure()) return;
    }
    const session::Ledger sum = ledger();
    EXPECT_EQ(sum.unexplained(), 0U) << seed_ << ": expected " << sum.expected << " delivered " << sum.delivered
                                     << " conflated " << sum.conflated << " lost " << sum.lost;
    EXPECT_GT(sum.delivered, 0U);
    clients_now_.clear();
    clients_.clear();
    proxy_->stop();
    thread_.join();
    values_.clear();
  }

  std::mt19937_64 random_;
  std::uint64_t seed_ = 0;
  std::int64_t price_ = 0;
  std::vector<Client> clients_now_;
  std::map<std::string, double> values_;
  std::string epoch_;
  int resumed_ = 0;
};

class ChurnOfSeed : public Churn, public testing::WithParamInterface<std::uint64_t> {};

TEST_P(ChurnOfSeed, EveryClientGetsWhatItMustAndNothingIsUnexplained) {
  const std::uint64_t seed = number_from("GW_SEED", GetParam());
  run(seed, seed % 2 == 0 ? 1 : 3);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChurnOfSeed, testing::Range<std::uint64_t>(1, 1 + number_from("GW_RUNS", 24)));

}  // namespace
}  // namespace gw::proxy
