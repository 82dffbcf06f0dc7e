// SPDX-License-Identifier: MIT
// A server of the mining protocol with many sessions; see the README.
#include "keys.hpp"
#include "options.hpp"
#include "server.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>

#include <fcntl.h>

namespace {

int stop_pipe[2];

extern "C" void on_stop_signal(int) {
    const int saved = errno;
    if (write(stop_pipe[1], "", 1) < 0)
        errno = saved;
}

// Returns: a descriptor that is readable once the server shall stop, or -1.
int catch_stop_signals() {
    struct sigaction action = {};
    action.sa_handler = on_stop_signal;
    // sv2.h: the signal may hit a thread of the library, whose stacks are small.
    action.sa_flags = SA_ONSTACK | SA_RESTART;
    sigemptyset(&action.sa_mask);
    const bool done = pipe(stop_pipe) == 0 && fcntl(stop_pipe[1], F_SETFL, O_NONBLOCK) == 0 &&
                      sigaction(SIGINT, &action, nullptr) == 0 &&
                      sigaction(SIGTERM, &action, nullptr) == 0;
    return done ? stop_pipe[0] : -1;
}

void serve(const mining_server::Options &options, int stop) {
    const mining_server::ServerKeys keys =
        options.key.empty() ? mining_server::make_throw_away_keys()
                            : mining_server::read_keys(options.key, options.certificate);
    mining_server::ListeningSocket listening = mining_server::listen_on(options.listen);
    // What a miner needs: address and key in one text.
    std::printf("stratum2+tcp://%s/%s\n", listening.name.c_str(),
                sv2::text(keys.authority).value().c_str());
    std::fflush(stdout);
    mining_server::Server server(options, keys.identity.get(), std::move(listening));
    server.run(stop);
}

} // namespace

int main(int argc, char **argv) {
    mining_server::Options options;
    if (!mining_server::parse_options(argc, argv, options))
        return 2;
    const int stop = catch_stop_signals();
    if (stop < 0) {
        std::perror("signals");
        return 1;
    }
    try {
        serve(options, stop);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "mining_server: %s\n", error.what());
        return 1;
    }
    std::size_t left = 0;
    if (sv2_live_handles(0, &left) != SV2_OK || left != 0) {
        std::fprintf(stderr, "mining_server: %zu objects of the library are left\n", left);
        return 1;
    }
    return 0;
}
