/* The OVN northbound: the ports, NAT entries and load balancers that the controller makes there.
 *
 * What the calls do to what is already there is the client's behaviour (pkg/ovs/ovn-nb-*.go, all
 * tags).  Like the gateway pods it outlives the controller, and a call may fail before or after its
 * effect.
 */
#include "model/step_internal.h"

static uint32_t *count_mut(struct sim_world *w)
{
    uint32_t *count = (uint32_t *)((uint8_t *)w + w->at.ovn);

    sim_touch(w, count, sizeof *count);
    return count;
}

static struct sim_ovn_row *rows_mut(struct sim_world *w)
{
    struct sim_ovn_row *rows = (struct sim_ovn_row *)(uintptr_t)sim_ovn_rows(w);

    sim_touch(w, rows, sim_ovn_count(w) * sizeof *rows);
    return rows;
}

/* In order of their bytes, so that equal contents are equal states. */
static void insert(struct sim_world *w, const struct sim_ovn_row *row)
{
    uint32_t at = sim_ovn_count(w);
    struct sim_ovn_row *rows;

    SIM_CHECK(at < w->limits.ovn_rows);
    ++*count_mut(w);
    rows = rows_mut(w);
    for (; at > 0 && memcmp(&rows[at - 1], row, sizeof *row) > 0; at--)
        memcpy(&rows[at], &rows[at - 1], sizeof *row);
    memcpy(&rows[at], row, sizeof *row);
}

static void take_out(struct sim_world *w, uint32_t at)
{
    struct sim_ovn_row *rows = rows_mut(w);
    uint32_t n = sim_ovn_count(w);

    memmove(&rows[at], &rows[at + 1], (n - at - 1u) * sizeof *rows);
    memset(&rows[n - 1], 0, sizeof *rows);
    --*count_mut(w);
}

/* ---- what is found ---- */

static bool same_nat(const struct sim_world *w, const struct sim_ovn_row *have,
                     const struct sim_ovn_row *row)
{
    bool external = have->v4 == row->v4;
    bool internal = have->internal == row->internal && have->mask == row->mask;

    if (have->router != row->router || have->mark != row->mark)
        return false;
    if (sim_asks(w, SIM_ovn_nat_found_by) == SIM_ovn_nat_found_by_both)
        return external && internal;
    return row->mark == SIM_OVN_SNAT ? internal : external;
}

/* Is it the entry that the arguments are about? */
static bool same(const struct sim_world *w, const struct sim_ovn_row *have,
                 const struct sim_ovn_row *row)
{
    if (have->kind != row->kind)
        return false;
    switch (row->kind) {
    case SIM_OVN_LSP:
        return have->name == row->name && have->form == row->form &&
               (row->form == SIM_NIC_BARE || have->net == row->net);
    case SIM_OVN_NAT:
        return same_nat(w, have, row);
    case SIM_OVN_LB_VIP:
        return have->name == row->name && have->v4 == row->v4 && have->port == row->port;
    case SIM_OVN_LR_LB:
        return have->router == row->router && have->name == row->name;
    default:
        return row->name != 0 && have->name == row->name;
    }
}

uint32_t sim_ovn_find(const struct sim_world *w, const struct sim_ovn_row *row)
{
    uint32_t i = 0, n = sim_ovn_count(w);

    while (i < n && !same(w, &sim_ovn_rows(w)[i], row))
        i++;
    return i;
}

/* ---- what calls do ---- */

static bool add(struct sim_world *w, const struct sim_ovn_row *row)
{
    if (sim_ovn_find(w, row) == sim_ovn_count(w))
        insert(w, row);
    return true;
}

static bool remove_row(struct sim_world *w, const struct sim_ovn_row *row, bool missing_ok)
{
    uint32_t at = sim_ovn_find(w, row);

    if (at == sim_ovn_count(w))
        return missing_ok;
    take_out(w, at);
    return true;
}

/* A port that is made again keeps its mark. */
static bool replace(struct sim_world *w, const struct sim_ovn_row *row)
{
    uint32_t at = sim_ovn_find(w, row);
    struct sim_ovn_row new;

    memcpy(&new, row, sizeof new);
    if (at < sim_ovn_count(w)) {
        if (row->kind == SIM_OVN_LSP)
            new.mark = sim_ovn_rows(w)[at].mark;
        take_out(w, at);
    }
    insert(w, &new);
    return true;
}

static bool create_port(struct sim_world *w, const struct sim_ovn_row *row)
{
    return sim_asks(w, SIM_ovn_port_replaced) ? replace(w, row) : add(w, row);
}

static bool mark_port(struct sim_world *w, const struct sim_ovn_row *row)
{
    uint32_t at = sim_ovn_find(w, row);
    struct sim_ovn_row marked;

    if (at == sim_ovn_count(w))
        return false;
    memcpy(&marked, &sim_ovn_rows(w)[at], sizeof marked);
    marked.mark = row->mark;
    take_out(w, at);
    insert(w, &marked);
    return true;
}

static bool get_router_port(struct sim_world *w, struct sim_ovn_row *row)
{
    uint32_t at = sim_ovn_find(w, row);

    if (at == sim_ovn_count(w))
        return false;
    row->mac = sim_ovn_rows(w)[at].mac;
    return true;
}

/* On master a floating IP takes its external address from whoever has it in that router. */
static bool add_nat(struct sim_world *w, const struct sim_ovn_row *row)
{
    if (row->router == 0)
        return false;
    for (uint32_t i = sim_ovn_count(w); row->mark == SIM_OVN_DNAT_AND_SNAT && i-- > 0;) {
        const struct sim_ovn_row *have = &sim_ovn_rows(w)[i];

        if (sim_asks(w, SIM_ovn_nat_found_by) == SIM_ovn_nat_found_by_both &&
            have->kind == SIM_OVN_NAT && have->router == row->router && have->mark == row->mark &&
            have->v4 == row->v4)
            take_out(w, i);
    }
    return add(w, row);
}

static bool carry_out(struct sim_world *w, enum sim_verb op, struct sim_ovn_row *row)
{
    struct sim_ovn_row stored;

    switch (op) {
    case SIM_VERB_LSP_CREATE_BARE:
    case SIM_VERB_LSP_CREATE_VIRTUAL:
        return add(w, row);
    case SIM_VERB_LSP_CREATE:
        return create_port(w, row);
    case SIM_VERB_LSP_ARP_PROXY:
        return mark_port(w, row);
    case SIM_VERB_LRP_GET:
        return get_router_port(w, row);
    case SIM_VERB_NAT_ADD:
        return add_nat(w, row);
    case SIM_VERB_NAT_DELETE:
        return remove_row(w, row, sim_asks(w, SIM_ovn_nat_missing_ok));
    case SIM_VERB_LB_CREATE:
        memcpy(&stored, row, sizeof stored);
        stored.mark = 0; /* the protocol is not shown */
        return add(w, &stored);
    case SIM_VERB_LB_CT_FLUSH:
        return sim_ovn_find(w, row) < sim_ovn_count(w);
    case SIM_VERB_LB_VIP_ADD:
        return replace(w, row);
    case SIM_VERB_LR_LB_INSERT:
        return row->router != 0 && add(w, row);
    default:
        return remove_row(w, row, true);
    }
}

enum sim_result sim_ovn_call(struct sim_turn *t, enum sim_verb op, struct sim_ovn_row *row)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_OVN);
    bool before = t->fault == SIM_FAULT_BEFORE;

    e.verb = (uint8_t)op;
    e.fault = t->fault;
    t->fault = SIM_FAULT_NONE;
    memcpy(&e.ovn, row, sizeof e.ovn);
    e.effect =
        before ? SIM_RESULT_COUNT : (carry_out(t->w, op, row) ? SIM_RESULT_OK : SIM_RESULT_ERROR);
    e.result = e.fault == SIM_FAULT_NONE ? e.effect : SIM_RESULT_ERROR;
    sim_emit(t, &e);
    return (enum sim_result)e.result;
}

void sim_ovn_remove(struct sim_world *w, uint8_t kind)
{
    for (uint32_t i = sim_ovn_count(w); i-- > 0;)
        if (sim_ovn_rows(w)[i].kind == kind)
            take_out(w, i);
}

void sim_ovn_begin(struct sim_world *w, const struct sim_ovn_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        insert(w, &rows[i]);
}
