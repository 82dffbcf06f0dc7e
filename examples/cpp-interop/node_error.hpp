// SPDX-License-Identifier: MIT
// Why a request to the Bitcoin node failed.
#pragma once

#include <stdexcept>
#include <string>

namespace template_provider {

enum class NodeErrorKind {
    configuration,    // the options cannot work, whatever the node does
    unreachable,      // no connection, or it broke
    timed_out,        // the node accepted the request and did not answer
    unauthorized,     // user, password or cookie are wrong
    not_ready,        // the node starts, synchronises or has no peers
    overloaded,       // the node's queue of requests is full
    refused,          // the node answered with an error: see rpc_code
    malformed_answer, // not JSON-RPC, too large, or not what the method returns
    cancelled,        // BitcoinNode::cancel was called
};

class NodeError : public std::runtime_error {
  public:
    NodeError(NodeErrorKind kind, const std::string &text, int rpc_code = 0)
        : std::runtime_error(text), kind_(kind), rpc_code_(rpc_code) {}

    NodeErrorKind kind() const { return kind_; }
    int rpc_code() const { return rpc_code_; }

    // Whether the same request can succeed later without anybody changing anything but the node.
    bool is_transient() const {
        return kind_ == NodeErrorKind::unreachable || kind_ == NodeErrorKind::timed_out ||
               kind_ == NodeErrorKind::unauthorized || kind_ == NodeErrorKind::not_ready ||
               kind_ == NodeErrorKind::overloaded;
    }

  private:
    NodeErrorKind kind_;
    int rpc_code_;
};

} // namespace template_provider
