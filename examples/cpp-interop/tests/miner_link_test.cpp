// SPDX-License-Identifier: MIT
// The C miner's side of the encrypted link, against a server that does what a test says.
//
//     miner_link_test MINER
#include "check.hpp"
#include "provider_process.hpp"
#include "template_client.hpp"

#include <ctime>
#include <utility>

using template_provider::Bytes;

static std::string miner;

// What a test may change.
struct Behaviour {
    std::int64_t valid_from = -3600;
    std::int64_t not_valid_after = 3600;
    std::size_t flipped_byte = sizeof(sv2_act2); // of act 2; none
    bool ends_in_handshake = false;
    std::string refusal;        // error_code of SetupConnection.Error, in place of Success
    std::uint16_t new_port = 0; // of a Reconnect in place of an answer
};

// A server with a key and a certificate, for one client after another.
class LinkServer {
  public:
    explicit LinkServer(const Behaviour &behaviour)
        : LinkServer(behaviour, sv2::secret_key::generate().value()) {}
    LinkServer(const Behaviour &behaviour, sv2::secret_key authority)
        : behaviour_(behaviour), authority_(std::move(authority)),
          key_(sv2::secret_key::generate().value()) {
        start_listening();
    }
    ~LinkServer() { close(listening_); }
    LinkServer(const LinkServer &) = delete;
    LinkServer &operator=(const LinkServer &) = delete;

    const std::string &place() const { return place_; }
    std::string authority() const { return sv2::text(authority_.public_key().value()).value(); }
    std::string url() const { return "stratum2+tcp://" + place_ + "/" + authority(); }
    std::uint16_t port() const {
        return static_cast<std::uint16_t>(std::stoul(place_.substr(place_.rfind(':') + 1)));
    }
    void stop_listening() { close(std::exchange(listening_, -1)); }
    // On the port of the first time.
    void start_listening() {
        listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int on = 1;
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(place_.empty() ? std::uint16_t{0} : port());
        socklen_t size = sizeof address;
        if (setsockopt(listening_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
            bind(listening_, reinterpret_cast<sockaddr *>(&address), size) != 0 ||
            listen(listening_, 4) != 0 ||
            getsockname(listening_, reinterpret_cast<sockaddr *>(&address), &size) != 0)
            std::abort();
        place_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    }

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
        template_provider::append(bytes, client.protect(answer()));
        client.send_bytes(bytes);
        return client;
    }

  private:
    Bytes answer() const {
        if (!behaviour_.refusal.empty()) {
            sv2_setup_connection_error error{};
            error.flags = 5;
            error.error_code = sv2_string(behaviour_.refusal.c_str());
            return sv2::encode(error).value();
        }
        if (behaviour_.new_port != 0) {
            sv2_reconnect reconnect{};
            reconnect.new_port = behaviour_.new_port;
            return sv2::encode(reconnect).value();
        }
        sv2_setup_connection_success success{};
        success.used_version = SV2_PROTOCOL_VERSION;
        return sv2::encode(success).value();
    }

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
            !process.wait_for("established: the bytes were not sealed with this key").empty();
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
    check_end(silent, 4, "handshake: the peer closed the connection");
    // The key itself, the sealed static key, the sealed certificate.
    for (const std::size_t byte : {std::size_t{0}, std::size_t{70}, std::size_t{200}}) {
        Behaviour altered;
        altered.flipped_byte = byte;
        check_end(altered, 7, "not trusted: the bytes were not sealed with this key", "", true);
    }
}

// SetupConnection.Error: the code is shown, without its control characters, and it is not tried
// again.
static void test_refused_setup() {
    Behaviour refusing;
    refusing.refusal = "unsupported-feature-flags\x1b[2J";
    check_end(refusing, 3, "unsupported-feature-flags", "", true);
    check_end(refusing, 3, "flags 0x5", "", true);
    LinkServer server(refusing);
    ProviderProcess process(miner, {"--pool", server.url(), "--json"});
    (void)server.accept_client();
    CHECK(!process.wait_for("\"error_code\":\"unsupported-feature-flags\\\\x1b[2J\"").empty());
    CHECK(process.wait_for_end() == 3);
    CHECK(process.count("\x1b") == 0);
}

// What is in a message of the provider is the program's to check: the session looks at its kind
// only.
static void test_messages() {
    Bytes malformed(SV2_FRAME_HEADER_SIZE + 3, 0);
    malformed[2] = SV2_MSG_TYPE_NEW_TEMPLATE;
    malformed[3] = 3;
    sv2_template_set_new_prev_hash tip{};
    tip.template_id = 77;
    Bytes unknown(SV2_FRAME_HEADER_SIZE, 0);
    unknown[2] = 0x7e;
    sv2_submit_solution wrong_way{};
    const struct {
        Bytes frame;
        const char *text;
    } cases[] = {
        {malformed, "broke the protocol: NewTemplate"},
        {sv2::encode(tip).value(), "broke the protocol: SetNewPrevHash names template 77"},
        {sv2::encode(wrong_way).value(),
         "broke the protocol: established: SubmitSolution: the message may not"},
    };
    for (const auto &one : cases) {
        LinkServer server({});
        ProviderProcess process(miner, {"--pool", server.url(), "--no-reconnect"});
        auto client = server.accept_client();
        CHECK(client.has_value());
        if (!client)
            continue;
        client->send_bytes(client->protect(unknown)); // ignored (section 3.4)
        client->send_bytes(client->protect(one.frame));
        const bool said = !process.wait_for(one.text).empty();
        CHECK(said);
        if (!said) {
            process.print();
            continue;
        }
        CHECK(process.wait_for_end() == 5);
        CHECK(process.count("ignored a message that is not known") == 1);
    }
}

// CM-01, CM-05, S1-06: before and after the setup, the miner goes to the port that the provider
// names, on the same host, and there demands a certificate of the same authority.
static void test_reconnect_message() {
    const Bytes authority(32, 7);
    const auto same = [&] { return sv2::secret_key::load(authority).value(); };
    LinkServer second({}, same());
    Behaviour redirecting;
    redirecting.new_port = second.port();
    LinkServer first(redirecting, same());
    ProviderProcess process(miner, {"--pool", first.url()});
    CHECK(first.accept_client().has_value());
    auto client = second.accept_client();
    CHECK(client && client->receive().holds(SV2_MSG_TYPE_SETUP_CONNECTION));
    CHECK(!process
               .wait_for("the provider wants the connection at 127.0.0.1, port " +
                         std::to_string(second.port()))
               .empty());

    LinkServer third({}, same());
    sv2_reconnect reconnect{};
    reconnect.new_port = third.port();
    if (client)
        client->send_bytes(client->protect(sv2::encode(reconnect).value()));
    auto moved = third.accept_client();
    CHECK(moved && moved->receive().holds(SV2_MSG_TYPE_SETUP_CONNECTION));

    // One of another authority is refused, and the provider that was configured asked again.
    LinkServer foreign({});
    reconnect.new_port = foreign.port();
    if (moved)
        moved->send_bytes(moved->protect(sv2::encode(reconnect).value()));
    (void)foreign.accept_client();
    CHECK(!process.wait_for("not trusted: the certificate is not signed").empty());
    CHECK(first.accept_client().has_value());
}

// The next provider of the list has its turn at once when the best one is given up, and after some
// tries when it is away.
static void test_failover() {
    Behaviour expired;
    expired.not_valid_after = -60;
    for (const bool is_away : {false, true}) {
        LinkServer best(expired);
        LinkServer second({});
        if (is_away)
            best.stop_listening();
        ProviderProcess process(miner, {"--pool", best.url(), "--pool", second.url()});
        if (!is_away)
            CHECK(best.accept_client().has_value());
        auto client = second.accept_client();
        CHECK(client && client->receive().holds(SV2_MSG_TYPE_SETUP_CONNECTION));
        CHECK(process.count(is_away ? "no connection could be made"
                                    : "has expired by this clock") >= 1);
        CHECK(!process.wait_for("the provider accepted the connection").empty());
    }
    LinkServer best(expired);
    LinkServer second(expired);
    ProviderProcess process(miner, {"--pool", best.url(), "--pool", second.url()});
    (void)best.accept_client();
    (void)second.accept_client();
    CHECK(!process.wait_for("no provider is left to try: the certificate has expired").empty());
    CHECK(process.wait_for_end() == 7);
}

// A better provider that is there again is probed, each time as far as SetupConnection.Success;
// then the miner goes back to it, and keeps the other until it is there.
static void test_way_back() {
    LinkServer best({});
    LinkServer second({});
    best.stop_listening();
    ProviderProcess process(miner, {"--pool", best.url(), "--pool", second.url(), "--probe", "1"});
    auto kept = second.accept_client();
    CHECK(kept && kept->receive().holds(SV2_MSG_TYPE_SETUP_CONNECTION));
    CHECK(kept && kept->receive().holds(SV2_MSG_TYPE_COINBASE_OUTPUT_CONSTRAINTS));
    best.start_listening();
    // Three that succeed, and more if these were done in less than two seconds.
    std::size_t probes = 0;
    bool is_back = false;
    for (; probes < 10 && !is_back; ++probes) {
        auto client = best.accept_client();
        CHECK(client.has_value());
        if (!client)
            break;
        KeptFrame last;
        for (KeptFrame next = client->receive(); next.arrived; next = client->receive(1000))
            last = next;
        is_back = last.holds(SV2_MSG_TYPE_COINBASE_OUTPUT_CONSTRAINTS);
        if (is_back)
            CHECK(kept && kept->is_closed());
    }
    CHECK(is_back && probes > 3);
    CHECK(process.count("the better provider at " + best.place() + " can be used again") ==
          probes - 1);
}

static void test_command_line() {
    const std::string key =
        sv2::text(sv2::secret_key::generate().value().public_key().value()).value();
    const struct {
        std::vector<std::string> arguments;
        const char *message;
    } cases[] = {
        {{}, "--authority KEY is missing"},
        {{"--authority", key, "--pool", "127.0.0.1:2"}, "the URL is one of Stratum V1"},
        {{"--authority", key, "--pool", "stratum2+tcp://127.0.0.1:2"}, "KEY is missing"},
        {{"--authority", key, "--pool", "stratum2+tcp://127.0.0.1:1/" + key}, "the providers: "},
        {{"--insecure", "--pool", "stratum2+tcp://127.0.0.1:2/" + key}, "exclude each other"},
        {{"--authority", key, "--insecure"}, "exclude each other"},
        {{"--authority", key, "--trust-any"}, "exclude each other"},
        {{"--trust-any", "--insecure"}, "exclude each other"},
        {{"--trust-any", "--no-clock"}, "--no-clock needs an authority's key"},
        {{"--authority", key + "1"}, ": the key text has"},
        {{"--authority", "0OIl"}, ": the key text has a character"},
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
    test_refused_setup();
    test_messages();
    test_reconnect_message();
    test_failover();
    test_way_back();
    test_command_line();
    return report("miner_link_test");
}
