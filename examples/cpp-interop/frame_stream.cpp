// SPDX-License-Identifier: MIT
#include "frame_stream.hpp"

namespace template_provider {

FrameStream::FrameStream(std::uint32_t max_payload, std::size_t max_output, LinkSecurity *security)
    : max_payload_(max_payload), max_output_(max_output), security_(security) {
    if (security_ == nullptr)
        decoder_ = sv2::decoder::create(max_payload_).value();
}

sv2::span<std::uint8_t> FrameStream::writable() {
    if (decoder_)
        return decoder_->writable().value();
    // No more than act 1 needs: what the client sent behind it stays with the system until there
    // is a decoder for it.
    return sv2::span<std::uint8_t>(act1_.bytes).subspan(act1_size_);
}

void FrameStream::received(std::size_t size, TimePoint now) {
    if (decoder_)
        return decoder_->commit(size).check();
    act1_size_ += size;
    if (act1_size_ == sizeof act1_.bytes)
        finish_handshake(now);
}

void FrameStream::finish_handshake(TimePoint now) {
    sv2::response response = security_->respond(act1_, now);
    queue_bytes(Bytes(std::begin(response.act2.bytes), std::end(response.act2.bytes)));
    link_ = std::move(response.link);
    decoder_ = sv2::decoder::create_sealed(max_payload_, *link_).value();
}

bool FrameStream::begins_like_plain_setup() const {
    const std::uint8_t *const first = act1_.bytes;
    return act1_size_ >= SV2_FRAME_HEADER_SIZE && first[0] == 0 && first[1] == 0 &&
           first[2] == SV2_MSG_TYPE_SETUP_CONNECTION && first[4] < 8 && first[5] == 0;
}

std::optional<sv2_frame> FrameStream::next_frame() {
    return decoder_ ? decoder_->next().value() : std::nullopt;
}

bool FrameStream::is_inside_frame() const {
    return (decoder_ ? decoder_->buffered().value() : act1_size_) != 0;
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
    if (security_ == nullptr)
        return queue_bytes(std::move(frame));
    if (!link_)
        throw std::logic_error("a message was to be sent before the link is encrypted");
    queue_bytes(link_->seal(frame).value());
}

void FrameStream::queue_bytes(Bytes bytes) {
    if (bytes.size() > max_output_ - queued_)
        throw OutputLimitError("does not read: " + std::to_string(queued_) +
                               " bytes wait for it, and the limit is " +
                               std::to_string(max_output_));
    queued_ += bytes.size();
    output_.push_back(std::move(bytes));
}

} // namespace template_provider
