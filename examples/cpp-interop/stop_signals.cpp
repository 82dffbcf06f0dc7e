// SPDX-License-Identifier: MIT
#include "stop_signals.hpp"

#include "wake_pipe.hpp"

#include <csignal>
#include <memory>

namespace template_provider {

namespace {

std::unique_ptr<WakePipe> pipe_of_handler;

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
static void wake_the_server(int) {
    pipe_of_handler->wake();
}
}

StopSignals::StopSignals() {
    pipe_of_handler = std::make_unique<WakePipe>();
    set_handler(SIGINT, wake_the_server);
    set_handler(SIGTERM, wake_the_server);
    // A reader of the log who goes away must not take the connections of all clients along.
    set_handler(SIGPIPE, SIG_IGN);
}

StopSignals::~StopSignals() {
    allow_default_again();
    pipe_of_handler.reset();
}

int StopSignals::descriptor() const {
    return pipe_of_handler->descriptor();
}

void StopSignals::allow_default_again() {
    set_handler(SIGINT, SIG_DFL);
    set_handler(SIGTERM, SIG_DFL);
}

} // namespace template_provider
