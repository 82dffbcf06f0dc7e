// SPDX-License-Identifier: MIT
// What the tests here share: they go on after a failure and count it.
#pragma once

#include "../bytes.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>

inline int failures = 0;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);         \
            ++failures;                                                                            \
        }                                                                                          \
    } while (false)

#define CHECK_EQUAL(got, wanted)                                                                   \
    check_equal(std::string(got), std::string(wanted), __FILE__, __LINE__)

inline void check_equal(const std::string &got, const std::string &wanted, const char *file,
                        int line) {
    if (got == wanted)
        return;
    std::fprintf(stderr, "%s:%d:\n  got    %s\n  wanted %s\n", file, line, got.c_str(),
                 wanted.c_str());
    ++failures;
}

// The text of the exception of type Error that a function throws, or "nothing was thrown".
template <typename Error, typename Function> std::string error_of(Function function) {
    try {
        function();
    } catch (const Error &error) {
        return error.what();
    }
    return "nothing was thrown";
}

inline template_provider::Bytes unhex(const std::string &text) {
    template_provider::Bytes bytes;
    if (!template_provider::from_hex(text, bytes))
        std::abort();
    return bytes;
}

inline template_provider::Hash256 unhex_reversed(const std::string &text) {
    template_provider::Hash256 hash{};
    if (!template_provider::from_reversed_hex(text, hash))
        std::abort();
    return hash;
}

struct Group {
    const char *name;
    void (*run)();
};

// Runs the groups in order and says of each whether it failed and how long it took.
inline void run_groups(std::initializer_list<Group> groups) {
    for (const Group &group : groups) {
        const auto began = std::chrono::steady_clock::now();
        const int before = failures;
        group.run();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        std::printf("%-24s %s %5.2f s\n", group.name, failures == before ? "ok    " : "FAILED",
                    took.count());
        std::fflush(stdout);
    }
}

inline int report(const char *name) {
    std::printf("%s: %s\n", name, failures == 0 ? "ok" : "FAILED");
    return failures == 0 ? 0 : 1;
}
