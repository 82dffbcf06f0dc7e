// SPDX-License-Identifier: MIT
#include "client_protocol.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace template_provider {

namespace {

constexpr std::uint32_t max_block_weight = 4'000'000;
constexpr std::uint32_t weight_per_byte = 4;
constexpr unsigned max_complaints = 20;
constexpr unsigned max_lost_solutions = 100;

std::string hex_of(std::uint32_t value, int digits) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%0*x", digits, static_cast<unsigned>(value));
    return text;
}

// "RequestExtensions (0x0001, 0x00)", the pair being extension_type and msg_type.
std::string describe(const sv2_frame &frame) {
    return std::string(sv2_message_name(frame.extension_type, frame.msg_type)) + " (" +
           hex_of(frame.extension_type, 4) + ", " + hex_of(frame.msg_type, 2) + ")";
}

std::string text_of(sv2_bytes bytes) {
    return std::string(sv2::text(bytes));
}

sv2_u256 to_u256(const Hash256 &hash) {
    sv2_u256 value{};
    std::copy(hash.begin(), hash.end(), value.bytes);
    return value;
}

} // namespace

// Chooses the function for the message that a frame holds.
struct ClientProtocol::Dispatch {
    ClientProtocol &client;
    const sv2_frame &frame;
    TimePoint now;

    void operator()(const sv2_coinbase_output_constraints &message) const {
        client.on(message, now);
    }
    void operator()(const sv2_request_transaction_data &message) const { client.on(message); }
    void operator()(const sv2_submit_solution &message) const { client.on(message); }
    template <class Other> void operator()(const Other &) const { client.ignore(frame); }
};

void ClientProtocol::introduce(const sv2_frame &setup_connection) {
    const sv2_setup_connection client =
        sv2::decode<sv2_setup_connection>(setup_connection).value().message;
    log("setup", "SetupConnection from \"" + text_of(client.vendor) + "\"",
        {{"vendor", text_of(client.vendor)},
         {"hardware_version", text_of(client.hardware_version)},
         {"firmware", text_of(client.firmware)}});
}

void ClientProtocol::handle(const sv2_frame &frame, TimePoint now) {
    sv2::visit(Dispatch{*this, frame, now}, sv2::decode_any(frame).value());
}

void ClientProtocol::on(const sv2_coinbase_output_constraints &message, TimePoint now) {
    constraints_.coinbase_output_max_additional_size = message.coinbase_output_max_additional_size;
    constraints_.coinbase_output_max_additional_sigops =
        message.coinbase_output_max_additional_sigops;
    log("constraints",
        "wants room for coinbase outputs of " +
            std::to_string(message.coinbase_output_max_additional_size) + " bytes and " +
            std::to_string(message.coinbase_output_max_additional_sigops) + " sigops",
        {{"max_additional_size", message.coinbase_output_max_additional_size},
         {"max_additional_sigops", message.coinbase_output_max_additional_sigops}});
    // The builder knows the limits of the node's block; this one holds before there is a node.
    if (message.coinbase_output_max_additional_size > max_block_weight / weight_per_byte)
        throw ProtocolViolation("coinbase outputs larger than a block");

    has_constraints_ = true;
    tip_.reset(); // the next template is a future one, with its SetNewPrevHash
    if (parts_.templates.has_template())
        send_template(now);
    else
        log("waiting", "waits for the node's first template");
}

void ClientProtocol::template_changed(TimePoint now) {
    if (has_constraints_)
        send_template(now);
}

void ClientProtocol::send_template(TimePoint now) {
    std::shared_ptr<const BuiltTemplate> built;
    try {
        built = parts_.templates.built_for(constraints_);
    } catch (const TemplateBuildError &error) {
        throw ProtocolViolation(error.what());
    }
    const BlockTemplate &block = *built->block_template;
    // What this client was told counts, not what the provider knows: with several clients each
    // one has to be sent every tip.
    const bool is_future =
        !tip_ || tip_->previous_hash != block.previous_hash || tip_->bits != block.bits;

    const std::uint64_t template_id = parts_.store.add(built);
    template_ids_.push_back(template_id);
    if (template_ids_.size() > max_templates) {
        parts_.store.remove(template_ids_.front());
        template_ids_.pop_front();
    }

    sv2_new_template message{};
    message.template_id = template_id;
    message.future_template = is_future ? 1 : 0;
    message.version = built->version;
    message.coinbase_tx_version = built->coinbase_tx_version;
    message.coinbase_prefix = sv2::bytes(built->coinbase_prefix);
    message.coinbase_tx_input_sequence = built->coinbase_tx_input_sequence;
    message.coinbase_tx_value_remaining = built->coinbase_tx_value_remaining;
    message.coinbase_tx_outputs_count = built->coinbase_tx_outputs_count;
    message.coinbase_tx_outputs = sv2::bytes(built->coinbase_tx_outputs);
    message.coinbase_tx_locktime = built->coinbase_tx_locktime;
    if (!built->merkle_path.empty())
        message.merkle_path = {built->merkle_path.front().data(), built->merkle_path.size()};
    session_.send(message).check();

    if (is_future) {
        sv2_template_set_new_prev_hash prev_hash{};
        prev_hash.template_id = template_id;
        prev_hash.prev_hash = to_u256(block.previous_hash);
        prev_hash.header_timestamp = parts_.templates.header_timestamp(now);
        prev_hash.nBits = block.bits;
        prev_hash.target = to_u256(block.target);
        session_.send(prev_hash).check();
        tip_ = Tip{block.previous_hash, block.bits};
    }
    log("template_sent",
        "NewTemplate " + std::to_string(template_id) +
            (is_future ? " and SetNewPrevHash" : " for the same tip") + ", height " +
            std::to_string(block.height) + ", " + std::to_string(built->included.size()) +
            " transactions" +
            (built->dropped() == 0 ? std::string()
                                   : ", " + std::to_string(built->dropped()) + " left out"),
        {{"template_id", template_id},
         {"future_template", is_future},
         {"height", block.height},
         {"transactions", built->included.size()},
         {"dropped", built->dropped()},
         {"coinbase_tx_value_remaining", built->coinbase_tx_value_remaining}});
}

void ClientProtocol::on(const sv2_request_transaction_data &message) {
    expect_constraints_before("RequestTransactionData");
    const std::string id = std::to_string(message.template_id);
    const auto built = parts_.store.find(message.template_id);
    if (!built) {
        sv2_request_transaction_data_error error{};
        error.template_id = message.template_id;
        const char *code = parts_.store.was_of_earlier_tip(message.template_id)
                               ? SV2_ERROR_CODE_STALE_TEMPLATE_ID
                               : SV2_ERROR_CODE_TEMPLATE_ID_NOT_FOUND;
        error.error_code = sv2::bytes(code);
        session_.send(error).check();
        if (may_complain())
            log("transaction_data_refused",
                "RequestTransactionData for template " + id + ": " + code,
                {{"template_id", message.template_id}, {"error_code", code}});
        return;
    }

    constexpr std::size_t length_size = 3; // of an element of a sequence of B0_16M
    const auto &transactions = built->block_template->transactions;
    std::size_t size = 1; // a buffer for nothing is none
    for (const std::size_t index : built->included)
        size += length_size + transactions[index].data.size();
    sv2::buffer list = sv2::buffer::create(size).value();
    for (const std::size_t index : built->included)
        list.append_b0_16m(sv2::const_span(transactions[index].data)).value();
    const sv2::const_span data = list.data().value();

    sv2_request_transaction_data_success success{};
    success.template_id = message.template_id;
    if (!data.empty())
        success.transaction_list = {data.data(), data.size(), built->included.size()};
    session_.send(success).check();
}

void ClientProtocol::on(const sv2_submit_solution &message) {
    const std::string id = std::to_string(message.template_id);
    const auto built = parts_.store.find(message.template_id);
    if (!built) {
        report_lost(message, parts_.store.was_of_earlier_tip(message.template_id)
                                 ? "the template belongs to an old tip"
                                 : "no such template");
    } else {
        Solution solution;
        solution.version = message.version;
        solution.header_timestamp = message.header_timestamp;
        solution.header_nonce = message.header_nonce;
        solution.coinbase_tx = {message.coinbase_tx.data, message.coinbase_tx.len};
        try {
            AssembledBlock block = assemble_block(*built, solution);
            const std::string hash = to_reversed_hex(block.hash);
            if (!block.meets_target) {
                if (may_complain())
                    log("solution_refused",
                        "SubmitSolution for template " + id + " misses the target: " + hash,
                        {{"template_id", message.template_id}, {"hash", hash}});
            } else {
                log("solution", "found block " + hash + " with template " + id,
                    {{"template_id", message.template_id},
                     {"hash", hash},
                     {"coinbase_witness_added", block.coinbase_witness_added}});
                if (block.coinbase_witness_added)
                    log("coinbase_witness_added",
                        "sent a coinbase without its witness, against section 7.7; added it");
                parts_.submitter.submit(std::move(block));
            }
        } catch (const SolutionError &error) {
            report_lost(message, error.what());
        }
    }
    // A block is worth more than the order of messages: only now.
    expect_constraints_before("SubmitSolution");
}

// The block cannot be put together; what the client sent is all that there is of it.
void ClientProtocol::report_lost(const sv2_submit_solution &solution, const std::string &reason) {
    // A budget of its own: other mistakes must not hide a block.
    if (++lost_solutions_ > max_lost_solutions)
        return;
    const std::string coinbase =
        to_hex(ByteView(solution.coinbase_tx.data, solution.coinbase_tx.len));
    log("unsubmitted_solution",
        "unsubmitted solution (" + reason + "): template_id " +
            std::to_string(solution.template_id) + ", version " + hex_of(solution.version, 8) +
            ", header_timestamp " + std::to_string(solution.header_timestamp) + ", header_nonce " +
            std::to_string(solution.header_nonce) + ", coinbase_tx " + coinbase,
        {{"reason", reason},
         {"template_id", solution.template_id},
         {"version", solution.version},
         {"header_timestamp", solution.header_timestamp},
         {"header_nonce", solution.header_nonce},
         {"coinbase_tx", coinbase}});
}

void ClientProtocol::ignore(const sv2_frame &frame) {
    if (may_complain())
        log("message_ignored", "ignored " + describe(frame),
            {{"extension_type", frame.extension_type}, {"msg_type", frame.msg_type}});
}

void ClientProtocol::expect_constraints_before(const char *message) const {
    if (!has_constraints_)
        throw ProtocolViolation(std::string(message) + " before CoinbaseOutputConstraints");
}

bool ClientProtocol::may_complain() {
    if (complaints_ > max_complaints)
        return false;
    if (++complaints_ <= max_complaints)
        return true;
    log("complaints_ended", "makes many mistakes; no more of them are logged");
    return false;
}

void ClientProtocol::log(const char *event, const std::string &text) {
    log(event, text, nlohmann::json::object());
}

void ClientProtocol::log(const char *event, const std::string &text, nlohmann::json fields) {
    fields["client"] = client_id_;
    parts_.log.event(event, "client " + std::to_string(client_id_) + ": " + text, fields);
}

} // namespace template_provider
