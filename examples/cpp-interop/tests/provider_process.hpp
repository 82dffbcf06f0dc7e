// SPDX-License-Identifier: MIT
// A program, mostly the template provider, as a child process whose output can be waited for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

class ProviderProcess {
  public:
    ProviderProcess(const std::string &program, std::vector<std::string> arguments) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0)
            std::abort();
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
        arguments.insert(arguments.begin(), program);
        std::vector<char *> argv;
        for (std::string &argument : arguments)
            argv.push_back(argument.data());
        argv.push_back(nullptr);
        if (posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv.data(), environ) != 0) {
            std::fprintf(stderr, "cannot run %s\n", program.c_str());
            std::abort();
        }
        posix_spawn_file_actions_destroy(&actions);
        close(ends[1]);
        output_ = ends[0];
        reader_ = std::thread([this] { read_lines(); });
    }

    ~ProviderProcess() {
        if (pid_ > 0)
            kill(pid_, SIGKILL);
        wait_for_end();
        reader_.join();
        close(output_);
    }

    // The first line from index `from` on that contains the text; empty after the timeout.
    std::string wait_for(const std::string &text, std::size_t from = 0,
                         std::chrono::milliseconds timeout = std::chrono::seconds(20)) {
        std::unique_lock<std::mutex> lock(mutex_);
        std::string found;
        changed_.wait_for(lock, timeout, [&] {
            for (std::size_t i = from; i < lines_.size() && found.empty(); ++i) {
                if (lines_[i].find(text) != std::string::npos)
                    found = lines_[i];
            }
            return !found.empty();
        });
        return found;
    }

    std::size_t count(const std::string &text) {
        const std::lock_guard<std::mutex> lock(mutex_);
        std::size_t count = 0;
        for (const std::string &line : lines_)
            count += line.find(text) != std::string::npos ? 1 : 0;
        return count;
    }

    std::size_t line_count() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return lines_.size();
    }

    void print() {
        const std::lock_guard<std::mutex> lock(mutex_);
        for (const std::string &line : lines_)
            std::fprintf(stderr, "  output | %.300s\n", line.c_str());
    }

    pid_t pid() const { return pid_; }

    // The exit status, or -1 when a signal ended it.
    int wait_for_end() {
        if (pid_ > 0) {
            int status = 0;
            while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
            }
            exit_status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
            pid_ = -1;
        }
        return exit_status_;
    }

    int stop() {
        kill(pid_, SIGTERM);
        return wait_for_end();
    }

  private:
    void read_lines() {
        std::string rest;
        char piece[65536];
        for (;;) {
            const ssize_t size = read(output_, piece, sizeof piece);
            if (size <= 0)
                break;
            rest.append(piece, static_cast<std::size_t>(size));
            std::size_t end = 0;
            const std::lock_guard<std::mutex> lock(mutex_);
            while ((end = rest.find('\n')) != std::string::npos) {
                lines_.push_back(rest.substr(0, end));
                rest.erase(0, end + 1);
            }
            changed_.notify_all();
        }
    }

    pid_t pid_ = -1;
    int exit_status_ = -1;
    int output_ = -1;
    std::thread reader_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> lines_;
};
