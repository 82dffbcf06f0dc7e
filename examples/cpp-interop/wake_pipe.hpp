// SPDX-License-Identifier: MIT
// Makes poll() return, from another thread or from a signal handler.
#pragma once

#include "file_descriptor.hpp"

namespace template_provider {

class WakePipe {
  public:
    WakePipe(); // throws std::system_error

    // Does not block. As many calls as there may be before clear() count as one.
    void wake() noexcept;
    void clear() noexcept;
    // Readable after wake().
    int descriptor() const { return read_end_.get(); }

  private:
    FileDescriptor read_end_;
    FileDescriptor write_end_;
};

} // namespace template_provider
