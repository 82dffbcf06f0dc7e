// sv2.hpp: handles that move and cannot be copied, both ways to treat errors, typed messages, the
// visitor over all of them, spans, and values taken from temporaries. Built as C++17 and C++20,
// with and without exceptions.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../c/check.h"
#include "header_tables.h"
#include "sv2.hpp"

namespace {

// --- Types
// ------------------------------------------------------------------------------------------

template <class Handle> constexpr bool move_only() {
    return !std::is_copy_constructible_v<Handle> && !std::is_copy_assignable_v<Handle> &&
           std::is_nothrow_move_constructible_v<Handle> &&
           std::is_nothrow_move_assignable_v<Handle> && !std::is_convertible_v<Handle, bool>;
}
static_assert(move_only<sv2::buffer>());
static_assert(move_only<sv2::decoder>());
static_assert(sizeof(sv2::buffer) == sizeof(sv2_buf));
static_assert(sizeof(sv2::decoder) == sizeof(sv2_decoder));
static_assert(!std::is_constructible_v<sv2::buffer, sv2_decoder>);
static_assert(!std::is_convertible_v<sv2_buf, sv2_decoder>);

// A result is asked explicitly, never turned into a number.
static_assert(std::is_constructible_v<bool, sv2::result<int>>);
static_assert(!std::is_convertible_v<sv2::result<int>, bool>);
static_assert(!std::is_convertible_v<sv2::result<int>, int>);

// Spans view what lives on, not a vector that is about to go.
static_assert(std::is_constructible_v<sv2::const_span, std::vector<std::uint8_t> &>);
static_assert(std::is_constructible_v<sv2::const_span, const std::vector<std::uint8_t> &>);
static_assert(std::is_constructible_v<sv2::const_span, std::array<std::uint8_t, 4> &>);
static_assert(!std::is_constructible_v<sv2::const_span, std::vector<std::uint8_t>>);
static_assert(!std::is_constructible_v<sv2::span<std::uint8_t>, const std::vector<std::uint8_t> &>);
static_assert(!std::is_constructible_v<sv2::const_span, std::vector<std::uint16_t> &>);

// Every message has its traits, and the names and ids of the header.
#define TRAITS(lower, UPPER, spelled, spec, from, channel, group)                                  \
    static_assert(sv2::message_traits<sv2_##lower>::id == SV2_ID_##UPPER);                         \
    static_assert(std::string_view(sv2::message_traits<sv2_##lower>::name) == spelled);
EACH_MESSAGE(TRAITS)
#undef TRAITS

// --- Messages
// ---------------------------------------------------------------------------------------

// Remembers which struct the visitor was called with.
struct which {
    std::uint32_t operator()(const sv2_frame &) const { return SV2_ID_UNKNOWN; }
#define CASE(lower, UPPER, spelled, spec, from, channel, group)                                    \
    std::uint32_t operator()(const sv2_##lower &) const {                                          \
        return SV2_ID_##UPPER;                                                                     \
    }
    EACH_MESSAGE(CASE)
#undef CASE
};

sv2_frame frame_of(const std::vector<std::uint8_t> &bytes) {
    sv2_frame frame{};
    std::size_t consumed = 0;
    CHECK_STATUS(
        sv2_frame_decode(bytes.data(), bytes.size(), 0, &frame, &consumed, nullptr, nullptr),
        SV2_OK);
    CHECK_NUMBER(consumed, bytes.size());
    return frame;
}

template <class Message> void one_message(std::uint32_t id) {
    const Message message{};
    const std::array<std::uint8_t, 3> tail{1, 2, 3};
    auto plain = sv2::encode(message);
    CHECK(plain.ok());
    CHECK_STATUS(plain.status(), SV2_OK);
    auto with_tail = sv2::encode(message, tail);
    CHECK_NUMBER((*with_tail).size(), (*plain).size() + tail.size());
    CHECK_NUMBER(*sv2::frame_size(message), plain->size());
    CHECK_NUMBER(*sv2::frame_size(message, tail), with_tail->size());

    std::vector<std::uint8_t> out(plain->size());
    auto written = sv2::encode_to(message, out);
    CHECK(written.ok() && *written == out.size() && out == *plain);
    auto refused = sv2::encode_to(message, sv2::span<std::uint8_t>(out.data(), out.size() - 1));
    CHECK(!refused);
    CHECK_STATUS(refused.status(), SV2_ERR_BUFFER_TOO_SMALL);

    const sv2_frame frame = frame_of(*with_tail);
    auto back = sv2::decode<Message>(frame);
    CHECK(back.ok());
    CHECK_NUMBER(back->trailing.size(), tail.size());
    CHECK(std::equal(tail.begin(), tail.end(), back->trailing.begin()));
    auto again = sv2::encode(back->message, back->trailing);
    CHECK(again.ok() && *again == *with_tail);

    auto any = sv2::decode_any(frame);
    CHECK(any.ok());
    CHECK_NUMBER(any->id, id);
    CHECK_NUMBER(sv2::visit(which{}, *any), id);

    // Another message in the frame, and a frame cut short.
    sv2_frame other = frame;
    other.extension_type = 0x0777;
    auto unexpected = sv2::decode<Message>(other);
    CHECK(!unexpected.ok());
    CHECK_STATUS(unexpected.status(), SV2_ERR_UNEXPECTED_MESSAGE);
    auto unknown = sv2::decode_any(other);
    CHECK_NUMBER(sv2::visit(which{}, *unknown), SV2_ID_UNKNOWN);
    other = frame;
    other.payload_len = 0;
    auto truncated = sv2::decode<Message>(other);
    CHECK_STATUS(truncated.status(), SV2_ERR_TRUNCATED);
    CHECK_NUMBER(truncated.error().field, 0);
    CHECK(truncated.error_text().rfind(sv2::message_traits<Message>::name, 0) == 0);
    CHECK_STATUS(sv2::decode_any(other).status(), SV2_ERR_TRUNCATED);
}

void all_messages() {
#define CALL(lower, UPPER, spelled, spec, from, channel, group)                                    \
    one_message<sv2_##lower>(SV2_ID_##UPPER);
    EACH_MESSAGE(CALL)
#undef CALL
}

void strings_and_sequences() {
    const std::string vendor = "libsv2";
    sv2_setup_connection setup{};
    setup.vendor = sv2::bytes(vendor);
    setup.firmware = sv2::bytes("fw");
    setup.device_id = sv2::bytes(std::string_view());
    CHECK(setup.device_id.data == nullptr && setup.device_id.len == 0);
    const auto frame = sv2::encode(setup).value();
    auto back = sv2::decode<sv2_setup_connection>(frame_of(frame));
    CHECK(sv2::text(back->message.vendor) == vendor);
    CHECK(sv2::text(back->message.firmware) == "fw");
    CHECK(sv2::text(back->message.device_id).empty());
    CHECK(sv2::view(back->message.vendor).size() == vendor.size());
    CHECK(sv2::view(back->message.vendor)[0] == 'l');
    CHECK(sv2::view(back->message.device_id).empty());

    std::vector<sv2_u256> path(3);
    path[1].bytes[31] = 7;
    sv2_new_template job{};
    job.merkle_path = sv2::sequence(path);
    const auto job_frame = sv2::encode(job).value();
    auto job_back = sv2::decode<sv2_new_template>(frame_of(job_frame));
    const auto elements = sv2::elements(job_back->message.merkle_path);
    CHECK_NUMBER(elements.size(), 3);
    CHECK(elements.size() == 3 && elements[1].bytes[31] == 7);
    CHECK(sv2::elements(sv2_seq_u256{}).empty());
    const sv2_seq_u256 none = sv2::sequence(std::vector<sv2_u256>{});
    CHECK(none.data == nullptr && none.count == 0);

    std::vector<std::array<std::uint8_t, 32>> arrays(2);
    arrays[1][0] = 9;
    const sv2_seq_u256 of_arrays = sv2::sequence(arrays);
    CHECK(of_arrays.count == 2 && of_arrays.data[32] == 9);
    CHECK(sv2::array(sv2::u256(arrays[1])) == arrays[1]);

    sv2::b0_16m_list transactions;
    CHECK(transactions.sequence().data == nullptr && transactions.sequence().count == 0);
    const std::vector<std::uint8_t> long_one(300, 7);
    CHECK(transactions.append(long_one) && transactions.append({}) &&
          transactions.append(long_one));
    sv2_provide_missing_transactions_success answer{};
    answer.transaction_list = transactions.sequence();
    CHECK_NUMBER(answer.transaction_list.count, 3);
    const auto answer_frame = sv2::encode(answer).value();
    auto answer_back =
        sv2::decode<sv2_provide_missing_transactions_success>(frame_of(answer_frame));
    std::size_t total = 0;
    CHECK_STATUS(sv2::for_each(answer_back->message.transaction_list,
                               [&](sv2::const_span element) { total += element.size(); }),
                 SV2_OK);
    CHECK_NUMBER(total, 600);
    CHECK(!transactions.append(sv2::const_span(long_one.data(), SV2_PAYLOAD_SIZE_MAX + 1)));
    for (int i = 3; i < 65535; i++) {
        transactions.append({});
    }
    CHECK_NUMBER(transactions.sequence().count, 65535);
    CHECK(!transactions.append({}));

    const std::uint8_t raw[] = {1, 0, 0, 0xaa, 0, 0, 0, 2, 0, 0, 0xbb, 0xcc};
    std::vector<std::vector<std::uint8_t>> seen;
    CHECK_STATUS(sv2::for_each(sv2_seq_b0_16m{raw, sizeof raw, 3},
                               [&](sv2::const_span element) {
                                   seen.emplace_back(element.begin(), element.end());
                               }),
                 SV2_OK);
    CHECK_NUMBER(seen.size(), 3);
    CHECK(seen.size() == 3 && seen[0] == std::vector<std::uint8_t>{0xaa} && seen[1].empty() &&
          seen[2].size() == 2);
    CHECK_STATUS(sv2::for_each(sv2_seq_b0_16m{raw, 5, 2}, [](sv2::const_span) {}),
                 SV2_ERR_BAD_SEQUENCE);
}

void spans() {
    std::uint8_t array[4] = {1, 2, 3, 4};
    sv2::span<std::uint8_t> all(array);
    CHECK(all.size() == 4 && !all.empty() && all[3] == 4);
    const sv2::const_span rest = sv2::const_span(array).subspan(3);
    CHECK(rest.size() == 1 && *rest.begin() == 4 && rest.end() == array + 4);
    CHECK(sv2::const_span().empty() && sv2::const_span().data() == nullptr);
    unsigned sum = 0;
    for (const std::uint8_t b : all) {
        sum += b;
    }
    CHECK_NUMBER(sum, 10);
}

// --- Handles
// ----------------------------------------------------------------------------------------

std::size_t live(std::uint32_t kind) {
    std::size_t n = 0;
    CHECK_STATUS(sv2_live_handles(kind, &n), SV2_OK);
    return n;
}

void buffers() {
    {
        auto made = sv2::buffer::create(100);
        CHECK(made.ok());
        sv2::buffer one = std::move(made).value();
        CHECK_NUMBER(live(SV2_HANDLE_BUF), 1);
        CHECK(one.append(sv2::const_span()).ok());
        const std::array<std::uint8_t, 2> two{1, 2};
        CHECK(one.append(two).ok() && one.append_u16(0x0403).ok() && one.append_u32(5).ok());
        CHECK(one.append_b0_16m(two).ok());
        auto memory = one.writable(1);
        CHECK(memory.ok() && memory->size() >= 1);
        (*memory)[0] = 9;
        CHECK(one.commit(1).ok());
        CHECK_STATUS(one.commit(1).status(), SV2_ERR_STATE);
        const std::uint8_t want[] = {1, 2, 3, 4, 5, 0, 0, 0, 2, 0, 0, 1, 2, 9};
        auto data = one.data();
        CHECK_BYTES(data->data(), data->size(), want, sizeof want);
        CHECK(one.consume(13).ok() && one.data()->size() == 1);
        CHECK_STATUS(one.consume(2).status(), SV2_ERR_ARGUMENT);
        CHECK_STATUS(one.append(sv2::const_span(want, 200)).status(), SV2_ERR_LIMIT);

        // Moved from: an empty handle, that every call refuses and nothing frees twice.
        sv2::buffer other = std::move(one);
        CHECK_NUMBER(live(SV2_HANDLE_BUF), 1);
        CHECK(one.get().sv2_priv_buf == 0); // NOLINT(bugprone-use-after-move)
        CHECK_STATUS(one.append(two).status(), SV2_ERR_HANDLE);
        CHECK(other.data()->size() == 1);
        sv2::buffer third = sv2::buffer::create(10).value();
        CHECK_NUMBER(live(SV2_HANDLE_BUF), 2);
        third = std::move(other);
        CHECK(third.data()->size() == 1);
        sv2::buffer &same = third;
        third = std::move(same);
        CHECK(third.data()->size() == 1);
        std::vector<sv2::buffer> many;
        for (int i = 0; i < 20; i++) {
            many.push_back(sv2::buffer::create(10).value());
        }
        many.erase(many.begin() + 3, many.begin() + 10);
        CHECK(live(SV2_HANDLE_BUF) >= 14);
    }
    CHECK_NUMBER(live(0), 0);
    CHECK_STATUS(sv2::buffer::create(0).status(), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2::buffer::create(SIZE_MAX).status(), SV2_ERR_LIMIT);
    CHECK(!sv2::buffer::create(0).error_text().empty());
    CHECK_NUMBER(sv2::buffer::create(0).error().field, SV2_FIELD_NONE);
}

void decoders() {
    {
        sv2::decoder decoder = sv2::decoder::create().value();
        const sv2_reconnect message{sv2::bytes("other.example"), 34254};
        const auto bytes = sv2::encode(message).value();
        auto nothing_yet = decoder.next();
        CHECK(nothing_yet.ok() && !*nothing_yet); // missing bytes are no error
        CHECK_NUMBER(*decoder.feed(bytes), bytes.size());
        auto next = decoder.next();
        CHECK(next.ok() && *next);
        if (next.ok() && *next) {
            auto back = sv2::decode<sv2_reconnect>(**next);
            CHECK(back.ok() && sv2::text(back->message.new_host) == "other.example");
        }
        for (std::size_t at = 0; at < bytes.size();) {
            auto memory = decoder.writable();
            CHECK(memory.ok() && !memory->empty());
            const std::size_t n = std::min(memory->size(), bytes.size() - at);
            std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), n, memory->begin());
            CHECK(decoder.commit(n).ok());
            at += n;
        }
        CHECK(decoder.next().value().has_value());
        CHECK_STATUS(decoder.commit(1).status(), SV2_ERR_STATE);
        CHECK_NUMBER(*decoder.buffered(), 0);
        CHECK(decoder.feed(sv2::const_span(bytes.data(), 3)).ok());
        CHECK_NUMBER(*decoder.buffered(), 3);
        CHECK(decoder.feed(sv2::const_span(bytes).subspan(3)).ok() && decoder.next().ok());
        CHECK_STATUS(decoder.failure().status, SV2_OK);

        sv2::decoder moved = std::move(decoder);
        CHECK_NUMBER(live(SV2_HANDLE_DECODER), 1);
        const std::uint8_t too_large[] = {0, 0, 4, 0xff, 0xff, 0xff};
        CHECK_STATUS(moved.feed(too_large).status(), SV2_ERR_FRAME_TOO_LARGE);
        CHECK_STATUS(moved.next().status(), SV2_ERR_POISONED);
        CHECK_STATUS(moved.failure().status, SV2_ERR_FRAME_TOO_LARGE);
        CHECK_STATUS(decoder.failure().status, SV2_ERR_HANDLE); // moved from
    }
    CHECK_NUMBER(live(0), 0);
    CHECK_STATUS(sv2::decoder::create(SV2_PAYLOAD_SIZE_MAX + 1).status(), SV2_ERR_LIMIT);
}

// --- Errors
// -----------------------------------------------------------------------------------------

void errors() {
    sv2_setup_connection setup{};
    const std::string longest(256, 'x');
    setup.vendor = sv2::bytes(longest);
    auto refused = sv2::encode(setup);
    CHECK(!refused);
    CHECK_STATUS(refused.status(), SV2_ERR_FIELD_TOO_LONG);
    CHECK_NUMBER(refused.error().field, 6);
    CHECK(refused.error_text().find("SetupConnection.vendor") == 0);
    CHECK_STATUS(sv2::frame_size(setup).status(), SV2_ERR_FIELD_TOO_LONG);
    sv2_new_template job{};
    job.future_template = 2;
    CHECK_STATUS(sv2::encode(job).status(), SV2_ERR_ARGUMENT);
#ifdef __cpp_exceptions
    int thrown = 0;
    try {
        (void)sv2::encode(setup).value();
    } catch (const sv2::exception &e) {
        thrown++;
        CHECK_STATUS(e.status(), SV2_ERR_FIELD_TOO_LONG);
        CHECK_NUMBER(e.error().field, 6);
        CHECK(std::string(e.what()) == refused.error_text());
    }
    try {
        (void)refused.value();
    } catch (const std::runtime_error &) {
        thrown++;
    }
    try {
        sv2::buffer buffer = sv2::buffer::create(4).value();
        (void)buffer.append(sv2::const_span(setup.vendor.data, 5)).value();
    } catch (const sv2::exception &e) {
        thrown++;
        CHECK_STATUS(e.status(), SV2_ERR_LIMIT);
    }
    CHECK_NUMBER(thrown, 3);
    CHECK_NUMBER(live(0), 0); // the buffer went with the exception
#endif
}

// A value out of a temporary result is moved, not pointed to.
void temporaries() {
    static_assert(!std::is_reference_v<decltype(sv2::encode(sv2_reconnect{}).value())>);
    static_assert(!std::is_reference_v<decltype(sv2::buffer::create(1).value())>);
    std::vector<std::uint8_t> frame = sv2::encode(sv2_reconnect{}).value();
    CHECK_NUMBER(frame.size(), SV2_FRAME_HEADER_SIZE + 3);
    auto result = sv2::encode(sv2_reconnect{});
    std::vector<std::uint8_t> &inside = result.value();
    inside.clear();
    CHECK(result.value().empty());
    // A whole expression: the string lives until the frame has been made.
    frame = sv2::encode(sv2_reconnect{sv2::bytes(std::string("host")), 1}).value();
    CHECK_NUMBER(frame.size(), SV2_FRAME_HEADER_SIZE + 1 + 4 + 2);
}

} // namespace

int main() {
    all_messages();
    strings_and_sequences();
    spans();
    buffers();
    decoders();
    errors();
    temporaries();
    return check_end("view");
}
