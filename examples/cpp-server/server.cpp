// SPDX-License-Identifier: MIT
#include "server.hpp"

#include "log.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <system_error>

#include <sys/epoll.h>

namespace mining_server {

namespace {

constexpr std::uint64_t stop_id = 0, listening_id = 1, first_client_id = 2;
constexpr std::size_t buffer_size = 16 * 1024;
constexpr int events_at_once = 256;
constexpr std::uint64_t admission_ms = 10, out_of_resources_ms = 200;
constexpr std::uint32_t jobs_of_a_tip = 4;

std::uint32_t unix_time() {
    return static_cast<std::uint32_t>(std::time(nullptr));
}

std::size_t resident_bytes() {
    unsigned long size = 0, resident = 0;
    if (std::FILE *file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%lu %lu", &size, &resident) != 2)
            resident = 0;
        std::fclose(file);
    }
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// The hook belongs to the profile of all sessions, so context tells which client is being served.
void log_hook(void *context, std::uint32_t, const char *text, std::size_t text_len) {
    log(*static_cast<const std::string_view *>(context), std::string_view(text, text_len));
}

} // namespace

Server::Server(const Options &options, sv2_identity identity, ListeningSocket listening)
    : options_(options), listening_(std::move(listening)),
      profile_(make_profile(options, identity)),
      admission_(sv2::admission::create(std::max(options.handshakes, 1u),
                                        std::max(options.handshakes / 10, 1u))
                     .value()),
      epoll_(epoll_create1(EPOLL_CLOEXEC)), jobs_(unix_time()), buffer_(buffer_size),
      next_id_(first_client_id), next_job_(monotonic_ms() + options.job_interval),
      resident_before_(resident_bytes()) {
    if (!epoll_.is_open())
        throw std::system_error(errno, std::generic_category(), "epoll");
    if (options.sessions_report != 0)
        next_report_ = monotonic_ms() + options.sessions_report;
    control(EPOLL_CTL_ADD, listening_.socket.get(), listening_id, 0);
    listen_again();
}

sv2::session_profile Server::make_profile(const Options &options, sv2_identity identity) {
    static const std::vector<std::uint16_t> worker_identity{
        SV2_EXTENSION_WORKER_SPECIFIC_HASHRATE_TRACKING};
    sv2_service mining{};
    mining.protocol = SV2_PROTOCOL_MINING;
    // Standard jobs and work selection are not served: such clients get SetupConnection.Error with
    // these flags. Version rolling is always allowed.
    mining.flags = SV2_SETUP_REQUIRES_VERSION_ROLLING;
    mining.success_flags = SV2_SETUP_SUCCESS_REQUIRES_EXTENDED_CHANNELS;

    sv2_server_config config = SV2_SERVER_CONFIG_INIT;
    config.security = SV2_SECURITY_NOISE;
    config.identity = identity;
    config.services = &mining;
    config.service_count = 1;
    config.supported = sv2::extensions(worker_identity);
    if (options.require_worker_identity)
        config.required = sv2::extensions(worker_identity);
    config.timeouts.inactivity = options.inactivity;
    config.limits.payload = 4096; // the largest message of a mining client has 300 bytes
    config.limits.output = options.output_max;

    sv2_hooks hooks = SV2_HOOKS_INIT;
    hooks.log_level = options.log_level;
    hooks.context = &speaking_;
    hooks.log = log_hook;
    return sv2::session_profile::server(config, &hooks).value();
}

void Server::control(int operation, int descriptor, Id id, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    if (epoll_ctl(epoll_.get(), operation, descriptor, &event) != 0)
        throw std::system_error(errno, std::generic_category(), "epoll");
}

// --- New clients ---

void Server::listen_again() {
    if (is_listening_ || is_stopping_ || unestablished_ >= options_.unestablished_max)
        return;
    control(EPOLL_CTL_MOD, listening_.socket.get(), listening_id, EPOLLIN);
    is_listening_ = true;
    listen_at_ = never;
}

// Clients that come now wait in the queue of the system.
void Server::stop_listening(std::uint64_t until) {
    control(EPOLL_CTL_MOD, listening_.socket.get(), listening_id, 0);
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
    watch(id, entry);
    listen_again();
}

void Server::watch(Id id, Entry &entry) {
    std::uint32_t events = 0;
    if (entry.admission != Admission::waiting && entry.client->wants_input())
        events |= EPOLLIN;
    if (entry.client->wants_output())
        events |= EPOLLOUT;
    if (events == entry.events)
        return;
    // Without events epoll would still report, again and again, that the client has gone.
    const int operation = entry.events == 0 ? EPOLL_CTL_ADD
                          : events == 0     ? EPOLL_CTL_DEL
                                            : EPOLL_CTL_MOD;
    control(operation, entry.client->descriptor(), id, events);
    entry.events = events;
}

void Server::remove(Id id, Entry &entry) {
    if (!entry.is_established)
        unestablished_--;
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

// Memory that the process got once it keeps, so what a session takes is told for the most of them.
void Server::report() {
    const std::size_t resident = resident_bytes();
    if (clients_.size() >= peak_ && resident > resident_before_) {
        peak_ = clients_.size();
        peak_resident_ = resident - resident_before_;
    }
    const auto number = [](std::uint64_t value) { return std::to_string(value); };
    log("server",
        number(clients_.size()) + " sessions, " + number(clients_.size() - unestablished_) +
            " established; " + number(counts_.connections) + " came, " +
            number(counts_.turned_away) + " turned away, " + number(counts_.failed) + " failed, " +
            number(counts_.cut) + " cut; " + number(counts_.channels) + " channels, " +
            number(counts_.shares) + " shares, " + number(counts_.refused_shares) + " refused");
    if (options_.sessions_report != 0 && peak_ > 0)
        log("server", "memory: " + number(peak_) + " sessions took " +
                          number(peak_resident_ / 1024) + " KiB, " +
                          number(peak_resident_ / peak_) + " bytes each; a session takes at most " +
                          number(profile_.memory_bound().value()));
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
    control(EPOLL_CTL_ADD, stop_descriptor, stop_id, EPOLLIN);
    epoll_event ready[events_at_once];
    while (!is_stopping_ || !clients_.empty()) {
        const int count = epoll_wait(epoll_.get(), ready, events_at_once, milliseconds_to_wait());
        for (int i = 0; i < count; i++) {
            if (ready[i].data.u64 == stop_id)
                stop(stop_descriptor);
            else if (ready[i].data.u64 == listening_id)
                accept_clients();
            else
                serve(ready[i].data.u64, ready[i].events);
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
    control(EPOLL_CTL_DEL, stop_descriptor, stop_id, 0);
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
