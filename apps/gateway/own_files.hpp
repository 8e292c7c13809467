// The files that a gateway keeps or reads. Nothing else may be written over one of them. Any thread.
#pragma once

#include <string>
#include <vector>

#include "core/config/load.hpp"
#include "core/database/database_file.hpp"

namespace gw::app {

class OwnFiles {
 public:
  // All that gateway.yaml names.
  explicit OwnFiles(const config::Loaded& loaded);
  // What is known while gateway.yaml cannot be used. `file`: its path; empty: there is none.
  OwnFiles(const std::string& file, const std::string& database);

  // Which of them `path` leads to, as in "the database's lock"; empty: none. Links are followed, and a file that is not
  // there yet counts too. Files that the keys `ignored` of gateway.yaml name do not count.
  std::string what_is_at(const std::string& path, const std::vector<std::string>& ignored = {}) const;

 private:
  struct File {
    std::string key;
    std::string real_path;
    database::FileIdentity identity;
    std::string what;
  };
  void add(std::string key, const std::string& path, std::string what);
  std::vector<File> files_;
};

// The database with the files that SQLite and the gateway keep beside it.
std::vector<std::string> files_of_database(const std::string& database);

// The key of a broker's setting in gateway.yaml.
std::string setting_key(const config::Broker& broker, const std::string& setting);

}  // namespace gw::app
