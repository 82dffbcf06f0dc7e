// SPDX-License-Identifier: MIT
#include "epoll.hpp"

#include <cerrno>
#include <system_error>

namespace mining_server {

namespace {

constexpr std::size_t events_at_once = 256;

[[noreturn]] void fail() {
    throw std::system_error(errno, std::generic_category(), "epoll");
}

} // namespace

Epoll::Epoll() : descriptor_(epoll_create1(EPOLL_CLOEXEC)) {
    if (!descriptor_.is_open())
        fail();
}

bool Epoll::try_control(int operation, int descriptor, Id id, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    return epoll_ctl(descriptor_.get(), operation, descriptor, &event) == 0;
}

void Epoll::control(int operation, int descriptor, Id id, std::uint32_t events) {
    if (!try_control(operation, descriptor, id, events))
        fail();
}

const std::vector<epoll_event> &Epoll::wait(int milliseconds) {
    ready_.resize(events_at_once);
    const int count = epoll_wait(descriptor_.get(), ready_.data(), static_cast<int>(events_at_once),
                                 milliseconds);
    if (count < 0 && errno != EINTR)
        fail();
    ready_.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return ready_;
}

} // namespace mining_server
