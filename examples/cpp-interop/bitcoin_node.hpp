// SPDX-License-Identifier: MIT
// A Bitcoin node, Bitcoin Core or btcd, as its JSON-RPC interface shows it.
#pragma once

#include "block_template.hpp"
#include "rpc_connection.hpp"

#include <condition_variable>
#include <functional>
#include <thread>

namespace template_provider {

struct SubmitBlockResult {
    bool accepted = false;
    std::string reason; // the node's words; empty when it said nothing
};

// What happens while the node does not answer. The functions are called from the thread whose
// request failed, one at a time, and must not throw.
struct NodeWatch {
    std::function<void(const NodeError &error, std::chrono::seconds retry_in)> away;
    std::function<void()> back;
};

// All methods may be called from any thread. They throw NodeError.
class BitcoinNode {
  public:
    explicit BitcoinNode(NodeAccess access, NodeWatch watch = {});

    // One attempt each.
    BlockTemplate get_block_template();
    // Returns when the node has something better than the template of this longpollid. That can
    // take minutes. It has a connection of its own and holds up no other call.
    BlockTemplate wait_for_block_template(const std::string &longpollid);
    Hash256 get_best_block_hash();

    // Tries again until the node answers or cancel() is called. It has a connection of its own,
    // so it never waits behind another request. Only an answer of the node itself ends it: the
    // caller who gets NodeErrorKind::cancelled still owns the block and has to report it.
    SubmitBlockResult submit_block(ByteView block);

    // Repeats a request while it fails for a transient reason: after 1 s, then twice as long
    // each time, at most 30 s. Reports to the NodeWatch.
    template <typename Request> auto until_node_answers(Request request) -> decltype(request());

    // Ends all calls that are under way, and all later ones. Final.
    void cancel();
    bool is_cancelled() const;
    // Sleeps; false when cancel() was called before the time was over.
    bool wait(std::chrono::milliseconds duration);

  private:
    // Reports and sleeps. Throws the error if it is not transient or cancel() was called.
    void wait_after(const NodeError &error, std::chrono::seconds &delay);
    void report_answer();

    NodeWatch watch_;
    RpcConnection requests_;
    RpcConnection long_poll_;
    RpcConnection submissions_;

    mutable std::mutex mutex_; // guards cancelled_
    std::condition_variable wake_;
    bool cancelled_ = false;
    std::mutex watch_mutex_; // guards what follows, and serialises the NodeWatch
    bool away_ = false;
    std::thread::id reporter_;
};

template <typename Request>
auto BitcoinNode::until_node_answers(Request request) -> decltype(request()) {
    std::chrono::seconds delay{0};
    for (;;) {
        try {
            auto answer = request();
            report_answer();
            return answer;
        } catch (const NodeError &error) {
            wait_after(error, delay);
        }
    }
}

} // namespace template_provider
