// SPDX-License-Identifier: MIT
#include "client.hpp"

#include "log.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>

#include <sys/socket.h>

namespace mining_server {

namespace {

constexpr std::uint64_t stall_ms = 30000;

// What ends a session is told by its last event, so the results of these calls are not looked at.
template <class Result> void told_by_last_event(const Result &) {}

} // namespace

std::uint64_t monotonic_ms() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000000;
}

Client::Client(std::string peer, FileDescriptor socket, sv2::session session, const JobSource &jobs,
               Counts &counts)
    : peer_(std::move(peer)), socket_(std::move(socket)), session_(std::move(session)),
      counts_(counts), channels_(session_, jobs, counts), info_(session_.info().value()) {}

void Client::receive(sv2::span<std::uint8_t> buffer) {
    const ssize_t received = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return;
    if (received <= 0) {
        peer_closed_ = true;
        told_by_last_event(session_.peer_closed());
        act_on_events();
        return;
    }
    sv2::const_span rest(buffer.data(), static_cast<std::size_t>(received));
    while (!rest.empty() && !is_cut_) {
        const auto taken = session_.feed(rest);
        act_on_events();
        if (!taken)
            break;
        rest = rest.subspan(*taken);
    }
    if (!is_cut_)
        cut_if(channels_.acknowledge());
}

void Client::act_on_events() {
    for (;;) {
        const auto next = session_.next_event();
        if (!next || !*next)
            return;
        const sv2_session_event &event = **next;
        switch (event.kind) {
        case SV2_EVENT_ESTABLISHED:
            is_established_ = true;
            counts_.established++;
            break;
        case SV2_EVENT_MESSAGE:
            // With extension 0x0002, event.user_identity is the worker of a share.
            cut_if(channels_.receive(event));
            break;
        case SV2_EVENT_END:
            if (event.status != SV2_ERR_PEER_CLOSED && event.status != SV2_ERR_CLOSED)
                counts_.failed++;
            break;
        default:
            break;
        }
    }
}

void Client::cut_if(const sv2::result<sv2::nothing> &sent) {
    if (sent || is_cut_)
        return;
    if (sv2_status_class(sent.status()) == SV2_CLASS_PROTOCOL) {
        log(peer_, sent.error_text()); // a message that cannot be decoded
        told_by_last_event(session_.close());
    } else if (sent.status() == SV2_ERR_QUEUE_FULL) {
        log(peer_, "does not read what it is sent");
        counts_.cut++;
        is_cut_ = true;
    }
    // Else the session has ended, and its last event tells why.
}

void Client::send_job(bool new_tip) {
    if (info_.phase == SV2_PHASE_ESTABLISHED)
        cut_if(channels_.send_job(new_tip));
}

void Client::close(std::uint16_t move_to) {
    sv2_reconnect reconnect{};
    reconnect.new_port = move_to;
    if (move_to != 0 && is_established_)
        told_by_last_event(session_.send(reconnect));
    told_by_last_event(session_.close());
}

void Client::send(sv2::span<std::uint8_t> buffer) {
    for (;;) {
        const auto size = session_.output(buffer);
        if (!size || *size == 0)
            return;
        ssize_t sent = ::send(socket_.get(), buffer.data(), *size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (!stalled_since_)
                stalled_since_ = monotonic_ms();
            return;
        }
        stalled_since_.reset();
        if (sent < 0)
            sent = static_cast<ssize_t>(*size); // lost, but what the client sent before is read
        if (!session_.sent(static_cast<std::size_t>(sent)))
            return;
    }
}

void Client::settle(sv2::span<std::uint8_t> buffer) {
    if (is_cut_)
        return;
    told_by_last_event(session_.tick());
    act_on_events();
    send(buffer);
    if (stalled_since_ && monotonic_ms() - *stalled_since_ >= stall_ms) {
        log(peer_, "took nothing for too long");
        counts_.cut++;
        is_cut_ = true;
    }
    info_ = session_.info().value();
}

std::uint64_t Client::deadline() const {
    return std::min(info_.deadline, stalled_since_ ? *stalled_since_ + stall_ms : never);
}

} // namespace mining_server
