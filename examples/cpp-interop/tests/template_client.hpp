// SPDX-License-Identifier: MIT
// A Template Distribution client that does what a test tells it to, right or wrong.
#pragma once

#include "../bytes.hpp"
#include "sv2.hpp"

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

// A frame that lives longer than the decoder's next call.
struct KeptFrame {
    bool arrived = false;
    template_provider::Bytes payload;
    sv2_frame frame{};

    bool holds(std::uint8_t msg_type) const { return arrived && frame.msg_type == msg_type; }
    template <class Message> Message as() const {
        sv2_frame copy = frame;
        copy.payload = payload.data();
        copy.payload_len = payload.size();
        return sv2::decode<Message>(copy).value().message;
    }
};

class TemplateClient {
  public:
    explicit TemplateClient(std::uint16_t port)
        : TemplateClient(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), Adopted{}) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(socket_, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
            std::abort();
        const int on = 1;
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    // The server's end of a connection, which frames go through in the same way.
    static TemplateClient adopt(int socket) { return TemplateClient(socket, Adopted{}); }
    TemplateClient(TemplateClient &&other) noexcept
        : socket_(std::exchange(other.socket_, -1)), link_(std::move(other.link_)),
          decoder_(std::move(other.decoder_)) {}
    ~TemplateClient() {
        if (socket_ >= 0)
            close(socket_);
    }

    bool send_bytes(const template_provider::Bytes &bytes) {
        std::size_t sent = 0;
        while (sent < bytes.size()) {
            const ssize_t size =
                send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            if (size <= 0)
                return false;
            sent += static_cast<std::size_t>(size);
        }
        return true;
    }

    // Exactly so many bytes. False when the connection ends before, or nothing comes in time.
    bool receive_exactly(std::uint8_t *to, std::size_t size, int timeout_ms = 20000) {
        while (size > 0) {
            const ssize_t taken = is_readable(timeout_ms) ? recv(socket_, to, size, 0) : -1;
            if (taken <= 0)
                return false;
            to += taken;
            size -= static_cast<std::size_t>(taken);
        }
        return true;
    }

    // From now on frames are sealed, and received through a sealed decoder.
    void encrypt(sv2::transport link) {
        link_ = std::move(link);
        decoder_ = sv2::decoder::create_sealed(SV2_PAYLOAD_SIZE_MAX, *link_).value();
    }

    // Whole plain frames as they stand in the stream.
    template_provider::Bytes protect(const template_provider::Bytes &frames) {
        return link_ ? link_->seal(frames).value() : frames;
    }

    template <class Message> bool send_message(const Message &message) {
        return send_bytes(protect(sv2::encode(message).value()));
    }

    bool send_setup(std::uint8_t protocol = SV2_PROTOCOL_TEMPLATE_DISTRIBUTION,
                    std::uint16_t min_version = 2, std::uint16_t max_version = 2,
                    std::uint32_t flags = 0) {
        sv2_setup_connection setup{};
        setup.protocol = protocol;
        setup.min_version = min_version;
        setup.max_version = max_version;
        setup.flags = flags;
        setup.vendor = sv2::bytes("provider_test");
        return send_message(setup);
    }

    bool send_constraints(std::uint32_t size, std::uint16_t sigops = 0) {
        sv2_coinbase_output_constraints constraints{};
        constraints.coinbase_output_max_additional_size = size;
        constraints.coinbase_output_max_additional_sigops = sigops;
        return send_message(constraints);
    }

    bool request_transaction_data(std::uint64_t template_id) {
        sv2_request_transaction_data request{};
        request.template_id = template_id;
        return send_message(request);
    }

    // Not `arrived` when the connection ended or nothing came in time.
    KeptFrame receive(int timeout_ms = 20000) {
        for (;;) {
            const auto next = decoder_.next().value();
            if (next) {
                KeptFrame kept;
                kept.arrived = true;
                kept.frame = *next;
                kept.payload.assign(next->payload, next->payload + next->payload_len);
                return kept;
            }
            if (!is_readable(timeout_ms))
                return {};
            const auto memory = decoder_.writable().value();
            const ssize_t size = recv(socket_, memory.data(), memory.size(), 0);
            if (size <= 0) {
                was_reset_ = size < 0;
                ended_ = true;
                return {};
            }
            decoder_.commit(static_cast<std::size_t>(size)).value();
        }
    }

    // Whether the provider closes the connection, whatever it sends before.
    bool is_closed(int timeout_ms = 20000) {
        while (receive(timeout_ms).arrived) {
        }
        return ended_;
    }
    bool was_reset() const { return was_reset_; }
    void end_output() { shutdown(socket_, SHUT_WR); }

  private:
    struct Adopted {};

    // The Go runtime in this process sends its threads signals, which end poll() early.
    bool is_readable(int timeout_ms) const {
        pollfd waiting{socket_, POLLIN, 0};
        int ready;
        do {
            ready = poll(&waiting, 1, timeout_ms);
        } while (ready < 0 && errno == EINTR);
        return ready > 0;
    }

    TemplateClient(int socket, Adopted)
        : socket_(socket), decoder_(sv2::decoder::create(SV2_PAYLOAD_SIZE_MAX).value()) {}

    int socket_ = -1;
    std::optional<sv2::transport> link_;
    sv2::decoder decoder_;
    bool ended_ = false;
    bool was_reset_ = false;
};
