// SPDX-License-Identifier: MIT
// The system's epoll: which sockets are ready.
#pragma once

#include "file_descriptor.hpp"

#include <cstdint>
#include <vector>

#include <sys/epoll.h>

namespace mining_server {

class Epoll {
  public:
    using Id = std::uint64_t; // what the caller calls a descriptor

    Epoll(); // throws std::system_error

    // operation: EPOLL_CTL_*. Returns: false when the system refuses it, errno says why.
    bool try_control(int operation, int descriptor, Id id, std::uint32_t events);
    // The same; throws std::system_error.
    void control(int operation, int descriptor, Id id, std::uint32_t events);

    // Waits, at most so many milliseconds. Returns: the descriptors that have events, as id and
    // events, until the next call; none after a signal. Throws std::system_error.
    const std::vector<epoll_event> &wait(int milliseconds);

  private:
    FileDescriptor descriptor_;
    std::vector<epoll_event> ready_;
};

} // namespace mining_server
