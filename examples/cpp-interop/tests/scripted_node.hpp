// SPDX-License-Identifier: MIT
// An HTTP server on the loopback interface that answers JSON-RPC as a test tells it to.
#pragma once

#include <atomic>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

struct ScriptedRequest {
    std::string authorization; // the header's value
    std::string method;
    nlohmann::json parameters;
};

struct ScriptedAnswer {
    int status = 200;
    std::string body;
    bool never = false; // keep the connection open and say nothing
};

inline ScriptedAnswer result_answer(const nlohmann::json &result) {
    return {200, nlohmann::json{{"result", result}, {"error", nullptr}}.dump(), false};
}

inline ScriptedAnswer error_answer(int status, int code, const std::string &text) {
    return {
        status,
        nlohmann::json{{"result", nullptr}, {"error", {{"code", code}, {"message", text}}}}.dump(),
        false};
}

class ScriptedNode {
  public:
    using Script = std::function<ScriptedAnswer(const ScriptedRequest &)>;

    // The script is called from several threads.
    explicit ScriptedNode(Script script) : script_(std::move(script)) {
        listener_ = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr *>(&address), length) != 0 ||
            listen(listener_, 16) != 0 ||
            getsockname(listener_, reinterpret_cast<sockaddr *>(&address), &length) != 0)
            std::abort();
        url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
        accepting_ = std::thread([this] { accept_all(); });
    }

    ~ScriptedNode() {
        shutdown(listener_, SHUT_RDWR);
        accepting_.join();
        close(listener_);
        for (const int connection : connections_)
            shutdown(connection, SHUT_RDWR);
        for (std::thread &thread : serving_)
            thread.join();
        for (const int connection : connections_)
            close(connection);
    }

    const std::string &url() const { return url_; }

  private:
    void accept_all() {
        for (;;) {
            const int connection = accept(listener_, nullptr, nullptr);
            if (connection < 0)
                return;
            connections_.push_back(connection);
            serving_.emplace_back([this, connection] { serve(connection); });
        }
    }

    void serve(int connection) {
        std::string received;
        for (;;) {
            std::size_t header_end = 0, body_size = 0;
            while ((header_end = received.find("\r\n\r\n")) == std::string::npos ||
                   received.size() < header_end + 4 + (body_size = content_length(received))) {
                char piece[65536];
                const ssize_t count = recv(connection, piece, sizeof piece, 0);
                if (count <= 0)
                    return;
                received.append(piece, static_cast<std::size_t>(count));
            }
            const auto body = nlohmann::json::parse(received.substr(header_end + 4, body_size));
            ScriptedRequest request{header(received, "Authorization: "), body["method"],
                                    body["params"]};
            received.erase(0, header_end + 4 + body_size);
            const ScriptedAnswer answer = script_(request);
            if (answer.never)
                continue; // waits for the next request, which ends with the connection
            const std::string text =
                "HTTP/1.1 " + std::to_string(answer.status) +
                " status\r\nContent-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n" +
                answer.body;
            std::size_t sent = 0;
            while (sent < text.size()) {
                const ssize_t count =
                    send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
                if (count <= 0)
                    return;
                sent += static_cast<std::size_t>(count);
            }
        }
    }

    static std::string header(const std::string &received, const std::string &name) {
        const std::size_t begin = received.find(name);
        if (begin == std::string::npos)
            return "";
        return received.substr(begin + name.size(),
                               received.find("\r\n", begin) - begin - name.size());
    }

    static std::size_t content_length(const std::string &received) {
        return std::stoul("0" + header(received, "Content-Length: "));
    }

    Script script_;
    int listener_ = -1;
    std::string url_;
    std::thread accepting_;
    std::vector<int> connections_; // both belong to the accepting thread until it is joined
    std::vector<std::thread> serving_;
};
