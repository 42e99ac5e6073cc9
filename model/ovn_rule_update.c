/* Updating and deleting an OVN NAT rule (pkg/controller/ovn_fip.go, ovn_snat.go, ovn_dnat.go, all
 * tags).
 *
 * Up to v1.12 an update makes the entry anew, from v1.13 on it only compares.  From v1.15 on it is
 * the update handler that deletes a terminating rule.
 */
#include "model/ovn_rule_internal.h"

static const struct sim_ovn_rule *snap(const struct sim_turn *t)
{
    return sim_ovn_rule_snap(t);
}

static struct sim_ovn_eip *eip(const struct sim_turn *t)
{
    return &sim_ovn_work(t)->snap;
}

static bool deleted_in_update(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_ovn_rule_deletion) == SIM_ovn_rule_deletion_in_update;
}

static int succeed(struct sim_turn *t)
{
    (void)t;
    return SUCCEED;
}

enum {
    NU1,
    NU2,
    NU3,
    NU4,
    NU5,
    NU6,
    NU7,
    NU8,
    NU9,
    NU10,
    NU11,
    NU12,
    NU13,
    NU14,
    NU15,
    NU16,
    NR1,
    NR2,
    NR3,
    NR4,
    NR5,
    NR6,
    NR7,
    NR8,
    NR9,
    NR10,
    NR11,
    NR12,
    NR13,
    ND1,
    ND2,
    ND3,
    ND4,
    ND5,
    NT1,
    NT2
};

/* ---- which branch ---- */

/* v1.12.0 needs its OvnEip to delete a Snat. */
static int branch(struct sim_turn *t)
{
    if (!sim_terminating(&snap(t)->meta))
        return NEXT;
    if (deleted_in_update(t))
        return ND1;
    return sim_when_ovn_snat(t) && sim_when_ovn_rewired(t) && !sim_when_ovn_status_first(t) ? NT1
                                                                                            : NEXT;
}

static int branch_with_eip(struct sim_turn *t)
{
    return sim_terminating(&snap(t)->meta) && sim_when_ovn_snat(t) && sim_when_ovn_status_first(t)
               ? NT1
               : NEXT;
}

static bool when_compared(const struct sim_turn *t)
{
    return !sim_when_ovn_rewired(t);
}

static int stop_unless_ready(struct sim_turn *t)
{
    return sim_ready(&snap(t)->meta) ? NEXT : SUCCEED;
}

/* A Snat's OvnEip may be of type lsp as long as it is only deleted. */
static int read_eip(struct sim_turn *t)
{
    int flow = sim_ovn_rule_read_eip(t);

    if (flow != NEXT && sim_terminating(&snap(t)->meta) && sim_when_ovn_snat(t) &&
        sim_when_ovn_status_first(t) && sim_exists(&eip(t)->meta) && eip(t)->status_v4 != 0)
        return NEXT;
    return flow;
}

static int refuse_other_type(struct sim_turn *t)
{
    uint8_t type = eip(t)->status_type;

    return sim_when_ovn_status_first(t) && sim_when_ovn_dnat(t) && type != SIM_OVN_EIP_NO_TYPE &&
                   type != SIM_OVN_EIP_NAT
               ? FAIL
               : NEXT;
}

static bool when_fip_again(const struct sim_turn *t)
{
    return sim_when_ovn_fip_resolved(t) && !sim_when_ovn_status_first(t);
}

/* ---- compare ---- */

static int compare(struct sim_turn *t)
{
    const struct sim_ovn_rule_work *r = sim_ovn_rule_work(t);
    const struct sim_ovn_rule *s = snap(t);

    if (r->vpc != s->status_vpc || r->internal != s->status_v4 || r->mask != s->status_mask ||
        eip(t)->status_v4 != s->status_eip)
        return FAIL;
    if (sim_when_ovn_dnat(t) && (s->port != s->status_port || s->protocol != s->status_protocol ||
                                 s->internal_port != s->status_internal_port))
        return FAIL;
    return NEXT;
}

static bool when_dnat_compared(const struct sim_turn *t)
{
    return when_compared(t) && sim_when_ovn_dnat(t);
}

/* ---- up to v1.12: rewire ---- */

static int note_external(struct sim_turn *t)
{
    sim_ovn_rule_work(t)->external = sim_when_ovn_snat(t) ? eip(t)->spec_v4 : eip(t)->status_v4;
    return NEXT;
}

static bool when_fip_held(const struct sim_turn *t)
{
    return sim_when_ovn_fip(t) && !sim_when_ovn_status_first(t) && sim_when_ovn_eip_held(t);
}

static bool when_fip_added_first(const struct sim_turn *t)
{
    return sim_when_ovn_fip(t) && sim_when_ovn_status_first(t);
}

/* A Fip compares its internal address with the OvnEip's: they always differ. */
static int stop_unless_changed(struct sim_turn *t)
{
    const struct sim_ovn_rule *s = snap(t);
    bool changed;

    if (sim_when_ovn_dnat(t))
        return sim_ready(&s->meta) ? NEXT : SUCCEED;
    if (sim_when_ovn_fip(t))
        changed = s->status_v4 != 0 && s->status_v4 != eip(t)->status_v4;
    else
        changed = s->status_eip != 0 && eip(t)->spec_v4 != 0 && s->status_eip != eip(t)->spec_v4;
    return changed ? NEXT : SUCCEED;
}

static bool when_nat(const struct sim_turn *t)
{
    return !sim_when_ovn_dnat(t);
}

/* A Fip names its internal address as the external one, a Snat its OvnEip's. */
static int remove_old_nat(struct sim_turn *t)
{
    const struct sim_ovn_rule_work *r = sim_ovn_rule_work(t);
    sim_v4 external = sim_when_ovn_fip(t) ? snap(t)->status_v4 : eip(t)->status_v4;

    return sim_ovn_rule_nat(t, SIM_VERB_NAT_DELETE, r->vpc, external, r->internal, r->mask) ==
                   SIM_RESULT_OK
               ? NEXT
               : FAIL;
}

/* ---- deletion ---- */

static bool cleaned(const struct sim_turn *t)
{
    return snap(t)->status_vpc == 0;
}

static bool when_entry_known(const struct sim_turn *t)
{
    return !sim_when_ovn_dnat(t) && !cleaned(t) && snap(t)->status_eip != 0 &&
           snap(t)->status_v4 != 0;
}

static bool when_balanced(const struct sim_turn *t)
{
    return sim_when_ovn_dnat(t) && !cleaned(t) && snap(t)->status_eip != 0 &&
           snap(t)->status_port != 0;
}

static int remove_entry(struct sim_turn *t)
{
    const struct sim_ovn_rule *s = snap(t);

    return sim_ovn_rule_nat(t, SIM_VERB_NAT_DELETE, s->status_vpc, s->status_eip, s->status_v4,
                            s->status_mask) == SIM_RESULT_OK
               ? NEXT
               : FAIL;
}

static int reset_eip(struct sim_turn *t)
{
    sim_queue_add(t, SIM_QUEUE_RESET_OVN_EIP, sim_ovn_eip_key(snap(t)->eip));
    return NEXT;
}

static bool when_eip_named(const struct sim_turn *t)
{
    return snap(t)->eip != 0;
}

static bool when_eip_reset(const struct sim_turn *t)
{
    return when_eip_named(t) && !cleaned(t);
}

/* clang-format off */
const struct sim_step sim_ovn_rule_update_steps[] = {
    [NU1] = CALL("NU1", NULL, sim_ovn_rule_read, READ, RULE, "read the rule; gone: done"),
    [NU2] = LOCAL("NU2", NULL, branch, "terminating: from v1.15 the deletion branch"),
    [NU3] = LOCAL("NU3", when_compared, stop_unless_ready, "from v1.13: done unless it is ready"),
    [NU4] = CALL("NU4", sim_when_ovn_vip_first, sim_ovn_rule_read_vip, READ, VIP,
                 "v1.12.0: read the Vip; gone: error"),
    [NU5] = LOCAL("NU5", NULL, sim_ovn_rule_need_eip, "error if no OvnEip is named"),
    [NU6] = CALL("NU6", NULL, read_eip, READ, OVN_EIP,
                 "read the OvnEip; gone, without an address or of type lsp: error"),
    [NU7] = LOCAL("NU7", NULL, branch_with_eip, "v1.12.0, a terminating Snat: remove its entry"),
    [NU8] = CALL("NU8", sim_when_ovn_fip, sim_ovn_rule_refuse_second_fip, LIST, OVN_FIP,
                 "error if another Fip has the OvnEip's address as label"),
    [NU9] = LOCAL("NU9", NULL, refuse_other_type,
                  "v1.12.0: error if a Dnat's OvnEip is not of type nat"),
    [NU10] = CALL("NU10", sim_when_ovn_port_listed_first, sim_ovn_rule_refuse_second_dnat, LIST,
                  OVN_DNAT, "up to v1.12: list by a label that no rule has"),
    [NU11] = CALL("NU11", sim_when_ovn_vip_later, sim_ovn_rule_read_vip, READ, VIP,
                  "read the Vip; gone: error"),
    [NU12] = GLUED("NU12", sim_when_ovn_subnet_read, sim_ovn_rule_read_subnet, READ, SUBNET,
                   "read the subnet for its VPC; gone: error"),
    [NU13] = CALL("NU13", when_fip_again, sim_ovn_rule_refuse_second_fip, LIST, OVN_FIP,
                  "error if another Fip has the OvnEip's address as label by now"),
    [NU14] = LOCAL("NU14", when_compared, compare, "error if the status says anything else"),
    [NU15] = CALL("NU15", when_dnat_compared, sim_ovn_rule_refuse_second_dnat, LIST, OVN_DNAT,
                  "list by a label that no rule has"),
    [NU16] = LOCAL("NU16", when_compared, succeed, "done"),
    [NR1] = LOCAL("NR1", NULL, sim_ovn_rule_check, "error without a VPC or an internal address"),
    [NR2] = LOCAL("NR2", NULL, note_external, "the external address is the OvnEip's"),
    [NR3] = CALL("NR3", when_fip_held, sim_ovn_rule_hold_eip, WRITE, OVN_EIP,
                 "patch the OvnEip's finalizers, as they were read; gone: go on"),
    [NR4] = CALL("NR4", when_fip_added_first, sim_ovn_rule_add_nat, OVN, RULE,
                 "v1.12.0: add a Fip's entry"),
    [NR5] = LOCAL("NR5", NULL, stop_unless_changed,
                  "done unless the OvnEip has another address; a Dnat: unless it is ready"),
    [NR6] = CALL("NR6", when_nat, remove_old_nat, OVN, RULE, "remove the entry, missing: error"),
    [NR7] = CALL("NR7", when_nat, sim_ovn_rule_add_nat, OVN, RULE, "add the entry"),
    [NR8] = ENTER("NR8", sim_when_ovn_dnat, NULL, OVN_LB_DEL, "remove what the status names"),
    [NR9] = ENTER("NR9", sim_when_ovn_dnat, NULL, OVN_LB_ADD, "add the load balancer"),
    [NR10] = ENTER("NR10", NULL, NULL, OVN_EIP_RELATE, "patch labels and annotation of the OvnEip"),
    [NR11] = ENTER("NR11", NULL, NULL, OVN_RULE_ANNOTATE, "patch the annotation"),
    [NR12] = ENTER("NR12", NULL, sim_ovn_rule_mark_ready, OVN_RULE_STATUS,
                   "patch labels and status: ready"),
    [NR13] = LOCAL("NR13", NULL, succeed, "done"),
    [ND1] = CALL("ND1", when_entry_known, remove_entry, OVN, RULE,
                 "remove the NAT entry that the status names; no VPC there: leave OVN alone"),
    [ND2] = ENTER("ND2", when_balanced, NULL, OVN_LB_DEL, "remove what the status names"),
    [ND3] = ENTER("ND3", NULL, NULL, OVN_RULE_FINALIZER_DEL, "remove the finalizer"),
    [ND4] = GLUED("ND4", when_eip_reset, reset_eip, QUEUE, OVN_EIP,
                  "reset the OvnEip, if there was anything to remove"),
    [ND5] = LOCAL("ND5", NULL, succeed, "done"),
    [NT1] = CALL("NT1", when_entry_known, remove_entry, OVN, RULE,
                 "v1.12, a terminating Snat: remove the entry that the status names"),
    [NT2] = GLUED("NT2", NULL, reset_eip, QUEUE, OVN_EIP, "reset the OvnEip"),
    END
};
/* clang-format on */

/* ---- the delete queue ---- */

static int stop_if_snat(struct sim_turn *t)
{
    return sim_when_ovn_status_first(t) && sim_when_ovn_snat(t) ? SUCCEED : NEXT;
}

static int refuse_unknown(struct sim_turn *t)
{
    if (sim_when_ovn_status_first(t))
        return sim_when_ovn_dnat(t) && snap(t)->eip == 0 ? FAIL : NEXT;
    if (sim_when_ovn_rewired(t) || !cleaned(t))
        return NEXT;
    return sim_when_ovn_fip(t) ? SUCCEED : sim_when_ovn_dnat(t) ? FAIL : NEXT;
}

static bool when_reset_first(const struct sim_turn *t)
{
    return sim_when_ovn_snat(t) && when_compared(t);
}

static bool when_finalizer_removed(const struct sim_turn *t)
{
    return !sim_when_ovn_status_first(t);
}

static bool when_reset_last(const struct sim_turn *t)
{
    return when_eip_named(t) || sim_when_ovn_status_first(t);
}

/* clang-format off */
const struct sim_step sim_ovn_rule_del_steps[] = {
    LOCAL("NX1", NULL, stop_if_snat, "v1.12.0, a Snat: nothing at all"),
    CALL("NX2", NULL, sim_ovn_rule_read, READ, RULE,
         "read the rule; gone: done; a live one goes through all this"),
    LOCAL("NX3", NULL, refuse_unknown,
          "from v1.13, no VPC in the status: a Fip is done, a Dnat is an error"),
    CALL("NX4", when_entry_known, remove_entry, OVN, RULE,
         "remove the NAT entry that the status names"),
    ENTER("NX5", when_balanced, NULL, OVN_LB_DEL, "remove what the status names"),
    GLUED("NX6", when_reset_first, reset_eip, QUEUE, OVN_EIP, "a Snat: reset the OvnEip"),
    ENTER("NX7", when_finalizer_removed, NULL, OVN_RULE_FINALIZER_DEL, "remove the finalizer"),
    GLUED("NX8", when_reset_last, reset_eip, QUEUE, OVN_EIP, "reset the OvnEip"),
    END
};
/* clang-format on */
