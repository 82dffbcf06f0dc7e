// SPDX-License-Identifier: MIT
// The session with one client, and what the provider does about its events. No sockets: received
// bytes in, bytes to send out.
#pragma once

#include "client_protocol.hpp"
#include "session_profile.hpp"

namespace template_provider {

class ClientSession {
  public:
    struct End {
        std::string reason;
        sv2_status status;
        bool in_order; // what waits is to be sent before the connection is closed
    };

    // The session has just been started.
    ClientSession(std::uint64_t id, sv2::session session, const ConnectionLimits &limits,
                  ProviderParts parts);

    // These act on what comes of them; all throw ProtocolViolation and sv2::exception. Returns how
    // much was taken: at most one message.
    std::size_t feed(sv2::const_span received, TimePoint now);
    void tick(TimePoint now);
    void peer_closed(TimePoint now);
    void close(TimePoint now);
    void template_changed(TimePoint now) { protocol_.template_changed(now); }

    // No answer can be sent any more: from now on nothing but a block is of use.
    void take_only_solutions() { only_solutions_ = true; }

    // Both as of sv2::session.
    std::size_t output(sv2::span<std::uint8_t> out) const { return session_.output(out).value(); }
    void sent(std::size_t size) { session_.sent(size).check(); }
    sv2_session_info info() const { return session_.info().value(); }

    // TimePoint::max() when they came, or are not to come yet.
    TimePoint constraints_by() const { return constraints_by_; }
    const std::optional<End> &ended() const { return ended_; }
    // "client 3: TEXT" in the log.
    void log(const char *event, const std::string &text, nlohmann::json fields);

  private:
    void handle_events(TimePoint now);
    void session_ended(const sv2_session_event &event);
    std::string explain(const sv2_session_error &error) const;
    bool begins_like_plain_setup() const;

    const std::chrono::milliseconds constraints_timeout_;
    sv2::session session_;
    const bool encrypted_;
    ClientProtocol protocol_;
    Bytes first_; // of the client, at most a frame header
    TimePoint constraints_by_ = TimePoint::max();
    std::optional<End> ended_;
    bool only_solutions_ = false;
};

} // namespace template_provider
