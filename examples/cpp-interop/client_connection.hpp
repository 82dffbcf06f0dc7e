// SPDX-License-Identifier: MIT
// One client: its socket, its session, its deadlines and its end.
#pragma once

#include "client_session.hpp"
#include "file_descriptor.hpp"

namespace template_provider {

// For the thread that polls. No function throws: what goes wrong ends this client only.
class ClientConnection {
  public:
    // The session has just been started. Without security it is plain.
    ClientConnection(std::uint64_t id, FileDescriptor socket, sv2::session session,
                     const ConnectionLimits &limits, LinkSecurity *security, ProviderParts parts,
                     TimePoint now);

    int socket() const { return socket_.get(); }
    // For poll(). POLLOUT only while there is something to send.
    short wanted_events() const;
    // Whether work is left that needs no event.
    bool has_work() const;
    TimePoint deadline() const;
    bool is_closed() const { return phase_ == Phase::closed; }
    // Whether the client has come as far as templates; until then strangers can be as many as they
    // like.
    bool is_set_up() const;

    // What poll() said (0 for nothing), and whatever is due.
    void advance(short events, TimePoint now);
    void template_changed(TimePoint now);
    // The provider ends: takes what has arrived, then sends what waits and says that it is all.
    void finish(TimePoint now);
    // Ends it now. A failure of the library comes with its status.
    void end(const std::string &reason, sv2_status status = SV2_OK);

  private:
    enum class Phase {
        serving,
        flushing, // the session has ended; sends what waits and takes nothing any more
        draining, // has sent all and said so; waits for the client's end
        closed,
    };

    template <typename Step> void guarded(TimePoint now, Step step);
    bool may_take() const;
    bool may_receive() const;
    void lost(const std::string &reason);
    void receive(TimePoint now);
    bool admit(TimePoint now);
    void take_input(TimePoint now);
    void see_end();
    void send_output(TimePoint now);
    void close_side_when_done(TimePoint now);
    void drain();
    void check_deadlines(TimePoint now);
    std::string does_not_read() const;

    const ConnectionLimits limits_;
    LinkSecurity *const security_;
    FileDescriptor socket_;
    ClientSession session_;
    sv2_session_info info_ = SV2_SESSION_INFO_INIT; // as it was when output was last sent
    Phase phase_ = Phase::serving;
    bool admitted_ = false;
    Bytes input_;         // received, and fed to the session up to fed_
    std::size_t fed_ = 0; // less than there are, or there are none
    bool at_end_ = false; // the client sends no more
    std::string lost_;    // why nothing can be sent any more
    TimePoint last_sent_; // or since when output waits
    TimePoint finish_by_{};
};

} // namespace template_provider
