#include "core/bus/ring.hpp"

#include <array>
#include <cstring>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace gw::bus {
namespace {

struct Memory {
  explicit Memory(std::size_t data)
      : start(static_cast<std::byte*>(::operator new (sizeof(RingHeader) + data, std::align_val_t{64}))),
        size(sizeof(RingHeader) + data) {}
  ~Memory() { ::operator delete (start, std::align_val_t{64}); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  std::span<std::byte> span() { return {start, size}; }
  std::byte* start;
  std::size_t size;
};

bool put(Ring& ring, const std::string& text) {
  const auto place = ring.reserve(text.size());
  if (place.empty()) return false;
  std::memcpy(place.data(), text.data(), text.size());
  ring.commit();
  return true;
}

std::string take(Ring& ring) {
  const auto record = ring.front();
  std::string text(reinterpret_cast<const char*>(record.data()), record.size());
  ring.release();
  return text;
}

TEST(Ring, RecordsComeOutInOrderAcrossManyWraps) {
  Memory memory(256);
  Ring ring(memory.span(), true);
  for (int i = 0; i < 1000; ++i) {
    const std::string text = "record " + std::to_string(i) + std::string(static_cast<std::size_t>(i % 50), 'x');
    ASSERT_TRUE(put(ring, text));
    EXPECT_EQ(take(ring), text);
  }
  EXPECT_TRUE(ring.empty());
}

TEST(Ring, ALookAtWhatIsThereReleasesNothing) {
  Memory memory(256);
  Ring ring(memory.span(), true);
  std::vector<std::span<const std::byte>> seen(4);
  const auto text = [&](std::size_t i) {
    return std::string(reinterpret_cast<const char*>(seen[i].data()), seen[i].size());
  };
  EXPECT_EQ(ring.peek(seen), 0U);
  for (int i = 0; i < 300; ++i) {  // also where a record jumps to the start
    const std::string first = std::to_string(i) + std::string(static_cast<std::size_t>(i % 40), 'x');
    ASSERT_TRUE(put(ring, first));
    ASSERT_TRUE(put(ring, "second"));
    for (int look = 0; look < 2; ++look) {
      ASSERT_EQ(ring.peek(seen), 2U);
      EXPECT_EQ(text(0), first);
      EXPECT_EQ(text(1), "second");
    }
    EXPECT_EQ(ring.peek(std::span(seen).first(1)), 1U);
    EXPECT_EQ(take(ring), first);
    EXPECT_EQ(ring.peek(seen), 1U);
    EXPECT_EQ(text(0), "second");
    EXPECT_EQ(take(ring), "second");
  }
}

TEST(Ring, AFullRingRefusesAndTakesAgainAfterARelease) {
  Memory memory(256);
  Ring ring(memory.span(), true);
  int put_count = 0;
  while (put(ring, std::string(24, 'a'))) ++put_count;
  EXPECT_EQ(put_count, 8);  // 8 bytes of length each
  EXPECT_FALSE(put(ring, "b"));
  take(ring);
  EXPECT_TRUE(put(ring, "b"));
}

TEST(Ring, TheLargestRecordFitsWhereverTheRingStands) {
  Memory memory(1024);
  Ring ring(memory.span(), true);
  for (std::size_t shift = 1; shift < 200; ++shift) {
    ASSERT_TRUE(put(ring, std::string(shift, 's')));
    take(ring);
    ASSERT_TRUE(put(ring, std::string(ring.largest_record(), 'l'))) << shift;
    EXPECT_EQ(take(ring).size(), ring.largest_record());
  }
}

TEST(Ring, ASecondMappingOfTheSameMemoryReadsWhatTheFirstWrote) {
  Memory memory(256);
  Ring writer(memory.span(), true);
  Ring reader(memory.span(), false);
  ASSERT_TRUE(put(writer, "across"));
  EXPECT_EQ(take(reader), "across");
}

TEST(Ring, AWriterAndAReaderOnTwoThreadsLoseNothing) {
  Memory memory(4096);
  Ring ring(memory.span(), true);
  constexpr std::uint32_t kRecords = 200'000;
  std::thread writer([&ring] {
    std::mt19937 random(7);
    for (std::uint32_t i = 0; i < kRecords; ++i) {
      const std::size_t size = 4 + random() % 200;
      std::span<std::byte> place;
      while ((place = ring.reserve(size)).empty()) std::this_thread::yield();
      std::memset(place.data(), static_cast<int>(i & 0xff), size);
      std::memcpy(place.data(), &i, 4);
      ring.commit();
    }
  });
  std::mt19937 random(7);
  for (std::uint32_t i = 0; i < kRecords; ++i) {
    const std::size_t size = 4 + random() % 200;
    std::span<const std::byte> record;
    while ((record = ring.front()).empty()) std::this_thread::yield();
    ASSERT_EQ(record.size(), size);
    std::uint32_t number = 0;
    std::memcpy(&number, record.data(), 4);
    ASSERT_EQ(number, i);
    if (size > 4) {
      ASSERT_EQ(record[size - 1], static_cast<std::byte>(i & 0xff));
    }
    ring.release();
  }
  writer.join();
  EXPECT_TRUE(ring.empty());
}

// The writer may be another process, and its memory damaged: every word of it, one after the other.
TEST(Ring, ReadsNothingOutsideWhateverTheMemoryHolds) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 3000; ++round) {
    Memory memory(256);
    Ring writer(memory.span(), true);
    Ring reader(memory.span(), false);
    for (std::size_t i = random() % 9; i != 0; --i) {
      while (put(writer, std::string(1 + random() % 40, 'x'))) {
      }
      take(reader);
    }
    const std::size_t words = memory.size / sizeof(std::uint64_t);
    for (std::size_t damaged = 1 + random() % 3; damaged != 0; --damaged) {
      const std::uint64_t word = random() % 3 == 0 ? ~std::uint64_t{0} : random() % 2 == 0 ? random() % 600 : random();
      std::memcpy(memory.start + random() % words * sizeof word, &word, sizeof word);
    }
    for (int i = 0; i < 100 && !reader.empty(); ++i) {
      std::array<std::span<const std::byte>, 4> records;
      const std::size_t found = reader.peek(records);
      for (const auto& record : std::span(records).first(found)) {
        ASSERT_GE(record.data(), memory.start + sizeof(RingHeader));
        ASSERT_LE(record.data() + record.size(), memory.start + memory.size);
      }
      reader.release(found);
      if (reader.is_broken()) {
        EXPECT_EQ(reader.peek(records), 0U);
        break;
      }
      const auto place = writer.reserve(1 + random() % 40);
      if (place.empty()) continue;
      ASSERT_LE(place.data() + place.size(), memory.start + memory.size);
      std::memset(place.data(), 'y', place.size());
      writer.commit();
    }
  }
}

}  // namespace
}  // namespace gw::bus
