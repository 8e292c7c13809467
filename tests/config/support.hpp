// A folder that lasts as long as one test, with what the tests of config/ write into it.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace gw::config {

class TemporaryFolder : public support::TemporaryFolder {
 public:
  std::string write(const std::string& name, std::string_view text, unsigned mode = 0600) const {
    const std::filesystem::path file = path() / name;
    std::ofstream(file, std::ios::binary) << text;
    std::filesystem::permissions(file, static_cast<std::filesystem::perms>(mode));
    return file.string();
  }
};

}  // namespace gw::config
