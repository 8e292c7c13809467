#include "apps/gateway/plugin_tasks/list_tasks.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "core/instruments/list_call.hpp"

namespace gw::app {
namespace {

using feed_process::MessageSocket;
using feed_process::Packer;
using feed_process::Unpacker;

constexpr std::size_t kBatchBytes = 48 * 1024;  // of rows in one message
constexpr std::uint64_t kProgressBytes = 256 * 1024;
constexpr std::size_t kLongestText = 400;  // of a row: longer than any that is taken
constexpr std::uint64_t kMaxRows = 10'000'000;

constexpr std::array kTexts = {
    &bgw_instrument::symbol,          &bgw_instrument::exchange, &bgw_instrument::broker_symbol,
    &bgw_instrument::broker_exchange, &bgw_instrument::token,    &bgw_instrument::name,
    &bgw_instrument::instrument_type, &bgw_instrument::expiry,   &bgw_instrument::exchange_number};

// ---- in the process of the plugin: a sink that sends what it is given

class Sender {
 public:
  explicit Sender(const MessageSocket& socket) : socket_(socket) {}

  bgw_instrument_sink sink() { return {sizeof(bgw_instrument_sink), 0, this, &Sender::on_row, &Sender::on_skip}; }
  void progress(std::uint64_t done, std::uint64_t total) {
    if (done < total && done - told_ < kProgressBytes) return;
    told_ = done;
    Packer to;
    to.put(Said::progress);
    to.put(done);
    to.put(total);
    socket_.send_patiently(to.bytes());
  }
  void flush() {
    if (rows_.empty()) return;
    Packer to;
    to.put(Said::rows);
    to.put_text(rows_);
    socket_.send_patiently(to.bytes());
    rows_.clear();
  }

 private:
  static void on_row(void* context, const bgw_instrument* row) { static_cast<Sender*>(context)->put(row); }
  static void on_skip(void* context, std::uint64_t place, const char* reason) {
    auto& self = *static_cast<Sender*>(context);
    self.flush();  // so that everything comes in its order
    Packer to;
    to.put(Said::skipped);
    to.put(place);
    to.put(reason != nullptr);
    to.put_text(reason == nullptr ? std::string_view() : std::string_view(reason, strnlen(reason, kLongestText)));
    self.socket_.send_patiently(to.bytes());
  }
  // A row of which an older plugin knows less is sent as far as it goes.
  void put(const bgw_instrument* row) {
    Packer to;
    bgw_instrument plain{};
    if (row != nullptr) std::memcpy(&plain, row, std::min<std::size_t>(row->size, sizeof plain));
    to.put(row != nullptr);
    for (const auto text : kTexts) {
      const char* const value = std::exchange(plain.*text, nullptr);
      to.put(value != nullptr);
      to.put_text(value == nullptr ? std::string_view() : std::string_view(value, strnlen(value, kLongestText)));
    }
    to.put(plain);
    rows_ += to.bytes();
    if (rows_.size() >= kBatchBytes) flush();
  }

  const MessageSocket& socket_;
  std::string rows_;
  std::uint64_t told_ = 0;
};

// ---- in the gateway: what was sent becomes calls of the import's sink

class Receiver {
 public:
  Receiver(instruments::Import& into, const instruments::Import::Progress& progress)
      : into_(into), progress_(progress), sink_(into.sink()) {}

  void take(Said said, Unpacker& from) {
    if (said == Said::place_word) into_.set_place_word(from.take_text());
    if (said == Said::progress) {
      const auto done = from.take<std::uint64_t>();
      const auto total = from.take<std::uint64_t>();
      if (progress_) progress_(done, total);
    }
    if (said == Said::skipped) {
      const auto place = from.take<std::uint64_t>();
      const bool has_reason = from.take<bool>();
      const std::string reason = from.take_text();
      ++count_;
      if (!is_too_long()) sink_.skip(sink_.context, place, has_reason ? reason.c_str() : nullptr);
    }
    if (said != Said::rows) return;
    const std::string rows = from.take_text();
    Unpacker each(rows);
    while (each.is_whole() && !each.is_empty()) take_row(each);
  }
  bool is_too_long() const { return count_ > kMaxRows; }

 private:
  void take_row(Unpacker& from) {
    const bool is_row = from.take<bool>();
    std::array<std::pair<bool, std::string>, kTexts.size()> texts;
    for (auto& [is_there, text] : texts) {
      is_there = from.take<bool>();
      text = from.take_text();
    }
    auto row = from.take<bgw_instrument>();
    ++count_;
    if (!from.is_whole() || is_too_long()) return;
    for (std::size_t i = 0; i < kTexts.size(); ++i) row.*kTexts[i] = texts[i].first ? texts[i].second.c_str() : nullptr;
    row.size = std::min<std::uint32_t>(row.size, sizeof row);  // no more than that was copied
    sink_.row(sink_.context, is_row ? &row : nullptr);
  }

  instruments::Import& into_;
  const instruments::Import::Progress& progress_;
  const bgw_instrument_sink sink_;
  std::uint64_t count_ = 0;
};

}  // namespace

ListCalls::ListCalls(const plugin_host::Library& library, std::optional<TaskOptions> process)
    : library_(library), extension_(*library.instruments()), process_(std::move(process)) {}

Result<void> ListCalls::read(instruments::Import& into, Task task, const std::string& file,
                             const instruments::Import::Progress& progress) const {
  Packer question;
  question.put_text(file);
  question.put(into.rules().longest_file);
  Receiver receiver(into, progress);
  TaskOptions options = *process_;
  options.is_wanted = [&receiver, asked = process_->is_wanted] {
    return !receiver.is_too_long() && (!asked || asked());
  };
  const auto done =
      run_task(library_, options, task, question, [&](Said said, Unpacker& from) { receiver.take(said, from); });
  if (receiver.is_too_long()) return Error{"found more than " + std::to_string(kMaxRows) + " rows, expected fewer"};
  return done;
}

Result<void> ListCalls::read_file(instruments::Import& into, const std::string& file,
                                  const instruments::Import::Progress& progress) const {
  if (!process_) return into.read_file(extension_, file, progress);
  const auto done = read(into, Task::parse_list, file, progress);
  return done || done.error().message.starts_with(file) ? done : with_context(file, done.error());
}

Result<void> ListCalls::read_builtin(instruments::Import& into) const {
  if (!process_) return into.read_builtin(extension_);
  const auto done = read(into, Task::built_in_list, "", {});
  constexpr std::string_view kWhat = "built-in instruments";
  return done || done.error().message.starts_with(kWhat) ? done : with_context(kWhat, done.error());
}

ListPages ListCalls::pages() const {
  ListPages pages = pages_of(extension_);
  if (!process_) return pages;
  if (pages.next_page)
    pages.next_page = [this](const std::string& file, std::uint32_t count) { return next_page(file, count); };
  if (pages.judge) pages.judge = [this](int status, const std::string& body) { return judge(status, body); };
  return pages;
}

Result<std::optional<std::string>> ListCalls::next_page(const std::string& file, std::uint32_t pages) const {
  Packer question;
  question.put_text(file);
  question.put(pages);
  std::string address;
  const auto done = run_task(library_, *process_, Task::next_page, question, [&](Said said, Unpacker& from) {
    if (said == Said::done) address = from.take_text();
  });
  const std::string page = "page " + std::to_string(pages) + " of the instrument list";
  if (!done) return done.error().message.starts_with(page) ? done.error() : with_context(page, done.error());
  return address.empty() ? std::optional<std::string>{} : std::optional(address);
}

std::string ListCalls::judge(int status, const std::string& body) const {
  Packer question;
  question.put(status);
  question.put_text(body);
  std::string text;
  const auto done = run_task(library_, *process_, Task::judge_list, question, [&](Said said, Unpacker& from) {
    if (said == Said::done) text = from.take_text();
  });
  return done ? text : done.error().message;
}

Result<void> do_list_task(Task task, const plugin_host::Library& library, Unpacker& question,
                          const MessageSocket& socket, Packer& answer) {
  const bgw_instruments* extension = library.instruments();
  if (extension == nullptr) return Error{"this broker's plugin has no instrument list any more"};
  Sender sender(socket);
  const bgw_instrument_sink sink = sender.sink();
  if (task == Task::parse_list) {
    const std::string file = question.take_text();
    const auto longest = question.take<std::uint64_t>();
    Packer word;
    word.put(Said::place_word);
    word.put_text(instruments::place_word_of(*extension));
    socket.send_patiently(word.bytes());
    const auto read = instruments::parse_list(
        *extension, file, longest, [&](std::uint64_t done, std::uint64_t total) { sender.progress(done, total); },
        sink);
    sender.flush();
    return read;
  }
  if (task == Task::built_in_list) {
    const auto read = instruments::builtin_list(*extension, sink);
    sender.flush();
    return read;
  }
  if (task == Task::next_page) {
    const std::string file = question.take_text();
    const auto next = next_page_of(*extension, file, question.take<std::uint32_t>());
    if (!next) return next.error();
    answer.put_text(next->value_or(""));
    return {};
  }
  const auto status = question.take<int>();
  answer.put_text(judgement_of(*extension, status, question.take_text()));
  return {};
}

}  // namespace gw::app
