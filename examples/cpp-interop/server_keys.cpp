// SPDX-License-Identifier: MIT
#include "server_keys.hpp"

#include "bytes.hpp"
#include "file_descriptor.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>

namespace template_provider {

namespace {

// Text in memory that is wiped: it may be a secret key.
class SmallFile {
  public:
    explicit SmallFile(const std::string &path)
        : path_(path), descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        if (!descriptor_.is_open())
            fail(std::generic_category().message(errno));
        ssize_t taken = 0;
        while (size_ < content_.size() && (taken = read(descriptor_.get(), content_.data() + size_,
                                                        content_.size() - size_)) > 0)
            size_ += static_cast<std::size_t>(taken);
        if (taken < 0)
            fail(std::generic_category().message(errno));
        if (size_ == content_.size())
            fail("too large for a key or certificate");
    }
    SmallFile(const SmallFile &) = delete;
    SmallFile &operator=(const SmallFile &) = delete;
    ~SmallFile() { sv2_wipe(content_.data(), content_.size()); }

    [[noreturn]] void fail(const std::string &reason) const {
        throw KeyFileError(path_ + ": " + reason);
    }

    void refuse_if_open_to_others() const {
        struct stat status = {};
        if (fstat(descriptor_.get(), &status) != 0)
            fail(std::generic_category().message(errno));
        if (!S_ISREG(status.st_mode) || (status.st_mode & 077) == 0)
            return;
        char mode[8];
        std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(status.st_mode & 07777));
        fail(std::string("a secret key that is open to other users (mode ") + mode +
             "); chmod 600 it, or make a new one if they may have read it");
    }

    std::string_view line() const {
        std::string_view text(content_.data(), size_);
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
            text.remove_suffix(1);
        return text;
    }

  private:
    const std::string path_;
    const FileDescriptor descriptor_;
    std::array<char, 4096> content_{};
    std::size_t size_ = 0;
};

} // namespace

sv2::secret_key read_secret_key(const std::string &path) {
    const SmallFile file(path);
    file.refuse_if_open_to_others();
    auto key = sv2::secret_key::parse(file.line());
    if (!key)
        file.fail("not a key of sv2-key: " + key.error_text());
    return std::move(key).value();
}

sv2::full_certificate read_certificate(const std::string &path) {
    const SmallFile file(path);
    Bytes bytes;
    // The short form has no keys, and without the authority's it could not be checked here.
    if (!from_hex(file.line(), bytes) || bytes.size() != SV2_FULL_CERTIFICATE_SIZE)
        file.fail("not a certificate of sv2-key: " + std::to_string(SV2_FULL_CERTIFICATE_SIZE) +
                  " bytes in hexadecimal are expected");
    auto certificate = sv2::decode_certificate(bytes);
    if (!certificate)
        file.fail("not a certificate of sv2-key: " + certificate.error_text());
    return *certificate;
}

} // namespace template_provider
