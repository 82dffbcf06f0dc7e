// SPDX-License-Identifier: MIT
#include "listening_socket.hpp"

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace template_provider {

namespace {

constexpr int backlog = 128;
// Finds clients whose machine is gone: they owe no message that could be late.
constexpr int keep_alive_after_seconds = 60;

void set_option(int socket, int level, int option, int value) {
    // What fails here makes the connection slower, not wrong.
    (void)setsockopt(socket, level, option, &value, sizeof value);
}

void make_non_blocking(int descriptor) {
    fcntl(descriptor, F_SETFL, O_NONBLOCK);
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

std::string name_of(const sockaddr_storage &address, socklen_t length) {
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (getnameinfo(reinterpret_cast<const sockaddr *>(&address), length, host, sizeof host, port,
                    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return "unknown address";
    const std::string text = host;
    return (address.ss_family == AF_INET6 ? "[" + text + "]" : text) + ":" + port;
}

ListeningSocket listen_on(const addrinfo &address, const std::string &text) {
    const auto refuse = [&](const char *what) {
        throw std::runtime_error("cannot listen on " + text + ": " + what + ": " +
                                 std::generic_category().message(errno));
    };
    ListeningSocket listening;
    listening.socket =
        FileDescriptor(socket(address.ai_family, address.ai_socktype, address.ai_protocol));
    const int descriptor = listening.socket.get();
    if (descriptor < 0)
        refuse("socket");
    set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
    if (address.ai_family == AF_INET6)
        set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    make_non_blocking(descriptor);
    if (bind(descriptor, address.ai_addr, address.ai_addrlen) != 0)
        refuse("bind");
    if (listen(descriptor, backlog) != 0)
        refuse("listen");
    sockaddr_storage bound{};
    socklen_t length = sizeof bound;
    getsockname(descriptor, reinterpret_cast<sockaddr *>(&bound), &length);
    listening.name = name_of(bound, length);
    return listening;
}

} // namespace

bool parse_listen_address(const std::string &text, ListenAddress &address) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0)
        return false;
    address.host = text.substr(0, colon);
    address.port = text.substr(colon + 1);
    if (address.host.front() == '[') {
        if (address.host.back() != ']' || address.host.size() < 3)
            return false;
        address.host = address.host.substr(1, address.host.size() - 2);
    } else if (address.host.find(':') != std::string::npos) {
        return false; // an IPv6 address without brackets
    }
    return !address.port.empty() && address.port.size() <= 5 &&
           address.port.find_first_not_of("0123456789") == std::string::npos &&
           std::stoul(address.port) <= 65535;
}

std::vector<ListeningSocket> listen_on(const ListenAddress &address) {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_PASSIVE;
    addrinfo *found = nullptr;
    const std::string text = address.host + " port " + address.port;
    const int failed = getaddrinfo(address.host.c_str(), address.port.c_str(), &wanted, &found);
    if (failed != 0)
        throw std::runtime_error("cannot listen on " + text + ": " + gai_strerror(failed));
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
    // "localhost" names an IPv6 address also on machines without IPv6.
    std::vector<ListeningSocket> sockets;
    std::string failure;
    for (const addrinfo *one = found; one != nullptr; one = one->ai_next) {
        try {
            sockets.push_back(listen_on(*one, text));
        } catch (const std::runtime_error &error) {
            failure = error.what();
        }
    }
    if (sockets.empty())
        throw std::runtime_error(failure);
    return sockets;
}

AcceptedSocket accept_from(const ListeningSocket &listening) {
    AcceptedSocket accepted;
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    const int descriptor =
        accept(listening.socket.get(), reinterpret_cast<sockaddr *>(&address), &length);
    if (descriptor < 0) {
        accepted.out_of_resources =
            errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
        return accepted;
    }
    accepted.socket = FileDescriptor(descriptor);
    accepted.peer = name_of(address, length);
    make_non_blocking(descriptor);
    // A template must not wait for the acknowledgement of the one before it.
    set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
    set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, keep_alive_after_seconds);
#endif
    return accepted;
}

} // namespace template_provider
