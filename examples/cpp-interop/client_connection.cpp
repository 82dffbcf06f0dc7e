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
constexpr std::size_t receive_size = 16384;
constexpr std::size_t send_size = 65536;

bool would_block(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

std::string connection_lost(int error) {
    return "connection lost: " + std::generic_category().message(error);
}

} // namespace

ClientConnection::ClientConnection(std::uint64_t id, FileDescriptor socket, sv2::session session,
                                   const ConnectionLimits &limits, LinkSecurity *security,
                                   ProviderParts parts, TimePoint now)
    : limits_(limits), security_(security), socket_(std::move(socket)),
      session_(id, std::move(session), limits, parts), last_sent_(now) {
    guarded(now, [] {});
}

bool ClientConnection::may_take() const {
    // A client that asks for more than it reads has to read first.
    return phase_ == Phase::serving && info_.waiting <= limits_.max_queued_output / 4;
}

bool ClientConnection::may_receive() const {
    return may_take() && !at_end_ && input_.empty();
}

bool ClientConnection::has_work() const {
    return may_take() && (!input_.empty() || !lost_.empty());
}

short ClientConnection::wanted_events() const {
    short events = 0;
    if (may_receive() || phase_ == Phase::draining)
        events |= POLLIN;
    if (info_.waiting != 0)
        events |= POLLOUT;
    return events;
}

TimePoint ClientConnection::deadline() const {
    if (phase_ == Phase::draining)
        return finish_by_;
    TimePoint earliest = std::min(time_of_deadline(info_.deadline), session_.constraints_by());
    if (info_.waiting != 0)
        earliest = std::min(earliest, last_sent_ + limits_.send_timeout);
    return earliest;
}

bool ClientConnection::is_set_up() const {
    return info_.settled != 0 && session_.constraints_by() == TimePoint::max();
}

void ClientConnection::end(const std::string &reason, sv2_status status) {
    if (phase_ == Phase::closed)
        return;
    nlohmann::json fields = {{"reason", reason}};
    if (status != SV2_OK)
        fields["status"] = sv2_status_name(status);
    session_.log("client_disconnected", "disconnected: " + reason, std::move(fields));
    phase_ = Phase::closed;
    socket_.reset();
}

// Whatever a client sends, others do not notice.
template <typename Step> void ClientConnection::guarded(TimePoint now, Step step) {
    if (phase_ == Phase::closed)
        return;
    if (info_.waiting == 0)
        last_sent_ = now; // what is queued by this step
    try {
        step();
        see_end();
        send_output(now);
        close_side_when_done(now);
        check_deadlines(now);
    } catch (const ProtocolViolation &violation) {
        end(violation.what());
    } catch (const sv2::exception &error) {
        end(error.status() == SV2_ERR_QUEUE_FULL ? does_not_read() : error.what(), error.status());
    } catch (const std::exception &error) {
        end(std::string("internal error: ") + error.what());
    }
}

void ClientConnection::advance(short events, TimePoint now) {
    if (events == 0 && !has_work() && now < deadline())
        return;
    guarded(now, [&] {
        if (phase_ == Phase::draining) {
            if (events != 0)
                drain();
            return;
        }
        if ((events & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
            lost("connection lost");
            send_output(now);
        }
        take_input(now);
        if ((events & POLLIN) != 0 || !lost_.empty())
            receive(now);
        if (phase_ != Phase::closed)
            session_.tick(now);
    });
}

void ClientConnection::template_changed(TimePoint now) {
    if (phase_ == Phase::serving && lost_.empty())
        guarded(now, [&] { session_.template_changed(now); });
}

// Nothing goes out any more, but what the client sent before is still read: it may be a block.
void ClientConnection::lost(const std::string &reason) {
    if (!lost_.empty())
        return;
    lost_ = reason;
    session_.take_only_solutions();
}

void ClientConnection::finish(TimePoint now) {
    advance(POLLIN, now); // a block may have arrived
    while (has_work())
        advance(0, now);
    if (phase_ == Phase::serving)
        guarded(now, [&] { session_.close(now); });
}

void ClientConnection::receive(TimePoint now) {
    for (int turn = 0; turn < receives_per_turn && may_receive(); ++turn) {
        input_.resize(receive_size);
        const ssize_t size = recv(socket_.get(), input_.data(), input_.size(), 0);
        const int error = errno;
        input_.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        if (size > 0) {
            if (!admit(now))
                return;
            take_input(now);
        } else if (size == 0) {
            at_end_ = true;
        } else if (!would_block(error)) {
            return end(connection_lost(error));
        } else if (!lost_.empty()) {
            return end(lost_);
        } else {
            return;
        }
    }
}

// Before a client's first byte is looked at: the answer to act 1 costs more than anything else that
// a stranger can ask for.
bool ClientConnection::admit(TimePoint now) {
    if (security_ == nullptr || admitted_)
        return true;
    const auto admission = security_->admit(now);
    admitted_ = admission.ok();
    if (!admitted_)
        end("handshake: " + admission.error_text(), admission.status());
    return admitted_;
}

// As many frames of what was received as a turn has.
void ClientConnection::take_input(TimePoint now) {
    for (int frame = 0; frame < frames_per_turn && may_take() && !input_.empty(); ++frame) {
        fed_ += session_.feed(sv2::const_span(input_).subspan(fed_), now);
        if (fed_ == input_.size()) {
            input_.clear();
            fed_ = 0;
        }
        see_end();
        info_ = session_.info();
    }
}

void ClientConnection::see_end() {
    if (phase_ != Phase::serving || !session_.ended())
        return;
    const ClientSession::End &ended = *session_.ended();
    if (ended.in_order)
        phase_ = Phase::flushing;
    else if (ended.status == SV2_ERR_PEER_CLOSED && !lost_.empty())
        end(lost_);
    else
        end(ended.reason, ended.status);
}

void ClientConnection::send_output(TimePoint now) {
    std::array<std::uint8_t, send_size> output;
    while (phase_ != Phase::closed) {
        info_ = session_.info();
        if (info_.waiting == 0)
            return;
        const std::size_t length = session_.output(output);
        if (lost_.empty()) {
            const ssize_t size = ::send(socket_.get(), output.data(), length, MSG_NOSIGNAL);
            if (size < 0 && would_block(errno))
                return;
            if (size < 0)
                lost(connection_lost(errno));
            else
                session_.sent(static_cast<std::size_t>(size));
        } else {
            session_.sent(length);
        }
        last_sent_ = now;
    }
}

void ClientConnection::close_side_when_done(TimePoint now) {
    if (phase_ == Phase::serving && at_end_ && input_.empty() && info_.waiting == 0) {
        // Only now: a client may close its half first and still wants the answers.
        session_.peer_closed(now);
        see_end();
    }
    if (phase_ != Phase::flushing || info_.finished == 0)
        return;
    // Closing while the client's bytes wait unread would reset the connection, and the client
    // might never see what it was sent last.
    shutdown(socket_.get(), SHUT_WR);
    phase_ = Phase::draining;
    finish_by_ = now + limits_.refusal_patience;
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
    if (phase_ == Phase::draining)
        return end("closed");
    if (info_.waiting != 0 && now >= last_sent_ + limits_.send_timeout)
        return end(does_not_read());
    if (now >= session_.constraints_by())
        end("no CoinbaseOutputConstraints in time");
    // Whatever else is due is the session's, at its next tick.
}

std::string ClientConnection::does_not_read() const {
    return "does not read: " + std::to_string(info_.waiting) + " bytes wait for it";
}

} // namespace template_provider
