/* Every switch of model/policy.def does something that is tested: turned in any profile, the model
 * no longer repeats that release's recordings, or the table here says why not and, where no
 * release's recordings show the switch, which test does.
 */
/* cmocka.h needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/policy.h"
#include "tools/conform.h"
#include "tools/recorded.h"

#define ALL SIM_PROFILE_COUNT

/* What recordings do not show, and the test that does; it must name the switch.  NULL: those of
 * other profiles do, or nothing does where it says so. */
static const struct {
    uint8_t which;
    uint8_t profile;
    const char *shown_by;
} silent[] = {
    /* no recorded EIP has a v6ip of its own */
    {SIM_v6_upper_refused, ALL, "model/lifecycle_test.c"},
    /* the recordings start the controller without its Subnet handlers */
    {SIM_status_at_start, ALL, "model/lifecycle_test.c"},
    /* no recorded subnet has the OVN provider */
    {SIM_ovn_subnets_count_eips, ALL, "model/lifecycle_test.c"},
    /* no recorded subnet goes while one of its EIPs is deleted */
    {SIM_deletion_without_subnet, ALL, "tests/hardened_test.sh"},
    {SIM_own_address_spared, ALL, "tests/hardened_test.sh"},
    /* without a failing add that releases there is nothing to undo */
    {SIM_exec_undo_on_add_failure, ALL, "model/lifecycle_test.c"},
    /* the delete handler of v1.12.0 knows the name alone: it cannot release less than all */
    {SIM_release_scope, SIM_PROFILE_V1_12_0, NULL},
    /* where no rule blocks a deletion */
    {SIM_blocked_delete_retried, SIM_PROFILE_V1_12_0, NULL},
    {SIM_blocked_delete_retried, SIM_PROFILE_V1_12_22, NULL},
    {SIM_blocked_delete_retried, SIM_PROFILE_V1_12_35, NULL},
    {SIM_blocked_delete_retried, SIM_PROFILE_V1_13_15, NULL},
    {SIM_blocked_delete_retried, SIM_PROFILE_V1_14_41, NULL},
    /* the feature is never off when a DNAT is updated */
    {SIM_dnat_update_asks_first, ALL, "model/nat_rule_test.c"},
    /* no recorded SNAT moved to an EIP of another gateway */
    {SIM_snat_stays_on_gateway, SIM_PROFILE_V1_12_0, NULL},
    {SIM_snat_stays_on_gateway, SIM_PROFILE_V1_12_22, NULL},
    {SIM_snat_stays_on_gateway, SIM_PROFILE_V1_13_15, NULL},
    {SIM_snat_stays_on_gateway, SIM_PROFILE_V1_14_41, NULL},
    /* from v1.16 on nothing is removed or added for a gateway without a name */
    {SIM_snat_stays_on_gateway, SIM_PROFILE_V1_16_2, NULL},
    {SIM_snat_stays_on_gateway, SIM_PROFILE_MASTER, NULL},
    {SIM_empty_gateway_panics, SIM_PROFILE_V1_16_2, NULL},
    {SIM_empty_gateway_panics, SIM_PROFILE_MASTER, NULL},
    /* nobody in these recordings got an excluded address */
    {SIM_status_minus_excludes, SIM_PROFILE_V1_15_24, NULL},
    {SIM_status_minus_excludes, SIM_PROFILE_MASTER, NULL},
    /* those of v1.13 and v1.14 show it */
    {SIM_ovn_eip_many_finalizers, SIM_PROFILE_V1_12_0, NULL},
    {SIM_ovn_eip_many_finalizers, SIM_PROFILE_V1_12_22, NULL},
    /* rules of v1.12.0 have no finalizer */
    {SIM_ovn_rule_deletion, SIM_PROFILE_V1_12_0, NULL},
    /* that of v1.14 shows it */
    {SIM_vip_parent_mac, SIM_PROFILE_V1_13_15, NULL},
    /* nothing shows these: no recorded OvnDnatRule is of udp, no port of a switch is there before
     * its owner, no Vip changes its IPv6 address alone; they are as the source has them */
    {SIM_ovn_udp_flushed, SIM_PROFILE_V1_16_2, NULL},
    {SIM_ovn_udp_flushed, SIM_PROFILE_MASTER, NULL},
    {SIM_ovn_port_replaced, SIM_PROFILE_V1_12_0, NULL},
    {SIM_ovn_port_replaced, SIM_PROFILE_V1_12_22, NULL},
    {SIM_vip_event_v6, SIM_PROFILE_V1_12_35, NULL},
    {SIM_vip_event_v6, SIM_PROFILE_V1_13_15, NULL},
};

enum { N_SILENT = sizeof silent / sizeof silent[0] };

static bool is_silent(unsigned which, unsigned profile)
{
    for (size_t i = 0; i < N_SILENT; i++)
        if (silent[i].which == which && (silent[i].profile == ALL || silent[i].profile == profile))
            return true;
    return false;
}

static bool of_owners(unsigned which)
{
    return which >= SIM_api_generation && which < SIM_add_checks_terminating;
}

static bool differs(unsigned profile, unsigned which, unsigned value)
{
    static const char *const names[] = {"scripts", "random"};
    /* rules and gateways are in recordings of their own, and so are the other owners */
    bool of_rules = which >= SIM_rule_finalizer_first && which <= SIM_gateway_key_namespaced;
    const char *folder = of_rules ? "nat" : of_owners(which) ? "owners" : "handlers";
    struct tool_recorded where = {.config = of_owners(which) ? "tests/data/owners/world.yaml"
                                                             : "tests/data/handlers/world.yaml"};
    struct tool_setting set = {.which = (enum sim_switch)which, .value = (uint8_t)value};
    struct tool_conform how = {.profile = SIM_PROFILE_COUNT,
                               .set = &set,
                               .n_set = 1,
                               .stop = true,
                               .quiet = true,
                               .world = tool_recorded_world,
                               .context = &where};
    FILE *nowhere = fopen("/dev/null", "w");
    int code = 0;

    assert_non_null(nowhere);
    for (unsigned i = 0; i < 2 && code == 0; i++) {
        struct tool_conform_totals totals;
        char path[128];
        const char *file = path;

        snprintf(path, sizeof path, "tests/data/%s/%s/%s.jsonl.gz", folder,
                 sim_profile_text((enum sim_profile)profile), names[i]);
        code = tool_conform(&how, &file, 1, nowhere, stderr, &totals);
        assert_true(code == 0 || code == 3);
    }
    fclose(nowhere);
    return code == 3;
}

/* Those of other owners are looked at where a release changes them, on both sides. */
static bool looked_at(unsigned profile, unsigned which)
{
    struct sim_policy here, there;

    if (!of_owners(which))
        return true;
    sim_policy_of((enum sim_profile)profile, &here);
    for (unsigned p = profile == 0 ? 0 : profile - 1; p <= profile + 1; p++) {
        if (p > SIM_PROFILE_MASTER)
            break;
        sim_policy_of((enum sim_profile)p, &there);
        if (there.value[which] != here.value[which])
            return true;
    }
    return false;
}

/* Does some other value of the switch make a difference? */
static bool noticed(unsigned profile, unsigned which)
{
    struct sim_policy policy;

    sim_policy_of((enum sim_profile)profile, &policy);
    for (unsigned v = 0; v < sim_switch_value_count((enum sim_switch)which); v++)
        if (v != policy.value[which] && differs(profile, which, v))
            return true;
    return false;
}

static void every_switch_is_noticed(void **state)
{
    unsigned missed = 0;

    (void)state;
    for (unsigned s = 0; s < SIM_SWITCH_COUNT; s++)
        for (unsigned p = 0; p < SIM_RELEASE_COUNT; p++)
            if (!is_silent(s, p) && looked_at(p, s) && !noticed(p, s)) {
                print_error("%s in %s: no recording notices it\n",
                            sim_switch_text((enum sim_switch)s),
                            sim_profile_text((enum sim_profile)p));
                missed++;
            }
    assert_int_equal(missed, 0);
}

static bool file_names(const char *path, const char *word)
{
    FILE *f = fopen(path, "r");
    char line[512];
    bool found = false;

    assert_non_null(f);
    while (!found && fgets(line, sizeof line, f) != NULL)
        found = strstr(line, word) != NULL;
    fclose(f);
    return found;
}

/* The table is not a way out: a test that it names knows the switch, and what it says of single
 * profiles is so. */
static void the_table_is_true(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SILENT; i++) {
        if (silent[i].profile == ALL)
            assert_non_null(silent[i].shown_by);
        else
            assert_false(noticed(silent[i].profile, silent[i].which));
        if (silent[i].shown_by != NULL)
            assert_true(
                file_names(silent[i].shown_by, sim_switch_text((enum sim_switch)silent[i].which)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_switch_is_noticed),
        cmocka_unit_test(the_table_is_true),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
