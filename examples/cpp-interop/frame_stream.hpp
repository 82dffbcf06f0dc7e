// SPDX-License-Identifier: MIT
// What is between a socket and the messages of one client: frames in, frames out.
#pragma once

#include "bytes.hpp"
#include "link_security.hpp"

#include <deque>
#include <optional>
#include <stdexcept>

#include "sv2.hpp"

namespace template_provider {

// More output waits than the client may leave unread.
class OutputLimitError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// The only class that knows how frames stand in the stream: as they are, or sealed behind a
// handshake. Sockets are above, messages below, and neither notices.
class FrameStream {
  public:
    // Without security the stream is plain.
    FrameStream(std::uint32_t max_payload, std::size_t max_output, LinkSecurity *security);

    // Memory to receive into, and how much of it was used. Both throw sv2::exception when the
    // stream cannot go on. Only when next_frame() has nothing to give.
    sv2::span<std::uint8_t> writable();
    void received(std::size_t size, TimePoint now);

    bool is_encrypted() const { return link_.has_value(); }
    // Whether act 1 is still to come: no frame can be received or sent.
    bool is_shaking_hands() const { return !decoder_; }
    // Whether what was received first could also be SetupConnection of a client that does not
    // encrypt. Random bytes look like it once in 2^37 times.
    bool begins_like_plain_setup() const;

    // Valid until writable(). Throws sv2::exception.
    std::optional<sv2_frame> next_frame();
    // Whether the bytes after the last frame are the beginning of another, or of the handshake.
    bool is_inside_frame() const;

    // Throws sv2::exception when the message cannot be encoded, OutputLimitError when too much
    // waits already, std::logic_error when the handshake is not over: with security, nothing goes
    // out as plain text.
    template <class Message> void send(const Message &message) {
        queue(sv2::encode(message).value());
    }

    // What to write to the socket next, and how much of it was written.
    ByteView output() const;
    void sent(std::size_t size);
    std::size_t queued_output() const { return queued_; }

  private:
    void finish_handshake(TimePoint now);
    void queue(Bytes frame);
    void queue_bytes(Bytes bytes);

    const std::uint32_t max_payload_;
    const std::size_t max_output_;
    LinkSecurity *const security_;
    sv2_act1 act1_{};
    std::size_t act1_size_ = 0;
    std::optional<sv2::transport> link_;
    std::optional<sv2::decoder> decoder_; // none before the end of the handshake
    std::deque<Bytes> output_;
    std::size_t sent_of_first_ = 0;
    std::size_t queued_ = 0;
};

} // namespace template_provider
