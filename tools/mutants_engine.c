/* Mutants under the fuzzing engines, which fuzz/run.sh runs. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/mutants.h"

static void read_line(const char *line, struct tool_mutant_result *result)
{
    char *rest;

    result->seconds = (double)strtoull(line, &rest, 10) / 1e3;
    result->events = strtoull(rest, &rest, 10);
    rest += strspn(rest, " ");
    rest[strcspn(rest, "\n")] = '\0';
    /* of an engine only this is known */
    result->reached = result->triggered = result->detected = *rest != '\0';
    snprintf(result->by, sizeof result->by, "%s", rest);
}

bool tool_mutant_fuzz(const char *engine, const struct tool_mutant_trial *trial,
                      struct tool_mutant_result *result)
{
    const char *name = trial->mutant < SIM_MUTANT_COUNT ? sim_mutant(trial->mutant)->name : "-";
    char command[256], line[512] = "";
    FILE *told;

    memset(result, 0, sizeof *result);
    snprintf(command, sizeof command,
             "bash fuzz/run.sh lifecycle --engine %s --mutant %s --seed %" PRIu64 " --seconds %.0f",
             strcmp(engine, "libfuzzer") == 0 ? "fast" : engine, name, trial->seed, trial->seconds);
    told = popen(command, "r");
    if (told == NULL)
        return false;
    while (fgets(line, sizeof line, told) != NULL)
        continue;
    if (pclose(told) != 0 || line[0] < '0' || line[0] > '9')
        return false;
    read_line(line, result);
    return true;
}
