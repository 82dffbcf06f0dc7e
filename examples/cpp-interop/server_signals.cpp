// SPDX-License-Identifier: MIT
#include "server_signals.hpp"

#include "wake_pipe.hpp"

#include <csignal>
#include <memory>

namespace template_provider {

namespace {

struct Pipes {
    WakePipe stop;
    WakePipe reload;
};

std::unique_ptr<Pipes> pipes_of_handlers;

void set_handler(int signal, void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    // SA_ONSTACK: sv2.h demands it, because the signal may hit a thread of the Go runtime, whose
    // stacks are small.
    action.sa_flags = SA_ONSTACK | SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
}

} // namespace

extern "C" {
static void stop_the_server(int) {
    pipes_of_handlers->stop.wake();
}
static void reload_the_certificate(int) {
    pipes_of_handlers->reload.wake();
}
}

ServerSignals::ServerSignals() {
    pipes_of_handlers = std::make_unique<Pipes>();
    set_handler(SIGINT, stop_the_server);
    set_handler(SIGTERM, stop_the_server);
    // A reader of the log who goes away must not take the connections of all clients along.
    set_handler(SIGPIPE, SIG_IGN);
}

ServerSignals::~ServerSignals() {
    allow_default_again();
    pipes_of_handlers.reset();
}

void ServerSignals::catch_reload() {
    set_handler(SIGHUP, reload_the_certificate);
}

int ServerSignals::stop_descriptor() const {
    return pipes_of_handlers->stop.descriptor();
}

int ServerSignals::reload_descriptor() const {
    return pipes_of_handlers->reload.descriptor();
}

void ServerSignals::clear_reload() {
    pipes_of_handlers->reload.clear();
}

void ServerSignals::allow_default_again() {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        set_handler(signal, SIG_DFL);
}

} // namespace template_provider
