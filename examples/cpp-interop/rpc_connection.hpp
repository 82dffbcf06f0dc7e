// SPDX-License-Identifier: MIT
// One HTTP connection to the node, and JSON-RPC over it.
#pragma once

#include "node_access.hpp"
#include "node_error.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>

#include <nlohmann/json_fwd.hpp>

namespace template_provider {

// Calls are made one after the other; who needs two at a time uses two connections. The object
// may be used from any thread.
class RpcConnection {
  public:
    explicit RpcConnection(NodeAccess access);
    ~RpcConnection();
    RpcConnection(const RpcConnection &) = delete;
    RpcConnection &operator=(const RpcConnection &) = delete;

    // The result of a method. Throws NodeError.
    nlohmann::json call(const char *method, const nlohmann::json &parameters,
                        std::chrono::milliseconds timeout);

    // Ends the call that is under way and every later one with NodeErrorKind::cancelled.
    void cancel();

  private:
    struct Handles;

    void perform(const std::string &body, std::chrono::milliseconds timeout);
    void authorize();

    const NodeAccess access_;
    std::mutex mutex_; // held during a call
    std::atomic<bool> cancelled_{false};
    std::unique_ptr<Handles> handles_;
};

} // namespace template_provider
