// sv2.hpp: endpoints as values, and the owner of a failover. Built as C++17 and C++20, with and
// without exceptions.
#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../c/check.h"
#include "sv2.hpp"

namespace {

constexpr std::string_view url = "stratum2+tcp://pool.example:3333/"
                                 "9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh";

static_assert(!std::is_copy_constructible_v<sv2::failover> &&
              !std::is_copy_assignable_v<sv2::failover> &&
              std::is_nothrow_move_constructible_v<sv2::failover> &&
              std::is_nothrow_move_assignable_v<sv2::failover>);
static_assert(sizeof(sv2::failover) == sizeof(sv2_failover));
static_assert(!std::is_constructible_v<sv2::failover, sv2_decoder>);

std::size_t live_lists() {
    std::size_t n = 99;
    CHECK_STATUS(sv2_live_handles(SV2_HANDLE_FAILOVER, &n), SV2_OK);
    return n;
}

void endpoints() {
    const sv2_endpoint pool = sv2::parse_endpoint(url).value();
    CHECK(std::string_view(pool.host) == "pool.example" && pool.port == 3333);
    CHECK(sv2::text(pool).value() == url);
    const sv2_policy policy = sv2::policy(pool).value();
    CHECK_NUMBER(policy.authentication, SV2_AUTHENTICATION_AUTHORITY);
    CHECK(std::memcmp(&policy.authority, &pool.authority, sizeof policy.authority) == 0);
    const sv2_endpoint made = sv2::make_endpoint("Pool.Example", 3333, pool.authority).value();
    CHECK(std::memcmp(&made, &pool, sizeof made) == 0);
    const sv2_endpoint moved =
        sv2::redirect(pool, sv2_reconnect{sv2::bytes("two.example"), 0}).value();
    CHECK(sv2::text(moved)->rfind("stratum2+tcp://two.example:3333/9bX", 0) == 0);

    constexpr std::string_view keyless = "stratum2+tcp://[::1]";
    CHECK_STATUS(sv2::parse_endpoint(keyless, 3336).status(), SV2_ERR_ENDPOINT_KEY_MISSING);
    CHECK_STATUS(sv2::parse_insecure_endpoint(keyless).status(), SV2_ERR_ENDPOINT_PORT_MISSING);
    const sv2_endpoint insecure = sv2::parse_insecure_endpoint(keyless, 3336).value();
    CHECK(std::string_view(insecure.host) == "::1" && insecure.port == 3336);
    CHECK_NUMBER(sv2::policy(insecure)->authentication, SV2_AUTHENTICATION_INSECURE);
    const sv2_endpoint same = sv2::make_insecure_endpoint("::1", 3336).value();
    CHECK(std::memcmp(&same, &insecure, sizeof same) == 0);

    CHECK_STATUS(sv2::parse_endpoint("stratum+tcp://pool.example:1").status(), SV2_ERR_ENDPOINT_V1);
    CHECK_STATUS(sv2::parse_endpoint(std::string_view()).status(), SV2_ERR_ENDPOINT_HOST_EMPTY);
    CHECK_STATUS(sv2::text(sv2_endpoint{}).status(), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2::policy(sv2_endpoint{}).status(), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2::redirect(sv2_endpoint{}, sv2_reconnect{}).status(), SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2::make_endpoint("pool.example", 1, sv2_public_key{}).status(),
                 SV2_ERR_KEY_INVALID);
    CHECK_STATUS(sv2::make_insecure_endpoint("pool.example", 0).status(), SV2_ERR_ENDPOINT_PORT);
}

void trying_again() {
    const std::array<std::uint8_t, 8> most{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    sv2_backoff_config config = SV2_BACKOFF_CONFIG_INIT;
    CHECK_NUMBER(sv2::backoff_wait(3, config, most).value(), 4000);
    CHECK(sv2::backoff_wait(1).value() >= 500 && sv2::backoff_wait(1).value() <= 1000);
    config.jitter = 101;
    CHECK_STATUS(sv2::backoff_wait(1, config).status(), SV2_ERR_ARGUMENT);
    CHECK_NUMBER(sv2::verdict(SV2_ERR_DECRYPT, false).value(), SV2_VERDICT_GIVE_UP);
    CHECK_NUMBER(sv2::verdict(SV2_ERR_DECRYPT, true).value(), SV2_VERDICT_TRY_AGAIN);
}

void failovers() {
    const std::array<std::uint8_t, 8> least{};
    const std::vector<sv2_endpoint> pools{sv2::parse_endpoint(url).value(),
                                          sv2::make_insecure_endpoint("two.example", 1).value()};
    sv2_failover_config config = SV2_FAILOVER_CONFIG_INIT;
    config.tries = 1;
    {
        sv2::failover list = sv2::failover::create(pools, config).value();
        CHECK_NUMBER(live_lists(), 1);
        CHECK(!list.live().value().has_value() && !list.all_failed().value());
        auto d = list.next(0).value();
        CHECK(d.action == SV2_FAILOVER_CONNECT && d.index == 0);
        CHECK(list.report_failed(d.id, SV2_ERR_CERTIFICATE_EXPIRED, 10, least).ok());
        CHECK_STATUS(list.stopped(0).value(), SV2_ERR_CERTIFICATE_EXPIRED);
        CHECK_STATUS(list.last_failure(0).value(), SV2_ERR_CERTIFICATE_EXPIRED);
        CHECK_STATUS(list.stopped(2).status(), SV2_ERR_ARGUMENT);
        CHECK_STATUS(list.last_failure(2).status(), SV2_ERR_ARGUMENT);
        d = list.next(10).value();
        CHECK(d.action == SV2_FAILOVER_CONNECT && d.index == 1);
        CHECK(list.report_established(d.id, 20, least).ok());
        CHECK(list.live().value() == 1u);

        sv2::failover moved = std::move(list);
        CHECK_STATUS(list.next(20).status(), SV2_ERR_HANDLE); // NOLINT(bugprone-use-after-move)
        CHECK_STATUS(list.live().status(), SV2_ERR_HANDLE);
        CHECK_STATUS(list.all_failed().status(), SV2_ERR_HANDLE);
        CHECK_NUMBER(live_lists(), 1);
        CHECK(
            moved.report_redirected(d.id, sv2_reconnect{sv2::bytes("three.example"), 7}, 30, least)
                .ok());
        d = moved.next(30).value();
        CHECK(d.action == SV2_FAILOVER_WAIT && d.until == 530);
        CHECK(moved.network_restored().ok());
        d = moved.next(30).value();
        CHECK(d.action == SV2_FAILOVER_CONNECT && d.endpoint.port == 7);
        CHECK(moved.report_failed(d.id, SV2_ERR_CONNECT_FAILED, 30).ok());
        CHECK(moved.all_failed().value());
        CHECK(moved.readmit(0).ok());
        CHECK_STATUS(moved.readmit(2).status(), SV2_ERR_ARGUMENT);
        CHECK_NUMBER(moved.next(30)->index, 0);
        moved = sv2::failover::create(pools).value();
        CHECK_NUMBER(live_lists(), 1);
    }
    CHECK_NUMBER(live_lists(), 0);
    CHECK_STATUS(sv2::failover::create({}).status(), SV2_ERR_ARGUMENT);
}

} // namespace

int main() {
    endpoints();
    trying_again();
    failovers();
    return check_end("endpoint");
}
