// Plays Kite's adapter against a model of Kite's protocol. After each call Kite has exactly what the gateway wants, and
// each packet reaches the handle that has its token.
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>

#include <nlohmann/json.hpp>

#include "bgw/testing/fake_host.hpp"
#include "plugins/zerodha/tests/frames.hpp"
#include "tests/property/random_demand.hpp"
#include "tests/property/seeds.hpp"
#include "zerodha_adapter.hpp"

namespace gw::property {
namespace {

class KiteRun {
 public:
  KiteRun(std::uint64_t seed, bool errs) : random_(seed) {
    host_.settings = {{"url", "ws://127.0.0.1:9001"}, {"api_key", "key"}, {"access_token", "token"}};
    adapter_.initialize();
    connect();
    RandomDemand::Rules rules;
    for (std::size_t i = 0; i < kCount; ++i) rules.tokens.push_back({std::to_string(token(i)), ""});
    rules.streams = {{BGW_MODE_LTP, 0}, {BGW_MODE_QUOTE, 0}, {BGW_MODE_DEPTH, 5}};
    rules.errs = errs;
    demand_.emplace(random_, adapter_, std::move(rules));
  }

  std::string play() {
    for (int n = 0; n < 80 && fault_.empty(); ++n) {
      switch (random_() % 8) {
        case 0:
        case 1:
        case 2:
          demand_->subscribe_some();
          break;
        case 3:
          demand_->unsubscribe_some();
          break;
        case 4:
          if (random_() % 8 == 0) log_in_anew();
          break;
        case 5:
          tick();
          break;
        default:
          deliver();
      }
      take_requests();
      check();
    }
    return fault_;
  }

 private:
  static constexpr std::size_t kCount = 10;
  static std::uint32_t token(std::size_t i) { return static_cast<std::uint32_t>(100 + i) << 8 | 1; }  // of NSE

  void connect() {
    adapter_.connect();
    adapter_.on_open(static_cast<std::uint32_t>(host_.urls.size()));
  }
  void log_in_anew() {
    adapter_.on_close(static_cast<std::uint32_t>(host_.urls.size()), {});
    books_.clear();
    under_way_.clear();
    host_.sent.clear();
    connect();
    demand_->replay();
  }
  // A mode counts only for tokens that are subscribed. Until it is set, they have quotes.
  void take_requests() {
    for (const std::string& text : std::exchange(host_.sent, {})) {
      const auto request = nlohmann::json::parse(text);
      const std::string action = request["a"];
      const auto& list = action == "mode" ? request["v"][1] : request["v"];
      for (const std::uint32_t token : list) {
        const bool has = books_.contains(token);
        // What is subscribed may be asked for again.
        if (!has && action != "subscribe") fault("asked for " + text + " without need");
        if (action == "unsubscribe") books_.erase(token);
        if (action == "subscribe") books_[token] = "quote";
        if (action == "mode" && has) books_[token] = request["v"][0];
      }
    }
  }
  void tick() {
    for (std::size_t i = 0; i < kCount; ++i) {
      if (!books_.contains(token(i))) continue;
      const std::string& mode = books_[token(i)];
      zerodha::Bytes packet = zerodha::ltp_packet(token(i), static_cast<std::int32_t>(100 + i));
      if (mode != "ltp") packet.zeros(mode == "full" ? 176 : 36);
      under_way_.push_back({i, std::move(packet)});
    }
  }
  void deliver() {
    std::vector<zerodha::Bytes> packets;
    std::vector<std::size_t> tokens;
    for (std::size_t n = random_() % 8; n > 0 && !under_way_.empty(); --n) {
      tokens.push_back(under_way_.front().first);
      packets.push_back(std::move(under_way_.front().second));
      under_way_.pop_front();
    }
    const zerodha::Bytes frame = zerodha::frame_of(packets);
    host_.published.clear();
    adapter_.on_frame(static_cast<std::uint32_t>(host_.urls.size()), BGW_OPCODE_BINARY, frame.all());
    auto published = host_.published.begin();
    for (const std::size_t token : tokens) {
      const auto owner = demand_->owner(token);
      if (owner == demand_->wanted().end()) continue;
      if (published == host_.published.end()) return fault("a packet was lost");
      const std::int64_t price = static_cast<std::int64_t>(100 + token) * (BGW_PRICE_SCALE / 100);
      if (published->tick.instrument != owner->first || published->tick.ltp != price)
        return fault("handle " + std::to_string(published->tick.instrument) + " got the price of another token than " +
                     std::to_string(token));
      ++published;
    }
    if (published != host_.published.end()) fault("a packet of a token that nobody has was published");
  }
  void check() {
    std::map<std::uint32_t, std::string> want;
    for (const auto& [handle, w] : demand_->wanted())
      want[token(w.token)] = w.stream.mode == BGW_MODE_LTP ? "ltp" : w.stream.mode == BGW_MODE_QUOTE ? "quote" : "full";
    if (books_ != want) fault("Kite has " + text_of(books_) + ", wanted is " + text_of(want));
    if (!host_.refusals.empty()) fault("refused " + host_.refusals.front());
  }
  static std::string text_of(const std::map<std::uint32_t, std::string>& books) {
    std::string text = "{";
    for (const auto& [token, mode] : books) text += ' ' + std::to_string(token) + ':' + mode;
    return text + " }";
  }
  void fault(const std::string& what) {
    if (fault_.empty()) fault_ = what;
  }

  std::mt19937_64 random_;
  bgw::testing::FakeHost host_;
  zerodha::ZerodhaAdapter adapter_{host_.table};
  std::optional<RandomDemand> demand_;
  std::map<std::uint32_t, std::string> books_;  // Kite's: token to mode
  std::deque<std::pair<std::size_t, zerodha::Bytes>> under_way_;
  std::string fault_;
};

TEST(KitesBooks, HaveWhatIsWantedInTheModeThatIsWanted) {
  for_each_seed(2000, [](std::uint64_t seed) { return KiteRun(seed, false).play(); });
}

TEST(KitesBooks, SurviveAGatewayThatErrs) {
  for_each_seed(2000, [](std::uint64_t seed) { return KiteRun(seed, true).play(); });
}

}  // namespace
}  // namespace gw::property
