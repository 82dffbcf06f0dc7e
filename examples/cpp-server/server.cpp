// SPDX-License-Identifier: MIT
#include "server.hpp"

#include "log.hpp"
#include "session_profile.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <system_error>

namespace mining_server {

namespace {

constexpr std::uint64_t stop_id = 0, listening_id = 1, first_client_id = 2;
constexpr std::size_t buffer_size = 16 * 1024;
constexpr std::uint64_t admission_ms = 10, out_of_resources_ms = 200;
constexpr std::uint32_t jobs_of_a_tip = 4;

std::uint32_t unix_time() {
    return static_cast<std::uint32_t>(std::time(nullptr));
}

} // namespace

Server::Server(const Options &options, sv2_identity identity, ListeningSocket listening)
    : options_(options), listening_(std::move(listening)),
      profile_(make_session_profile(options, identity, speaking_)),
      admission_(sv2::admission::create(std::max(options.handshakes, 1u),
                                        std::max(options.handshakes / 10, 1u))
                     .value()),
      jobs_(unix_time()), buffer_(buffer_size), next_id_(first_client_id),
      next_job_(monotonic_ms() + options.job_interval),
      report_(options.sessions_report == 0 ? 0 : profile_.memory_bound().value()) {
    if (options.sessions_report != 0)
        next_report_ = monotonic_ms() + options.sessions_report;
    epoll_.control(EPOLL_CTL_ADD, listening_.socket.get(), listening_id, 0);
    listen_again();
}

// --- New clients ---

void Server::listen_again() {
    if (is_listening_ || is_stopping_ || unestablished_ >= options_.unestablished_max)
        return;
    epoll_.control(EPOLL_CTL_MOD, listening_.socket.get(), listening_id, EPOLLIN);
    is_listening_ = true;
    listen_at_ = never;
}

// Clients that come now wait in the queue of the system.
void Server::stop_listening(std::uint64_t until) {
    epoll_.control(EPOLL_CTL_MOD, listening_.socket.get(), listening_id, 0);
    is_listening_ = false;
    listen_at_ = until;
}

void Server::accept_clients() {
    while (is_listening_) {
        AcceptedSocket accepted = accept_from(listening_);
        if (accepted.outcome == Accepted::nobody)
            return;
        if (accepted.outcome == Accepted::no_resources) {
            stop_listening(monotonic_ms() +
                           out_of_resources_ms); // else epoll would report it again
            return;
        }
        counts_.connections++;
        if (clients_.size() >= options_.clients_max) {
            counts_.turned_away++; // closed at once: a miner then tries its next pool
            continue;
        }
        auto session = sv2::session::start(profile_);
        if (!session) {
            log(accepted.peer, session.error_text());
            continue;
        }
        const Id id = next_id_++;
        Entry &entry = clients_[id];
        entry.client =
            std::make_unique<Client>(std::move(accepted.peer), std::move(accepted.socket),
                                     std::move(session).value(), jobs_, counts_);
        unestablished_++;
        settle(id);
        if (unestablished_ >= options_.unestablished_max)
            stop_listening(never);
    }
}

// Answering act 1 costs more than anything else a stranger can ask for.
bool Server::admit(Id id, Entry &entry) {
    if (entry.admission == Admission::not_asked) {
        const bool granted = admission_.take(monotonic_ms()).ok();
        entry.admission = granted ? Admission::granted : Admission::waiting;
        if (!granted)
            waiting_.push_back(id);
    }
    return entry.admission == Admission::granted;
}

void Server::admit_waiting() {
    while (!waiting_.empty()) {
        const Id id = waiting_.front();
        const auto found = clients_.find(id);
        if (found != clients_.end()) {
            if (!admission_.take(monotonic_ms()))
                return;
            found->second.admission = Admission::granted;
        }
        waiting_.pop_front();
        if (found != clients_.end())
            serve(id, EPOLLIN);
    }
}

// --- Clients ---

void Server::serve(Id id, std::uint32_t ready) {
    const auto found = clients_.find(id);
    if (found == clients_.end())
        return; // it ended while an earlier event of this turn was served
    Client &client = *found->second.client;
    speaking_ = client.peer();
    if ((ready & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && client.wants_input() &&
        admit(id, found->second))
        client.receive(buffer_);
    settle(id);
}

// After anything that was done with a client.
void Server::settle(Id id) {
    Entry &entry = clients_.at(id);
    speaking_ = entry.client->peer();
    entry.client->settle(buffer_);
    speaking_ = "server";
    if (!entry.is_established && entry.client->is_established()) {
        entry.is_established = true;
        unestablished_--;
    }
    deadlines_.erase({entry.deadline, id});
    if (entry.client->is_over()) {
        remove(id, entry);
        return;
    }
    entry.deadline = entry.client->deadline();
    if (entry.deadline != never)
        deadlines_.insert({entry.deadline, id});
    if (!watch(id, entry)) {
        // The system watches so many sockets of a user and no more: the others stay.
        log(entry.client->peer(), "cannot be watched: " + std::generic_category().message(errno));
        counts_.failed++;
        remove(id, entry);
        return;
    }
    listen_again();
}

bool Server::watch(Id id, Entry &entry) {
    std::uint32_t events = 0;
    if (entry.admission != Admission::waiting && entry.client->wants_input())
        events |= EPOLLIN;
    if (entry.client->wants_output())
        events |= EPOLLOUT;
    if (events == entry.events)
        return true;
    // Without events epoll would still report, again and again, that the client has gone.
    const int operation = entry.events == 0 ? EPOLL_CTL_ADD
                          : events == 0     ? EPOLL_CTL_DEL
                                            : EPOLL_CTL_MOD;
    entry.events = events;
    return epoll_.try_control(operation, entry.client->descriptor(), id, events);
}

void Server::remove(Id id, Entry &entry) {
    if (!entry.is_established)
        unestablished_--;
    deadlines_.erase({entry.deadline, id});
    clients_.erase(id); // closes the socket, which epoll then forgets
    listen_again();
}

// --- The loop ---

void Server::settle_due() {
    const std::uint64_t now = monotonic_ms();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const auto due = *deadlines_.begin();
        settle(due.second);
        if (!deadlines_.empty() && *deadlines_.begin() == due)
            return; // the clock of the session is not past it yet
    }
}

void Server::send_job() {
    const bool new_tip = jobs_made_++ % jobs_of_a_tip == 0;
    if (new_tip)
        jobs_.new_tip(unix_time());
    else
        jobs_.new_job(unix_time());
    std::vector<Id> ids; // settle() removes clients that are over
    for (const auto &one : clients_)
        ids.push_back(one.first);
    for (const Id id : ids) {
        Client &client = *clients_.at(id).client;
        speaking_ = client.peer();
        client.send_job(new_tip);
        settle(id);
    }
    next_job_ = monotonic_ms() + options_.job_interval;
}

void Server::report() {
    report_.tell(clients_.size(), clients_.size() - unestablished_, counts_);
    next_report_ =
        options_.sessions_report == 0 ? never : monotonic_ms() + options_.sessions_report;
}

int Server::milliseconds_to_wait() const {
    std::uint64_t until = std::min({next_job_, next_report_, listen_at_});
    if (!deadlines_.empty())
        until = std::min(until, deadlines_.begin()->first);
    const std::uint64_t now = monotonic_ms();
    std::uint64_t wait = until > now ? std::min<std::uint64_t>(until - now, 60000) : 0;
    if (!waiting_.empty())
        wait = std::min(wait, admission_ms);
    return static_cast<int>(wait);
}

void Server::run(int stop_descriptor) {
    epoll_.control(EPOLL_CTL_ADD, stop_descriptor, stop_id, EPOLLIN);
    while (!is_stopping_ || !clients_.empty()) {
        for (const epoll_event &event : epoll_.wait(milliseconds_to_wait())) {
            if (event.data.u64 == stop_id)
                stop(stop_descriptor);
            else if (event.data.u64 == listening_id)
                accept_clients();
            else
                serve(event.data.u64, event.events);
        }
        admit_waiting();
        settle_due();
        const std::uint64_t now = monotonic_ms();
        if (now >= next_job_)
            send_job();
        if (now >= next_report_)
            report();
        if (now >= listen_at_)
            listen_again();
    }
}

// What is queued for a client is still sent; sessions that cannot drain end by their deadlines.
void Server::stop(int stop_descriptor) {
    report();
    is_stopping_ = true;
    epoll_.control(EPOLL_CTL_DEL, stop_descriptor, stop_id, 0);
    stop_listening(never);
    std::vector<Id> ids;
    for (const auto &one : clients_)
        ids.push_back(one.first);
    for (const Id id : ids) {
        clients_.at(id).client->close(static_cast<std::uint16_t>(options_.move_to));
        settle(id);
    }
}

} // namespace mining_server
