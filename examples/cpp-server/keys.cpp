// SPDX-License-Identifier: MIT
#include "keys.hpp"

#include "file_descriptor.hpp"

#include <cstring>
#include <ctime>
#include <stdexcept>

#include <fcntl.h>
#include <sys/stat.h>

namespace mining_server {

namespace {

constexpr std::uint32_t hour = 60 * 60, day = 24 * hour;

// A small text in memory that is wiped: it may be a secret key.
class SmallFile {
  public:
    explicit SmallFile(const std::string &path, bool secret) {
        const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
        struct stat status = {};
        if (!file.is_open() || fstat(file.get(), &status) != 0)
            throw std::runtime_error(path + ": cannot be read");
        if (secret && S_ISREG(status.st_mode) && (status.st_mode & 077) != 0)
            throw std::runtime_error(path + ": a secret key that is open to other users");
        ssize_t n = 0;
        while (size_ < content_.size() &&
               (n = read(file.get(), content_.data() + size_, content_.size() - size_)) > 0)
            size_ += static_cast<std::size_t>(n);
        if (n < 0 || size_ == content_.size())
            throw std::runtime_error(path + ": not a file of sv2-key");
    }
    SmallFile(const SmallFile &) = delete;
    SmallFile &operator=(const SmallFile &) = delete;
    ~SmallFile() { sv2_wipe(content_.data(), content_.size()); }
    std::string_view line() const {
        const std::string_view text(content_.data(), size_);
        return text.substr(0, text.find_first_of("\r\n"));
    }

  private:
    std::array<char, 1024> content_{};
    std::size_t size_ = 0;
};

std::vector<std::uint8_t> from_hexadecimal(std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        const void *high = std::memchr(digits, text[i], 16);
        const void *low = std::memchr(digits, text[i + 1], 16);
        if (high == nullptr || low == nullptr)
            return {};
        bytes.push_back(static_cast<std::uint8_t>((static_cast<const char *>(high) - digits) << 4 |
                                                  (static_cast<const char *>(low) - digits)));
    }
    return bytes;
}

} // namespace

ServerKeys read_keys(const std::string &key_path, const std::string &certificate_path) {
    auto key = sv2::secret_key::parse(SmallFile(key_path, true).line());
    if (!key)
        throw std::runtime_error(key_path + ": " + key.error_text());
    const auto bytes = from_hexadecimal(SmallFile(certificate_path, false).line());
    const auto certificate = sv2::decode_certificate(bytes);
    if (!certificate || bytes.size() != SV2_FULL_CERTIFICATE_SIZE)
        throw std::runtime_error(certificate_path + ": not a certificate of sv2-key");
    // A certificate that no client accepts is better found now than by all of them.
    const auto good = sv2::verify(certificate->certificate, key->public_key().value(),
                                  sv2::require_authority(certificate->authority),
                                  static_cast<std::uint64_t>(std::time(nullptr)));
    if (!good)
        throw std::runtime_error(certificate_path + ": " + good.error_text());
    auto identity = sv2::identity::create(*key, certificate->certificate).value();
    return {std::move(key).value(), std::move(identity), certificate->authority};
}

ServerKeys make_throw_away_keys() {
    auto authority = sv2::secret_key::generate().value();
    auto key = sv2::secret_key::generate().value();
    const auto now = static_cast<std::uint32_t>(std::time(nullptr));
    const auto certificate =
        sv2::sign_certificate(authority, key.public_key().value(), now - hour, now + day).value();
    auto identity = sv2::identity::create(key, certificate).value();
    return {std::move(key), std::move(identity), authority.public_key().value()};
}

} // namespace mining_server
