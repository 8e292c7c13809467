#include "apps/gateway/plugin_files.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <nlohmann/json.hpp>

#include "apps/gateway/environment.hpp"
#include "apps/gateway/file_state.hpp"
#include "core/base/log.hpp"
#include "core/feed_process/described_library.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

std::string digest_of(const PluginSwitch::Entries& entries) { return entries.empty() ? "" : entries.front().sha256; }

// "version 1.2, SHA-256 …", for people.
std::string build_text(const PluginSwitch::Entries& entries) {
  return "version " + log::redacted(entries.front().library->descriptor().version) + ", SHA-256 " + digest_of(entries);
}

// Of a file that has been written in part: the rest may follow.
bool is_half_written(const std::string& refusal, const std::string& path) {
  std::error_code ec;
  return refusal.find("truncated ELF") != std::string::npos || refusal.find("is being written") != std::string::npos ||
         fs::file_size(path, ec) == 0;
}

}  // namespace

PluginFiles::PluginFiles(const PluginSwitch::Parts& parts, PluginQuarantine& quarantine)
    : parts_(parts), switch_(parts), quarantine_(quarantine), kept_(parts.state.config().database) {
  for (const plugin_host::ScanEntry& entry : parts_.state.plugins) {
    if (entry.library == nullptr) continue;
    Known& known = known_[entry.file];
    known.seen = known.settled = state_of((fs::path(folder()) / entry.file).string());
    loaded_[{entry.file, entry.sha256}].push_back(entry);
  }
}

std::string PluginFiles::folder() const { return plugin_folder(parts_.state.config()); }

PluginFiles::Entries PluginFiles::running(const std::string& file) const {
  Entries entries;
  for (const plugin_host::ScanEntry& entry : parts_.state.plugins)
    if (entry.file == file && entry.library != nullptr) entries.push_back(entry);
  return entries;
}

Result<std::string> PluginFiles::known_file(const std::string& file) const {
  const std::string name = fs::path(file).filename().string();
  for (const std::string& one : {name, name + ".so"})
    if (!running(one).empty()) return one;
  return Error{"found " + name + ", expected the file of a plugin that this gateway has loaded"};
}

// ---- what happens to files

void PluginFiles::look_at_files() {
  for (auto& [file, known] : known_) {
    const std::string path = (fs::path(folder()) / file).string();
    const std::string state = state_of(path);
    const bool has_settled = !state.empty() && state == known.seen && state != known.settled;
    known.seen = state;
    if (!has_settled || running(file).empty()) continue;
    known.settled = state;
    add({file, ""});
  }
  for (const plugin_host::ScanEntry& entry : parts_.state.plugins)  // files that came later
    if (entry.library != nullptr && !known_.contains(entry.file)) {
      known_[entry.file].seen = known_[entry.file].settled = state_of(entry.path);
      loaded_[{entry.file, entry.sha256}] = running(entry.file);
    }
}

void PluginFiles::look_at_deaths() {
  for (const auto& [sha256, how] : parts_.brokers.take_broken())
    for (auto& [file, known] : known_) {
      if (digest_of(running(file)) != sha256) continue;
      // With nothing to go back to, the next start tries it again: a broker that dies at times is better than none.
      if (known.before.empty()) continue;
      add({file, how});
    }
}

void PluginFiles::look() {
  look_at_deaths();
  if (candidate_) {
    if (const auto* inspection = candidate_->inspection()) on_inspected(*inspection);
  } else if (switch_.is_under_way()) {
    if (const auto outcome = switch_.look()) on_outcome(*outcome);
  } else if (!orders_.empty()) {
    const Order order = orders_.front();
    orders_.pop_front();
    begin(order);
  }
}

void PluginFiles::abandon() {
  if (!now_) return;
  switch_.abandon();
  candidate_.reset();
  orders_.push_front(*std::exchange(now_, std::nullopt));
}

void PluginFiles::begin(const Order& order) {
  now_ = order;
  Known& known = known_[order.file];
  if (!order.rolled_back.empty() && !known.before.empty()) return take_up(known.before);
  const std::string path =
      order.rolled_back.empty() ? (fs::path(folder()) / order.file).string() : kept_.path_of(order.file);
  if (path.empty()) return settle(order.file + ": there is no build before this one", false);
  known.settled = known.seen = state_of((fs::path(folder()) / order.file).string());
  candidate_.emplace(path, parts_.state.config(), [this](const std::string& sha256) {
    return loaded_.contains({now_->file, sha256}) || quarantine_.find(sha256) != nullptr;
  });
  const std::string sha256 = candidate_->sha256();
  if (const std::string why = candidate_->refusal(); !why.empty()) return settle(why, false);
  if (sha256 == digest_of(running(order.file)))
    return order.rolled_back.empty()
               ? settle(order.file + ": unchanged: this build runs", true)
               : settle(order.file + ": the build that was kept runs already; there is none before it", false);
  if (const Quarantined* found = quarantine_.find(sha256))
    return settle(order.file + ": refused: " + PluginQuarantine::text(*found), false);
  if (const auto found = loaded_.find({order.file, sha256}); found != loaded_.end()) take_up(found->second);
}

void PluginFiles::on_inspected(const feed_process::Inspection& inspection) {
  const std::string path = (fs::path(folder()) / now_->file).string();
  if (is_half_written(inspection.refusal, path))
    return settle(now_->file + ": not a whole file yet (" + inspection.refusal + ")", false);
  if (!inspection.refusal.empty()) return on_bad(inspection.refusal, !inspection.is_harmful);
  Entries fresh = candidate_->load();
  if (fresh.front().library == nullptr) return on_bad(fresh.front().refusal, true);
  loaded_[{now_->file, digest_of(fresh)}] = fresh;
  take_up(std::move(fresh));
}

void PluginFiles::take_up(Entries fresh) {
  candidate_.reset();
  fresh_ = std::move(fresh);
  before_ = running(now_->file);
  log::info("plugin", now_->file + ": taking up another build, " + build_text(fresh_));
  if (const auto outcome = switch_.begin(now_->file, fresh_)) on_outcome(*outcome);
}

void PluginFiles::on_outcome(const PluginSwitch::Outcome& outcome) {
  const std::string file = now_->file;
  if (!outcome.problem.empty())
    return outcome.is_of_configuration ? settle(file + ": " + outcome.problem + "; the build before goes on", false)
                                       : on_bad(outcome.problem, false);
  Known& known = known_[file];
  known.before.clear();
  if (!now_->rolled_back.empty()) {
    quarantine_.add(digest_of(before_), file, now_->rolled_back);
    kept_.keep(file, *fresh_.front().library);
  } else if (!before_.empty()) {
    kept_.keep(file, *before_.front().library);
    known.before = before_;
  }
  settle(file + ": runs another build now, " + build_text(fresh_) + (outcome.text.empty() ? "" : ": " + outcome.text),
         true);
  forget_what_is_not_loaded(file);
}

// The builds of the file that are of no use any more: each takes memory and a descriptor.
void PluginFiles::forget_what_is_not_loaded(const std::string& file) {
  const std::string present = digest_of(running(file));
  const Entries& before = known_[file].before;
  const std::string last = before.empty() ? "" : digest_of(before);
  std::erase_if(loaded_, [&](const auto& known) {
    const auto& [of_file, sha256] = known.first;
    return of_file == file && sha256 != present && sha256 != last &&
           !feed_process::is_loaded_here(*known.second.front().library);
  });
}

// What runs goes on, and is kept for the next start.
void PluginFiles::on_bad(const std::string& why, bool is_refused) {
  const std::string file = now_->file;
  if (!now_->rolled_back.empty()) return settle(file + ": the build before cannot be used: " + why, false);
  const std::string sha256 = candidate_ ? candidate_->sha256() : digest_of(fresh_);
  quarantine_.add(sha256, file, why, is_refused);
  const Entries present = running(file);
  if (!present.empty()) kept_.keep(file, *present.front().library);
  settle(file + ": refused: " + why + (present.empty() ? "" : "; " + build_text(present) + " goes on"), false);
  forget_what_is_not_loaded(file);
}

void PluginFiles::settle(const std::string& outcome, bool is_good) {
  Known& known = known_[now_->file];
  known.outcome = log::redacted(outcome);
  known.is_good = is_good;
  ++known.settled_count;
  // event: what came of another build of a plugin: it runs, or why it does not
  log::write(is_good ? log::Level::info : log::Level::error, "plugin", known.outcome);
  now_.reset();
  candidate_.reset();
  fresh_.clear();
  before_.clear();
}

// ---- an operator's words

// An order that waits already is the same; `joins_present`: one that is under way, too.
void PluginFiles::add(const Order& order, bool joins_present) {
  const auto is_same = [&order](const Order& other) {
    return other.file == order.file && other.rolled_back.empty() == order.rolled_back.empty();
  };
  if (std::any_of(orders_.begin(), orders_.end(), is_same) || (joins_present && now_ && is_same(*now_))) return;
  ++known_[order.file].asked;
  orders_.push_back(order);
}

Result<void> PluginFiles::reload(const std::string& file) {
  if (file.empty()) {
    for (const auto& [name, known] : known_) add({name, ""}, true);
    return {};
  }
  const auto known = known_file(file);
  if (!known) return known.error();
  add({*known, ""}, true);
  return {};
}

Result<void> PluginFiles::rollback(const std::string& file) {
  const auto known = known_file(file);
  if (!known) return known.error();
  if (known_[*known].before.empty() && kept_.path_of(*known).empty())
    return Error{*known + ": there is no build before this one"};
  add({*known, "an operator went back to the build before"});
  return {};
}

Result<void> PluginFiles::put_into_quarantine(const std::string& file) {
  std::string name = fs::path(file).filename().string();
  if (!name.ends_with(".so")) name += ".so";
  const auto read = plugin_host::read_plugin((fs::path(folder()) / name).string(), {});
  if (read.copy == nullptr) return Error{read.entry.refusal};
  const Entries present = running(name);
  if (!present.empty() && digest_of(present) != read.entry.sha256) kept_.keep(name, *present.front().library);
  quarantine_.add(read.entry.sha256, name, "an operator put it there");
  return {};
}

Result<void> PluginFiles::take_out_of_quarantine(const std::string& digits) {
  const auto taken = quarantine_.remove(digits);
  if (!taken) return taken.error();
  if (const auto known = known_.find(taken->file); known != known_.end()) known->second.settled.clear();
  return {};
}

std::string PluginFiles::json() const {
  Json out{{"ok", true}, {"plugins", Json::array()}, {"quarantine", Json::array()}};
  for (const auto& [file, known] : known_) {
    const Entries present = running(file);
    if (present.empty()) continue;
    Json brokers = Json::array();
    for (const plugin_host::ScanEntry& entry : present) brokers.push_back(entry.library->descriptor().broker);
    out["plugins"].push_back({{"file", file},
                              {"version", log::redacted(present.front().library->descriptor().version)},
                              {"sha256", digest_of(present)},
                              {"brokers", std::move(brokers)},
                              {"before", digest_of(known.before)},
                              {"outcome", known.outcome},
                              {"good", known.is_good},
                              {"asked", known.asked},
                              {"settled", known.settled_count}});
  }
  for (const Quarantined& one : quarantine_.all())
    out["quarantine"].push_back(
        {{"file", one.file}, {"sha256", one.sha256}, {"since", one.since}, {"reason", one.reason}});
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gw::app
