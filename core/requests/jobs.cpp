#include "core/requests/jobs.hpp"

#include <algorithm>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/log_limit.hpp"
#include "core/base/text.hpp"
#include "core/instruments/suggestions.hpp"
#include "core/protocol/notices.hpp"

namespace gw::requests {
namespace {

constexpr std::size_t kEntriesAtOnce = 64;
constexpr std::size_t kRowsAtOnce = 4'096;  // of an instrument list, and titles
// So many unknown symbols of a request are given suggestions, each of which takes as long as a slice.
constexpr std::size_t kMaxSuggested = 3;
// This many topics, rows or entries take as long as one more request; the answer of a search takes as long as eight.
constexpr std::size_t kTopicsOfOne = 8;
constexpr std::size_t kRowsOfOne = 512;
constexpr std::size_t kEntriesOfOne = 16;
constexpr std::size_t kAnswerOfSearch = 8;

log::Limited of_subscriptions("proxy", "client");
log::Limited of_fallbacks("proxy", "client");
log::Limited of_unsubscriptions("proxy", "client");
log::Limited of_errors("proxy", "client");

}  // namespace

void Jobs::start(Subscriber& client, Asked asked) {
  const std::string_view kind = asked.request.action == protocol::Action::subscribe ? "subscription" : "unsubscription";
  client.job = std::make_unique<Job>(Job{std::move(asked), 0, {}, protocol::BatchAnswer(kind), {}, {}, {}, 0});
  Job& job = *client.job;
  const protocol::Request& r = job.asked.request;
  job.outcomes.reserve(r.entries.size());
  if (r.action == protocol::Action::list || r.action == protocol::Action::unsubscribe_all)
    job.topics = router_.clients().topics_of(client.id);
  if (r.action == protocol::Action::search) {
    const routing::Broker& table = router_.brokers()[router_.broker_of(client.id)];
    if (table.available() && table.index() != nullptr)
      job.search.emplace(table.index(), r.text, r.exchange, r.limit, markets_.expiries(wall_ns()));
  }
  go_on(client);
}

void Jobs::go_on(Subscriber& client) {
  Job& job = *client.job;
  if (do_some(client, job)) return;
  std::size_t extra = job.topics.size() / kTopicsOfOne + job.asked.request.entries.size() / kEntriesOfOne;
  if (job.search) extra += kAnswerOfSearch + job.search->looked_at() / kRowsOfOne;
  if (job.suggested != 0) extra += job.suggested * titles_of(client) / kRowsOfOne;
  counts_.add(job.asked.request.action, job.asked.request.entries.size(), job.failed);
  client.request_done(job.asked.bytes, extra);
  client.job.reset();
}

// Does one slice. False: that was all.
bool Jobs::do_some(Subscriber& client, Job& job) {
  switch (job.asked.request.action) {
    case protocol::Action::subscribe:
      return subscribe_some(client, job);
    case protocol::Action::unsubscribe:
      return unsubscribe_some(client, job);
    case protocol::Action::unsubscribe_all:
      return unsubscribe_some_of_all(client, job);
    case protocol::Action::list:
      return list_some(client, job);
    default:
      return search_some(client, job);
  }
}

protocol::Context Jobs::context(const Subscriber& client, const protocol::Request& r) {
  return {router_.brokers()[router_.broker_of(client.id)].setup().name, client.extras, r.id_json,
          options_.subscriptions_per_client};
}

bool Jobs::subscribe_some(Subscriber& client, Job& job) {
  const protocol::Request& r = job.asked.request;
  if (job.outcomes.size() < r.entries.size()) {
    const protocol::Context about = context(client, r);
    std::size_t end = std::min(r.entries.size(), job.outcomes.size() + kEntriesAtOnce);
    while (job.outcomes.size() < end) {
      const protocol::Entry& entry = r.entries[job.outcomes.size()];
      job.outcomes.push_back(entry.error ? routing::Outcome{} : subscribe_entry(client, entry));
      job.failed += entry.error || job.outcomes.back().code != routing::Code::ok ? 1 : 0;
      if (suggest(client, job, entry, job.outcomes.back())) end = job.outcomes.size();
      if (r.batch) job.batch.add(entry, job.outcomes.back(), about);
      if (r.entries.size() == 1) log_entry(client, entry, job.outcomes.back(), about);
    }
    if (end < r.entries.size()) return true;
    if (r.entries.size() > 1) log_batch(client, job, about);
    client.send(r.batch ? job.batch.text(r.id_json)
                        : protocol::subscribed(r.entries.front(), job.outcomes.front(), about));
    // Live updates begin once the answer is on its way; from here on the client misses none.
    for (std::size_t i = 0; i < end; ++i) begin_entry(client, r.entries[i], job.outcomes[i]);
  }
  const std::size_t end = std::min(r.entries.size(), job.done + kEntriesAtOnce);
  for (; job.done < end; ++job.done) tell_about_entry(client, r.entries[job.done], job.outcomes[job.done]);
  return end < r.entries.size();
}

routing::Outcome Jobs::subscribe_entry(Subscriber& client, const protocol::Entry& e) {
  routing::Outcome o = router_.subscribe(client.id, e.symbol, e.exchange, e.stream,
                                         {.sampled = e.min_interval_ns != 0, .resumes = true});
  if (o.code != routing::Code::ok || !o.is_new) return o;
  const bool is_fallback = e.stream.mode == BGW_MODE_DEPTH && o.actual_depth != e.stream.depth_level;
  if (is_fallback) counts_.fall_back(o.broker, e.stream.depth_level, o.actual_depth);
  return o;
}

void Jobs::log_entry(const Subscriber& client, const protocol::Entry& e, const routing::Outcome& o,
                     const protocol::Context& about) const {
  if (!log::enabled(log::Level::info)) return;
  const std::string error = protocol::error_text(e, o, about);
  if (!error.empty()) return of_errors.info(*client.name, *client.name + " was answered " + error);
  if (!o.is_new) return;
  of_subscriptions.info(*client.name,
                        *client.name + " subscribed to " + e.symbol + '.' + e.exchange + " mode " + e.mode_text);
  if (e.stream.mode == BGW_MODE_DEPTH && o.actual_depth != e.stream.depth_level)
    of_fallbacks.info(*client.name, "fallback: " + e.symbol + '.' + e.exchange + " depth " +
                                        std::to_string(o.actual_depth) + " instead of " +
                                        std::to_string(e.stream.depth_level));
}

void Jobs::log_batch(const Subscriber& client, const Job& job, const protocol::Context& about) const {
  if (!log::enabled(log::Level::info)) return;
  const std::vector<protocol::Entry>& entries = job.asked.request.entries;
  std::size_t fallbacks = 0;
  std::string first_error;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const routing::Outcome& o = job.outcomes[i];
    const bool is_good = !entries[i].error && o.code == routing::Code::ok;
    if (!is_good && first_error.empty()) first_error = protocol::error_text(entries[i], o, about);
    const routing::Stream& stream = entries[i].stream;
    if (is_good && stream.mode == BGW_MODE_DEPTH && o.actual_depth != stream.depth_level) ++fallbacks;
  }
  of_subscriptions.info(
      *client.name,
      *client.name + " subscribed to " + grouped(entries.size() - job.failed) + " of " + grouped(entries.size()) +
          " streams in one request" +
          (fallbacks == 0 ? "" : ", " + grouped(fallbacks) + " with fewer depth levels than asked for") +
          (job.failed == 0 ? "" : "; refused: " + grouped(job.failed) + ", the first with " + first_error));
}

// Names what may be meant instead of an unknown symbol. False: nothing to do.
bool Jobs::suggest(const Subscriber& client, Job& job, const protocol::Entry& e, routing::Outcome& o) {
  if (!client.extras || o.code != routing::Code::symbol_not_found || job.suggested == kMaxSuggested) return false;
  if (!o.gone.expired_on.empty() || !o.gone.renamed_to.empty()) return false;
  const auto& index = router_.brokers()[router_.broker_of(client.id)].index();
  if (index == nullptr) return false;
  ++job.suggested;
  o.gone.suggestions = instruments::suggestions_for(*index, e.symbol, e.exchange, markets_.expiries(wall_ns()));
  return true;
}

std::size_t Jobs::titles_of(const Subscriber& client) const {
  const auto& index = router_.brokers()[router_.broker_of(client.id)].index();
  return index == nullptr ? 0 : index->words().titles().size();
}

void Jobs::begin_entry(Subscriber& client, const protocol::Entry& e, const routing::Outcome& o) {
  if (e.error || o.code != routing::Code::ok || !router_.clients().holds(client.id, o.topic)) return;
  if (e.min_interval_ns != 0)
    client.tell(
        [t = o.topic, interval = e.min_interval_ns](session::ClientSession& s) { s.updates().sample(t, interval); });
  if (e.since && (o.is_new || !router_.clients().resumes(client.id, o.topic))) {
    const bool same = e.since->epoch == router_.group(router_.clients()[client.id].group).epoch && client.extras;
    const bool has_been = e.since->seq <= router_.topics()[o.topic].seq;
    catch_up_.add_resume(client, {o.topic, e.since->seq, 0, same && has_been && o.is_new, !o.is_new});
  } else if (o.is_new || !router_.clients().resumes(client.id, o.topic)) {  // one that resumes goes live after that
    router_.go_live(client.id, o.topic);
    catch_up_.add_snapshot(client, o.topic);
  }
}

void Jobs::tell_about_entry(Subscriber& client, const protocol::Entry& e, const routing::Outcome& o) {
  if (e.error || o.code != routing::Code::ok || !router_.clients().holds(client.id, o.topic)) return;
  const routing::Topic& topic = router_.topics()[o.topic];
  if (topic.state == routing::SubscriptionState::failed)
    client.send(protocol::refused(topic.info, topic.reason, client.extras));
  catch_up_.add_status(client, o.topic);
  markets_.tell(client, e.exchange);
}

bool Jobs::unsubscribe_some(Subscriber& client, Job& job) {
  const protocol::Request& r = job.asked.request;
  const protocol::Context about = context(client, r);
  const std::size_t end = std::min(r.entries.size(), job.done + kEntriesAtOnce);
  for (; job.done < end; ++job.done) {
    const protocol::Entry& entry = r.entries[job.done];
    const routing::Outcome outcome = entry.error ? routing::Outcome{} : unsubscribe_entry(client, entry);
    const bool is_good = !entry.error && outcome.code == routing::Code::ok;
    job.failed += is_good ? 0 : 1;
    if (r.batch)
      job.batch.add(entry, outcome, about);
    else
      client.send(protocol::unsubscribed(entry, outcome, about));
    if (r.entries.size() != 1 || !log::enabled(log::Level::info)) continue;
    if (is_good)
      of_unsubscriptions.info(*client.name, *client.name + " unsubscribed from " + entry.symbol + '.' + entry.exchange +
                                                " mode " + entry.mode_text);
    else
      of_errors.info(*client.name, *client.name + " was answered " + protocol::error_text(entry, outcome, about));
  }
  catch_up_.drop_resumes_of_left(client);
  if (end < r.entries.size()) return true;
  if (r.batch) client.send(job.batch.text(r.id_json));
  if (r.entries.size() > 1 && log::enabled(log::Level::info))
    of_unsubscriptions.info(*client.name, *client.name + " unsubscribed from " +
                                              grouped(r.entries.size() - job.failed) + " of " +
                                              grouped(r.entries.size()) + " streams in one request");
  return false;
}

routing::Outcome Jobs::unsubscribe_entry(Subscriber& client, const protocol::Entry& e) {
  return router_.unsubscribe(client.id, e.symbol, e.exchange, e.stream);
}

bool Jobs::unsubscribe_some_of_all(Subscriber& client, Job& job) {
  if (job.done == 0) client.waiting.reset();
  const std::size_t end = std::min(job.topics.size(), job.done + kEntriesAtOnce);
  for (; job.done < end; ++job.done) router_.unsubscribe(client.id, job.topics[job.done]);
  if (end < job.topics.size()) return true;
  router_.unsubscribe_all(client.id);  // topics that a switch of broker has put there meanwhile
  client.send(protocol::unsubscribed_all(job.topics.size(), job.asked.request.id_json));
  return false;
}

bool Jobs::list_some(Subscriber& client, Job& job) {
  const std::size_t end = std::min(job.topics.size(), job.done + kEntriesAtOnce);
  for (; job.done < end; ++job.done)
    if (router_.clients().holds(client.id, job.topics[job.done]))
      job.held.add(router_.topics()[job.topics[job.done]].info);
  if (end < job.topics.size()) return true;
  client.send(job.held.text(job.asked.request.id_json));
  return false;
}

bool Jobs::search_some(Subscriber& client, Job& job) {
  const std::string_view id = job.asked.request.id_json;
  if (!job.search) {
    client.send(protocol::found_instruments({}, {}, id));
    return false;
  }
  instruments::Search& search = *job.search;
  const bool is_new = job.done == 0;  // not all looked at
  if (is_new && !search.look_at(kRowsAtOnce)) return true;
  job.done = 1;
  const auto found = search.found();
  const bool suggests = found.empty() && client.extras;
  if (is_new && suggests) return true;
  job.suggested = suggests ? 1 : 0;
  client.send(protocol::found_instruments(
      found, search.expiries(), id,
      suggests ? instruments::suggestions_for(*search.index(), job.asked.request.text, search.expiries())
               : std::vector<std::string>{}));
  return false;
}

}  // namespace gw::requests
