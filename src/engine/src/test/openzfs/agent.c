// Runs programs in the guest for the host: one connection for each program, with its arguments, input, output, errors and
// exit status in frames of a type (one byte), a length (32 bits, big-endian) and that many bytes.
//
// From the host:  T token · U user's number · J job, a name · A argument (once for each) · X start · I input, empty at its end
//                 or T token · K job and signal's name, which ends the connection
// To the host:    O output · E errors · S wait status, the last frame
//
// The processor is an emulated one, and a test runs thousands of commands: in C this takes a tenth of what it takes in Perl.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PORT = 9000, MOST = 1 << 20, PIECE = 1 << 16, HEAD = 5, ARGUMENTS = 10000 };

#define JOBS "/run/guest-agent-jobs"

static const char *token;

static void die(const char *what) {
    perror(what);
    _exit(1);
}

// Bytes on their way. Never more than three times the most that a frame may have.
struct buffer {
    size_t from, to;
    char bytes[3 * MOST + PIECE];
};

static struct buffer arrived, to_program, to_host;

static size_t size(const struct buffer *buffer) { return buffer->to - buffer->from; }

static void add(struct buffer *buffer, const void *bytes, size_t length) {
    if (buffer->to + length > sizeof buffer->bytes) {
        memmove(buffer->bytes, buffer->bytes + buffer->from, size(buffer));
        buffer->to -= buffer->from;
        buffer->from = 0;
    }
    memcpy(buffer->bytes + buffer->to, bytes, length);
    buffer->to += length;
}

static void take(struct buffer *buffer, size_t length) {
    buffer->from += length;
    if (buffer->from == buffer->to) {
        buffer->from = buffer->to = 0;
    }
}

static void head(char *to, char type, uint32_t length) {
    uint32_t big = htonl(length);
    to[0] = type;
    memcpy(to + 1, &big, 4);
}

static uint32_t length_of(const char *frame) {
    uint32_t big;
    memcpy(&big, frame + 1, 4);
    return ntohl(big);
}

static bool whole(int from, char *to, size_t length) {
    while (length > 0) {
        ssize_t count = read(from, to, length);
        if (count <= 0) {
            return false;
        }
        to += count;
        length -= count;
    }
    return true;
}

// The content of the next frame of a request, with a NUL behind it; NULL at its end.
static char *frame(int from, char *type) {
    char start[HEAD];
    if (!whole(from, start, HEAD) || length_of(start) > MOST) {
        return NULL;
    }
    char *content = calloc(1, length_of(start) + 1);
    if (content == NULL || !whole(from, content, length_of(start))) {
        return NULL;
    }
    *type = start[0];
    return content;
}

static bool is_job(const char *name) {
    for (const char *c = name; *c; c++) {
        if (!isalnum((unsigned char) *c) && *c != '_') {
            return false;
        }
    }
    return *name != '\0' && strlen(name) < 100;
}

static void path_of(const char *job, char path[200]) { snprintf(path, 200, JOBS "/%s", job); }

static void stop(char *wish) {
    char *name = strchr(wish, ' ');
    if (name == NULL) {
        return;
    }
    *name++ = '\0';
    int number = !strcmp(name, "TERM") ? SIGTERM : !strcmp(name, "INT") ? SIGINT : !strcmp(name, "HUP") ? SIGHUP : 0;
    char path[200];
    int pid = 0;
    path_of(wish, path);
    FILE *note = is_job(wish) ? fopen(path, "r") : NULL;
    if (note != NULL && fscanf(note, "%d", &pid) == 1 && pid > 0 && number > 0) {
        kill(pid, number);
    }
}

static void become(uid_t user) {
    gid_t group = user;
    FILE *users = fopen("/etc/passwd", "r");
    // Not getpwuid, which a program without shared libraries can't rely on.
    for (struct passwd *each; users != NULL && (each = fgetpwent(users)) != NULL;) {
        if (each->pw_uid == user) {
            group = each->pw_gid;
            break;
        }
    }
    if (setgroups(1, &group) != 0 || setgid(group) != 0 || setuid(user) != 0) {
        die("another user");
    }
}

static void execute(uid_t user, char **command, const int ends[3]) {
    for (int i = 0; i < 3; i++) {
        dup2(ends[i], i);
    }
    if (user != 0) {
        become(user);
    }
    char *environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/", NULL};
    if (chdir("/") != 0) {
        die("/");
    }
    signal(SIGPIPE, SIG_DFL);
    setenv("PATH", environment[0] + strlen("PATH="), 1);
    execvpe(command[0], command, environment);
    fprintf(stderr, "%s: %s\n", command[0], strerror(errno));
    _exit(127);
}

static void close_end(int *end) {
    close(*end);
    *end = -1;
}

static bool again(ssize_t count) { return count < 0 && (errno == EAGAIN || errno == EINTR); }

// Takes the frames that have arrived. Whether they are input.
static bool input(bool wanted, bool *ended) {
    while (size(&arrived) >= HEAD) {
        const char *start = arrived.bytes + arrived.from;
        uint32_t length = length_of(start);
        if (start[0] != 'I' || length > MOST) {
            return false;
        }
        if (size(&arrived) < HEAD + length) {
            return true;
        }
        *ended |= length == 0;
        if (wanted) {
            add(&to_program, start + HEAD, length);
        }
        take(&arrived, HEAD + length);
    }
    return true;
}

// Moves what comes until the program has closed its outputs. Whether the host is still there.
static bool pump(int client, int *in, int outputs[2]) {
    static char piece[PIECE];
    bool ended = false;
    fcntl(client, F_SETFL, O_NONBLOCK);
    fcntl(*in, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 2; i++) {
        fcntl(outputs[i], F_SETFL, O_NONBLOCK);
    }
    while (outputs[0] >= 0 || outputs[1] >= 0 || size(&to_host) > 0) {
        short wanted = (size(&to_program) < MOST ? POLLIN : 0) | (size(&to_host) > 0 ? POLLOUT : 0);
        bool room = size(&to_host) < MOST;
        // What is not wanted is left out: an end that is closed would be reported all the time.
        struct pollfd ends[] = {{wanted ? client : -1, wanted, 0}, {size(&to_program) > 0 ? *in : -1, POLLOUT, 0},
                                {room ? outputs[0] : -1, POLLIN, 0}, {room ? outputs[1] : -1, POLLIN, 0}};
        if (poll(ends, 4, -1) < 0) {
            continue;
        }
        if (ends[0].revents & (POLLIN | POLLHUP | POLLERR)) {
            ssize_t count = read(client, piece, PIECE);
            if (count > 0) {
                add(&arrived, piece, count);
            }
            if (count == 0 || (count < 0 && !again(count)) || !input(*in >= 0, &ended)) {
                return false;
            }
        }
        if (*in >= 0 && size(&to_program) > 0) {
            ssize_t count = write(*in, to_program.bytes + to_program.from, size(&to_program));
            if (count > 0) {
                take(&to_program, count);
            } else if (!again(count)) {
                take(&to_program, size(&to_program));
                close_end(in);
            }
        }
        if (*in >= 0 && ended && size(&to_program) == 0) {
            close_end(in);
        }
        for (int i = 0; i < 2; i++) {
            if (ends[2 + i].revents == 0) {
                continue;
            }
            ssize_t count = read(outputs[i], piece, PIECE);
            if (count > 0) {
                char start[HEAD];
                head(start, i == 0 ? 'O' : 'E', count);
                add(&to_host, start, HEAD);
                add(&to_host, piece, count);
            } else if (!again(count)) {
                close_end(&outputs[i]);
            }
        }
        if (size(&to_host) > 0) {
            ssize_t count = write(client, to_host.bytes + to_host.from, size(&to_host));
            if (count > 0) {
                take(&to_host, count);
            } else if (!again(count)) {
                return false;
            }
        }
    }
    return true;
}

static void run(int client, uid_t user, const char *job, char **command) {
    int input[2], output[2], errors[2];
    if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0 || pipe2(errors, O_CLOEXEC) != 0) {
        die("pipe");
    }
    pid_t child = fork();
    if (child < 0) {
        die("fork");
    }
    if (child == 0) {
        execute(user, command, (int[]) {input[0], output[1], errors[1]});
    }
    close(input[0]);
    close(output[1]);
    close(errors[1]);
    char path[200];
    path_of(job, path);
    FILE *note = fopen(path, "w");
    if (note == NULL) {
        die(path);
    }
    fprintf(note, "%d", child);
    fclose(note);
    bool present = pump(client, &input[1], (int[]) {output[0], errors[0]});
    if (!present) {
        kill(child, SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    unlink(path);
    if (!present) {
        return;
    }
    char end[HEAD + 2];
    uint16_t big = htons(status);
    head(end, 'S', 2);
    memcpy(end + HEAD, &big, 2);
    fcntl(client, F_SETFL, 0);
    if (write(client, end, sizeof end) == sizeof end) {
        shutdown(client, SHUT_WR);
        // The host closes first, so that nothing of the answer is lost to a reset.
        char rest;
        while (read(client, &rest, 1) > 0) {
        }
    }
}

static void serve(int client) {
    static char *command[ARGUMENTS + 1];
    int arguments = 0;
    uid_t user = 0;
    const char *job = "";
    bool allowed = false;
    char type;
    for (char *content; (content = frame(client, &type)) != NULL;) {
        if (type == 'T') {
            allowed = strcmp(content, token) == 0;
        } else if (!allowed) {
            return;
        } else if (type == 'U') {
            user = strtoul(content, NULL, 10);
        } else if (type == 'J' && is_job(content)) {
            job = content;
        } else if (type == 'A' && arguments < ARGUMENTS) {
            command[arguments++] = content;
        } else if (type == 'K') {
            stop(content);
            return;
        } else if (type == 'X' && arguments > 0 && *job) {
            run(client, user, job, command);
            return;
        } else {
            return;
        }
    }
}

int main(void) {
    token = getenv("GUEST_AGENT_TOKEN");
    if (token == NULL || *token == '\0') {
        fprintf(stderr, "no token\n");
        return 1;
    }
    mkdir(JOBS, 0700);
    int one = 1;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *) &address, sizeof address) != 0 || listen(listener, 64) != 0) {
        die("listening");
    }
    signal(SIGCHLD, SIG_IGN);
    while (true) {
        int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (client < 0) {
            continue;
        }
        if (fork() == 0) {
            signal(SIGCHLD, SIG_DFL);
            signal(SIGPIPE, SIG_IGN);
            setsockopt(client, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
            // Most answers are short, and waited for.
            setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            serve(client);
            _exit(0);
        }
        close(client);
    }
}
