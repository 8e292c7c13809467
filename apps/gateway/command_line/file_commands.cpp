// The words about files: backups, instrument lists, plugins.
#include "apps/gateway/command_line/command_line.hpp"

namespace gw::app {

namespace {

void add_backup_commands(CLI::App& app, CommandLine& c) {
  CLI::App* backup =
      add_command(app, "backup", "copies the database into a file, also while a gateway runs", c.options, false);
  backup->add_option("FILE", c.file, "the copy")->required();
  backup->add_flag("--force", c.force, "replace FILE if it exists");
  backup->callback([&c] { c.action = [&c] { return gw::app::backup(c.options, c.file, c.force); }; });
  CLI::App* restore =
      add_command(app, "restore", "puts a copy back in the database's place, while no gateway runs", c.options, false);
  restore->add_option("FILE", c.file, "the copy, as backup made it")->required();
  restore->callback([&c] { c.action = [&c] { return gw::app::restore(c.options, c.file); }; });
}

void add_instrument_commands(CLI::App& app, CommandLine& c) {
  CLI::App* instruments = add_command(app, "instruments", "instrument lists", c.options, false);
  instruments->require_subcommand(1);
  CLI::App* file = add_command(*instruments, "import", "reads a broker's own instrument file", c.options, true);
  file->add_option("--broker", c.broker, "the broker whose file it is")->required();
  file->add_option("FILE", c.file, "the file")->required();
  file->add_option("--date", c.date, "day or time of the list (default: when the file was last written)");
  file->add_flag("--force", c.force, "take the list even if it lacks many instruments that are known");
  file->callback([&c] {
    c.action = [&c] { return instruments_import(c.options, {c.broker, c.file, c.date, c.force}); };
  });
  CLI::App* update = add_command(*instruments, "update", "downloads brokers' instrument lists", c.options, true);
  update->add_option("--broker", c.broker, "download the list of this broker only (default: of every enabled broker)");
  update->add_flag("--force", c.force, "take the list even if it lacks many instruments that are known");
  update->callback([&c] { c.action = [&c] { return instruments_update(c.options, c.broker, c.force); }; });
  CLI::App* search = add_command(*instruments, "search", "finds instruments, best match first", c.options, true);
  search
      ->add_option("WORDS", c.search.words, "words of a symbol, name, expiry, strike or type, like: banknifty 48000 ce")
      ->required();
  search->add_option("--exchange", c.search.exchange, "only this exchange");
  search->add_option("--broker", c.search.broker,
                     "the broker whose list is searched (default: the first of active_broker)");
  search->add_option("--limit", c.search.limit, "at most this many (default: 50)")->check(CLI::Range(1, 1000));
  search->callback([&c] { c.action = [&c] { return instruments_search(c.options, c.search); }; });
}

void add_plugin_commands(CLI::App& app, CommandLine& c) {
  CLI::App* plugins = add_command(app, "plugins", "broker plugins", c.options, false);
  plugins->require_subcommand(1);
  add_command(*plugins, "list", "lists every file of the plugin folder", c.options, true)->callback([&c] {
    c.action = [&c] { return plugins_list(c.options); };
  });
  CLI::App* reload = add_command(*plugins, "reload", "has a running gateway run the present build of a plugin's file",
                                 c.options, false);
  reload->add_option("FILE", c.plugin.file, "the file's name (default: every file that has changed)");
  reload->add_option("--timeout", c.plugin.timeout, "how long to wait for the outcome")->capture_default_str();
  reload->callback([&c] { c.action = [&c] { return plugins_reload(c.options, c.plugin); }; });
  CLI::App* rollback =
      add_command(*plugins, "rollback", "has a running gateway go back to the build before, and quarantines this one",
                  c.options, false);
  rollback->add_option("FILE", c.plugin.file, "the file's name")->required();
  rollback->add_option("--timeout", c.plugin.timeout, "how long to wait for the outcome")->capture_default_str();
  rollback->callback([&c] { c.action = [&c] { return plugins_rollback(c.options, c.plugin); }; });
  CLI::App* quarantine =
      add_command(*plugins, "quarantine", "keeps a build of a plugin from being loaded", c.options, false);
  CLI::Option* file = quarantine->add_option("FILE", c.plugin.file, "the file whose present build is meant");
  quarantine->add_option("--remove", c.plugin.digits, "take the build out whose SHA-256 begins so")->excludes(file);
  quarantine->callback([&c] { c.action = [&c] { return plugins_quarantine(c.options, c.plugin); }; });
}

}  // namespace

void add_file_commands(CLI::App& app, CommandLine& c) {
  add_backup_commands(app, c);
  add_instrument_commands(app, c);
  add_plugin_commands(app, c);
}

}  // namespace gw::app
