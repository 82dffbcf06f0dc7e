// SPDX-License-Identifier: MIT
#include "client_session.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace template_provider {

ClientSession::ClientSession(std::uint64_t id, sv2::session session, const ConnectionLimits &limits,
                             ProviderParts parts)
    : constraints_timeout_(limits.setup_timeout), session_(std::move(session)),
      encrypted_(info().phase == SV2_PHASE_HANDSHAKE), protocol_(id, parts, session_) {}

std::size_t ClientSession::feed(sv2::const_span received, TimePoint now) {
    const std::size_t missing = SV2_FRAME_HEADER_SIZE - first_.size();
    append(first_, ByteView(received.data(), std::min(missing, received.size())));
    const sv2_time time = session_time(now);
    const auto taken = session_.feed(received, &time);
    handle_events(now);
    return taken ? *taken : 0; // an end was an event like others
}

void ClientSession::tick(TimePoint now) {
    const sv2_time time = session_time(now);
    (void)session_.tick(&time); // what comes of it is an event
    handle_events(now);
}

void ClientSession::peer_closed(TimePoint now) {
    session_.peer_closed().check();
    handle_events(now);
}

void ClientSession::close(TimePoint now) {
    session_.close().check();
    handle_events(now);
}

void ClientSession::handle_events(TimePoint now) {
    while (const std::optional<sv2_session_event> event = session_.next_event().value()) {
        switch (event->kind) {
        case SV2_EVENT_SECURED:
            protocol_.log("encrypted", "the link is encrypted");
            break;
        case SV2_EVENT_SETUP_REQUEST:
            protocol_.introduce(event->frame);
            session_.accept_setup(0).check();
            break;
        case SV2_EVENT_ESTABLISHED:
            constraints_by_ = now + constraints_timeout_;
            break;
        case SV2_EVENT_MESSAGE:
            if (!only_solutions_ || event->frame.msg_type == SV2_MSG_TYPE_SUBMIT_SOLUTION)
                protocol_.handle(event->frame, now);
            if (protocol_.has_constraints())
                constraints_by_ = TimePoint::max();
            break;
        case SV2_EVENT_IGNORED:
        case SV2_EVENT_UNEXPECTED:
            protocol_.ignore(event->frame);
            break;
        case SV2_EVENT_END:
            session_ended(*event);
            break;
        default: // SV2_EVENT_SETUP, and those that cannot come without extensions
            break;
        }
    }
}

void ClientSession::session_ended(const sv2_session_event &event) {
    constraints_by_ = TimePoint::max();
    const std::string error_code(sv2::text(event.error_code));
    if (!error_code.empty())
        protocol_.log("setup_refused", "refused: " + error_code,
                      {{"error_code", error_code}, {"flags", event.flags}});
    const bool in_order = event.drain != 0 || event.status == SV2_ERR_CLOSED;
    ended_ = End{explain(session_.error().value()), event.status, in_order};
}

std::string ClientSession::explain(const sv2_session_error &error) const {
    if (error.status == SV2_ERR_PEER_CLOSED && error.message.status == SV2_OK)
        return "closed by the client";
    std::string reason(sv2::text(error.text));
    if (error.status == SV2_ERR_PEER_CLOSED)
        reason = "the connection ended in the middle of a message";
    // Who forgets --insecure, or has it on one side only, finds the reason in the log.
    if (encrypted_ && error.phase <= SV2_PHASE_SETUP && begins_like_plain_setup())
        reason += "; it began as a client does that does not encrypt";
    return reason;
}

// Whether what should be the client's act 1 could also be its SetupConnection. Random bytes look
// like it once in 2^37 times.
bool ClientSession::begins_like_plain_setup() const {
    return first_.size() == SV2_FRAME_HEADER_SIZE && first_[0] == 0 && first_[1] == 0 &&
           first_[2] == SV2_MSG_TYPE_SETUP_CONNECTION && first_[4] < 8 && first_[5] == 0;
}

void ClientSession::log(const char *event, const std::string &text, nlohmann::json fields) {
    protocol_.log(event, text, std::move(fields));
}

} // namespace template_provider
