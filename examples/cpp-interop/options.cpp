// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace template_provider {

const char *const help_text =
    R"(template_provider: gives the block templates of a Bitcoin node to Stratum V2 clients.

usage: template_provider --rpc-url URL (--rpc-user USER --rpc-password-file FILE |
                                        --rpc-cookie-file FILE)
                         (--key FILE --certificate FILE | --insecure) [option...]

The node
  --rpc-url URL             JSON-RPC of Bitcoin Core or btcd, http://HOST:PORT or https://HOST:PORT
  --rpc-user USER           with --rpc-password-file
  --rpc-password-file FILE  its first line is the password
  --rpc-cookie-file FILE    Bitcoin Core's .cookie, instead of user and password
  --rpc-cert FILE           certificate that the https node's is signed with (btcd: rpc.cert)

Clients
  --listen HOST:PORT        may be given several times; [::1]:PORT for IPv6 (127.0.0.1:8442)
  --max-clients N           at a time (64)
  --setup-timeout SECONDS   for each of handshake, SetupConnection and
                            CoinbaseOutputConstraints (10)
  --send-timeout SECONDS    how long a client may read nothing while output waits (30)
  --idle-timeout SECONDS    how long a client may send no message; 0 is for ever (0)
  --max-queued BYTES        output that may wait for a client (33554432)

Encryption
  --key FILE                this server's secret key, as `sv2-key generate FILE` makes it; a file
                            that other users may open is refused
  --certificate FILE        what `sv2-key sign` made for it; read again at SIGHUP, which does not
                            touch connections
  --handshakes-per-second N in the long run, of all clients together (100)
  --handshake-burst N       at once (100)
  --insecure                plain TCP instead, without keys: anyone on the way can read and change
                            everything

Templates
  --fee-delta SATOSHI       by how much a new template on the same tip must be worth more (1000)
  --refresh SECONDS         how often the node is asked besides the long poll (5)

  --json                    one JSON object per event instead of text
  --help
)";

namespace {

std::uint64_t number(const std::string &name, const std::string &text, std::uint64_t least,
                     std::uint64_t largest) {
    std::uint64_t value = 0;
    const char *const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end || value < least || value > largest)
        throw OptionsError(name + " must be a number from " + std::to_string(least) + " to " +
                           std::to_string(largest));
    return value;
}

std::chrono::milliseconds seconds(const std::string &name, const std::string &text, double least) {
    char *end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(value >= least && value <= 86400))
        throw OptionsError(name + " must be a number of seconds up to 86400");
    return std::chrono::milliseconds(std::llround(value * 1000));
}

} // namespace

Options parse_options(int argument_count, const char *const *arguments) {
    constexpr double shortest_wait = 0.01;
    Options options;
    std::string password_file;
    LinkSecurityOptions security;
    bool insecure = false;
    for (int i = 1; i < argument_count; ++i) {
        std::string name = arguments[i];
        if (name == "--help" || name == "-h") {
            options.help = true;
            return options;
        }
        if (name == "--insecure") {
            insecure = true;
            continue;
        }
        if (name == "--json") {
            options.log_format = LogFormat::json;
            continue;
        }
        std::string value;
        const std::size_t equals = name.find('=');
        const bool has_value = equals != std::string::npos;
        if (has_value) {
            value = name.substr(equals + 1);
            name.resize(equals);
        }
        const auto is = [&](const char *option) {
            if (name != option)
                return false;
            if (!has_value) {
                if (i + 1 == argument_count)
                    throw OptionsError(name + " needs a value");
                value = arguments[++i];
            }
            return true;
        };
        ConnectionLimits &limits = options.server.limits;
        if (is("--listen")) {
            ListenAddress address;
            if (!parse_listen_address(value, address))
                throw OptionsError("--listen must be HOST:PORT or [IPV6]:PORT, not " + value);
            options.server.listen.push_back(address);
        } else if (is("--rpc-url")) {
            options.node.url = value;
        } else if (is("--rpc-user")) {
            options.node.user = value;
        } else if (is("--rpc-password-file")) {
            password_file = value;
        } else if (is("--rpc-cookie-file")) {
            options.node.cookie_file = value;
        } else if (is("--rpc-cert")) {
            options.node.certificate_file = value;
        } else if (is("--key")) {
            security.key_file = value;
        } else if (is("--certificate")) {
            security.certificate_file = value;
        } else if (is("--handshakes-per-second")) {
            security.handshakes_per_second =
                static_cast<std::uint32_t>(number(name, value, 1, 1'000'000));
        } else if (is("--handshake-burst")) {
            security.handshake_burst =
                static_cast<std::uint32_t>(number(name, value, 1, 1'000'000));
        } else if (is("--max-clients")) {
            options.server.max_clients = number(name, value, 1, 100'000);
        } else if (is("--setup-timeout")) {
            limits.setup_timeout = seconds(name, value, shortest_wait);
        } else if (is("--send-timeout")) {
            limits.send_timeout = seconds(name, value, shortest_wait);
        } else if (is("--idle-timeout")) {
            limits.idle_timeout = seconds(name, value, 0);
        } else if (is("--max-queued")) {
            // The transactions of the largest block in one frame must fit, and a session can hold
            // less than 128 MiB.
            limits.max_queued_output =
                static_cast<std::uint32_t>(number(name, value, 8'000'000, 128'000'000));
        } else if (is("--fee-delta")) {
            options.watcher.fee_threshold = number(name, value, 0, 21'000'000 * 100'000'000ull);
        } else if (is("--refresh")) {
            options.watcher.refresh_interval = seconds(name, value, shortest_wait);
        } else {
            throw OptionsError("unknown option " + name);
        }
    }
    if (options.node.url.empty())
        throw OptionsError("--rpc-url is missing");
    const bool has_key = !security.key_file.empty();
    const bool has_certificate = !security.certificate_file.empty();
    if (insecure && (has_key || has_certificate))
        throw OptionsError("--insecure means plain TCP, for which there is no key");
    if (!insecure && !(has_key && has_certificate))
        throw OptionsError(
            "--key FILE and --certificate FILE are missing: `sv2-key generate` and `sv2-key sign` "
            "make them; --insecure serves plain TCP instead");
    if (!insecure)
        options.security = security;
    if (options.node.user.empty() != password_file.empty())
        throw OptionsError("--rpc-user and --rpc-password-file belong together");
    if (!password_file.empty())
        options.node.password = read_first_line(password_file);
    check_node_access(options.node);
    if (options.server.listen.empty())
        options.server.listen.push_back({"127.0.0.1", "8442"});
    return options;
}

} // namespace template_provider
