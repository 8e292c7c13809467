// What the command line says of its own words: help that fits a terminal, and what a misspelled word was meant to be.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace gw::app {

// Rows of at most 80 columns; to be set before the first subcommand is added, which takes it over.
std::shared_ptr<CLI::FormatterBase> help_formatter();

// What is wrong with the first word that `app` does not know, as "staus: no such command; did you mean status?". Empty:
// it knows all words. `words`: without the program's name.
std::string unknown_word(const CLI::App& app, const std::vector<std::string>& words);

}  // namespace gw::app
