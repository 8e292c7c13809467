#include "apps/gateway/command_line/command_documents.hpp"

#include <cstdio>
#include <vector>

#include "core/base/text.hpp"
#include "core/base/version.hpp"

namespace gw::app {
namespace {

// Text as roff takes it: no character of it is a request, an escape or a hyphen that is not typed as such.
std::string roff(const std::string& text) {
  std::string out;
  bool at_begin = true;
  for (const char c : text) {
    if (at_begin && (c == '.' || c == '\'')) out += "\\&";
    if (c == '-') out += '\\';
    out += c == '\\' ? "\\e" : std::string(1, c);
    at_begin = c == '\n';
  }
  return out;
}

bool is_shown(const CLI::App& command) { return !command.get_group().empty(); }

std::string label_of(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true);
  std::string text = option.get_name(false, true);
  if (option.get_type_size() > 0) text += ' ' + upper(option.get_lnames().empty() ? "VALUE" : option.get_lnames()[0]);
  return text;
}

std::string help_of(const CLI::Option& option) {
  std::string text = option.get_description();
  if (const std::string value = option.get_default_str(); !value.empty()) text += " (default: " + value + ")";
  if (option.get_required()) text += " (required)";
  return text;
}

void add_options(const CLI::App& command, std::string& out) {
  for (const CLI::Option* option : command.get_options())
    if (!option->get_description().empty())
      out += ".TP\n.B " + roff(label_of(*option)) + '\n' + roff(help_of(*option)) + '\n';
}

void add_command_section(const CLI::App& command, const std::string& path, std::string& out) {
  std::vector<const CLI::App*> below;
  for (const CLI::App* one : command.get_subcommands(nullptr))
    if (is_shown(*one)) below.push_back(one);
  if (below.empty()) {
    out += ".SS " + roff(path) + '\n' + roff(command.get_description()) + ".\n";
    add_options(command, out);
    if (!command.get_footer().empty()) out += ".PP\n.nf\n" + roff(command.get_footer()) + "\n.fi\n";
  }
  for (const CLI::App* one : below) add_command_section(*one, path + (path.empty() ? "" : " ") + one->get_name(), out);
}

// ---- bash

struct Value {
  const char* option;
  const char* words;
};
constexpr Value kValues[] = {{"--mode", "ltp quote depth"}, {"--scope", "read admin"}, {"--depth", "5 20 30 50"}};
constexpr const char* kFiles[] = {"--config", "--socket", "--ready-file", "--record"};

void add_paths(const CLI::App& command, const std::string& path, std::string& paths, std::string& words,
               std::string& files) {
  std::string here;
  bool takes_file = false;
  for (const CLI::App* below : command.get_subcommands(nullptr)) {
    if (!is_shown(*below)) continue;
    here += below->get_name() + ' ';
    const std::string deeper = path + ' ' + below->get_name();
    paths += (paths.empty() ? "" : "|") + ('"' + deeper + '"');
    add_paths(*below, deeper, paths, words, files);
  }
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) here += "--" + name + ' ';
    takes_file = takes_file || (option->get_positional() && option->get_name(true) == "FILE");
  }
  words += "    \"" + path + "\") words=\"" + here + "\" ;;\n";
  if (takes_file) files += (files.empty() ? "" : "|") + ('"' + path + '"');
}

}  // namespace

std::string manual_page(const CLI::App& app) {
  std::string out = ".TH BROKER\\-GATEWAY 1 \"\" \"broker\\-gateway " + std::string(gw::version()) +
                    "\" \"User Commands\"\n.SH NAME\nbroker\\-gateway \\- market data from stock brokers, over one "
                    "WebSocket protocol\n.SH SYNOPSIS\n.B broker\\-gateway\n.I COMMAND\n.RI [ OPTIONS ]\n"
                    ".SH DESCRIPTION\nServes last prices, quotes and depth of stock brokers to any number of programs, "
                    "over WebSocket and ZeroMQ.\nEach broker is a plugin; gateway.yaml names the brokers.\n"
                    ".SH COMMANDS\n";
  add_command_section(app, "", out);
  out +=
      ".SH EXIT STATUS\n.TP\n.B 0\nDone.\n.TP\n.B 1\nIt could not be done; standard error says why.\n.TP\n.B 2\n"
      "Wrong usage or wrong configuration.\n"
      ".SH FILES\n.TP\n.I ./gateway.yaml\nThe configuration, unless \\-\\-config names another.\n"
      ".TP\n.I state/gateway.db\nUsers, keys and instruments.\n"
      ".SH ENVIRONMENT\n.TP\n.B BROKER_GATEWAY_KEY\nThe API key of watch and tail.\n.TP\n.B NO_COLOR\n"
      "Turns colours off.\n"
      ".SH SIGNALS\nSIGHUP: reads gateway.yaml again and opens the log file anew. SIGUSR1: opens the log file anew. "
      "SIGTERM: ends within 5 s.\n";
  return out;
}

std::string bash_completion(const CLI::App& app) {
  std::string paths;
  std::string words;
  std::string files;
  add_paths(app, "", paths, words, files);
  std::string values;
  for (const Value& value : kValues)
    values += std::string("    ") + value.option + ") COMPREPLY=($(compgen -W \"" + value.words +
              "\" -- \"$current\")); return ;;\n";
  std::string file_options;
  for (const char* option : kFiles) file_options += (file_options.empty() ? "" : "|") + std::string(option);
  return "# Completions of bash for broker-gateway, made from its table of commands.\n"
         "_broker_gateway() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} path= words= i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    case \"$path ${COMP_WORDS[i]}\" in\n"
         "      " +
         paths +
         ") path=\"$path ${COMP_WORDS[i]}\" ;;\n"
         "    esac\n"
         "  done\n"
         "  COMPREPLY=()\n"
         "  case $before in\n"
         "    " +
         file_options + ") COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n" + values +
         "  esac\n"
         "  case $path in\n" +
         words +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "  case $path in\n"
         "    " +
         files +
         ") [[ $current == -* ]] || COMPREPLY=($(compgen -f -- \"$current\")) ;;\n"
         "  esac\n"
         "}\n"
         "complete -o filenames -F _broker_gateway broker-gateway\n";
}

void add_document_commands(CLI::App& app, CommandLine& c) {
  CLI::App* documents = app.add_subcommand("documents", "prints the manual page or the completions")->group("");
  documents->require_subcommand(1);
  const auto add = [&](const char* name, std::string (*make)(const CLI::App&)) {
    documents->add_subcommand(name)->callback([&c, &app, make] {
      c.action = [&app, make] { return std::fputs(make(app).c_str(), stdout) >= 0 ? kDone : kCouldNot; };
    });
  };
  add("man", manual_page);
  add("bash", bash_completion);
}

}  // namespace gw::app
