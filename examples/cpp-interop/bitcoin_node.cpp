// SPDX-License-Identifier: MIT
#include "bitcoin_node.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace template_provider {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds first_delay{1};
constexpr std::chrono::seconds longest_delay{30};

constexpr std::chrono::seconds request_timeout{30};
// Checking a large block can take a node long, and giving up early would only send it again.
constexpr std::chrono::seconds submit_timeout{120};
// Nodes answer a long poll when they have something new. This only ends a connection whose other
// side is gone in a way that TCP does not notice.
constexpr std::chrono::minutes long_poll_timeout{15};

Json template_request() {
    return Json{{"rules", {"segwit"}}, {"capabilities", {"coinbasevalue", "longpoll"}}};
}

BlockTemplate parsed(const Json &answer) {
    try {
        return parse_block_template(answer);
    } catch (const BlockTemplateError &error) {
        throw NodeError(NodeErrorKind::malformed_answer, error.what());
    }
}

// An earlier attempt whose answer got lost, or the block came back from the network.
bool node_has_block(const std::string &reason) {
    const bool bitcoin_core = reason == "duplicate";
    const bool btcd = reason.rfind("rejected: already have block ", 0) == 0 &&
                      reason.find("(orphan)") == std::string::npos;
    return bitcoin_core || btcd;
}

} // namespace

BitcoinNode::BitcoinNode(NodeAccess access, NodeWatch watch)
    : watch_(std::move(watch)), requests_(access), long_poll_(access), submissions_(access) {}

BlockTemplate BitcoinNode::get_block_template() {
    return parsed(
        requests_.call("getblocktemplate", Json::array({template_request()}), request_timeout));
}

BlockTemplate BitcoinNode::wait_for_block_template(const std::string &longpollid) {
    Json request = template_request();
    request["longpollid"] = longpollid;
    return parsed(long_poll_.call("getblocktemplate", Json::array({request}), long_poll_timeout));
}

Hash256 BitcoinNode::get_best_block_hash() {
    const Json answer = requests_.call("getbestblockhash", Json::array(), request_timeout);
    Hash256 hash{};
    if (!answer.is_string() || !from_reversed_hex(answer.get_ref<const std::string &>(), hash))
        throw NodeError(NodeErrorKind::malformed_answer, "getbestblockhash: not a hash");
    return hash;
}

SubmitBlockResult BitcoinNode::submit_block(ByteView block) {
    const Json parameters = Json::array({to_hex(block)});
    const Json answer = until_node_answers(
        [&] { return submissions_.call("submitblock", parameters, submit_timeout); });
    if (answer.is_null())
        return {true, ""};
    std::string reason = answer.is_string() ? answer.get<std::string>() : answer.dump();
    const bool known = node_has_block(reason);
    return {known, std::move(reason)};
}

void BitcoinNode::cancel() {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        cancelled_ = true;
    }
    wake_.notify_all();
    requests_.cancel();
    long_poll_.cancel();
    submissions_.cancel();
}

bool BitcoinNode::is_cancelled() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return cancelled_;
}

bool BitcoinNode::wait(std::chrono::milliseconds duration) {
    std::unique_lock<std::mutex> lock(mutex_);
    return !wake_.wait_for(lock, duration, [this] { return cancelled_; });
}

void BitcoinNode::wait_after(const NodeError &error, std::chrono::seconds &delay) {
    if (!error.is_transient()) {
        if (error.kind() != NodeErrorKind::cancelled)
            report_answer();
        throw NodeError(error);
    }
    delay = delay.count() == 0 ? first_delay : std::min(2 * delay, longest_delay);
    {
        // Several threads lose the same node: the first one speaks for all.
        const std::lock_guard<std::mutex> lock(watch_mutex_);
        const std::thread::id self = std::this_thread::get_id();
        if (!away_)
            reporter_ = self;
        away_ = true;
        if (watch_.away && reporter_ == self)
            watch_.away(error, delay);
    }
    if (!wait(delay))
        throw NodeError(NodeErrorKind::cancelled, "the request was cancelled");
}

void BitcoinNode::report_answer() {
    const std::lock_guard<std::mutex> lock(watch_mutex_);
    if (away_ && watch_.back)
        watch_.back();
    away_ = false;
}

} // namespace template_provider
