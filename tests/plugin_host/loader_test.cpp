// The plugin folder with everything in it that should not be there: each file is refused with one
// line that says what is wrong, and the good ones beside it load.
#include <cstdlib>

#include <sys/stat.h>
#include <unistd.h>

#include "core/plugin_host/descriptor_check.hpp"
#include "plugin_folder.hpp"

namespace gw::plugin_host {
namespace {

constexpr const char* kRebuild = ". Rebuild it with BrokerGatewaySDK 0.x";

bool was(const char* what, const std::string& plugin) {
  return std::getenv((std::string(what) + '_' + plugin).c_str()) != nullptr;
}

std::string refusal_of_built(const std::string& name) {
  PluginFolder folder;
  folder.add(name);
  return folder.refusal_of(name + ".so");
}

struct Refusal {
  const char* plugin;
  std::string text;
};

class BadPlugin : public testing::TestWithParam<Refusal> {};

TEST_P(BadPlugin, IsRefusedWithOneLineThatListsEveryDifference) {
  const auto& [plugin, text] = GetParam();
  EXPECT_EQ(refusal_of_built(plugin), plugin + std::string(".so: refused: ") + text);
  EXPECT_FALSE(was("CREATED", plugin));
}

INSTANTIATE_TEST_SUITE_P(
    Loader, BadPlugin,
    testing::Values(
        Refusal{"no_entry", "entry: found no symbol bgw_plugin_entry, expected a broker plugin"},
        Refusal{"null_descriptor", "descriptor: found nothing, expected one"},
        Refusal{"entry_throws", "entry: found an exception (thrown by entry_throws), expected a descriptor"},
        Refusal{"other_magic", "magic: found 7, expected 827803458"},
        Refusal{"other_major", std::string("abi: found 2.9, expected 0.x") + kRebuild},
        Refusal{"short_descriptor", std::string("descriptor size: found 64, expected at least 168") + kRebuild},
        Refusal{"other_sizes",
                std::string("tick_size: found 96, expected at least 128; level_size: found 16, expected 24; "
                            "capability_size: found 40, expected 48") +
                    kRebuild + " (built with tag)"},
        Refusal{"short_tables", std::string("limits: found size 8, expected at least 64; api: found size 88, "
                                            "expected size 96") +
                                    kRebuild + " (built with tag)"},
        Refusal{"missing_function", "api: found a missing function, expected all of them"},
        Refusal{"newer_host", "min_host_minor: found 10, expected at most 9 (a newer gateway)"},
        Refusal{"null_broker", "broker: found nothing, expected a letter, then up to 30 of a-z, 0-9 and _"},
        Refusal{"other_name", "file name: found other_name.so, expected somebody_else.so (the broker's name)"},
        Refusal{"bad_capabilities",
                "capability of NSE: found 1 depth levels, expected depth levels with mode 4, and none "
                "without it; capability of BSE: found modes 8, expected bits of 1, 2 and 4; "
                "capability 2: found no exchange name, expected 1 to 15 letters; "
                "capability of MCX: found depth level 5, expected ascending levels of 1 to 1000; "
                "capability of MCX: found depth level 1001, expected ascending levels of 1 to 1000; "
                "capability of CDS: found 9 depth levels, expected at most 8; "
                "capability of NSE: found it twice, expected it once"},
        Refusal{"bad_settings",
                "setting: found 'key' twice, expected it once; setting 'key': found type 8, "
                "expected 0 to 7; setting 2: found no name, expected one"},
        Refusal{"says_why", "the plugin says: found host 0.9, expected 0.12"},
        Refusal{"same_twice", "broker: found 'same_twice' twice, expected it once in a file"},
        Refusal{"ring_of_brokers", "broker: found 'ring_of_brokers' twice, expected it once in a file"},
        Refusal{"bad_second", "capabilities: found 0, expected 1 to 256"},
        Refusal{"unresolved",
                "load: found 'undefined symbol: nowhere_to_be_found', "
                "expected a library that the system can load"}),
    [](const auto& instance) { return std::string(instance.param.plugin); });

TEST(Loader, AGoodPluginLoadsAndNoneOfItsAdapterRuns) {
  PluginFolder folder;
  folder.add("good");
  EXPECT_EQ(folder.scan()["good.so"], "");
  const bgw_plugin_descriptor& d = folder.entries().front().library->descriptor();
  EXPECT_STREQ(d.broker, "good");
  EXPECT_STREQ(d.vendor, "tests");
  EXPECT_EQ(d.capability_count, 2u);
  EXPECT_EQ(folder.entries().front().library->instruments(), nullptr);
  EXPECT_TRUE(was("CONSTRUCTED", "good"));
  EXPECT_FALSE(was("CREATED", "good"));
}

TEST(Loader, EachBrokerOfAFileIsOneOfItsOwn) {
  PluginFolder folder;
  folder.add("two_brokers");
  EXPECT_EQ(folder.scan()["two_brokers.so"], "");
  ASSERT_EQ(folder.entries().size(), 2U);
  EXPECT_STREQ(folder.entries()[0].library->descriptor().broker, "two_brokers");
  EXPECT_STREQ(folder.entries()[1].library->descriptor().broker, "two_brokers_other");
  EXPECT_EQ(folder.entries()[1].file, "two_brokers.so");
}

TEST(Loader, AFileNamedLikeAFurtherBrokerOfAnotherFileHasTheName) {
  PluginFolder folder;
  folder.add("two_brokers");
  folder.add("two_brokers_other");
  folder.scan();
  ASSERT_EQ(folder.entries().size(), 3U);
  EXPECT_NE(folder.entries()[0].library, nullptr);
  EXPECT_EQ(folder.entries()[1].refusal,
            "two_brokers.so: refused: broker: found 'two_brokers_other', which two_brokers_other.so has too, expected "
            "another name");
  EXPECT_NE(folder.entries()[2].library, nullptr);
}

TEST(Loader, WhatAPluginLogsWhileItIsLoadedStandsUnderItsFile) {
  testing::internal::CaptureStderr();
  refusal_of_built("says_why");
  EXPECT_NE(testing::internal::GetCapturedStderr().find("says_why.so: a line while loading\n"), std::string::npos);
}

TEST(Loader, NothingOfALibraryWithoutTheEntryRuns) {
  refusal_of_built("no_entry");
  EXPECT_FALSE(was("CONSTRUCTED", "no_entry"));
}

TEST(Loader, NothingOfAFileThatFailsTheFileChecksRuns) {
  PluginFolder folder;
  ASSERT_EQ(::chmod(folder.add("second_good").c_str(), 0666), 0);
  EXPECT_EQ(folder.scan({}).at("second_good.so"),
            "second_good.so: refused: permissions: found 0666, expected a file that not "
            "everybody can write");
  ASSERT_EQ(::chmod((folder.path() / "second_good.so").c_str(), 0644), 0);
  EXPECT_EQ(folder.scan({std::string(64, '0')}).at("second_good.so").substr(0, 39),
            "second_good.so: refused: sha256: found ");
  EXPECT_FALSE(was("CONSTRUCTED", "second_good"));
}

TEST(Loader, GoodPluginsLoadBesideEverythingElse) {
  PluginFolder folder;
  const std::string bytes = bytes_of(built_plugin("good"));
  folder.add("good");
  folder.add("second_good");
  folder.add("other_magic");
  folder.write("text.so", "no library at all\n");
  folder.write("empty.so", "");
  folder.write("head64.so", bytes.substr(0, 64));
  folder.write("head600.so", bytes.substr(0, 600));
  folder.write("half.so", bytes.substr(0, bytes.size() / 2));
  fs::create_directory(folder.path() / "folder.so");
  fs::create_symlink("nowhere", folder.path() / "dangling.so");
  folder.write("readme.txt", "not looked at");
  folder.write(".hidden.so", "not looked at");
  const std::string truncated = ": refused: file: found a truncated ELF file, expected a whole one";
  const std::map<std::string, std::string> expected = {
      {"good.so", ""},
      {"second_good.so", ""},
      {"other_magic.so", "other_magic.so: refused: magic: found 7, expected 827803458"},
      {"text.so", "text.so: refused: file: found no ELF file, expected a library"},
      {"empty.so", "empty.so: refused: file: found no ELF file, expected a library"},
      {"head64.so", "head64.so" + truncated},
      {"head600.so", "head600.so" + truncated},
      {"half.so", "half.so" + truncated},
      {"folder.so", "folder.so: refused: file: found no regular file, expected a library"},
      {"dangling.so", "dangling.so: refused: file: No such file or directory"},
  };
  EXPECT_EQ(folder.scan(), expected);
}

TEST(Loader, ACopyUnderAnotherNameIsRefusedAndTheOriginalStays) {
  PluginFolder folder;
  folder.add("good");
  folder.add_as("good", "a_copy.so");
  fs::create_symlink("good.so", folder.path() / "alias.so");
  const std::map<std::string, std::string> expected = {
      {"a_copy.so",
       "a_copy.so: refused: file name: found a_copy.so, expected good.so "
       "(the broker's name)"},
      {"alias.so",
       "alias.so: refused: file name: found alias.so, expected good.so "
       "(the broker's name)"},
      {"good.so", ""},
  };
  EXPECT_EQ(folder.scan(), expected);
}

TEST(Loader, AFileThatEverybodyCanWriteIsRefused) {
  PluginFolder folder;
  ASSERT_EQ(::chmod(folder.add("good").c_str(), 0666), 0);
  EXPECT_EQ(folder.refusal_of("good.so"),
            "good.so: refused: permissions: found 0666, expected a file that not everybody can "
            "write");
}

TEST(Loader, AFileThatItsGroupCanWriteIsLoaded) {
  PluginFolder folder;
  ASSERT_EQ(::chmod(folder.add("good").c_str(), 0664), 0);
  EXPECT_EQ(folder.refusal_of("good.so"), "");
}

TEST(Loader, AFileWithoutAnyReadBitIsRefusedEvenForRoot) {
  PluginFolder folder;
  ASSERT_EQ(::chmod(folder.add("good").c_str(), 0), 0);
  EXPECT_EQ(folder.refusal_of("good.so"), "good.so: refused: permissions: found 0000, expected a readable file");
}

TEST(Loader, AFileThatOnlyOthersMayReadIsRefused) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read every file";
  PluginFolder folder;
  ASSERT_EQ(::chmod(folder.add("good").c_str(), 0044), 0);
  EXPECT_EQ(folder.refusal_of("good.so"), "good.so: refused: permissions: found 0044, expected a readable file");
}

TEST(Loader, AFileOfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  PluginFolder folder;
  ASSERT_EQ(::chown(folder.add("good").c_str(), 65534, 65534), 0);
  EXPECT_EQ(folder.refusal_of("good.so"),
            "good.so: refused: owner: found user 65534, expected root or the user that runs the "
            "gateway");
}

TEST(Loader, OnlyAllowedFilesLoadWhenSomeAreNamed) {
  PluginFolder folder;
  folder.add("good");
  folder.add("second_good");
  fs::create_symlink("nowhere", folder.path() / "dangling.so");
  const auto first = folder.scan({std::string(64, '0')});
  const std::string why = first.at("good.so");
  const std::string digest = why.substr(why.find("found ") + 6, 64);
  EXPECT_EQ(why, "good.so: refused: sha256: found " + digest + ", expected one of plugins.allow");
  EXPECT_EQ(first.at("dangling.so"), "dangling.so: refused: file: No such file or directory");
  const auto second = folder.scan({std::string(64, '0'), digest});
  EXPECT_EQ(second.at("good.so"), "");
  EXPECT_NE(second.at("second_good.so"), "");
}

TEST(Loader, AFileMayBeOverwrittenWhileItsPluginRuns) {
  PluginFolder folder;
  const fs::path file = folder.add("good");
  ASSERT_EQ(folder.refusal_of("good.so"), "");
  const std::shared_ptr<const Library> library = folder.entries().front().library;
  fs::resize_file(file, 0);  // what cp does first; a mapping of the file would end here
  EXPECT_STREQ(library->descriptor().broker, "good");
  EXPECT_EQ(library->instruments(), nullptr);
  EXPECT_EQ(folder.refusal_of("good.so"), "good.so: refused: file: found no ELF file, expected a library");
  folder.add("good");
  EXPECT_EQ(folder.refusal_of("good.so"), "") << "a copy of its own";
  EXPECT_NE(&folder.entries().front().library->descriptor(), &library->descriptor());
}

TEST(Loader, AFolderThatCannotBeUsedIsAnError) {
  PluginFolder folder;
  const std::string missing = (folder.path() / "missing").string();
  EXPECT_EQ(scan(missing, {}).error().message, "plugins.directory " + missing + ": No such file or directory");
  const std::string file = folder.write("file", "").string();
  EXPECT_EQ(scan(file, {}).error().message, "plugins.directory " + file + ": found no folder, expected one");
  const std::string open = folder.path().string();
  ASSERT_EQ(::chmod(open.c_str(), 0777), 0);
  EXPECT_EQ(scan(open, {}).error().message,
            "plugins.directory " + open + ": found permissions 0777, expected a folder that not everybody can write");
}

}  // namespace
}  // namespace gw::plugin_host
