// SPDX-License-Identifier: MIT
// Many clients of a mining server at once, in one thread: all connect, open a channel, submit
// shares and wait for what becomes of them. Some can be bad ones:
//
//     load_clients URL [--clients N] [--shares N] [--hold MS] [--timeout MS]
//                      [--silent N] [--garbage N] [--deaf N] [--extensions 0] [--flags N]
//
// --silent connect and say nothing, --garbage send bytes of no meaning in place of a handshake,
// --deaf submit bad shares for ever and never read what is answered; all are added to --clients.
// Prints counts; exits with 0 when every good client had all its shares answered.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sv2.hpp"

namespace {

using Clock = std::chrono::steady_clock;

enum class Kind { good, silent, garbage, deaf };

struct Counts {
    unsigned connected = 0, secured = 0, established = 0, channels = 0, jobs = 0, ended = 0;
    unsigned bad_cut = 0;
    unsigned long shares = 0, accepted = 0, refused = 0;
};

struct LoadClient {
    Kind kind = Kind::good;
    int socket = -1;
    std::optional<sv2::session> session;
    bool is_connected = false, is_over = false, is_done = false, has_job = false;
    std::uint32_t channel_id = 0, job_id = 0, sent = 0, answered = 0;
};

unsigned shares_each = 3;
Counts counts;

void submit(LoadClient &client) {
    std::array<std::uint8_t, 8> extranonce{};
    sv2_submit_shares_extended share{};
    share.channel_id = client.channel_id;
    // Each share of no job is worth an answer of its own.
    share.job_id = client.kind == Kind::deaf ? 0 : client.job_id;
    share.extranonce = sv2::bytes(sv2::const_span(extranonce));
    while (client.has_job && (client.sent < shares_each || client.kind == Kind::deaf)) {
        share.sequence_number = client.sent;
        if (!client.session->send_share(share, "load.1"))
            return; // the queue is full, or the session is over
        client.sent++;
        counts.shares++;
    }
}

void on_message(LoadClient &client, const sv2_frame &frame) {
    const sv2_message message = sv2::decode_any(frame).value();
    switch (message.id) {
    case SV2_ID_OPEN_EXTENDED_MINING_CHANNEL_SUCCESS:
        client.channel_id = message.as.open_extended_mining_channel_success.channel_id;
        counts.channels++;
        break;
    case SV2_ID_NEW_EXTENDED_MINING_JOB:
        client.job_id = message.as.new_extended_mining_job.job_id;
        counts.jobs++;
        break;
    case SV2_ID_MINING_SET_NEW_PREV_HASH:
        client.has_job = true;
        break;
    case SV2_ID_SUBMIT_SHARES_SUCCESS:
        client.answered += message.as.submit_shares_success.new_submits_accepted_count;
        counts.accepted += message.as.submit_shares_success.new_submits_accepted_count;
        break;
    case SV2_ID_SUBMIT_SHARES_ERROR:
        client.answered++;
        counts.refused++;
        break;
    default:
        break;
    }
    client.is_done = client.answered >= shares_each;
}

void open_channel(LoadClient &client) {
    sv2_open_extended_mining_channel open{};
    open.request_id = 1;
    open.user_identity = sv2::bytes("load");
    open.nominal_hash_rate = 1e12f;
    std::memset(open.max_target.bytes, 0xff, sizeof open.max_target.bytes);
    open.min_extranonce_size = 4;
    client.session->send(open).check();
}

void act_on_events(LoadClient &client) {
    for (auto event = client.session->next_event(); event.ok() && *event;
         event = client.session->next_event()) {
        switch ((*event)->kind) {
        case SV2_EVENT_SECURED:
            counts.secured++;
            break;
        case SV2_EVENT_ESTABLISHED:
            counts.established++;
            open_channel(client);
            break;
        case SV2_EVENT_MESSAGE:
            on_message(client, (*event)->frame);
            break;
        case SV2_EVENT_END:
            counts.ended++;
            if (counts.ended <= 3)
                std::printf("an end: %s\n", sv2::text(client.session->error().value().text).data());
            break;
        default:
            break;
        }
    }
}

void over(LoadClient &client) {
    client.is_over = true;
    counts.bad_cut += client.kind != Kind::good;
    close(client.socket);
}

// The socket is ready. A deaf client reads until it has work.
void serve(LoadClient &client, bool readable, bool writable) {
    static std::array<std::uint8_t, 16384> buffer;
    if (!client.is_connected) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(client.socket, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0)
            return over(client);
        client.is_connected = true;
        counts.connected++;
        if (client.kind == Kind::garbage) {
            buffer.fill(0xa5);
            if (send(client.socket, buffer.data(), 400, MSG_NOSIGNAL) < 0)
                return over(client);
        }
    }
    if (!client.session) { // silent, garbage: only waits for the server to have enough
        if (readable && recv(client.socket, buffer.data(), buffer.size(), 0) <= 0)
            over(client);
        return;
    }
    if (readable) {
        const ssize_t n = recv(client.socket, buffer.data(), buffer.size(), 0);
        if (n <= 0 && errno != EAGAIN)
            static_cast<void>(client.session->peer_closed());
        sv2::const_span rest(buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
        while (!rest.empty()) {
            const auto taken = client.session->feed(rest);
            act_on_events(client);
            if (!taken)
                break;
            rest = rest.subspan(*taken);
        }
    }
    static_cast<void>(client.session->tick());
    act_on_events(client);
    submit(client);
    for (auto size = client.session->output(buffer); writable && size.ok() && *size > 0;
         size = client.session->output(buffer)) {
        const ssize_t n = send(client.socket, buffer.data(), *size, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN)
            return over(client);
        if (n <= 0 || !client.session->sent(static_cast<std::size_t>(n)))
            break;
    }
    if (client.session->info().value().finished != 0)
        over(client);
}

unsigned number(const char *text) {
    return static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

} // namespace

int main(int argc, char **argv) {
    struct {
        const char *name;
        unsigned value;
    } options[] = {{"--clients", 1000},  {"--shares", 3},     {"--hold", 0},
                   {"--timeout", 60000}, {"--silent", 0},     {"--garbage", 0},
                   {"--deaf", 0},        {"--extensions", 1}, {"--flags", 0}};
    for (int i = 2; i + 1 < argc; i += 2)
        for (auto &option : options)
            if (std::strcmp(argv[i], option.name) == 0)
                option.value = number(argv[i + 1]);
    const unsigned wanted = options[0].value, hold = options[2].value, timeout = options[3].value;
    shares_each = options[1].value;
    if (argc < 2) {
        std::fprintf(stderr, "usage: load_clients URL [--clients N] ...\n");
        return 2;
    }
    const sv2_endpoint endpoint = sv2::parse_endpoint(argv[1]).value();
    const sv2_policy policy = sv2::policy(endpoint).value();
    const std::vector<std::uint16_t> worker_identity{2};
    sv2_client_config config = SV2_CLIENT_CONFIG_INIT;
    config.security = SV2_SECURITY_NOISE;
    config.policy = &policy;
    config.setup.protocol = SV2_PROTOCOL_MINING;
    config.setup.vendor = sv2::bytes("load_clients");
    config.setup.flags = options[8].value;
    if (options[7].value != 0)
        config.request = sv2::extensions(worker_identity);
    config.timeouts.handshake = config.timeouts.setup =
        timeout; // the server is to be the patient one
    const auto profile = sv2::session_profile::client(config).value();

    addrinfo *address = nullptr, hints{};
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(endpoint.host, std::to_string(endpoint.port).c_str(), &hints, &address) != 0)
        return 1;
    std::vector<LoadClient> clients;
    const unsigned each[] = {wanted, options[4].value, options[5].value, options[6].value};
    const rlimit files{each[0] + each[1] + each[2] + each[3] + 64,
                       each[0] + each[1] + each[2] + each[3] + 64};
    rlimit present{};
    if (getrlimit(RLIMIT_NOFILE, &present) == 0 && present.rlim_cur < files.rlim_cur)
        setrlimit(RLIMIT_NOFILE, &files);
    const auto start = Clock::now();
    for (unsigned kind = 0; kind < 4; kind++) {
        for (unsigned i = 0; i < each[kind]; i++) {
            LoadClient client;
            client.kind = static_cast<Kind>(kind);
            client.socket = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
            if (client.socket < 0) {
                std::perror("socket");
                return 1;
            }
            const int little = 4096; // for the deaf: so that the server soon notices
            if (client.kind == Kind::deaf)
                setsockopt(client.socket, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
            if (connect(client.socket, address->ai_addr, address->ai_addrlen) != 0 &&
                errno != EINPROGRESS) {
                std::perror("connect");
                return 1;
            }
            if (client.kind == Kind::good || client.kind == Kind::deaf)
                client.session = sv2::session::start(profile).value();
            clients.push_back(std::move(client));
        }
    }
    freeaddrinfo(address);

    const auto elapsed = [&start] {
        return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count();
    };
    long long done_at = -1;
    std::vector<pollfd> ready;
    std::vector<LoadClient *> of;
    unsigned done = 0;
    while (elapsed() < timeout && (done_at < 0 || elapsed() - done_at < hold)) {
        ready.clear();
        of.clear();
        for (LoadClient &client : clients) {
            if (client.is_over)
                continue;
            const bool deaf = client.kind == Kind::deaf && client.has_job;
            const bool sends = !client.is_connected || deaf ||
                               (client.session && client.session->info().value().waiting != 0);
            ready.push_back({client.socket,
                             static_cast<short>((deaf ? 0 : POLLIN) | (sends ? POLLOUT : 0)), 0});
            of.push_back(&client);
        }
        if (poll(ready.data(), ready.size(), 50) > 0) {
            for (std::size_t i = 0; i < ready.size(); i++) {
                if (ready[i].revents == 0)
                    continue;
                const bool gone = (ready[i].revents & (POLLERR | POLLHUP)) != 0;
                serve(*of[i], gone || (ready[i].revents & POLLIN) != 0,
                      gone || (ready[i].revents & POLLOUT) != 0);
            }
        }
        done = static_cast<unsigned>(
            std::count_if(clients.begin(), clients.end(), [](const LoadClient &client) {
                return client.kind == Kind::good && client.is_done;
            }));
        const unsigned bad = each[2] + each[3]; // those that the server cuts soon
        const auto bad_over = static_cast<unsigned>(
            std::count_if(clients.begin(), clients.end(), [](const LoadClient &client) {
                return (client.kind == Kind::garbage || client.kind == Kind::deaf) &&
                       client.is_over;
            }));
        if (done == wanted && bad_over == bad && done_at < 0)
            done_at = elapsed();
    }
    std::printf("clients %u, connected %u, secured %u, established %u, channels %u, jobs %u, "
                "shares %lu, accepted %lu, refused %lu, ended %u, bad ones cut %u, done %u in %lld "
                "ms\n",
                static_cast<unsigned>(clients.size()), counts.connected, counts.secured,
                counts.established, counts.channels, counts.jobs, counts.shares, counts.accepted,
                counts.refused, counts.ended, counts.bad_cut, done, done_at);
    return done_at >= 0 ? 0 : 1;
}
