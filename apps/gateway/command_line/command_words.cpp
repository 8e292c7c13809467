#include "apps/gateway/command_line/command_words.hpp"

#include <sstream>

#include "core/base/text.hpp"

namespace gw::app {
namespace {

constexpr std::size_t kHelpColumns = 80;
constexpr std::size_t kDescriptions = 30;  // the column where they begin

// The text of a long row goes on below its description.
std::string wrapped(std::string row) {
  std::string out;
  const std::string indent((row.empty() || row[0] != ' ') ? 0 : kDescriptions, ' ');
  while (row.size() > kHelpColumns) {
    const std::size_t space = row.rfind(' ', kHelpColumns);
    if (space == std::string::npos || space <= indent.size()) break;  // one long word
    out += row.substr(0, space) + '\n';
    row = indent + row.substr(space + 1);
  }
  return out + row + '\n';
}

class HelpFormatter final : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(kDescriptions); }
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
    std::istringstream rows(CLI::Formatter::make_help(app, std::move(name), mode));
    std::string out;
    for (std::string row; std::getline(rows, row);) out += wrapped(std::move(row));
    return out;
  }
};

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : app.get_subcommands(nullptr))
    if (command->get_name() == name) return command;
  return nullptr;
}

std::string with_suggestion(const std::string& what, const std::string& word,
                            const std::vector<std::string>& candidates) {
  const std::string meant = did_you_mean(word, candidates);
  return what + (meant.empty() ? "" : "; did you mean " + meant + "?");
}

// The commands below a command, like "instruments search", that are called `word`; empty: there are none.
std::string elsewhere(const CLI::App& app, const std::string& word) {
  std::string all;
  for (const CLI::App* command : app.get_subcommands(nullptr))
    if (!command->get_group().empty() && find_command(*command, word) != nullptr)
      all += (all.empty() ? "" : " or ") + command->get_name() + ' ' + word;
  return all;
}

std::string unknown_command(const CLI::App& app, const std::string& word) {
  if (const std::string meant = elsewhere(app, word); !meant.empty())
    return word + ": no such command; did you mean " + meant + "?";
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr))
    if (!command->get_group().empty()) names.push_back(command->get_name());
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  const std::string text = with_suggestion(word + ": no such command", word, names);
  return text.back() == '?' ? text : text + "; expected one of " + all;
}

std::string unknown_option(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return with_suggestion(word + ": no such option of " + app.get_name(), word, names);
}

}  // namespace

std::shared_ptr<CLI::FormatterBase> help_formatter() { return std::make_shared<HelpFormatter>(); }

std::string unknown_word(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* command = &app;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") break;
    if (word.size() > 1 && word[0] == '-') {
      const std::string name = word.substr(0, word.find('='));
      const CLI::Option* option = command->get_option_no_throw(name);
      if (option == nullptr) return unknown_option(*command, name);
      if (option->get_type_size() > 0 && name == word) ++i;  // its value
      continue;
    }
    if (command->get_subcommands(nullptr).empty()) continue;  // an argument
    const CLI::App* next = find_command(*command, word);
    if (next == nullptr) return unknown_command(*command, word);
    command = next;
  }
  return "";
}

}  // namespace gw::app
