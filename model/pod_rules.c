/* NAT rules in a gateway pod: what the commands of its script do to what is already there
 * (dist/images/vpcnatgateway/nat-gateway.sh, all tags).
 *
 * Up to v1.15 a command looks at its whole argument; from v1.16 on (#6412) at what makes a rule
 * unique: the EIP of a FIP, EIP, port and protocol of a DNAT, both values of an SNAT.
 */
#include "model/sim_internal.h"

/* ---- texts ---- */

enum { TEXT = 24 };

static size_t put_number(unsigned n, char *out)
{
    size_t length = 0;

    if (n >= 100)
        out[length++] = (char)('0' + n / 100);
    if (n >= 10)
        out[length++] = (char)('0' + n / 10 % 10);
    out[length++] = (char)('0' + n % 10);
    return length;
}

/* "a.b.c.d/m"; without a mask no more than "a.b.c.d" */
static size_t print(sim_v4 v4, uint8_t mask, char out[TEXT])
{
    size_t n = 0;

    for (int shift = 24; shift >= 0; shift -= 8) {
        n += put_number((v4 >> shift) & 255u, out + n);
        if (shift > 0)
            out[n++] = '.';
    }
    if (mask == 0)
        return n;
    out[n++] = '/';
    return n + put_number(mask - 1u, out + n);
}

static bool begins_with(sim_v4 whole, uint8_t whole_mask, sim_v4 begin, uint8_t begin_mask)
{
    char a[TEXT], b[TEXT];
    size_t n, m;

    if (!sim_v4_is_address(whole) || !sim_v4_is_address(begin))
        return begin == 0 || (whole == begin && whole_mask == begin_mask);
    n = print(whole, whole_mask, a);
    m = print(begin, begin_mask, b);
    return m <= n && memcmp(a, b, m) == 0;
}

/* ---- the set of rules of a pod, in order of its bytes ---- */

static struct sim_pod_rule *rules_mut(struct sim_world *w, sim_id pod)
{
    return (struct sim_pod_rule *)(uintptr_t)sim_pod_rules(w, pod);
}

static void tell(struct sim_turn *t, enum sim_event_kind kind, sim_id pod,
                 const struct sim_pod_rule *row)
{
    struct sim_event e = sim_event_new(t, kind);

    e.object = SIM_OBJECT_POD;
    e.id = pod;
    memcpy(&e.row, row, sizeof e.row);
    sim_emit(t, &e);
}

static void insert(struct sim_turn *t, sim_id pod, const struct sim_pod_rule *row)
{
    struct sim_pod_rule *all = rules_mut(t->w, pod);
    unsigned n = sim_pod(t->w, pod)->n_rules, at = n;

    SIM_CHECK(n < t->w->limits.pod_rules);
    sim_touch(t->w, all, (n + 1u) * sizeof *all);
    for (; at > 0 && memcmp(&all[at - 1], row, sizeof *row) > 0; at--)
        memcpy(&all[at], &all[at - 1], sizeof *row);
    memcpy(&all[at], row, sizeof *row);
    sim_pod_mut(t->w, pod)->n_rules++;
    tell(t, SIM_EVENT_RULED, pod, row);
}

static void take_out(struct sim_turn *t, sim_id pod, unsigned at)
{
    struct sim_pod_rule *all = rules_mut(t->w, pod);
    struct sim_pod_rule gone = all[at];
    unsigned n = sim_pod(t->w, pod)->n_rules;

    sim_touch(t->w, all, n * sizeof *all);
    memmove(&all[at], &all[at + 1], (n - at - 1u) * sizeof *all);
    memset(&all[n - 1], 0, sizeof *all);
    sim_pod_mut(t->w, pod)->n_rules--;
    tell(t, SIM_EVENT_UNRULED, pod, &gone);
}

void sim_pod_rules_clear(struct sim_turn *t, sim_id pod)
{
    while (sim_pod(t->w, pod)->n_rules > 0)
        take_out(t, pod, sim_pod(t->w, pod)->n_rules - 1u);
}

bool sim_pod_rules_have_room(const struct sim_world *w, sim_id gateway)
{
    for (unsigned n = 0; gateway != SIM_NONE && n < w->limits.pods_per_gateway; n++)
        if (sim_pod(w, sim_pod_id(w, gateway, n))->n_rules == w->limits.pod_rules)
            return false;
    return true;
}

/* ---- what a command finds ---- */

static bool exact(const struct sim_world *w)
{
    return sim_asks(w, SIM_nat_script) == SIM_nat_script_exact;
}

/* Is it the rule that the argument is about? */
static bool same(const struct sim_world *w, const struct sim_pod_rule *have,
                 const struct sim_pod_rule *row)
{
    if (have->kind != row->kind)
        return false;
    switch (row->kind) {
    case SIM_KIND_FIP:
        return have->eip == row->eip;
    case SIM_KIND_DNAT:
        return exact(w) ? have->eip == row->eip && have->port == row->port &&
                              have->protocol == row->protocol
                        : memcmp(have, row, sizeof *row) == 0;
    default:
        return exact(w) ? have->eip == row->eip && have->internal == row->internal &&
                              have->mask == row->mask
                        : begins_with(have->eip, 0, row->eip, 0) &&
                              begins_with(have->internal, have->mask, row->internal, row->mask);
    }
}

/* How many there are; *at is the first of them. */
static unsigned find(const struct sim_world *w, sim_id pod, const struct sim_pod_rule *row,
                     unsigned *at)
{
    const struct sim_pod_rule *all = sim_pod_rules(w, pod);
    unsigned found = 0;

    for (unsigned i = sim_pod(w, pod)->n_rules; i-- > 0;)
        if (same(w, &all[i], row)) {
            *at = i;
            found++;
        }
    return found;
}

static bool add(struct sim_turn *t, sim_id pod, const struct sim_pod_rule *row)
{
    unsigned at;

    if (find(t->w, pod, row, &at) == 0) {
        insert(t, pod, row);
        return true;
    }
    return !exact(t->w) || memcmp(&sim_pod_rules(t->w, pod)[at], row, sizeof *row) == 0;
}

static bool remove_rule(struct sim_turn *t, sim_id pod, const struct sim_pod_rule *row)
{
    unsigned at = 0, found = find(t->w, pod, row, &at);

    if (found == 0)
        return true;
    if (found > 1 || (!exact(t->w) && row->kind == SIM_KIND_FIP &&
                      sim_pod_rules(t->w, pod)[at].internal != row->internal))
        return false;
    take_out(t, pod, at);
    return true;
}

bool sim_pod_rule_command(struct sim_turn *t, sim_id pod, enum sim_verb op,
                          const struct sim_pod_rule *row)
{
    if (!sim_pod(t->w, pod)->inited)
        return false;
    return op == SIM_VERB_FIP_ADD || op == SIM_VERB_DNAT_ADD || op == SIM_VERB_SNAT_ADD
               ? add(t, pod, row)
               : remove_rule(t, pod, row);
}
