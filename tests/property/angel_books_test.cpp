// Plays Angel's adapter against a model of Angel's protocol, with requests, errors and ticks on their way. At each
// quiet moment Angel has what is wanted, or what it had before a refusal. Each tick reaches the handle that has its
// token, once.
#include <optional>

#include "angel_adapter.hpp"
#include "bgw/testing/fake_host.hpp"
#include "tests/property/model_smart_api.hpp"
#include "tests/property/random_demand.hpp"
#include "tests/property/seeds.hpp"

namespace gw::property {
namespace {

using Modes = std::set<int>;

Modes modes_of(const RandomDemand::Stream& s) {
  if (s.mode == BGW_MODE_LTP) return {1};
  if (s.mode == BGW_MODE_QUOTE) return {2};
  return s.depth > 5 ? Modes{3, 4} : Modes{3};
}

std::string text_of_modes(const Modes& modes) {
  std::string text = "{";
  for (const int mode : modes) text += ' ' + std::to_string(mode);
  return text + " }";
}

enum class Play { normal, crowded, errs };

class AngelRun {
 public:
  AngelRun(std::uint64_t seed, Play play) : random_(seed), play_(play) {
    host_.settings = {{"url", "ws://127.0.0.1:9001"},
                      {"api_key", "key"},
                      {"client_code", "C1"},
                      {"jwt_token", "jwt"},
                      {"feed_token", "feed"}};
    adapter_.initialize();
    connect();
    RandomDemand::Rules rules;
    const bool crowded = play == Play::crowded;
    // Crowded: all places for twenty levels are in use, or nearly all places of the connection.
    rules.handles = !crowded ? 8 : seed % 8 == 0 ? 945 : 64;
    for (std::size_t i = 0; i < rules.handles + 4; ++i)
      rules.tokens.push_back({ModelSmartApi::number_of(i), ModelSmartApi::exchange_of(i)});
    rules.streams = {{BGW_MODE_LTP, 0}, {BGW_MODE_QUOTE, 0}, {BGW_MODE_DEPTH, 5}, {BGW_MODE_DEPTH, 20}};
    if (crowded) rules.streams.insert(rules.streams.end(), 4, {BGW_MODE_DEPTH, 20});
    rules.max_deep = angel::kDeepPerConnection;
    rules.errs = play == Play::errs;
    demand_.emplace(random_, adapter_, std::move(rules));
    for (std::size_t n = 0; crowded && n < 4 * demand_->rules().handles; ++n) demand_->subscribe_some();
    run_until_quiet();
  }

  std::string play() {
    for (int round = 0; round < 10 && fault_.empty(); ++round) {
      before_.clear();
      for (const auto& [handle, w] : demand_->wanted()) before_[handle] = {w, angel_.modes_of(w.token)};
      told_now_.clear();
      angel_.refused.clear();
      for (std::size_t n = pick(12); n > 0; --n) step();
      run_until_quiet();
      check();
      host_.mono_ns += 20'000'000'000;  // packets of two modes are told from each other for ten seconds
      give_in();
    }
    return fault_;
  }

 private:
  struct Before {
    RandomDemand::Wanted wanted;
    Modes modes;
  };
  // What was published of a token since its handle got it.
  struct Published {
    std::set<std::int64_t> prices;  // numbers of ticks
    std::set<std::int64_t> quotes;
    std::set<std::int64_t> expected;
  };

  std::size_t pick(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  std::uint32_t connection() const { return static_cast<std::uint32_t>(host_.urls.size()); }
  void connect() {
    adapter_.connect();
    adapter_.on_open(connection());
  }

  void step() {
    switch (pick(12)) {
      case 0:
      case 1:
      case 2:
        demand_->subscribe_some();
        break;
      case 3:
        demand_->unsubscribe_some();
        break;
      case 4:
        if (play_ != Play::crowded) change_refusals();
        return;
      case 5:
      case 6:
        angel_.tick(pick(demand_->rules().tokens.size()));
        return;
      case 7:
      case 8:
        take_requests(pick(4));
        return;
      case 9:
        retire();
        return;
      case 10:
        if (pick(8) == 0) log_in_anew();
        break;
      default:
        deliver(pick(6));
        return;
    }
    note_demand();
  }
  void change_refusals() {
    if (pick(3) == 0) return angel_.bad.clear();
    angel_.bad.insert({pick(demand_->rules().tokens.size()), 1 + static_cast<int>(pick(4))});
  }
  void log_in_anew() {
    adapter_.on_close(connection(), {});
    angel_.forget_session();
    host_.sent.clear();
    host_.timers.clear();
    requests_.clear();
    connect();
    demand_->replay();
  }
  // After a refusal the host asks for what other clients want, or leaves it at that.
  void give_in() {
    for (const std::uint32_t handle : std::set<std::uint32_t>(told_))
      if (pick(2) == 0) demand_->change(handle, demand_->rules().streams[pick(4)]);
    note_demand();
  }

  // A handle that has asked again has not been refused yet, and one with a new token has got nothing of it yet.
  void note_demand() {
    for (const auto& [handle, w] : demand_->wanted()) {
      const auto known = known_.find(handle);
      const bool is_new = known == known_.end() || known->second.hold != w.hold;
      if (!is_new && known->second.asks == w.asks) continue;
      told_.erase(handle);
      if (is_new) published_[w.token] = {};
    }
    known_ = demand_->wanted();
    std::erase_if(told_, [this](std::uint32_t handle) { return !known_.contains(handle); });
    note_refusals();
  }
  void note_refusals() {
    for (const bgw_stream& refused : std::exchange(host_.refused, {})) {
      const auto w = demand_->wanted().find(refused.instrument);
      if (w == demand_->wanted().end()) return fault("a handle that is not subscribed was refused");
      if (w->second.stream != RandomDemand::Stream{refused.mode, refused.depth_level}) continue;
      if (!told_.insert(w->first).second) fault("handle " + std::to_string(w->first) + " was refused twice");
      told_now_.insert(w->first);
    }
  }

  bool take_requests(std::size_t most) {
    for (std::string& text : std::exchange(host_.sent, {})) requests_.push_back(std::move(text));
    bool any = false;
    for (; most > 0 && !requests_.empty(); --most, requests_.pop_front()) {
      angel_.take(requests_.front(), random_);
      any = true;
    }
    if (!angel_.violation.empty()) fault(angel_.violation);
    return any;
  }
  bool retire() {
    if (host_.timers.erase(2) == 0) return false;
    host_.mono_ns += 100'000'000;
    adapter_.on_timer(2);
    return true;
  }
  bool deliver(std::size_t most) {
    bool any = false;
    for (; most > 0 && !angel_.under_way.empty(); --most) {
      const ModelSmartApi::Message message = std::move(angel_.under_way.front());
      angel_.under_way.pop_front();
      if (const auto* tick = std::get_if<ModelSmartApi::Tick>(&message))
        deliver(*tick);
      else
        adapter_.on_frame(connection(), BGW_OPCODE_TEXT, std::as_bytes(std::span(std::get<std::string>(message))));
      note_refusals();
      any = true;
    }
    return any;
  }
  void deliver(const ModelSmartApi::Tick& tick) {
    host_.published.clear();
    adapter_.on_frame(connection(), BGW_OPCODE_BINARY, ModelSmartApi::frame_of(tick).all());
    const auto owner = demand_->owner(tick.token);
    const bool owned = owner != demand_->wanted().end();
    const std::string name = "tick " + std::to_string(tick.number) + " of token " + std::to_string(tick.token);
    Published& all = published_[tick.token];
    if (owned && tick.mode != 4) all.expected.insert(tick.number);
    for (const auto& p : host_.published) {
      const std::int64_t price = ModelSmartApi::price_of(tick.token) * (BGW_PRICE_SCALE / 100);
      const bool has_ltp = (p.tick.present & BGW_HAS_LTP) != 0;
      if (!owned || p.tick.instrument != owner->first || (has_ltp && p.tick.ltp != price) ||
          (!p.bids.empty() && p.bids[0].price != price))
        fault(name + " was published for another");
      if ((p.tick.modes & BGW_MODE_LTP) != 0 && !all.prices.insert(tick.number).second)
        fault(name + " was published twice");
      if ((p.tick.modes & BGW_MODE_QUOTE) != 0 && !all.quotes.insert(tick.number).second)
        fault("the quote of " + name + " was published twice");
    }
  }

  void run_until_quiet() {
    note_demand();
    for (int ticks = 0; ticks < 4; ++ticks) {
      for (bool busy = true; busy;) {
        busy = take_requests(SIZE_MAX);
        busy = deliver(SIZE_MAX) || busy;
        busy = retire() || busy || !host_.sent.empty();
      }
      for (std::size_t token = 0; token < demand_->rules().tokens.size(); ++token) angel_.tick(token);
    }
    for (bool busy = true; busy;) busy = deliver(SIZE_MAX) || take_requests(SIZE_MAX) || retire();
  }

  void check() {
    for (std::size_t token = 0; token < demand_->rules().tokens.size(); ++token)
      if (demand_->owner(token) == demand_->wanted().end() && !angel_.modes_of(token).empty())
        fault("token " + std::to_string(token) + " has " + text_of_modes(angel_.modes_of(token)) +
              ", wanted by nobody");
    for (const auto& [handle, w] : demand_->wanted()) check(handle, w);
  }
  void check(std::uint32_t handle, const RandomDemand::Wanted& w) {
    const Modes wanted = modes_of(w.stream);
    const Modes have = angel_.modes_of(w.token);
    const std::string name =
        "token " + std::to_string(w.token) + " has " + text_of_modes(have) + ", wanted is " + text_of_modes(wanted);
    if (!told_.contains(handle)) {
      // Where a poorer mode is refused, the richer one that was there goes on and nobody is told.
      const bool goes_on = wanted.size() == 1 && !have.empty() && *have.begin() > *wanted.begin() &&
                           (have.size() == 1 || have == Modes{3, 4}) &&
                           angel_.refused_in_session.contains({w.token, *wanted.begin()});
      if (have != wanted && !goes_on) fault(name + ", of which nothing is refused");
      for (const std::int64_t number : published_[w.token].expected)
        if (!published_[w.token].prices.contains(number))
          fault(name + ", and tick " + std::to_string(number) + " was lost");
      published_[w.token].expected.clear();
      return;
    }
    published_[w.token].expected.clear();
    if (told_now_.contains(handle) && std::none_of(wanted.begin(), wanted.end(), [&](int mode) {
          return angel_.refused.contains({w.token, mode});
        }))
      fault(name + ", of which Angel has refused nothing");
    if (have.contains(4) && !have.contains(3)) fault(name + ": twenty levels without a price");
    if (have.contains(1) + have.contains(2) + have.contains(3) > 1) fault(name + ", and too much is left");
    // One refused change leaves all as it was. Of twenty levels that were asked for, the five may be there.
    const auto before = before_.find(handle);
    if (before == before_.end()) return;
    const auto& [was, had] = before->second;
    if (was.hold != w.hold || was.asks + 1 != w.asks || had != modes_of(was.stream)) return;
    if (have != had && !(wanted.contains(4) && have == Modes{3})) fault(name + ", it was " + text_of_modes(had));
  }
  void fault(const std::string& what) {
    if (fault_.empty()) fault_ = what;
  }

  std::mt19937_64 random_;
  Play play_;
  bgw::testing::FakeHost host_;
  angel::AngelAdapter adapter_{host_.table};
  std::optional<RandomDemand> demand_;
  ModelSmartApi angel_;
  std::deque<std::string> requests_;  // under way to Angel
  std::map<std::uint32_t, RandomDemand::Wanted> known_;
  std::map<std::uint32_t, Before> before_;  // at the last quiet moment
  std::set<std::uint32_t> told_;            // handles whose stream was refused
  std::set<std::uint32_t> told_now_;        // since the last quiet moment
  std::map<std::size_t, Published> published_;
  std::string fault_;
};

TEST(AngelsBooks, HaveWhatIsWantedOrWhatWasBeforeARefusal) {
  for_each_seed(1500, [](std::uint64_t seed) { return AngelRun(seed, Play::normal).play(); });
}

TEST(AngelsBooks, NeverExceedWhatAngelTakes) {
  for_each_seed(24, [](std::uint64_t seed) { return AngelRun(seed, Play::crowded).play(); });
}

TEST(AngelsBooks, SurviveAGatewayThatErrs) {
  for_each_seed(1500, [](std::uint64_t seed) { return AngelRun(seed, Play::errs).play(); });
}

}  // namespace
}  // namespace gw::property
