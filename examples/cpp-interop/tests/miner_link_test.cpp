// SPDX-License-Identifier: MIT
// The C miner's side of the encrypted link, against a server that does what a test says.
//
//     miner_link_test MINER
#include "check.hpp"
#include "provider_process.hpp"
#include "template_client.hpp"

#include <ctime>

using template_provider::Bytes;

static std::string miner;

// What a test may change.
struct Behaviour {
    std::int64_t valid_from = -3600;
    std::int64_t not_valid_after = 3600;
    std::size_t flipped_byte = sizeof(sv2_act2); // of act 2; none
    bool ends_in_handshake = false;
};

// A server with a key and a certificate, for one client after another.
class LinkServer {
  public:
    explicit LinkServer(const Behaviour &behaviour)
        : behaviour_(behaviour), authority_(sv2::secret_key::generate().value()),
          key_(sv2::secret_key::generate().value()) {
        listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (bind(listening_, reinterpret_cast<sockaddr *>(&address), size) != 0 ||
            listen(listening_, 4) != 0 ||
            getsockname(listening_, reinterpret_cast<sockaddr *>(&address), &size) != 0)
            std::abort();
        place_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    }
    ~LinkServer() { close(listening_); }
    LinkServer(const LinkServer &) = delete;
    LinkServer &operator=(const LinkServer &) = delete;

    const std::string &place() const { return place_; }
    std::string authority() const { return sv2::text(authority_.public_key().value()).value(); }

    // The handshake, and SetupConnection.Success in the same segment as act 2. Not open when the
    // handshake did not come that far.
    std::optional<TemplateClient> accept_client() {
        pollfd waiting{listening_, POLLIN, 0};
        if (poll(&waiting, 1, 20000) <= 0)
            return std::nullopt;
        TemplateClient client = TemplateClient::adopt(accept(listening_, nullptr, nullptr));
        sv2_act1 act1{};
        if (!client.receive_exactly(act1.bytes, sizeof act1.bytes) || behaviour_.ends_in_handshake)
            return std::nullopt;
        const auto now = static_cast<std::int64_t>(std::time(nullptr));
        const auto certificate =
            sv2::sign_certificate(authority_, key_.public_key().value(),
                                  static_cast<std::uint32_t>(now + behaviour_.valid_from),
                                  static_cast<std::uint32_t>(now + behaviour_.not_valid_after))
                .value();
        const auto identity = sv2::identity::create(key_, certificate).value();
        auto response = identity.respond(act1).value();
        Bytes bytes(std::begin(response.act2.bytes), std::end(response.act2.bytes));
        if (behaviour_.flipped_byte < bytes.size())
            bytes[behaviour_.flipped_byte] ^= 1;
        client.encrypt(std::move(response.link));
        sv2_setup_connection_success success{};
        success.used_version = SV2_PROTOCOL_VERSION;
        template_provider::append(bytes, client.protect(sv2::encode(success).value()));
        client.send_bytes(bytes);
        return client;
    }

  private:
    const Behaviour behaviour_;
    const sv2::secret_key authority_;
    const sv2::secret_key key_;
    int listening_ = -1;
    std::string place_;
};

static std::vector<std::string> arguments(const LinkServer &server,
                                          const std::vector<std::string> &more) {
    std::vector<std::string> all{"--connect", server.place(), "--no-reconnect"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

static void test_good_link() {
    for (const char *const protection : {"authority", "any", "no clock"}) {
        Behaviour behaviour;
        if (protection == std::string("no clock"))
            behaviour.not_valid_after = -1800;
        LinkServer server(behaviour);
        std::vector<std::string> options{"--authority", server.authority()};
        if (protection == std::string("any"))
            options = {"--trust-any"};
        if (protection == std::string("no clock"))
            options.push_back("--no-clock");
        ProviderProcess process(miner, arguments(server, options));
        auto client = server.accept_client();
        CHECK(client.has_value());
        if (!client)
            continue;
        CHECK(client->receive().holds(SV2_MSG_TYPE_SETUP_CONNECTION));
        // Its answer to what came in one segment with act 2.
        CHECK(client->receive().holds(SV2_MSG_TYPE_COINBASE_OUTPUT_CONSTRAINTS));
        CHECK(!process.wait_for("server key 9").empty());
        // Bytes that nobody sealed end the connection, not the miner: 4 is "it ended".
        client->send_bytes(Bytes(SV2_SEALED_HEADER_SIZE, 1));
        const bool ended =
            !process.wait_for("connection: the bytes were not sealed with this key").empty();
        CHECK(ended && process.wait_for_end() == 4);
    }
}

static void test_reconnects_after_altered_bytes() {
    LinkServer server({});
    ProviderProcess process(miner,
                            {"--connect", server.place(), "--authority", server.authority()});
    auto first = server.accept_client();
    CHECK(first.has_value());
    if (first)
        first->send_bytes(Bytes(SV2_SEALED_HEADER_SIZE, 1));
    auto second = server.accept_client();
    CHECK(second && second->receive().holds(SV2_MSG_TYPE_SETUP_CONNECTION));
}

static void check_end(const Behaviour &behaviour, int status, const std::string &text,
                      const std::string &authority = "", bool reconnects = false) {
    LinkServer server(behaviour);
    std::vector<std::string> all{"--connect", server.place(), "--authority",
                                 authority.empty() ? server.authority() : authority};
    if (!reconnects)
        all.push_back("--no-reconnect");
    ProviderProcess process(miner, all);
    const auto client = server.accept_client();
    const bool said = !process.wait_for(text).empty();
    CHECK(said);
    if (!said)
        return process.print(); // it may go on for ever
    CHECK(process.wait_for_end() == status);
}

static void test_refused_servers() {
    const std::string other =
        sv2::text(sv2::secret_key::generate().value().public_key().value()).value();
    // Without --no-reconnect: it must not try again.
    check_end({}, 7, "the certificate is not signed by the configured authority", other, true);
    // With what it showed, so that its operator can be asked.
    check_end({}, 7, "(it shows server key 9", other, true);
    Behaviour expired;
    expired.not_valid_after = -60;
    check_end(expired, 7, "the certificate has expired by this clock, 20", "", true);
    Behaviour early;
    early.valid_from = 60;
    check_end(early, 7, "the certificate is not valid yet by this clock, 20", "", true);
    Behaviour silent;
    silent.ends_in_handshake = true;
    check_end(silent, 4, "closed by the peer in the handshake, 0 of 234 bytes");
    // The key itself, the sealed static key, the sealed certificate.
    for (const std::size_t byte : {std::size_t{0}, std::size_t{70}, std::size_t{200}}) {
        Behaviour altered;
        altered.flipped_byte = byte;
        check_end(altered, 5, "handshake: the bytes were not sealed with this key");
    }
}

static void test_command_line() {
    const std::string key =
        sv2::text(sv2::secret_key::generate().value().public_key().value()).value();
    const struct {
        std::vector<std::string> arguments;
        const char *message;
    } cases[] = {
        {{}, "--authority KEY is missing"},
        {{"--authority", key, "--insecure"}, "exclude each other"},
        {{"--authority", key, "--trust-any"}, "exclude each other"},
        {{"--trust-any", "--insecure"}, "exclude each other"},
        {{"--trust-any", "--no-clock"}, "--no-clock needs --authority"},
        {{"--authority", key + "1"}, "--authority: the key text has"},
        {{"--authority", "0OIl"}, "--authority: the key text has a character"},
        {{"--authority"}, "--authority needs a value"},
    };
    for (const auto &one : cases) {
        std::vector<std::string> all{"--connect", "127.0.0.1:1"};
        all.insert(all.end(), one.arguments.begin(), one.arguments.end());
        ProviderProcess process(miner, all);
        CHECK(!process.wait_for(one.message).empty());
        CHECK(process.wait_for_end() == 2);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: miner_link_test MINER\n");
        return 2;
    }
    miner = argv[1];
    test_good_link();
    test_reconnects_after_altered_bytes();
    test_refused_servers();
    test_command_line();
    return report("miner_link_test");
}
