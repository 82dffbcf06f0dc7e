// SPDX-License-Identifier: MIT
// Template Distribution (specification section 7) as the server speaks it with one client. No
// sockets and no clock of its own: messages in, messages out. What is the same in every protocol,
// from the handshake to SetupConnection, is done by the session.
#pragma once

#include "solution_submitter.hpp"
#include "template_source.hpp"
#include "template_store.hpp"

#include <deque>
#include <optional>
#include <stdexcept>

#include "sv2.hpp"

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
    // The templates of one client that are kept, the newest ones.
    static constexpr std::size_t max_templates = 64;

    // The session must outlive this.
    ClientProtocol(std::uint64_t client_id, ProviderParts parts, sv2::session &session)
        : client_id_(client_id), parts_(parts), session_(session) {}

    // Says who it is. Throws sv2::exception.
    void introduce(const sv2_frame &setup_connection);
    // A message that the session let through, of this protocol and from this end. Throws
    // ProtocolViolation and sv2::exception.
    void handle(const sv2_frame &frame, TimePoint now);
    // A message that is not known, or of an extension.
    void ignore(const sv2_frame &frame);
    // ProviderParts::templates was updated. Throws like handle.
    void template_changed(TimePoint now);

    // Whether CoinbaseOutputConstraints came: templates are sent from then on.
    bool has_constraints() const { return has_constraints_; }
    // "client 3: TEXT" in the log.
    void log(const char *event, const std::string &text);
    void log(const char *event, const std::string &text, nlohmann::json fields);

  private:
    struct Dispatch;

    void on(const sv2_coinbase_output_constraints &message, TimePoint now);
    void on(const sv2_request_transaction_data &message);
    void on(const sv2_submit_solution &message);

    void send_template(TimePoint now);
    void report_lost(const sv2_submit_solution &solution, const std::string &reason);
    void expect_constraints_before(const char *message) const;
    // False when this client has filled the log with its mistakes.
    bool may_complain();

    // What tells a client that its templates belong together: SetNewPrevHash.
    struct Tip {
        Hash256 previous_hash{};
        std::uint32_t bits = 0; // test networks change it without a new block
    };

    const std::uint64_t client_id_;
    const ProviderParts parts_;
    sv2::session &session_;
    bool has_constraints_ = false;
    CoinbaseOutputConstraints constraints_;
    std::optional<Tip> tip_; // that the client was sent, not that of the provider
    std::deque<std::uint64_t> template_ids_;
    unsigned complaints_ = 0;
    unsigned lost_solutions_ = 0;
};

} // namespace template_provider
