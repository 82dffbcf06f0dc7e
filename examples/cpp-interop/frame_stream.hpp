// SPDX-License-Identifier: MIT
// What is between a socket and the messages of one client: frames in, frames out.
#pragma once

#include "bytes.hpp"

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

// The only class that knows how frames stand in the stream. Here they stand in it as they are; an
// encrypted connection is another class with the same functions, whose received() decrypts in
// front of the decoder and whose queue() encrypts. Sockets are above, messages below, and neither
// notices.
class FrameStream {
  public:
    FrameStream(std::uint32_t max_payload, std::size_t max_output);

    // Memory to receive into, and how much of it was used. Both throw sv2::exception when the
    // stream cannot go on. Only when next_frame() has nothing to give.
    sv2::span<std::uint8_t> writable();
    void received(std::size_t size);

    // Valid until writable(). Throws sv2::exception.
    std::optional<sv2_frame> next_frame();
    // Whether the bytes after the last frame are the beginning of another.
    bool is_inside_frame() const;

    // Throws sv2::exception when the message cannot be encoded, OutputLimitError when too much
    // waits already.
    template <class Message> void send(const Message &message) {
        queue(sv2::encode(message).value());
    }

    // What to write to the socket next, and how much of it was written.
    ByteView output() const;
    void sent(std::size_t size);
    std::size_t queued_output() const { return queued_; }

  private:
    void queue(Bytes frame);

    sv2::decoder decoder_;
    const std::size_t max_output_;
    std::deque<Bytes> output_;
    std::size_t sent_of_first_ = 0;
    std::size_t queued_ = 0;
};

} // namespace template_provider
