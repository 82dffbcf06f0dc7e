// SPDX-License-Identifier: MIT
#include "transaction.hpp"

#include "sha256d.hpp"

#include <algorithm>

namespace template_provider {

namespace {

// Takes bytes from the front and never reads beyond the end.
class Reader {
  public:
    explicit Reader(ByteView bytes) : bytes_(bytes) {}

    std::size_t offset() const { return offset_; }
    std::size_t remaining() const { return bytes_.size - offset_; }

    ByteView take(std::uint64_t count, const char *what) {
        if (count > remaining())
            fail(what, "is cut off");
        const ByteView taken(bytes_.data + offset_, static_cast<std::size_t>(count));
        offset_ += taken.size;
        return taken;
    }

    std::uint64_t take_compact_size(const char *what) {
        const std::uint8_t first = *take(1, what).data;
        if (first < 0xfd)
            return first;
        const unsigned size = 1U << (first - 0xfc);
        const ByteView bytes = take(size, what);
        std::uint64_t value = 0;
        for (unsigned i = 0; i < size; ++i)
            value |= std::uint64_t{bytes.data[i]} << (8 * i);
        const std::uint64_t smallest = size == 2 ? 0xfd : std::uint64_t{1} << (4 * size);
        if (value < smallest)
            fail(what, "is not in its shortest form");
        return value;
    }

    bool starts_with_marker_and_flag() const {
        return remaining() >= 2 && bytes_.data[offset_] == 0 && bytes_.data[offset_ + 1] == 1;
    }

    [[noreturn]] void fail(const char *what, const char *problem) const {
        throw TransactionError(std::string(what) + " " + problem + " at byte " +
                               std::to_string(offset_));
    }

  private:
    ByteView bytes_;
    std::size_t offset_ = 0;
};

constexpr std::uint64_t sequence_size = 4;
constexpr std::uint64_t output_value_size = 8;

bool spends_nothing(ByteView outpoint) {
    return std::all_of(outpoint.begin(), outpoint.begin() + 32,
                       [](std::uint8_t byte) { return byte == 0; }) &&
           std::all_of(outpoint.begin() + 32, outpoint.end(),
                       [](std::uint8_t byte) { return byte == 0xff; });
}

} // namespace

Transaction parse_transaction(ByteView bytes) {
    Reader reader(bytes);
    Transaction parsed;
    const ByteView version = reader.take(4, "the version");
    parsed.has_witness = reader.starts_with_marker_and_flag();
    if (parsed.has_witness)
        reader.take(2, "marker and flag");

    const std::size_t begin = reader.offset();
    const std::uint64_t inputs = reader.take_compact_size("the number of inputs");
    if (inputs == 0)
        reader.fail("the number of inputs", "is zero");
    for (std::uint64_t i = 0; i < inputs; ++i) {
        const ByteView outpoint = reader.take(36, "an outpoint");
        const std::uint64_t length = reader.take_compact_size("the length of a scriptSig");
        const ByteView script_sig = reader.take(length, "a scriptSig");
        reader.take(sequence_size, "a sequence number");
        if (i == 0) {
            parsed.script_sig = script_sig;
            parsed.is_coinbase = inputs == 1 && spends_nothing(outpoint);
        }
    }
    const std::uint64_t outputs = reader.take_compact_size("the number of outputs");
    if (outputs == 0)
        reader.fail("the number of outputs", "is zero");
    for (std::uint64_t i = 0; i < outputs; ++i) {
        reader.take(output_value_size, "the value of an output");
        reader.take(reader.take_compact_size("the length of a scriptPubKey"), "a scriptPubKey");
    }
    parsed.inputs_and_outputs = ByteView(bytes.data + begin, reader.offset() - begin);

    if (parsed.has_witness) {
        bool all_empty = true;
        for (std::uint64_t i = 0; i < inputs; ++i) {
            const std::uint64_t items = reader.take_compact_size("the number of witness items");
            all_empty = all_empty && items == 0;
            for (std::uint64_t j = 0; j < items; ++j)
                reader.take(reader.take_compact_size("the length of a witness item"),
                            "a witness item");
        }
        if (all_empty)
            reader.fail("the witness", "is empty, so it must be left out");
    }
    const ByteView lock_time = reader.take(4, "the lock time");
    if (reader.remaining() != 0)
        reader.fail("the transaction", "is followed by more bytes");

    parsed.wtxid = sha256d(bytes);
    parsed.txid = parsed.wtxid;
    const std::uint64_t stripped_size =
        version.size + parsed.inputs_and_outputs.size + lock_time.size;
    parsed.weight = 3 * stripped_size + bytes.size;
    if (parsed.has_witness) {
        Bytes stripped;
        stripped.reserve(static_cast<std::size_t>(stripped_size));
        append(stripped, version);
        append(stripped, parsed.inputs_and_outputs);
        append(stripped, lock_time);
        parsed.txid = sha256d(stripped);
    }
    return parsed;
}

} // namespace template_provider
