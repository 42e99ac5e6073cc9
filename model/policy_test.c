/* The tables agree with themselves: names and numbers of switches, profiles and steps. */
/* cmocka.h needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "model/world.h"

static void values_have_their_numbers(void **state)
{
    (void)state;
#define X(which, value, number) assert_int_equal(sim_switch_parse(SIM_##which, #value), number);
    SIM_SWITCH_VALUES(X)
#undef X
}

/* Every value that is not a plain 0 or 1 has a name in the code. */
static void named_values_are_all_named(void **state)
{
    unsigned named = 0, in_table = 0;

    (void)state;
#define X(which, value, number) in_table++;
    SIM_SWITCH_VALUES(X)
#undef X
    for (unsigned i = 0; i < SIM_SWITCH_COUNT; i++)
        if (strcmp(sim_switch_values((enum sim_switch)i), "0 1") != 0)
            named += sim_switch_value_count((enum sim_switch)i);
    assert_int_equal(named, in_table);
}

static void profiles_have_values_that_exist(void **state)
{
    (void)state;
    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++) {
        struct sim_policy policy;

        sim_policy_of((enum sim_profile)p, &policy);
        assert_int_equal(sim_profile_find(sim_profile_text((enum sim_profile)p)), p);
        for (unsigned i = 0; i < SIM_SWITCH_COUNT; i++)
            assert_true(policy.value[i] < sim_switch_value_count((enum sim_switch)i));
    }
}

/* Findings and documentation name steps. */
static void steps_have_names_of_their_own(void **state)
{
    struct sim_row row, other;

    (void)state;
    for (unsigned t = 0; sim_row_at(t, 0, &row) || row.title != NULL; t++)
        for (unsigned r = 0; sim_row_at(t, r, &row); r++)
            for (unsigned u = 0; sim_row_at(u, 0, &other) || other.title != NULL; u++)
                for (unsigned s = 0; sim_row_at(u, s, &other); s++)
                    assert_true((t == u && r == s) || strcmp(row.name, other.name) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_their_numbers),
        cmocka_unit_test(named_values_are_all_named),
        cmocka_unit_test(steps_have_names_of_their_own),
        cmocka_unit_test(profiles_have_values_that_exist),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
