#include "core/base/log_writer.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/text.hpp"

namespace gw::log {
namespace {

constexpr std::size_t kMaxText = 64 * 1024;  // is written without waiting for more

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

LogWriter::LogWriter(const Options& options)
    : layout_(options.format, options.file.empty() && standard_error_.is_journal()) {
  if (!options.file.empty()) file_.emplace(options);
}

void LogWriter::add(const Line& line) {
  layout_.append(line, text_);
  if (text_.size() >= kMaxText) flush();
}

void LogWriter::note(Level level, std::string_view text) {
  layout_.append({wall_ns(), level, "log", std::string(text)}, text_);
}

std::string LogWriter::line_about_lost() {
  std::string line;
  if (lost_ == 0) return line;
  if (ends_within_) line = "\n";
  layout_.append({wall_ns(), Level::warning, "log", grouped(lost_) + " lines lost: " + lost_why_}, line);
  return line;
}

void LogWriter::rotate(std::uint64_t bytes) {
  if (!file_) return;
  if (const std::string problem = file_->rotate_if_needed(bytes, wall_ns()); !problem.empty())
    note(Level::warning, problem);
}

void LogWriter::flush() {
  if (text_.empty() && lost_ == 0) return;
  rotate(text_.size());
  const std::string about_lost = line_about_lost();
  const std::string all = about_lost + std::exchange(text_, {});
  const Descriptor::Written written = file_ ? file_->write(all) : standard_error_.write(all);
  if (written.bytes >= about_lost.size()) lost_ = 0;
  if (written.bytes != 0) ends_within_ = all[written.bytes - 1] != '\n';
  if (written.error == 0)
    is_told_ = false;
  else
    lost(std::string_view(all).substr(std::max(written.bytes, about_lost.size())), written.error);
}

void LogWriter::lost(std::string_view unwritten, int error) {
  lost_ += lines_in(unwritten);
  lost_why_ = std::generic_category().message(error);
  if (!file_ || std::exchange(is_told_, true)) return;
  tell_standard_error(file_->path() + ": " + lost_why_ + "; lines are lost until it can be written again");
}

// Who does not read it must not keep the file waiting.
void LogWriter::tell_standard_error(const std::string& text) {
  std::string line;
  layout_.append({wall_ns(), Level::error, "log", text}, line);
  standard_error_.write_within(line, 0);
}

void LogWriter::reopen() {
  if (!file_) return;
  flush();
  const std::string problem = file_->reopen();
  if (!problem.empty()) tell_standard_error(problem);
  note(problem.empty() ? Level::info : Level::error, problem.empty() ? file_->path() + " was opened again" : problem);
  flush();
}

}  // namespace gw::log
