#include "sqlite/connection/wal_overlay.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <map>

namespace escher::sqlite {

namespace {

constexpr std::size_t header_size = 32;
constexpr std::size_t frame_header_size = 24;
constexpr std::uint32_t magic = 0x377f0682; // its lowest bit: checksums are of big-endian words

std::uint32_t big_endian(std::string_view bytes, std::size_t at)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

std::uint32_t little_endian(std::string_view bytes, std::size_t at)
{
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;)
        value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

/// The running checksum of the log.
class Checksum {
public:
    explicit Checksum(bool big) : big_(big) {}

    void add(std::string_view bytes)
    {
        for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
            first_ += word(bytes, at) + second_;
            second_ += word(bytes, at + 4) + first_;
        }
    }

    [[nodiscard]] bool is(std::uint32_t first, std::uint32_t second) const
    {
        return first_ == first && second_ == second;
    }

private:
    [[nodiscard]] std::uint32_t word(std::string_view bytes, std::size_t at) const
    {
        return big_ ? big_endian(bytes, at) : little_endian(bytes, at);
    }

    bool big_;
    std::uint32_t first_ = 0;
    std::uint32_t second_ = 0;
};

} // namespace

void overlay_wal(std::string& image, std::string_view wal)
{
    if (wal.size() < header_size || (big_endian(wal, 0) & ~1U) != magic)
        return;
    const std::size_t page_size = big_endian(wal, 8);
    if (page_size < 512 || page_size > 65536 || !std::has_single_bit(page_size))
        return;
    Checksum checksum((big_endian(wal, 0) & 1U) != 0);
    checksum.add(wal.substr(0, 24));
    if (!checksum.is(big_endian(wal, 24), big_endian(wal, 28)))
        return;

    const auto salts = wal.substr(16, 8);
    std::map<std::uint32_t, std::string_view> pages; // of the transaction being read
    for (std::size_t at = header_size; wal.size() - at >= frame_header_size + page_size;
         at += frame_header_size + page_size) {
        const auto head = wal.substr(at, frame_header_size);
        const auto page = wal.substr(at + frame_header_size, page_size);
        checksum.add(head.substr(0, 8));
        checksum.add(page);
        const auto number = big_endian(head, 0);
        if (number == 0 || head.substr(8, 8) != salts || !checksum.is(big_endian(head, 16), big_endian(head, 20)))
            return;
        pages[number] = page;
        const std::size_t pages_after_commit = big_endian(head, 4);
        if (pages_after_commit == 0)
            continue;
        image.resize(pages_after_commit * page_size);
        for (const auto& [index, content] : pages)
            if (index <= pages_after_commit)
                std::memcpy(image.data() + (index - 1) * page_size, content.data(), page_size);
        pages.clear();
    }
}

} // namespace escher::sqlite
