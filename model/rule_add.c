/* Adding a NAT rule: handleAddIptablesFip, ...DnatRule and ...SnatRule
 * (pkg/controller/vpc_nat_gw_nat.go, all tags).
 *
 * A rule holds its EIP only by a label with the EIP's address, which it gets after it is
 * programmed: until that label has reached the cache, nobody who asks finds the EIP in use.
 */
#include "model/rule_internal.h"

int sim_rule_read_snapshot(struct sim_turn *t)
{
    struct sim_rule_work *r = sim_rule_work(t);

    r->rule = t->me->key;
    t->me->eip = SIM_NONE;
    t->me->gateway = SIM_NONE;
    if (!sim_read_rule(t, &r->snap))
        return SUCCEED;
    t->me->eip = sim_ref_id(r->snap.eip);
    return NEXT;
}

static int stop_if_ready(struct sim_turn *t)
{
    const struct sim_nat_rule *s = &sim_rule_work(t)->snap;

    return sim_ready(&s->meta) && s->status_v4 != 0 ? SUCCEED : NEXT;
}

bool sim_when_fip(const struct sim_turn *t)
{
    return sim_rule_kind(t) == SIM_KIND_FIP;
}

bool sim_when_dnat(const struct sim_turn *t)
{
    return sim_rule_kind(t) == SIM_KIND_DNAT;
}

/* Up to v1.14 only the EIP has to be named. */
int sim_rule_validate(struct sim_turn *t)
{
    const struct sim_nat_rule *s = &sim_rule_work(t)->snap;

    if (s->eip == 0)
        return FAIL;
    if (!sim_asks(t->w, SIM_rule_spec_validated))
        return NEXT;
    return sim_v4_is_address(s->spec.internal) && sim_rule_complete(sim_rule_kind(t), &s->spec)
               ? NEXT
               : FAIL;
}

int sim_rule_read_eip(struct sim_turn *t)
{
    return sim_read_eip(t, &t->me->snap) && t->me->snap.status_ip != 0 ? NEXT : FAIL;
}

static struct sim_event list_event(struct sim_turn *t, uint8_t selector)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_LIST);

    e.object = (uint8_t)sim_rule_kind(t);
    e.selector = selector;
    return e;
}

int sim_rule_refuse_second_fip(struct sim_turn *t)
{
    struct sim_event e = list_event(t, SIM_SELECT_V4);
    bool other = false;

    e.v4 = t->me->snap.spec_v4;
    for (sim_id i = 0; i < t->w->limits.fips; i++)
        if (sim_rule_selected(sim_rule_cache(t->w, SIM_KIND_FIP, i), SIM_SELECT_V4, e.v4, 0, 0)) {
            e.count++;
            other = other || i != t->me->key;
        }
    sim_emit(t, &e);
    return other ? FAIL : NEXT;
}

/* The labels select; what is compared then is in the spec. */
int sim_rule_refuse_second_dnat(struct sim_turn *t, sim_id gateway)
{
    const struct sim_nat_rule *s = &sim_rule_work(t)->snap;
    struct sim_event e = list_event(t, SIM_SELECT_PORT);
    bool other = false;

    e.id = gateway;
    e.net = s->spec.port;
    for (sim_id i = 0; i < t->w->limits.dnats; i++) {
        const struct sim_nat_rule *d = sim_rule_cache(t->w, SIM_KIND_DNAT, i);

        if (!sim_rule_selected(d, SIM_SELECT_PORT, 0, gateway, s->spec.port))
            continue;
        e.count++;
        if (i != t->me->key && d->eip == s->eip &&
            (d->spec.protocol == s->spec.protocol ||
             !sim_asks(t->w, SIM_dnat_duplicate_by_protocol)))
            other = true;
    }
    sim_emit(t, &e);
    return other ? FAIL : NEXT;
}

static int refuse_second_dnat(struct sim_turn *t)
{
    return sim_rule_refuse_second_dnat(t, sim_ref_id(t->me->snap.gw));
}

static bool when_snat(const struct sim_turn *t)
{
    return sim_rule_kind(t) == SIM_KIND_SNAT;
}

static int refuse_empty_network(struct sim_turn *t)
{
    return sim_rule_work(t)->snap.spec.internal == 0 ? FAIL : NEXT;
}

static bool when_finalizer_first(const struct sim_turn *t)
{
    uint8_t which = sim_asks(t->w, SIM_rule_finalizer_first);

    return which == SIM_rule_finalizer_first_all ||
           (which == SIM_rule_finalizer_first_fip && sim_when_fip(t));
}

static bool when_finalizer_last(const struct sim_turn *t)
{
    return !when_finalizer_first(t);
}

int sim_rule_prepare_create(struct sim_turn *t)
{
    t->me->gateway = sim_ref_id(t->me->snap.gw);
    sim_rule_set_row(t, t->me->snap.status_ip, &sim_rule_work(t)->snap.spec);
    return NEXT;
}

int sim_rule_prepare_status(struct sim_turn *t)
{
    struct sim_rule_work *r = sim_rule_work(t);

    r->v4 = t->me->snap.status_ip;
    r->v6 = t->me->snap.v6;
    r->gw = t->me->snap.gw;
    r->redo = 0;
    r->ready = 1;
    return NEXT;
}

int sim_rule_prepare_eip_status(struct sim_turn *t)
{
    t->me->ready = 1;
    t->me->redo = 0;
    t->me->qos = 0;
    return NEXT;
}

void sim_rule_ask_reset(struct sim_turn *t, sim_ref eip)
{
    if (eip != 0)
        sim_queue_add_after(t, SIM_QUEUE_RESET_EIP, sim_ref_id(eip), 3000);
}

static bool when_reset_asked(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_nat_add_delayed_reset);
}

static int ask_reset(struct sim_turn *t)
{
    sim_rule_ask_reset(t, sim_rule_work(t)->snap.eip);
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_rule_add_steps[] = {
    LOCAL("RA1", sim_when_locked_first, sim_refuse_if_disabled,
          "error unless the NAT gateway feature is on"),
    CALL("RA2", sim_when_locked_first, sim_take_lock, LOCK, RULE, "lock the rule's name"),
    CALL("RA3", NULL, sim_rule_read_snapshot, READ, RULE, "read the rule; gone: done"),
    LOCAL("RA4", sim_when_read_first, sim_refuse_if_disabled,
          "error unless the NAT gateway feature is on"),
    CALL("RA5", sim_when_read_first, sim_take_lock, LOCK, RULE, "lock the rule's name"),
    LOCAL("RA6", NULL, stop_if_ready, "done if it is ready and has an address"),
    LOCAL("RA7", NULL, sim_rule_validate, "error if the spec is incomplete"),
    CALL("RA8", NULL, sim_rule_read_eip, READ, EIP,
         "read the EIP; gone or without an address: error; a terminating one will do"),
    CALL("RA9", sim_when_fip, sim_rule_refuse_second_fip, LIST, FIP,
         "error if another FIP has the EIP's address as label"),
    CALL("RA10", sim_when_dnat, refuse_second_dnat, LIST, DNAT,
         "error if another DNAT with the labels of this gateway and port is on the same EIP"),
    LOCAL("RA11", when_snat, refuse_empty_network, "error if no network is given"),
    ENTER("RA12", when_finalizer_first, NULL, RULE_FINALIZER_ADD, "add the finalizer"),
    ENTER("RA13", NULL, sim_rule_prepare_create, RULE_CREATE, "program the rule"),
    ENTER("RA14", NULL, sim_rule_prepare_status, RULE_STATUS, "patch the status: ready"),
    ENTER("RA15", NULL, NULL, RULE_LABELS, "patch labels and annotation"),
    ENTER("RA16", when_finalizer_last, NULL, RULE_FINALIZER_ADD, "add the finalizer"),
    ENTER("RA17", NULL, sim_rule_prepare_eip_status, PATCH_STATUS,
          "patch the EIP's status: ready, and in use by the rules that the cache shows"),
    GLUED("RA18", when_reset_asked, ask_reset, QUEUE_AFTER, EIP, "reset the EIP in 3 s"),
    END
};
/* clang-format on */
