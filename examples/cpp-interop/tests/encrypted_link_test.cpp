// SPDX-License-Identifier: MIT
// The encrypted link as clients see it: handshakes that succeed and that do not, certificates, and
// frames that somebody altered.
//
//     encrypted_link_test PROGRAM
#include "check.hpp"
#include "test_provider.hpp"

#include <ctime>
#include <fstream>

#include <sys/stat.h>

using namespace template_provider;
using Json = nlohmann::json;

static std::uint64_t wall_clock() {
    return static_cast<std::uint64_t>(std::time(nullptr));
}

// Keys and certificates in the files that sv2-key would have written.
class Credentials {
  public:
    Credentials()
        : authority_(sv2::secret_key::generate().value()),
          server_(sv2::secret_key::generate().value()) {
        char folder[] = "/tmp/encrypted_link_test_XXXXXX";
        if (mkdtemp(folder) == nullptr)
            std::abort();
        folder_ = folder;
        std::array<char, SV2_KEY_TEXT_SIZE> text{};
        server_.text_to(text).check();
        write_file(key_file(), std::string(text.data()) + "\n");
        sign(authority_, -3600, 30 * 86400);
    }
    ~Credentials() {
        std::remove(key_file().c_str());
        std::remove(certificate_file().c_str());
        rmdir(folder_.c_str());
    }
    Credentials(const Credentials &) = delete;
    Credentials &operator=(const Credentials &) = delete;

    std::string key_file() const { return folder_ + "/server.key"; }
    std::string certificate_file() const { return folder_ + "/server.certificate"; }
    std::vector<std::string> options() const {
        return {"--key", key_file(), "--certificate", certificate_file()};
    }
    sv2_public_key authority() const { return authority_.public_key().value(); }
    sv2_public_key server() const { return server_.public_key().value(); }

    // A new certificate in the file; times are relative to now.
    void sign(std::int64_t valid_from, std::int64_t not_valid_after) {
        sign(authority_, valid_from, not_valid_after);
    }
    void sign(const sv2::secret_key &authority, std::int64_t valid_from,
              std::int64_t not_valid_after) {
        const auto now = static_cast<std::int64_t>(wall_clock());
        write_certificate(sv2::sign_certificate(authority, server(),
                                                static_cast<std::uint32_t>(now + valid_from),
                                                static_cast<std::uint32_t>(now + not_valid_after))
                              .value(),
                          server(), authority.public_key().value());
    }
    void write_certificate(const sv2_certificate &certificate, const sv2_public_key &server,
                           const sv2_public_key &authority) {
        const auto encoded = sv2::encode_certificate(certificate).value();
        // The long form has the keys in front of the signature.
        const auto signature = encoded.end() - sizeof certificate.signature;
        Bytes full(encoded.begin(), signature);
        full.insert(full.end(), std::begin(server.bytes), std::end(server.bytes));
        full.insert(full.end(), std::begin(authority.bytes), std::end(authority.bytes));
        full.insert(full.end(), signature, encoded.end());
        write_file(certificate_file(), to_hex(full) + "\n");
    }
    static void write_file(const std::string &path, const std::string &content) {
        std::ofstream(path, std::ios::trunc) << content;
        chmod(path.c_str(), 0600);
    }

  private:
    sv2::secret_key authority_;
    sv2::secret_key server_;
    std::string folder_;
};

static Bytes bytes_of(const sv2_act1 &act1) {
    return Bytes(std::begin(act1.bytes), std::end(act1.bytes));
}

// Receives act 2, and encrypts if the server passes. SV2_ERR_TRUNCATED: there is no whole act 2.
static sv2_status finish_handshake(TemplateClient &client, sv2::initiator &initiator) {
    sv2_act2 act2{};
    if (!client.receive_exactly(act2.bytes, sizeof act2.bytes))
        return SV2_ERR_TRUNCATED;
    auto link = initiator.finish(act2, wall_clock());
    if (!link)
        return link.status();
    client.encrypt(std::move(link).value());
    return SV2_OK;
}

static sv2_status shake_hands(TemplateClient &client, const sv2_policy &policy) {
    auto initiator = sv2::initiator::create(policy).value();
    client.send_bytes(bytes_of(initiator.act1()));
    return finish_handshake(client, initiator);
}

static bool is_set_up(TemplateClient &client) {
    client.send_setup();
    return client.receive().holds(SV2_MSG_TYPE_SETUP_CONNECTION_SUCCESS);
}

static TemplateClient encrypted_client(const Provider &provider, const Credentials &credentials) {
    TemplateClient client = provider.connect();
    CHECK(shake_hands(client, sv2::require_authority(credentials.authority())) == SV2_OK);
    CHECK(is_set_up(client));
    return client;
}

// Fails when a client that did nothing wrong is not served as before.
static void check_is_served(TemplateClient &client, const Work &work) {
    client.request_transaction_data(work.new_template.template_id);
    CHECK(client.receive().holds(SV2_MSG_TYPE_REQUEST_TRANSACTION_DATA_SUCCESS));
}

static void test_good_handshake() {
    TestNode node;
    const Credentials credentials;
    Provider provider(node, {}, credentials.options());
    CHECK(provider.says("authority key " + sv2::text(credentials.authority()).value() +
                        ", server key " + sv2::text(credentials.server()).value() +
                        ", certificate valid from 20"));
    TemplateClient client = provider.connect();
    auto initiator =
        sv2::initiator::create(sv2::require_authority(credentials.authority())).value();
    client.send_bytes(bytes_of(initiator.act1()));
    CHECK(finish_handshake(client, initiator) == SV2_OK);
    const sv2::server_proof shown = initiator.server().value();
    CHECK(sv2::text(shown.key).value() == sv2::text(credentials.server()).value());
    CHECK(shown.certificate.not_valid_after > wall_clock() + 29 * 86400);
    CHECK(is_set_up(client));
    const Work work = start_work(client, 100);
    check_is_served(client, work);
    CHECK(provider.says("client 1: the link is encrypted"));
    node.set_height(302);
    receive_pair(client);
    client.end_output();
    CHECK(client.is_closed() && !client.was_reset());
    CHECK(provider.says("client 1: disconnected: closed by the client"));

    TemplateClient trusting = provider.connect();
    CHECK(shake_hands(trusting, sv2::trust_any_server()) == SV2_OK);
    CHECK(is_set_up(trusting));
}

static void test_pieces() {
    TestNode node;
    const Credentials credentials;
    Provider provider(node, {}, credentials.options());
    const auto client_in_pieces = [&](std::size_t first, std::size_t piece) {
        TemplateClient client = provider.connect();
        auto initiator =
            sv2::initiator::create(sv2::require_authority(credentials.authority())).value();
        const Bytes act1 = bytes_of(initiator.act1());
        for (std::size_t from = 0, size = first; from < act1.size(); from += size, size = piece) {
            const std::size_t to = std::min(from + size, act1.size());
            client.send_bytes(Bytes(act1.begin() + static_cast<std::ptrdiff_t>(from),
                                    act1.begin() + static_cast<std::ptrdiff_t>(to)));
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
        CHECK(finish_handshake(client, initiator) == SV2_OK);
        CHECK(is_set_up(client));
        return client;
    };
    for (std::size_t cut = 1; cut < sizeof(sv2_act1); ++cut)
        client_in_pieces(cut, sizeof(sv2_act1));
    TemplateClient client = client_in_pieces(1, 1);

    // Sealed frames too, byte by byte and several at once.
    sv2_coinbase_output_constraints constraints{};
    constraints.coinbase_output_max_additional_size = 100;
    const Bytes frame = sv2::encode(constraints).value();
    for (const std::uint8_t byte : client.protect(frame))
        client.send_bytes({byte});
    receive_pair(client);
    Bytes three;
    for (int i = 0; i < 3; ++i)
        append(three, frame);
    client.send_bytes(client.protect(three));
    for (int i = 0; i < 3; ++i)
        receive_pair(client);
}

static void test_bad_bytes() {
    TestNode node;
    const Credentials credentials;
    Provider provider(node, {"--json"}, credentials.options());
    TemplateClient good = encrypted_client(provider, credentials);
    const Work work = start_work(good, 100);
    const auto ends_with = [&](const std::string &client, const std::string &reason,
                               const std::string &status) {
        const Json event = Json::parse(
            provider.process().wait_for("client " + client + ": disconnected: "), nullptr, false);
        CHECK(event.is_object());
        if (!event.is_object())
            return;
        CHECK_EQUAL(event.value("reason", ""), reason);
        CHECK_EQUAL(event.value("status", ""), status);
    };
    const std::string altered = "the bytes were not sealed with this key, or were altered";

    // Every 64 bytes are an act 1; what follows in the same segment is looked at all the same.
    std::uint32_t state = 7;
    Bytes noise;
    for (int i = 0; i < 64 + 22; ++i)
        noise.push_back(static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24));
    TemplateClient garbage = provider.connect();
    garbage.send_bytes(noise);
    CHECK(garbage.is_closed());
    ends_with("2", "setup: " + altered, "SV2_ERR_DECRYPT");

    TemplateClient flipped = encrypted_client(provider, credentials);
    sv2_coinbase_output_constraints constraints{};
    Bytes frame = flipped.protect(sv2::encode(constraints).value());
    frame[SV2_SEALED_HEADER_SIZE + 2] ^= 0x10; // the payload: the header is still good
    flipped.send_bytes(frame);
    CHECK(flipped.is_closed());
    ends_with("3", "established: " + altered, "SV2_ERR_DECRYPT");

    TemplateClient repeated = encrypted_client(provider, credentials);
    frame = repeated.protect(sv2::encode(constraints).value());
    repeated.send_bytes(frame);
    receive_pair(repeated);
    repeated.send_bytes(frame);
    CHECK(repeated.is_closed());
    ends_with("4", "established: " + altered, "SV2_ERR_DECRYPT");

    TemplateClient oversize = encrypted_client(provider, credentials);
    Bytes large = unhex("000076ffff0f"); // SubmitSolution of 1,048,575 bytes
    large.resize(6 + 0x0fffff);
    oversize.send_bytes(oversize.protect(large));
    CHECK(oversize.is_closed());
    ends_with("5", "established: the frame header states a payload above the configured maximum",
              "SV2_ERR_FRAME_TOO_LARGE");

    TemplateClient cut = encrypted_client(provider, credentials);
    frame = cut.protect(sv2::encode(constraints).value());
    frame.resize(SV2_SEALED_HEADER_SIZE); // as much is missing as another header has
    cut.send_bytes(frame);
    cut.end_output();
    CHECK(cut.is_closed());
    ends_with("6", "the connection ended in the middle of a message", "SV2_ERR_PEER_CLOSED");

    TemplateClient half = provider.connect();
    half.send_bytes(Bytes(63, 5));
    half.end_output();
    CHECK(half.is_closed());
    ends_with("7", "the connection ended in the middle of a message", "SV2_ERR_PEER_CLOSED");

    check_is_served(good, work);
}

// S3-05, I30: clients that stop at each step of the beginning. They cost those behind them nothing,
// and each is gone at its own deadline.
static void test_half_open_clients() {
    TestNode node;
    const Credentials credentials;
    Provider provider(node, {"--setup-timeout", "0.8"}, credentials.options());
    const sv2_policy policy = sv2::require_authority(credentials.authority());
    TemplateClient silent = provider.connect();
    TemplateClient half = provider.connect();
    half.send_bytes(Bytes(63, 9));
    TemplateClient no_setup = provider.connect();
    CHECK(shake_hands(no_setup, policy) == SV2_OK);
    TemplateClient half_setup = provider.connect();
    CHECK(shake_hands(half_setup, policy) == SV2_OK);
    half_setup.send_bytes(Bytes(21, 1)); // less than a sealed header
    TemplateClient no_constraints = encrypted_client(provider, credentials);
    std::vector<TemplateClient> more;
    for (int i = 0; i < 40; ++i)
        more.push_back(provider.connect());
    TemplateClient good = encrypted_client(provider, credentials);
    const Work work = start_work(good, 100);
    for (TemplateClient *client : {&silent, &half, &no_setup, &half_setup, &no_constraints})
        CHECK(client->is_closed());
    for (TemplateClient &client : more)
        CHECK(client.is_closed());
    const std::string no_handshake = "handshake: the peer did not finish the Noise handshake";
    CHECK(provider.says("client 1: disconnected: " + no_handshake));
    CHECK(provider.says("client 2: disconnected: " + no_handshake));
    CHECK(provider.says("client 3: disconnected: setup: SetupConnection was not sent"));
    CHECK(provider.says("client 4: disconnected: setup: SetupConnection was not sent"));
    CHECK(provider.says("client 5: disconnected: no CoinbaseOutputConstraints in time"));
    for (int id = 6; id <= 45; ++id)
        CHECK(provider.says("client " + std::to_string(id) + ": disconnected: " + no_handshake));
    check_is_served(good, work);
}

static void test_plain_client() {
    TestNode node;
    const Credentials credentials;
    Provider provider(node, {"--setup-timeout", "0.4"}, credentials.options());
    TemplateClient talkative = provider.connect();
    sv2_setup_connection setup{};
    setup.protocol = SV2_PROTOCOL_TEMPLATE_DISTRIBUTION;
    setup.min_version = setup.max_version = SV2_PROTOCOL_VERSION;
    const std::string vendor(255, 'v');
    setup.vendor = sv2::bytes(vendor);
    talkative.send_message(setup);
    TemplateClient terse = provider.connect();
    terse.send_setup();
    CHECK(
        provider.says("client 1: disconnected: setup: the bytes were not sealed with this key, or "
                      "were altered; it began as a client does that does not encrypt"));
    CHECK(provider.says("client 2: disconnected: handshake: the peer did not finish the Noise "
                        "handshake in time; it began as a client does that does not encrypt"));
    encrypted_client(provider, credentials);

    // And the other way round.
    Provider plain(node);
    TemplateClient encrypting = plain.connect();
    CHECK(shake_hands(encrypting, sv2::trust_any_server()) != SV2_OK);
}

static void test_certificates() {
    TestNode node;
    Credentials credentials;
    const auto status = [&](const sv2_policy &policy, const char *report) {
        Provider provider(node, {}, credentials.options());
        CHECK(provider.says(report));
        TemplateClient client = provider.connect();
        return shake_hands(client, policy);
    };
    sv2_policy policy = sv2::require_authority(credentials.authority());
    const auto other = sv2::secret_key::generate().value();
    CHECK(status(sv2::require_authority(other.public_key().value()), "links are encrypted") ==
          SV2_ERR_CERTIFICATE_AUTHORITY);
    credentials.sign(-7200, -3600);
    const char *const expired = "the certificate has expired: clients refuse it";
    CHECK(status(policy, expired) == SV2_ERR_CERTIFICATE_EXPIRED);
    policy.clock = SV2_CLOCK_NONE;
    CHECK(status(policy, expired) == SV2_OK);
    policy.clock = SV2_CLOCK_REQUIRED;
    credentials.sign(3600, 86400);
    CHECK(status(policy, "the certificate is not valid yet: clients refuse it") ==
          SV2_ERR_CERTIFICATE_NOT_YET_VALID);
    credentials.sign(-3600, 86000);
    CHECK(status(policy, "the certificate ends within a day") == SV2_OK);
}

static void test_handshake_rate() {
    TestNode node;
    const Credentials credentials;
    std::vector<std::string> options = credentials.options();
    Provider provider(node, {"--handshakes-per-second", "2", "--handshake-burst", "3"}, options);
    TemplateClient good = encrypted_client(provider, credentials);
    const Work work = start_work(good, 100);
    const sv2_policy policy = sv2::require_authority(credentials.authority());
    int refused = 0;
    for (int i = 0; i < 10; ++i) {
        TemplateClient client = provider.connect();
        refused += shake_hands(client, policy) != SV2_OK;
    }
    CHECK(refused >= 6);
    CHECK(provider.says("disconnected: handshake: too many handshakes for now"));
    check_is_served(good, work);
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    encrypted_client(provider, credentials);
}

// One input, one output, and a witness as long as it has to be.
static std::string make_segwit_transaction(std::size_t size, std::uint32_t number) {
    Bytes bytes;
    append_u32(bytes, 2);
    append(bytes, Bytes{0, 1, 1});
    append(bytes, Hash256{{1}});
    append_u32(bytes, number);
    append_compact_size(bytes, 0);
    append_u32(bytes, 0xffffffff);
    append(bytes, Bytes{1});
    append_u64(bytes, 1000);
    append(bytes, Bytes{1, 0x51, 1});
    append_compact_size(bytes, size);
    append(bytes, Bytes(size, static_cast<std::uint8_t>(number)));
    append_u32(bytes, 0);
    return to_hex(bytes);
}

static void test_large_frames() {
    TestNode node;
    std::vector<std::string> transactions;
    for (std::uint32_t i = 0; i < 3; ++i)
        transactions.push_back(make_segwit_transaction(1'000'000, i));
    node.set_transactions(transactions);
    const Credentials credentials;
    Provider provider(node, {}, credentials.options());
    TemplateClient client = encrypted_client(provider, credentials);
    const Work work = start_work(client, 100);
    for (int i = 0; i < 5; ++i)
        client.request_transaction_data(work.new_template.template_id);
    for (int i = 0; i < 5; ++i) {
        const KeptFrame answer = client.receive();
        CHECK(answer.holds(SV2_MSG_TYPE_REQUEST_TRANSACTION_DATA_SUCCESS));
        if (!answer.arrived)
            return;
        CHECK(answer.payload.size() > 3'000'000);
        std::vector<std::string> received;
        const auto data = answer.as<sv2_request_transaction_data_success>();
        CHECK(sv2::for_each(data.transaction_list, [&](sv2::const_span transaction) {
                  received.push_back(to_hex(ByteView(transaction.data(), transaction.size())));
              }) == SV2_OK);
        CHECK(received == transactions);
    }
    // The largest message of a client.
    sv2_submit_solution solution{};
    const Bytes coinbase(65535, 0xab);
    solution.coinbase_tx = sv2::bytes(coinbase);
    client.send_message(solution);
    CHECK(provider.says("unsubmitted solution (no such template)"));
}

static void test_new_certificate() {
    TestNode node;
    Credentials credentials;
    Provider provider(node, {}, credentials.options());
    TemplateClient old = encrypted_client(provider, credentials);
    const Work work = start_work(old, 100);
    const auto reload = [&](const std::string &report) {
        const std::size_t from = provider.process().line_count();
        kill(provider.process().pid(), SIGHUP);
        CHECK(provider.says(report, from));
    };
    const auto status = [&](const sv2_public_key &authority) {
        TemplateClient client = provider.connect();
        return shake_hands(client, sv2::require_authority(authority));
    };
    const auto next = sv2::secret_key::generate().value();
    const sv2_public_key next_authority = next.public_key().value();
    credentials.sign(next, -3600, 86000);
    CHECK(status(next_authority) == SV2_ERR_CERTIFICATE_AUTHORITY); // nobody said so yet
    reload("new certificate, for links from now on: authority key " +
           sv2::text(next_authority).value());
    CHECK(provider.says("the certificate ends within a day"));
    CHECK(status(next_authority) == SV2_OK);
    CHECK(status(credentials.authority()) == SV2_ERR_CERTIFICATE_AUTHORITY);
    check_is_served(old, work);

    // What no client could accept is not taken.
    Credentials::write_file(credentials.certificate_file(), "nonsense\n");
    reload("keeps the certificate it has: ");
    const sv2_certificate certificate =
        sv2::sign_certificate(next, next_authority, 1, 0xffffffff).value();
    credentials.write_certificate(certificate, next_authority, next_authority);
    reload("the certificate is for the server key " + sv2::text(next_authority).value());
    credentials.write_certificate(certificate, credentials.server(), next_authority);
    reload("the certificate is not signed by the configured authority");
    sv2_certificate newer = certificate;
    newer.version = 1;
    credentials.write_certificate(newer, credentials.server(), next_authority);
    reload("the certificate has a version other than 0");
    newer = certificate;
    std::swap(newer.valid_from, newer.not_valid_after);
    credentials.write_certificate(newer, credentials.server(), next_authority);
    reload("the certificate ends before it begins");
    std::remove(credentials.certificate_file().c_str());
    reload("keeps the certificate it has: ");
    CHECK(status(next_authority) == SV2_OK);
    check_is_served(old, work);
}

static void test_refused_starts() {
    const auto fails_with = [](const std::vector<std::string> &options, const std::string &text) {
        std::vector<std::string> arguments{
            "--listen",   "127.0.0.1:0", "--rpc-url",           "http://127.0.0.1:1",
            "--rpc-user", "demo",        "--rpc-password-file", password_file()};
        arguments.insert(arguments.end(), options.begin(), options.end());
        ProviderProcess process(Provider::program(), arguments);
        const bool said = !process.wait_for(text).empty();
        CHECK(said);
        if (!said)
            process.print();
        CHECK(process.wait_for_end() == 1);
        CHECK(process.count("listening") == 0);
    };
    Credentials credentials;
    const Credentials others;
    chmod(credentials.key_file().c_str(), 0644);
    fails_with(credentials.options(), "a secret key that is open to other users (mode 0644)");
    chmod(credentials.key_file().c_str(), 0600);
    fails_with({"--key", credentials.key_file(), "--certificate", others.certificate_file()},
               "the certificate is for the server key");
    fails_with({"--key", "/nonexistent", "--certificate", others.certificate_file()},
               "/nonexistent: No such file or directory");
    fails_with({"--key", others.certificate_file(), "--certificate", others.certificate_file()},
               "not a key of sv2-key: ");
    fails_with({"--key", others.key_file(), "--certificate", others.key_file()},
               "not a certificate of sv2-key: ");
    Credentials::write_file(credentials.key_file(), std::string(5000, 'x'));
    fails_with(credentials.options(), "too large for a key or certificate");
}

int main(int argc, char **argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: encrypted_link_test PROGRAM\n");
        return 2;
    }
    Provider::program() = argv[1];
    run_groups({
        {"good handshake", test_good_handshake},
        {"pieces", test_pieces},
        {"bad bytes", test_bad_bytes},
        {"half-open clients", test_half_open_clients},
        {"plain client", test_plain_client},
        {"certificates", test_certificates},
        {"handshake rate", test_handshake_rate},
        {"large frames", test_large_frames},
        {"new certificate", test_new_certificate},
        {"refused starts", test_refused_starts},
    });
    std::size_t left = 0;
    CHECK(sv2_live_handles(0, &left) == SV2_OK && left == 0);
    std::remove(password_file().c_str());
    return report("encrypted_link_test");
}
