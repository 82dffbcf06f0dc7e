// SPDX-License-Identifier: MIT
// One client: its socket, its deadlines and its end.
#pragma once

#include "client_protocol.hpp"
#include "file_descriptor.hpp"

namespace template_provider {

struct ConnectionLimits {
    // Of one frame from a client. The largest that it has a reason to send is SubmitSolution.
    std::uint32_t max_payload = 8 + 4 + 4 + 4 + 2 + 65535 + 1024; // and some TLVs
    // Bytes that wait for a client that does not read.
    std::size_t max_queued_output = std::size_t{32} << 20;
    // From the connection to SetupConnection, with the handshake, and from there to
    // CoinbaseOutputConstraints.
    std::chrono::milliseconds setup_timeout{10'000};
    // How long output may wait without a byte of it leaving.
    std::chrono::milliseconds send_timeout{30'000};
    // Without a byte from the client; 0: for ever. A client has nothing to say between blocks.
    std::chrono::milliseconds idle_timeout{0};
};

// For the thread that polls. No function throws: what goes wrong ends this client only.
class ClientConnection {
  public:
    ClientConnection(std::uint64_t id, FileDescriptor socket, const ConnectionLimits &limits,
                     LinkSecurity *security, ProviderParts parts, TimePoint now);

    int socket() const { return socket_.get(); }
    // For poll(). POLLOUT only while there is something to send.
    short wanted_events() const;
    // Whether work is left that needs no event.
    bool has_work() const;
    TimePoint deadline() const;
    bool is_closed() const { return phase_ == Phase::closed; }

    // What poll() said (0 for nothing), and whatever is due.
    void advance(short events, TimePoint now);
    void template_changed(TimePoint now);
    // The provider ends: takes what has arrived, sends what waits, for at most this long.
    void finish(std::chrono::milliseconds patience, TimePoint now);
    // Ends it now. A failure of the library comes with its status.
    void end(const std::string &reason, sv2_status status = SV2_OK);

  private:
    enum class Phase {
        serving,
        flushing, // sends what waits; takes nothing any more
        draining, // has sent all and said so; waits for the client's end
        closed,
    };

    template <typename Step> void guarded(Step step);
    bool may_receive() const;
    void receive(TimePoint now);
    void received(std::size_t size, TimePoint now);
    std::string explain(const sv2::exception &error) const;
    std::string with_suspicion(const std::string &reason) const;
    void handle_frames(TimePoint now);
    void send_output(TimePoint now);
    void drain();
    void check_deadlines(TimePoint now);

    const ConnectionLimits limits_;
    FileDescriptor socket_;
    FrameStream stream_;
    ClientProtocol protocol_;
    Phase phase_ = Phase::serving;
    bool frames_left_ = false; // handle_frames stopped early
    bool at_end_ = false;      // the client sends no more
    TimePoint state_since_;
    TimePoint last_received_;
    TimePoint last_sent_; // or since when output waits
    TimePoint finish_by_{};
};

} // namespace template_provider
