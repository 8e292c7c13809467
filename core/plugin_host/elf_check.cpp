#include "core/plugin_host/elf_check.hpp"

#include <cstdint>
#include <cstring>
#include <fstream>
#include <vector>

#include <elf.h>

namespace gw::plugin_host {
namespace {

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#else
#error "name this machine's ELF number here"
#endif

bool inside(std::uint64_t offset, std::uint64_t length, std::uint64_t size) {
  return offset <= size && length <= size - offset;
}

template <class T>
T record_at(const std::vector<char>& bytes, std::uint64_t offset) {
  T record;
  std::memcpy(&record, bytes.data() + offset, sizeof record);
  return record;
}

std::vector<char> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = in.tellg();
  if (size <= 0) return {};
  std::vector<char> bytes(static_cast<std::size_t>(size));
  in.seekg(0);
  in.read(bytes.data(), size);
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

constexpr const char* kTruncated = "file: found a truncated ELF file, expected a whole one";

// The machine's number can be read from this header only if the file is 64-bit and little-endian.
std::optional<std::string> check_machine(const Elf64_Ehdr& header) {
  std::string text;
  if (header.e_ident[EI_CLASS] != ELFCLASS64) text = "class: found a 32-bit file, expected a 64-bit one";
  if (header.e_ident[EI_DATA] != ELFDATA2LSB)
    text += std::string(text.empty() ? "" : "; ") + "byte order: found big-endian, expected little-endian";
  if (text.empty() && header.e_machine != kMachine)
    text = "machine: found number " + std::to_string(header.e_machine) + ", expected " + std::to_string(kMachine);
  if (text.empty()) return std::nullopt;
  return text;
}

std::optional<std::string> check_sections(const std::vector<char>& bytes, const Elf64_Ehdr& header) {
  const std::uint64_t size = bytes.size();
  if (header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shnum == 0 || header.e_shstrndx >= header.e_shnum ||
      !inside(header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(Elf64_Shdr), size))
    return kTruncated;
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    const auto section = record_at<Elf64_Shdr>(bytes, header.e_shoff + i * sizeof(Elf64_Shdr));
    if (section.sh_type != SHT_NOBITS && section.sh_type != SHT_NULL &&
        !inside(section.sh_offset, section.sh_size, size))
      return kTruncated;
    if (section.sh_type != SHT_DYNSYM && section.sh_type != SHT_SYMTAB) continue;
    if (section.sh_link >= header.e_shnum) return "symbols: found a table without names, expected a library";
    const auto names = record_at<Elf64_Shdr>(bytes, header.e_shoff + section.sh_link * sizeof(Elf64_Shdr));
    if (!inside(names.sh_offset, names.sh_size, size)) return kTruncated;
    if (names.sh_size == 0 || bytes[names.sh_offset + names.sh_size - 1] != '\0')
      return "symbols: found names without an end, expected a library";
    for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= section.sh_size; at += sizeof(Elf64_Sym))
      if (record_at<Elf64_Sym>(bytes, section.sh_offset + at).st_name >= names.sh_size)
        return "symbols: found a name outside its table, expected a library";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> check_elf(const std::string& path) {
  const std::vector<char> bytes = read_file(path);
  if (bytes.size() < SELFMAG || std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0)
    return "file: found no ELF file, expected a library";
  if (bytes.size() < sizeof(Elf64_Ehdr)) return kTruncated;
  const auto header = record_at<Elf64_Ehdr>(bytes, 0);
  if (auto problem = check_machine(header)) return problem;
  if (header.e_type != ET_DYN)
    return "file: found ELF type " + std::to_string(header.e_type) + ", expected a shared library";
  if (header.e_phentsize != sizeof(Elf64_Phdr) ||
      !inside(header.e_phoff, std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr), bytes.size()))
    return kTruncated;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const auto segment = record_at<Elf64_Phdr>(bytes, header.e_phoff + i * sizeof(Elf64_Phdr));
    if (!inside(segment.p_offset, segment.p_filesz, bytes.size())) return kTruncated;
  }
  return check_sections(bytes, header);
}

}  // namespace gw::plugin_host
