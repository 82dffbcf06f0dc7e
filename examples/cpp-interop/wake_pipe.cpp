// SPDX-License-Identifier: MIT
#include "wake_pipe.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>

namespace template_provider {

WakePipe::WakePipe() {
    int ends[2];
    if (pipe(ends) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    read_end_ = FileDescriptor(ends[0]);
    write_end_ = FileDescriptor(ends[1]);
    for (const int end : ends) {
        fcntl(end, F_SETFL, O_NONBLOCK);
        fcntl(end, F_SETFD, FD_CLOEXEC);
    }
}

void WakePipe::wake() noexcept {
    const int before = errno; // it may belong to what a signal interrupted
    const char byte = 0;
    // A full pipe is as good as a written byte: the reader wakes up either way.
    const ssize_t written = write(write_end_.get(), &byte, 1);
    static_cast<void>(written);
    errno = before;
}

void WakePipe::clear() noexcept {
    char bytes[64];
    while (read(read_end_.get(), bytes, sizeof bytes) > 0) {
    }
}

} // namespace template_provider
