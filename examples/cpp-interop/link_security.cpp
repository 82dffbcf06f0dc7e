// SPDX-License-Identifier: MIT
#include "link_security.hpp"

#include <cstring>
#include <ctime>

#include <nlohmann/json.hpp>

namespace template_provider {

namespace {

constexpr std::uint64_t seconds_per_day = 24 * 60 * 60;

std::uint64_t wall_clock() {
    const std::time_t now = std::time(nullptr);
    return now < 0 ? 0 : static_cast<std::uint64_t>(now);
}

std::string utc(std::uint64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    char text[32];
    // A time_t of 32 bits ends in 2038, certificates in 2106.
    if (time < 0 || static_cast<std::uint64_t>(time) != seconds ||
        gmtime_r(&time, &parts) == nullptr)
        return std::to_string(seconds) + " s since 1970";
    const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return size == 0 ? std::to_string(seconds) + " s since 1970" : std::string(text, size);
}

} // namespace

LinkSecurity::LinkSecurity(LinkSecurityOptions options, Log &log)
    : options_(std::move(options)), log_(log), key_(read_secret_key(options_.key_file)),
      public_key_(key_.public_key().value()), shown_(read_checked_certificate()),
      identity_(sv2::identity::create(key_, shown_.certificate).value()),
      admission_(sv2::admission::create(options_.handshakes_per_second, options_.handshake_burst)
                     .value()) {
    report("certificate", "links are encrypted");
}

void LinkSecurity::reload() {
    try {
        const sv2::full_certificate full = read_checked_certificate();
        identity_.set_certificate(full.certificate).check();
        shown_ = full;
        report("certificate_reloaded", "new certificate, for links from now on");
    } catch (const std::exception &error) {
        log_.event("certificate_refused",
                   std::string("keeps the certificate it has: ") + error.what(),
                   {{"reason", error.what()}});
    }
}

sv2::full_certificate LinkSecurity::read_checked_certificate() const {
    const auto refuse = [&](const std::string &reason) {
        throw KeyFileError(options_.certificate_file + ": " + reason);
    };
    const sv2::full_certificate full = read_certificate(options_.certificate_file);
    if (std::memcmp(full.server.bytes, public_key_.bytes, sizeof public_key_.bytes) != 0)
        refuse("the certificate is for the server key " + sv2::text(full.server).value() +
               ", but " + options_.key_file + " holds " + sv2::text(public_key_).value());
    // Version and times first: wrong ones say more than that the signature does not fit them.
    const auto trial = sv2::identity::create(key_, full.certificate);
    if (!trial)
        refuse(sv2_status_text(trial.status()));
    // As a client does that trusts the authority, but not at the clock's time: whether the
    // certificate is out of date is no reason to refuse it.
    const auto verdict =
        sv2::verify(full.certificate, full.server, sv2::require_authority(full.authority),
                    full.certificate.valid_from);
    if (!verdict)
        refuse(sv2_status_text(verdict.status()));
    return full;
}

void LinkSecurity::report(const char *event, const char *what) {
    const sv2_certificate &certificate = shown_.certificate;
    const std::string authority = sv2::text(shown_.authority).value();
    const std::string server = sv2::text(shown_.server).value();
    log_.event(event,
               std::string(what) + ": authority key " + authority + ", server key " + server +
                   ", certificate valid from " + utc(certificate.valid_from) + " until " +
                   utc(certificate.not_valid_after),
               {{"authority_key", authority},
                {"server_key", server},
                {"valid_from", certificate.valid_from},
                {"not_valid_after", certificate.not_valid_after}});
    warn_of_times();
}

void LinkSecurity::warn_of_times() {
    const sv2_certificate &certificate = shown_.certificate;
    const std::uint64_t now = wall_clock();
    std::string problem;
    if (now > certificate.not_valid_after)
        problem = "the certificate has expired: clients refuse it";
    else if (now < certificate.valid_from)
        problem = "the certificate is not valid yet: clients refuse it";
    else if (certificate.not_valid_after - now < seconds_per_day)
        problem = "the certificate ends within a day: sign a new one and send SIGHUP";
    if (!problem.empty())
        log_.event("certificate_warning", problem + " (this machine's clock says " + utc(now) + ")",
                   {{"now", now},
                    {"valid_from", certificate.valid_from},
                    {"not_valid_after", certificate.not_valid_after}});
}

sv2::result<sv2::nothing> LinkSecurity::admit(TimePoint now) {
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    const auto since_boot = duration_cast<milliseconds>(now.time_since_epoch()).count();
    return admission_.take(static_cast<std::uint64_t>(since_boot));
}

} // namespace template_provider
