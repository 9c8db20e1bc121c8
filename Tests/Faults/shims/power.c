// Writes down what a process does to its store's files, so that a power cut can be played afterwards: whatever was written
// and not yet synced is undone. Can also have syncs fail, or lie. Preloaded; see harness/power.py, which reads the journal.
//
//   POWER_STORE    files whose path begins so are watched
//   POWER_JOURNAL  the journal is written here, with the file's base name and ".journal" added
//   POWER_CONTROL  a file whose first byte says what a sync does: 'f' fails with EIO, 'l' lies; anything else syncs.
//                  With 'r', writes and syncs fail with EROFS
//
// A journal's record: kind (W write, T truncation, S sync that succeeded, E sync that failed), offset, length of the old
// bytes, length of the new ones (for T: the new size), then both. Appended before the deed, except S, which comes after:
// whatever moment the process is killed at, the journal never claims more to be durable than is.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DESCRIPTORS 65536

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
// For each descriptor: 0 not looked at, -1 not watched, else the journal's descriptor plus 1.
static int journals[DESCRIPTORS];

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static ssize_t write_really(int fd, const void *bytes, size_t count) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    return real(fd, bytes, count);
}

static int journal_of(int fd) {
    if (fd < 0 || fd >= DESCRIPTORS) return -1;
    if (journals[fd] == 0) {
        const char *store = getenv("POWER_STORE"), *directory = getenv("POWER_JOURNAL");
        char link[64], path[4096], name[8192];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, path, sizeof path - 1);
        journals[fd] = -1;
        if (store && directory && length > 0) {
            path[length] = 0;
            size_t tail = strlen(path);
            // The index of the log is shared memory, made anew at every start.
            int is_index = tail > 4 && strcmp(path + tail - 4, "-shm") == 0;
            if (strncmp(path, store, strlen(store)) == 0 && !is_index) {
                snprintf(name, sizeof name, "%s/%s.journal", directory, strrchr(path, '/') + 1);
                int journal = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
                if (journal < 0) abort();
                journals[fd] = journal + 1;
            }
        }
    }
    return journals[fd] < 0 ? -1 : journals[fd] - 1;
}

static void append(int journal, char kind, uint64_t offset, const void *old, uint64_t old_length, const void *new_,
                   uint64_t new_length) {
    uint64_t new_bytes = kind == 'W' ? new_length : 0;
    size_t size = 25 + old_length + new_bytes;
    char *record = malloc(size);
    if (!record) abort();
    record[0] = kind;
    memcpy(record + 1, &offset, 8);
    memcpy(record + 9, &old_length, 8);
    memcpy(record + 17, &new_length, 8);
    if (old_length) memcpy(record + 25, old, old_length);
    if (new_bytes) memcpy(record + 25 + old_length, new_, new_bytes);
    if (write_really(journal, record, size) != (ssize_t)size) abort();
    free(record);
}

static char control(void) {
    const char *path = getenv("POWER_CONTROL");
    char word = 0;
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        if (read(fd, &word, 1) != 1) word = 0;
        static int (*real)(int);
        if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "close");
        real(fd);
    }
    return word;
}

static ssize_t written(int fd, int journal, const void *bytes, size_t count, off_t offset) {
    REAL(pwrite64);
    if (control() == 'r') {
        errno = EROFS;
        return -1;
    }
    pthread_mutex_lock(&lock);
    char *old = malloc(count ? count : 1);
    if (!old) abort();
    ssize_t had = pread(fd, old, count, offset);
    append(journal, 'W', offset, old, had < 0 ? 0 : had, bytes, count);
    free(old);
    ssize_t done = real(fd, bytes, count, offset);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset) {
    REAL(pwrite64);
    int journal = journal_of(fd);
    return journal < 0 ? real(fd, bytes, count, offset) : written(fd, journal, bytes, count, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return pwrite64(fd, bytes, count, offset); }

int ftruncate64(int fd, off_t size) {
    REAL(ftruncate64);
    int journal = journal_of(fd);
    if (journal < 0) return real(fd, size);
    if (control() == 'r') {
        errno = EROFS;
        return -1;
    }
    pthread_mutex_lock(&lock);
    struct stat status;
    if (fstat(fd, &status) != 0) abort();
    size_t lost = status.st_size > size ? status.st_size - size : 0;
    char *old = malloc(lost ? lost : 1);
    if (!old || pread(fd, old, lost, size) != (ssize_t)lost) abort();
    append(journal, 'T', status.st_size, old, lost, NULL, size);
    free(old);
    int done = real(fd, size);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int synced(int fd, int journal, int (*real)(int)) {
    pthread_mutex_lock(&lock);
    char word = control();
    int done = 0, error = 0;
    if (word == 'f' || word == 'r') {
        append(journal, 'E', 0, NULL, 0, NULL, 0);
        done = -1;
        error = word == 'f' ? EIO : EROFS;
    } else if (word != 'l') {
        done = real(fd);
        error = errno;
        append(journal, done == 0 ? 'S' : 'E', 0, NULL, 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

int fsync(int fd) {
    REAL(fsync);
    int journal = journal_of(fd);
    return journal < 0 ? real(fd) : synced(fd, journal, real);
}

int fdatasync(int fd) {
    REAL(fdatasync);
    int journal = journal_of(fd);
    return journal < 0 ? real(fd) : synced(fd, journal, real);
}

int close(int fd) {
    REAL(close);
    if (fd >= 0 && fd < DESCRIPTORS) {
        if (journals[fd] > 0) real(journals[fd] - 1);
        journals[fd] = 0;
    }
    return real(fd);
}
