/* The work queue against a second account of client-go's rules: plain lists, searched from end to
 * end.
 */
#include "tests/model_fixture.h"

enum { KEYS = FIXTURE_EIPS, DELAYS = 8 };

/* The rules as client-go's documentation states them, on arrays. */
struct naive {
    sim_id ready[KEYS];
    unsigned n_ready;
    bool dirty[KEYS];
    bool processing[KEYS];
    struct {
        sim_id key;
        uint64_t at;
    } delayed[DELAYS];
    unsigned n_delayed;
};

static void naive_add(struct naive *n, sim_id key)
{
    if (n->dirty[key])
        return;
    n->dirty[key] = true;
    if (!n->processing[key])
        n->ready[n->n_ready++] = key;
}

static void naive_add_after(struct naive *n, sim_id key, uint64_t at)
{
    for (unsigned i = 0; i < n->n_delayed; i++)
        if (n->delayed[i].key == key) {
            n->delayed[i].at = at < n->delayed[i].at ? at : n->delayed[i].at;
            return;
        }
    n->delayed[n->n_delayed].key = key;
    n->delayed[n->n_delayed++].at = at;
}

static void naive_due(struct naive *n, unsigned i)
{
    sim_id key = n->delayed[i].key;

    for (n->n_delayed--; i < n->n_delayed; i++)
        n->delayed[i] = n->delayed[i + 1];
    naive_add(n, key);
}

static sim_id naive_take(struct naive *n)
{
    sim_id key = n->ready[0];

    for (unsigned i = 1; i < n->n_ready; i++)
        n->ready[i - 1] = n->ready[i];
    n->n_ready--;
    n->dirty[key] = false;
    n->processing[key] = true;
    return key;
}

static void naive_done(struct naive *n, sim_id key)
{
    n->processing[key] = false;
    if (n->dirty[key])
        n->ready[n->n_ready++] = key;
}

static void compare(const struct sim_world *w, const struct naive *n)
{
    const struct sim_queue *q = sim_queue(w, SIM_QUEUE_UPDATE_EIP);
    sim_ref k = q->head;

    assert_int_equal(q->ready, n->n_ready);
    for (unsigned i = 0; i < n->n_ready; i++) {
        assert_int_equal(k, n->ready[i] + 1);
        k = sim_node(w, SIM_QUEUE_UPDATE_EIP, n->ready[i])->next;
    }
    assert_int_equal(k, 0);
    k = q->delayed_head;
    assert_int_equal(q->delayed, n->n_delayed);
    for (unsigned i = 0; i < n->n_delayed; i++) {
        assert_int_equal(k, n->delayed[i].key + 1);
        assert_int_equal(sim_node(w, SIM_QUEUE_UPDATE_EIP, n->delayed[i].key)->ready_at,
                         n->delayed[i].at);
        k = sim_node(w, SIM_QUEUE_UPDATE_EIP, n->delayed[i].key)->next_delayed;
    }
    assert_int_equal(k, 0);
}

static void one_operation(struct fixture *f, struct naive *n, uint64_t *seed)
{
    struct sim_turn t = {.w = f->world, .sink = NULL, .me = NULL, .queue = 0, .fault = 0};
    sim_id key = (sim_id)fixture_random(seed, KEYS);
    uint32_t ms = 1 + fixture_random(seed, 50);

    switch (fixture_random(seed, 5)) {
    case 0:
        sim_queue_add(&t, SIM_QUEUE_UPDATE_EIP, key);
        naive_add(n, key);
        break;
    case 1:
        sim_queue_add_after(&t, SIM_QUEUE_UPDATE_EIP, key, ms);
        naive_add_after(n, key, sim_globals(f->world)->now + ms);
        break;
    case 2:
        if (n->n_delayed == 0)
            break;
        key = n->delayed[key % n->n_delayed].key;
        sim_queue_due(&t, SIM_QUEUE_UPDATE_EIP, key);
        for (unsigned i = 0; i < n->n_delayed; i++)
            if (n->delayed[i].key == key) {
                naive_due(n, i);
                break;
            }
        break;
    case 3:
        if (n->n_ready > 0 && sim_queue(f->world, SIM_QUEUE_UPDATE_EIP)->processing == 0)
            assert_int_equal(sim_queue_take(&t, SIM_QUEUE_UPDATE_EIP), naive_take(n));
        break;
    default:
        if (n->processing[key]) {
            sim_queue_done(&t, SIM_QUEUE_UPDATE_EIP, key);
            naive_done(n, key);
        }
    }
}

static void against_the_rules(void **state)
{
    struct fixture f;
    struct naive n;
    uint64_t seed = 7;

    (void)state;
    memset(&n, 0, sizeof n);
    fixture_init(&f, SIM_PROFILE_MASTER, true);
    for (unsigned i = 0; i < 20000; i++) {
        one_operation(&f, &n, &seed);
        compare(f.world, &n);
    }
    fixture_free(&f);
}

static uint32_t last_ms;

static void see_ms(void *context, const struct sim_event *event)
{
    (void)context;
    if (event->kind == SIM_EVENT_REQUEUE)
        last_ms = event->ms;
}

/* 1, 2, 4, 8, 16, 20, 20 s, and one counter for the same name in all queues of custom resources. */
static void shared_limiter(void **state)
{
    static const uint32_t expected[] = {1000, 2000, 4000, 8000, 16000, 20000, 20000};
    struct sim_sink sink = {see_ms, NULL};
    struct fixture f;
    struct sim_turn t;

    (void)state;
    fixture_init(&f, SIM_PROFILE_MASTER, true);
    memset(&t, 0, sizeof t);
    t.w = f.world;
    t.sink = &sink;
    for (unsigned i = 0; i < 7; i++) {
        sim_queue_retry(&t, i % 2 ? SIM_QUEUE_ADD_EIP : SIM_QUEUE_UPDATE_EIP, 1);
        assert_int_equal(last_ms, expected[i]);
    }
    sim_queue_retry(&t, SIM_QUEUE_ADD_EIP, 2);
    assert_int_equal(last_ms, 1000);
    sim_queue_forget(&t, SIM_QUEUE_RESET_EIP, 1);
    sim_queue_retry(&t, SIM_QUEUE_ADD_EIP, 1);
    assert_int_equal(last_ms, 1000);
    fixture_free(&f);
}

/* 5 ms doubled up to 1000 s, a counter of its own per queue. */
static void own_limiter(void **state)
{
    struct sim_sink sink = {see_ms, NULL};
    struct fixture f;
    struct sim_turn t;

    (void)state;
    fixture_init(&f, SIM_PROFILE_MASTER, true);
    memset(&t, 0, sizeof t);
    t.w = f.world;
    t.sink = &sink;
    for (unsigned i = 0; i < 25; i++) {
        sim_queue_retry(&t, SIM_QUEUE_SUBNET_STATUS, 0);
        assert_int_equal(last_ms, i < 18 ? 5u << i : 1000000u);
    }
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_the_rules),
        cmocka_unit_test(shared_limiter),
        cmocka_unit_test(own_limiter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
