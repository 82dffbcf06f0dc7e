// SPDX-License-Identifier: MIT
#include "rpc_connection.hpp"

#include <curl/curl.h>
#include <nlohmann/json.hpp>

namespace template_provider {

namespace {

using Json = nlohmann::json;

// A full block template is about 9 MB of JSON.
constexpr std::size_t largest_answer = 64U << 20;
constexpr long connect_timeout_milliseconds = 10'000;
constexpr int longest_wait_milliseconds = 1'000;

// Codes of Bitcoin Core and btcd that pass by themselves.
constexpr int rpc_not_connected = -9;
constexpr int rpc_initial_download = -10;
constexpr int rpc_warming_up = -28;

class CurlLibrary {
  public:
    CurlLibrary() { curl_global_init(CURL_GLOBAL_DEFAULT); }
    ~CurlLibrary() { curl_global_cleanup(); }
};

struct Answer {
    std::string text;
    bool too_large = false;
};

std::size_t receive(char *data, std::size_t size, std::size_t count, void *to) {
    auto *answer = static_cast<Answer *>(to);
    if (size * count > largest_answer - answer->text.size()) {
        answer->too_large = true;
        return 0;
    }
    answer->text.append(data, size * count);
    return size * count;
}

NodeErrorKind kind_of(CURLcode code) {
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return NodeErrorKind::timed_out;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_SSL_CACERT_BADFILE:
        return NodeErrorKind::configuration;
    default:
        return NodeErrorKind::unreachable;
    }
}

NodeErrorKind kind_of_rpc_code(int code) {
    const bool passes =
        code == rpc_not_connected || code == rpc_initial_download || code == rpc_warming_up;
    return passes ? NodeErrorKind::not_ready : NodeErrorKind::refused;
}

} // namespace

struct RpcConnection::Handles {
    CURL *request = nullptr;
    CURLM *multi = nullptr; // a transfer in a multi handle can be woken up from another thread
    curl_slist *headers = nullptr;
    char error[CURL_ERROR_SIZE] = {};
    Answer answer;

    ~Handles() {
        if (request != nullptr)
            curl_easy_cleanup(request);
        if (multi != nullptr)
            curl_multi_cleanup(multi);
        curl_slist_free_all(headers);
    }
};

RpcConnection::RpcConnection(NodeAccess access)
    : access_(std::move(access)), handles_(std::make_unique<Handles>()) {
    static const CurlLibrary library;
    check_node_access(access_);
    Handles &handles = *handles_;
    handles.request = curl_easy_init();
    handles.multi = curl_multi_init();
    handles.headers = curl_slist_append(nullptr, "Content-Type: application/json");
    if (handles.request == nullptr || handles.multi == nullptr || handles.headers == nullptr)
        throw std::bad_alloc();
    // libcurl would wait for the node's permission to send a large body, which costs a second
    // when a found block is submitted.
    curl_slist *headers = curl_slist_append(handles.headers, "Expect:");
    if (headers == nullptr)
        throw std::bad_alloc();
    handles.headers = headers;

    CURL *request = handles.request;
    curl_easy_setopt(request, CURLOPT_URL, access_.url.c_str());
    curl_easy_setopt(request, CURLOPT_HTTPHEADER, handles.headers);
    curl_easy_setopt(request, CURLOPT_ERRORBUFFER, handles.error);
    curl_easy_setopt(request, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(request, CURLOPT_WRITEDATA, &handles.answer);
    curl_easy_setopt(request, CURLOPT_NOSIGNAL, 1L); // there are other threads
    curl_easy_setopt(request, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_milliseconds);
    curl_easy_setopt(request, CURLOPT_TCP_KEEPALIVE, 1L); // a long poll is silent for minutes
    curl_easy_setopt(request, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(request, CURLOPT_FOLLOWLOCATION, 0L);
    // A proxy from the environment would be given the password and the work.
    curl_easy_setopt(request, CURLOPT_PROXY, "");
    curl_easy_setopt(request, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    if (!access_.certificate_file.empty())
        curl_easy_setopt(request, CURLOPT_CAINFO, access_.certificate_file.c_str());
}

RpcConnection::~RpcConnection() = default;

void RpcConnection::cancel() {
    cancelled_ = true;
    curl_multi_wakeup(handles_->multi);
}

void RpcConnection::authorize() {
    std::string user = access_.user;
    std::string password = access_.password;
    if (!access_.cookie_file.empty()) {
        std::string cookie;
        try {
            cookie = read_first_line(access_.cookie_file);
        } catch (const NodeError &) {
            throw NodeError(NodeErrorKind::not_ready,
                            "no cookie file " + access_.cookie_file + ": is the node running?");
        }
        const std::size_t colon = cookie.find(':');
        if (colon == std::string::npos)
            throw NodeError(NodeErrorKind::configuration,
                            access_.cookie_file + " is not a cookie file");
        user = cookie.substr(0, colon);
        password = cookie.substr(colon + 1);
    }
    curl_easy_setopt(handles_->request, CURLOPT_USERNAME, user.c_str());
    curl_easy_setopt(handles_->request, CURLOPT_PASSWORD, password.c_str());
}

// Sends the body and leaves what came back in handles_->answer.
void RpcConnection::perform(const std::string &body, std::chrono::milliseconds timeout) {
    Handles &handles = *handles_;
    handles.answer = Answer{};
    handles.error[0] = '\0';
    authorize();
    curl_easy_setopt(handles.request, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    curl_easy_setopt(handles.request, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(handles.request, CURLOPT_POSTFIELDS, body.data());

    // Without it there would be no transfer that could end.
    bool done = curl_multi_add_handle(handles.multi, handles.request) != CURLM_OK;
    CURLcode code = done ? CURLE_FAILED_INIT : CURLE_OK;
    while (!done && !cancelled_) {
        int running = 0;
        if (curl_multi_perform(handles.multi, &running) != CURLM_OK) {
            code = CURLE_FAILED_INIT;
            break;
        }
        int queued = 0;
        while (const CURLMsg *message = curl_multi_info_read(handles.multi, &queued)) {
            if (message->msg == CURLMSG_DONE) {
                code = message->data.result;
                done = true;
            }
        }
        if (!done)
            curl_multi_poll(handles.multi, nullptr, 0, longest_wait_milliseconds, nullptr);
    }
    curl_multi_remove_handle(handles.multi, handles.request);

    if (cancelled_ && !done)
        throw NodeError(NodeErrorKind::cancelled, "the request was cancelled");
    if (handles.answer.too_large)
        throw NodeError(NodeErrorKind::malformed_answer, "the node's answer is too large");
    if (code != CURLE_OK) {
        const char *text = handles.error[0] != '\0' ? handles.error : curl_easy_strerror(code);
        throw NodeError(kind_of(code), "node at " + access_.url + ": " + text);
    }
}

Json RpcConnection::call(const char *method, const Json &parameters,
                         std::chrono::milliseconds timeout) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (cancelled_)
        throw NodeError(NodeErrorKind::cancelled, "the request was cancelled");
    const Json request{{"jsonrpc", "1.0"},
                       {"id", "template_provider"},
                       {"method", method},
                       {"params", parameters}};
    perform(request.dump(), timeout);

    long status = 0;
    curl_easy_getinfo(handles_->request, CURLINFO_RESPONSE_CODE, &status);
    const std::string place = std::string(method) + ": ";
    if (status == 401 || status == 403)
        throw NodeError(NodeErrorKind::unauthorized,
                        place + "the node refuses the user or the password");
    if (status == 503)
        throw NodeError(NodeErrorKind::overloaded, place + "the node has too much to do");

    // Errors of the method itself come with other statuses than 200, and with JSON.
    Json answer = Json::parse(handles_->answer.text, nullptr, false);
    handles_->answer = Answer{};
    if (!answer.is_object())
        throw NodeError(NodeErrorKind::malformed_answer,
                        place + "the node's answer is not JSON-RPC (HTTP status " +
                            std::to_string(status) + ")");
    const auto error = answer.find("error");
    if (error != answer.end() && !error->is_null()) {
        int code = 0;
        std::string text = "unknown error";
        if (error->is_object()) {
            const auto code_field = error->find("code");
            if (code_field != error->end() && code_field->is_number_integer())
                code = code_field->get<int>();
            const auto text_field = error->find("message");
            if (text_field != error->end() && text_field->is_string())
                text = text_field->get<std::string>();
        }
        throw NodeError(kind_of_rpc_code(code), place + text + " (" + std::to_string(code) + ")",
                        code);
    }
    const auto result = answer.find("result");
    if (result == answer.end())
        throw NodeError(NodeErrorKind::malformed_answer, place + "the answer has no result");
    return std::move(*result);
}

} // namespace template_provider
