/* The engine of those who have none: runs files, and those of folders, through the target.
 *
 *      NAME FILE...              each once
 *      NAME --orders FILE...     each twice in order and twice in the opposite order; every file
 *                                must lead to the same outcome each time
 *
 * Exit code 0; 1 if an outcome differs; 2 if a file cannot be read.  A finding aborts.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz/fuzz.h"

struct input {
    char *path;
    uint8_t *bytes;
    size_t size;
    uint64_t outcome;
};

static struct input *inputs;
static size_t n_inputs;

static _Noreturn void fail(const char *path, const char *what)
{
    fprintf(stderr, "%s: %s\n", path, what);
    exit(2);
}

/* The bytes in memory of exactly their size, so that a sanitizer sees a read beyond them. */
static void load(const char *path)
{
    FILE *f = fopen(path, "rb");
    struct input *in;
    long size;

    inputs = realloc(inputs, (n_inputs + 1) * sizeof *inputs);
    if (f == NULL || inputs == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
        fail(path, "cannot be read");
    in = &inputs[n_inputs++];
    in->path = strdup(path);
    in->size = (size_t)size;
    in->bytes = malloc(in->size + (in->size == 0));
    rewind(f);
    if (in->path == NULL || in->bytes == NULL || fread(in->bytes, 1, in->size, f) != in->size)
        fail(path, "cannot be read");
    fclose(f);
}

static void load_all(const char *path)
{
    struct dirent **entry;
    struct stat st;
    int n;

    if (stat(path, &st) != 0)
        fail(path, "does not exist");
    if (!S_ISDIR(st.st_mode)) {
        load(path);
        return;
    }
    n = scandir(path, &entry, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char below[4096];

        if (entry[i]->d_name[0] != '.' &&
            snprintf(below, sizeof below, "%s/%s", path, entry[i]->d_name) < (int)sizeof below)
            load_all(below);
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
}

static bool run(struct input *in, bool compare)
{
    (void)LLVMFuzzerTestOneInput(in->bytes, in->size);
    if (compare && fuzz_outcome != in->outcome) {
        fprintf(stderr, "%s: an outcome of %016" PRIx64 ", and another time %016" PRIx64 "\n",
                in->path, in->outcome, fuzz_outcome);
        return false;
    }
    in->outcome = fuzz_outcome;
    return true;
}

int main(int argc, char **argv)
{
    bool orders = argc > 1 && strcmp(argv[1], "--orders") == 0, ok = true;

    (void)LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1 + orders; i < argc; i++)
        load_all(argv[i]);
    for (size_t i = 0; i < n_inputs; i++)
        ok = run(&inputs[i], false) && ok;
    for (unsigned round = 0; orders && round < 3; round++)
        for (size_t i = 0; i < n_inputs; i++)
            ok = run(&inputs[round == 0 ? i : n_inputs - 1 - i], true) && ok;
    printf("%zu inputs%s\n", n_inputs, orders ? ", each four times" : "");
    for (size_t i = 0; i < n_inputs; i++) {
        free(inputs[i].path);
        free(inputs[i].bytes);
    }
    free(inputs);
    return ok ? 0 : 1;
}
