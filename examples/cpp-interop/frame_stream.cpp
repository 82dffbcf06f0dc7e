// SPDX-License-Identifier: MIT
#include "frame_stream.hpp"

namespace template_provider {

FrameStream::FrameStream(std::uint32_t max_payload, std::size_t max_output)
    : decoder_(sv2::decoder::create(max_payload).value()), max_output_(max_output) {}

sv2::span<std::uint8_t> FrameStream::writable() {
    return decoder_.writable().value();
}

void FrameStream::received(std::size_t size) {
    decoder_.commit(size).value();
}

std::optional<sv2_frame> FrameStream::next_frame() {
    return decoder_.next().value();
}

bool FrameStream::is_inside_frame() const {
    // sv2::decoder does not tell how many bytes are missing; the C function does.
    sv2_frame frame{};
    std::size_t missing = 0;
    const sv2_status status = sv2_decoder_next(decoder_.get(), &frame, &missing, nullptr);
    return status == SV2_WANT_INPUT && missing != SV2_FRAME_HEADER_SIZE;
}

ByteView FrameStream::output() const {
    if (output_.empty())
        return {};
    const Bytes &first = output_.front();
    return {first.data() + sent_of_first_, first.size() - sent_of_first_};
}

void FrameStream::sent(std::size_t size) {
    sent_of_first_ += size;
    queued_ -= size;
    if (sent_of_first_ < output_.front().size())
        return;
    output_.pop_front();
    sent_of_first_ = 0;
}

void FrameStream::queue(Bytes frame) {
    if (frame.size() > max_output_ - queued_)
        throw OutputLimitError("does not read: " + std::to_string(queued_) +
                               " bytes wait for it, and the limit is " +
                               std::to_string(max_output_));
    queued_ += frame.size();
    output_.push_back(std::move(frame));
}

} // namespace template_provider
