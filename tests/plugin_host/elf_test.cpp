// The file checks that come before the loader: damaged libraries of every kind are refused, none
// brings the gateway down.
#include "core/plugin_host/elf_check.hpp"

#include <cstring>
#include <random>

#include <elf.h>

#include "plugin_folder.hpp"

namespace gw::plugin_host {
namespace {

constexpr const char* kTruncated = "file: found a truncated ELF file, expected a whole one";

class ElfCheck : public testing::Test {
 protected:
  ElfCheck() : bytes_(bytes_of(built_plugin("good"))) {}

  Elf64_Ehdr header() const {
    Elf64_Ehdr h;
    std::memcpy(&h, bytes_.data(), sizeof h);
    return h;
  }
  void set_header(const Elf64_Ehdr& h) { std::memcpy(bytes_.data(), &h, sizeof h); }
  std::string check() { return check(bytes_); }
  std::string check(std::string_view bytes) { return check_elf(folder_.write("x.so", bytes).string()).value_or(""); }

  PluginFolder folder_;
  std::string bytes_;
};

TEST_F(ElfCheck, AWholeLibraryPasses) { EXPECT_EQ(check(), ""); }

TEST_F(ElfCheck, EveryTruncationIsRefused) {
  for (std::size_t length = 0; length < bytes_.size(); length += length < 700 ? 1 : 9973) {
    const std::string found = check(std::string_view(bytes_).substr(0, length));
    ASSERT_EQ(found, length < 4 ? "file: found no ELF file, expected a library" : kTruncated) << length;
  }
}

TEST_F(ElfCheck, AnotherMachineIsNamed) {
  Elf64_Ehdr h = header();
  const int ours = h.e_machine;
  h.e_machine = EM_RISCV;
  set_header(h);
  EXPECT_EQ(check(), "machine: found number 243, expected " + std::to_string(ours));
  PluginFolder folder;
  folder.write("riscv.so", bytes_);
  EXPECT_EQ(folder.refusal_of("riscv.so"),
            "riscv.so: refused: machine: found number 243, expected " + std::to_string(ours));
}

TEST_F(ElfCheck, ABigEndianFileIsNamed) {
  bytes_[EI_DATA] = ELFDATA2MSB;
  EXPECT_EQ(check(), "byte order: found big-endian, expected little-endian");
  bytes_[EI_CLASS] = ELFCLASS32;
  EXPECT_EQ(check(),
            "class: found a 32-bit file, expected a 64-bit one; byte order: found big-endian, "
            "expected little-endian");
}

TEST_F(ElfCheck, AnObjectFileIsNoLibrary) {
  Elf64_Ehdr h = header();
  h.e_type = ET_REL;
  set_header(h);
  EXPECT_EQ(check(), "file: found ELF type 1, expected a shared library");
}

TEST_F(ElfCheck, TablesOutsideTheFileAreRefused) {
  const Elf64_Ehdr good = header();
  for (const std::uint64_t offset : {bytes_.size(), bytes_.size() - 8, ~std::size_t{0}}) {
    Elf64_Ehdr h = good;
    h.e_phoff = offset;
    set_header(h);
    EXPECT_EQ(check(), kTruncated) << offset;
    h = good;
    h.e_shoff = offset;
    set_header(h);
    EXPECT_EQ(check(), kTruncated) << offset;
  }
  Elf64_Ehdr h = good;
  h.e_shnum = 0xffff;
  set_header(h);
  EXPECT_EQ(check(), kTruncated);
  h = good;
  h.e_shstrndx = h.e_shnum;
  set_header(h);
  EXPECT_EQ(check(), kTruncated);
}

TEST_F(ElfCheck, SymbolNamesMustLieInATableThatEnds) {
  const Elf64_Ehdr h = header();
  for (unsigned i = 0; i < h.e_shnum; ++i) {
    Elf64_Shdr section;
    const std::size_t at = h.e_shoff + i * sizeof section;
    std::memcpy(&section, &bytes_[at], sizeof section);
    if (section.sh_type != SHT_DYNSYM) continue;
    const std::string good = bytes_;
    const std::uint32_t outside = 0x7fffffff;
    std::memcpy(&bytes_[section.sh_offset + sizeof(Elf64_Sym)], &outside, sizeof outside);
    EXPECT_EQ(check(), "symbols: found a name outside its table, expected a library");
    bytes_ = good;
    section.sh_link = h.e_shnum;
    std::memcpy(&bytes_[at], &section, sizeof section);
    EXPECT_EQ(check(), "symbols: found a table without names, expected a library");
    bytes_ = good;
    section.sh_link = i;  // a table of names that ends with some symbol's size, not with 0
    std::memcpy(&bytes_[at], &section, sizeof section);
    bytes_[section.sh_offset + section.sh_size - 1] = 1;
    EXPECT_EQ(check(), "symbols: found names without an end, expected a library");
    return;
  }
  FAIL() << "the plugin has no dynamic symbols";
}

// The answer does not matter, only that there is one: a damaged header never leads outside the
// file.
TEST_F(ElfCheck, NoDamageOfTheTablesLeadsOutsideTheFile) {
  std::mt19937 random(11);
  const std::string good = bytes_;
  const Elf64_Ehdr h = header();
  for (int round = 0; round < 200; ++round) {
    bytes_ = good;
    const bool in_sections = round % 2 == 0;
    const std::size_t start = in_sections ? h.e_shoff : 16;
    const std::size_t length = in_sections ? h.e_shnum * sizeof(Elf64_Shdr) : 600;
    for (int i = 0; i < 4; ++i) bytes_[start + random() % length] = static_cast<char>(random());
    check();
  }
}

}  // namespace
}  // namespace gw::plugin_host
