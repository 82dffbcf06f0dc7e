// SPDX-License-Identifier: MIT
// The thread that serves all clients: it waits for sockets, for the node and for the end.
#pragma once

#include "client_connection.hpp"
#include "listening_socket.hpp"
#include "node_inbox.hpp"
#include "server_signals.hpp"

namespace template_provider {

struct ServerOptions {
    std::vector<ListenAddress> listen;
    std::size_t max_clients = 64;
    ConnectionLimits limits;
};

class TemplateServer {
  public:
    // Opens the sockets. Without security, links are plain. Throws std::runtime_error, of which
    // sv2::exception is one.
    TemplateServer(const ServerOptions &options, LinkSecurity *security, NodeInbox &inbox,
                   ServerSignals &signals, SolutionSubmitter &submitter, Log &log);

    // Returns after a signal with true, or with false when the provider cannot go on.
    bool run();

  private:
    void serve_once();
    void accept_clients(const ListeningSocket &listening);
    void read_inbox();
    void reload_certificate();
    void end_in_order();
    // For poll(): -1 without a deadline.
    int milliseconds_to_wait() const;
    void remove_closed();
    // Whether one more client may come. If there are too many, the one that has been on its way
    // for longest makes room.
    bool make_room();

    const ServerOptions options_;
    LinkSecurity *const security_;
    const sv2::session_profile profile_;
    NodeInbox &inbox_;
    ServerSignals &signals_;
    SolutionSubmitter &submitter_;
    Log &log_;
    TemplateSource templates_;
    TemplateStore store_;
    std::vector<ListeningSocket> listening_;
    TimePoint accept_again_{}; // after the system ran out of descriptors
    std::vector<std::unique_ptr<ClientConnection>> clients_;
    std::uint64_t last_client_id_ = 0;
    std::string fatal_;
    bool stopping_ = false;
};

} // namespace template_provider
