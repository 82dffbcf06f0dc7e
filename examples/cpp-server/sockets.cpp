// SPDX-License-Identifier: MIT
#include "sockets.hpp"

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace mining_server {

namespace {

// The system shortens it to its own limit; a thousand miners may come at once after a power cut.
constexpr int backlog = 4096;

std::string name_of(const sockaddr_storage &address, socklen_t length) {
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (getnameinfo(reinterpret_cast<const sockaddr *>(&address), length, host, sizeof host, port,
                    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return "unknown address";
    const std::string text = host;
    return (address.ss_family == AF_INET6 ? "[" + text + "]" : text) + ":" + port;
}

void set_up(int descriptor) {
    const int on = 1;
    fcntl(descriptor, F_SETFL, O_NONBLOCK);
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    // A job must not wait for the acknowledgement of the one before it.
    static_cast<void>(setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
}

} // namespace

ListeningSocket listen_on(const std::string &address) {
    const std::size_t colon = address.rfind(':');
    if (colon == std::string::npos)
        throw std::runtime_error(address + " is not HOST:PORT");
    std::string host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_PASSIVE;
    addrinfo *found = nullptr;
    const int failed =
        getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &wanted, &found);
    if (failed != 0)
        throw std::runtime_error("cannot listen on " + address + ": " + gai_strerror(failed));
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
    ListeningSocket listening;
    listening.socket =
        FileDescriptor(socket(found->ai_family, found->ai_socktype, found->ai_protocol));
    const int descriptor = listening.socket.get();
    const int on = 1;
    static_cast<void>(setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    if (bind(descriptor, found->ai_addr, found->ai_addrlen) != 0 ||
        listen(descriptor, backlog) != 0)
        throw std::runtime_error("cannot listen on " + address + ": " +
                                 std::generic_category().message(errno));
    set_up(descriptor);
    sockaddr_storage bound{};
    socklen_t length = sizeof bound;
    getsockname(descriptor, reinterpret_cast<sockaddr *>(&bound), &length);
    listening.name = name_of(bound, length);
    return listening;
}

AcceptedSocket accept_from(const ListeningSocket &listening) {
    AcceptedSocket accepted;
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    const int descriptor =
        accept(listening.socket.get(), reinterpret_cast<sockaddr *>(&address), &length);
    if (descriptor < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            accepted.outcome = Accepted::no_resources;
        return accepted;
    }
    accepted.outcome = Accepted::client;
    accepted.socket = FileDescriptor(descriptor);
    accepted.peer = name_of(address, length);
    set_up(descriptor);
    return accepted;
}

} // namespace mining_server
