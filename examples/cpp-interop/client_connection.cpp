// SPDX-License-Identifier: MIT
#include "client_connection.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>

namespace template_provider {

namespace {

// How much one client may do before the next one has its turn. A frame can cost milliseconds: a
// template is built or a block put together for it.
constexpr int frames_per_turn = 4;
constexpr int receives_per_turn = 16;
// A SetupConnection.Error, and the client's own end after it.
constexpr std::chrono::milliseconds refusal_patience{2000};

bool would_block(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

std::string text_of_error(int error) {
    return std::generic_category().message(error);
}

} // namespace

ClientConnection::ClientConnection(std::uint64_t id, FileDescriptor socket,
                                   const ConnectionLimits &limits, LinkSecurity *security,
                                   ProviderParts parts, TimePoint now)
    : limits_(limits), socket_(std::move(socket)),
      stream_(limits.max_payload, limits.max_queued_output, security),
      protocol_(id, parts, stream_), state_since_(now), last_received_(now), last_sent_(now) {}

bool ClientConnection::may_receive() const {
    // A client that asks for more than it reads has to read first.
    return phase_ == Phase::serving && !at_end_ && !frames_left_ &&
           stream_.queued_output() <= limits_.max_queued_output / 4;
}

bool ClientConnection::has_work() const {
    return phase_ == Phase::serving && frames_left_ &&
           stream_.queued_output() <= limits_.max_queued_output / 4;
}

short ClientConnection::wanted_events() const {
    short events = 0;
    if (may_receive() || phase_ == Phase::draining)
        events |= POLLIN;
    if (stream_.queued_output() != 0)
        events |= POLLOUT;
    return events;
}

TimePoint ClientConnection::deadline() const {
    if (phase_ == Phase::flushing || phase_ == Phase::draining)
        return finish_by_;
    TimePoint earliest = TimePoint::max();
    if (protocol_.state() == ClientProtocol::State::setup ||
        protocol_.state() == ClientProtocol::State::constraints)
        earliest = state_since_ + limits_.setup_timeout;
    if (stream_.queued_output() != 0)
        earliest = std::min(earliest, last_sent_ + limits_.send_timeout);
    if (limits_.idle_timeout.count() != 0)
        earliest = std::min(earliest, last_received_ + limits_.idle_timeout);
    return earliest;
}

void ClientConnection::end(const std::string &reason, sv2_status status) {
    if (phase_ == Phase::closed)
        return;
    nlohmann::json fields = {{"reason", reason}};
    if (status != SV2_OK)
        fields["status"] = sv2_status_name(status);
    protocol_.log("client_disconnected", "disconnected: " + reason, std::move(fields));
    phase_ = Phase::closed;
    socket_.reset();
}

// Whatever a client sends, others do not notice.
template <typename Step> void ClientConnection::guarded(Step step) {
    try {
        step();
    } catch (const ProtocolViolation &violation) {
        end(violation.what());
    } catch (const OutputLimitError &error) {
        end(error.what());
    } catch (const sv2::exception &error) {
        end(explain(error), error.status());
    } catch (const std::exception &error) {
        end(std::string("internal error: ") + error.what());
    }
}

std::string ClientConnection::explain(const sv2::exception &error) const {
    if (stream_.is_shaking_hands())
        return std::string("handshake: ") + error.what();
    return error.status() == SV2_ERR_DECRYPT ? with_suspicion(error.what()) : error.what();
}

// Who forgets --insecure, or has it on one side only, finds the reason in the log.
std::string ClientConnection::with_suspicion(const std::string &reason) const {
    return stream_.begins_like_plain_setup()
               ? reason + "; it began as a client does that does not encrypt"
               : reason;
}

void ClientConnection::advance(short events, TimePoint now) {
    guarded([&] {
        if (phase_ == Phase::draining) {
            if (events != 0)
                drain();
        } else {
            if ((events & POLLIN) != 0 && may_receive())
                receive(now);
            else if ((events & (POLLERR | POLLHUP | POLLNVAL)) != 0 && phase_ == Phase::serving)
                return end("connection lost"); // it is not read from, so nothing else would tell
            handle_frames(now);
            send_output(now);
        }
        check_deadlines(now);
    });
}

void ClientConnection::template_changed(TimePoint now) {
    if (phase_ != Phase::serving)
        return;
    guarded([&] {
        if (stream_.queued_output() == 0)
            last_sent_ = now;
        protocol_.template_changed(now);
        send_output(now);
    });
}

void ClientConnection::receive(TimePoint now) {
    for (int turn = 0; turn < receives_per_turn && may_receive(); ++turn) {
        const sv2::span<std::uint8_t> memory = stream_.writable();
        const ssize_t size = recv(socket_.get(), memory.data(), memory.size(), 0);
        if (size > 0) {
            received(static_cast<std::size_t>(size), now);
            handle_frames(now);
        } else if (size == 0) {
            at_end_ = true;
        } else if (would_block(errno)) {
            return;
        } else {
            return end("connection lost: " + text_of_error(errno));
        }
    }
}

void ClientConnection::received(std::size_t size, TimePoint now) {
    last_received_ = now;
    if (stream_.queued_output() == 0)
        last_sent_ = now; // act 2 may be queued
    const bool was_shaking_hands = stream_.is_shaking_hands();
    stream_.received(size, now);
    if (was_shaking_hands && !stream_.is_shaking_hands())
        protocol_.log("encrypted", "the link is encrypted");
}

void ClientConnection::handle_frames(TimePoint now) {
    if (stream_.queued_output() == 0)
        last_sent_ = now;
    frames_left_ = false;
    for (int count = 0; phase_ == Phase::serving; ++count) {
        if (count == frames_per_turn || stream_.queued_output() > limits_.max_queued_output / 4) {
            frames_left_ = true; // perhaps; the next turn finds out
            return;
        }
        const std::optional<sv2_frame> frame = stream_.next_frame();
        if (!frame)
            break;
        const ClientProtocol::State before = protocol_.state();
        protocol_.handle(*frame, now);
        if (protocol_.state() == before)
            continue;
        state_since_ = now;
        if (protocol_.state() == ClientProtocol::State::refused) {
            phase_ = Phase::flushing;
            finish_by_ = now + refusal_patience;
        }
    }
    // A client may close its half first and still wants the answers.
    if (at_end_ && phase_ == Phase::serving) {
        if (stream_.is_inside_frame())
            return end(stream_.is_shaking_hands()
                           ? with_suspicion("the connection ended in the middle of the handshake")
                           : "the connection ended in the middle of a message");
        phase_ = Phase::flushing;
        finish_by_ = now + refusal_patience;
    }
}

void ClientConnection::send_output(TimePoint now) {
    while (phase_ != Phase::closed && stream_.queued_output() != 0) {
        const ByteView output = stream_.output();
        const ssize_t size = ::send(socket_.get(), output.data, output.size, MSG_NOSIGNAL);
        if (size < 0 && would_block(errno))
            return;
        if (size < 0)
            return end("connection lost: " + text_of_error(errno));
        stream_.sent(static_cast<std::size_t>(size));
        last_sent_ = now;
    }
    if (phase_ != Phase::flushing)
        return;
    if (at_end_)
        return end("closed by the client");
    // Closing while the client's bytes wait unread would reset the connection, and the client
    // might never see what it was sent last.
    shutdown(socket_.get(), SHUT_WR);
    phase_ = Phase::draining;
    drain();
}

void ClientConnection::drain() {
    char dropped[4096];
    for (int turn = 0; turn < receives_per_turn; ++turn) {
        const ssize_t size = recv(socket_.get(), dropped, sizeof dropped, 0);
        if (size < 0 && would_block(errno))
            return;
        if (size <= 0)
            return end("closed");
    }
}

void ClientConnection::check_deadlines(TimePoint now) {
    if (phase_ == Phase::closed || now < deadline())
        return;
    if (phase_ == Phase::flushing || phase_ == Phase::draining)
        return end("closed");
    if (stream_.queued_output() != 0 && now >= last_sent_ + limits_.send_timeout)
        return end("does not read: " + std::to_string(stream_.queued_output()) +
                   " bytes wait for it");
    if (stream_.is_shaking_hands())
        return end(with_suspicion("no handshake in time"));
    if (protocol_.state() == ClientProtocol::State::setup)
        return end("no SetupConnection in time");
    if (protocol_.state() == ClientProtocol::State::constraints)
        return end("no CoinbaseOutputConstraints in time");
    end("idle");
}

void ClientConnection::finish(std::chrono::milliseconds patience, TimePoint now) {
    advance(POLLIN, now); // a block may have arrived
    if (phase_ != Phase::serving)
        return;
    phase_ = Phase::flushing;
    finish_by_ = now + patience;
    guarded([&] { send_output(now); });
}

} // namespace template_provider
