// SPDX-License-Identifier: MIT
// Template Distribution (specification section 7) as the server speaks it with one client. No
// sockets and no clock of its own: messages in, messages out.
#pragma once

#include "frame_stream.hpp"
#include "solution_submitter.hpp"
#include "template_source.hpp"
#include "template_store.hpp"

namespace template_provider {

// The client broke the protocol, or asks for what no template can fulfil: its connection ends.
class ProtocolViolation : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// What all clients share.
struct ProviderParts {
    TemplateSource &templates;
    TemplateStore &store;
    SolutionSubmitter &submitter;
    Log &log;
};

class ClientProtocol {
  public:
    enum class State {
        setup,       // waits for SetupConnection
        constraints, // waits for CoinbaseOutputConstraints
        running,
        refused, // SetupConnection.Error was sent: send it and close
    };

    // The templates of one client that are kept, the newest ones.
    static constexpr std::size_t max_templates = 64;

    ClientProtocol(std::uint64_t client_id, ProviderParts parts, FrameStream &stream)
        : client_id_(client_id), parts_(parts), stream_(stream) {}

    // Both throw ProtocolViolation, sv2::exception and OutputLimitError.
    void handle(const sv2_frame &frame, TimePoint now);
    // ProviderParts::templates was updated.
    void template_changed(TimePoint now);

    State state() const { return state_; }
    // "client 3: TEXT" in the log.
    void log(const char *event, const std::string &text);
    void log(const char *event, const std::string &text, nlohmann::json fields);

  private:
    struct Dispatch;

    void on(const sv2_setup_connection &message);
    void on(const sv2_coinbase_output_constraints &message, TimePoint now);
    void on(const sv2_request_transaction_data &message);
    void on(const sv2_submit_solution &message);

    void refuse(std::uint32_t flags, const char *error_code);
    void ignore(const sv2_frame &frame);
    void send_template(TimePoint now);
    void report_lost(const sv2_submit_solution &solution, const std::string &reason);
    void expect(State state, const char *message) const;
    // False when this client has filled the log with its mistakes.
    bool may_complain();

    // What tells a client that its templates belong together: SetNewPrevHash.
    struct Tip {
        Hash256 previous_hash{};
        std::uint32_t bits = 0; // test networks change it without a new block
    };

    const std::uint64_t client_id_;
    const ProviderParts parts_;
    FrameStream &stream_;
    State state_ = State::setup;
    CoinbaseOutputConstraints constraints_;
    std::optional<Tip> tip_; // that the client was sent, not that of the provider
    std::deque<std::uint64_t> template_ids_;
    unsigned complaints_ = 0;
    unsigned lost_solutions_ = 0;
};

} // namespace template_provider
