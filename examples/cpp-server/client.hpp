// SPDX-License-Identifier: MIT
// One client: a socket and a session. It never blocks; the server calls it when the socket is ready
// or a deadline has passed.
#pragma once

#include "channels.hpp"
#include "file_descriptor.hpp"
#include "job_source.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include "sv2.hpp"

namespace mining_server {

constexpr std::uint64_t never = UINT64_MAX;

// Milliseconds of the clock that the library reads when a call passes no time.
std::uint64_t monotonic_ms();

class Client {
  public:
    Client(std::string peer, FileDescriptor socket, sv2::session session, const JobSource &jobs,
           Counts &counts);
    Client(const Client &) = delete; // its channels refer to its session
    Client &operator=(const Client &) = delete;

    // The socket is readable. buffer is scratch memory.
    void receive(sv2::span<std::uint8_t> buffer);
    void send_job(bool new_tip);
    // After each of these and when a deadline has passed: sends what the socket takes, and gives up
    // a client that takes nothing.
    void settle(sv2::span<std::uint8_t> buffer);
    // Ends it in order: what is queued is still sent. With move_to, the client is told to go to
    // that port of this host.
    void close(std::uint16_t move_to);

    bool is_established() const { return is_established_; }
    bool is_over() const { return is_cut_ || (info_.finished != 0); }
    bool wants_input() const { return !peer_closed_; }
    bool wants_output() const { return info_.waiting != 0; }
    std::uint64_t deadline() const;
    int descriptor() const { return socket_.get(); }
    const std::string &peer() const { return peer_; }

  private:
    void act_on_events();
    void send(sv2::span<std::uint8_t> buffer);
    void cut_if(const sv2::result<sv2::nothing> &sent);

    const std::string peer_;
    FileDescriptor socket_;
    sv2::session session_;
    Counts &counts_;
    Channels channels_;
    sv2_session_info info_ = SV2_SESSION_INFO_INIT;
    std::optional<std::uint64_t> stalled_since_; // while it takes nothing of what waits
    bool peer_closed_ = false, is_established_ = false, is_cut_ = false;
};

} // namespace mining_server
