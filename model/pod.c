/* Gateway pods: their phases, and what their script does to the external interface
 * (dist/images/vpcnatgateway/nat-gateway.sh, all tags).
 *
 * eip-add sets the address and leaves it there whatever happens afterwards; the same address again
 * changes nothing.  eip-del looks for its argument in the text of the interface's lines: none is
 * success, exactly one is removed whoever it belongs to, several are an error.
 */
#include "model/sim_internal.h"

static void tell_interface(struct sim_turn *t, enum sim_event_kind kind, sim_id pod, sim_id subnet,
                           sim_v4 v4)
{
    struct sim_event e = sim_event_new(t, kind);

    e.object = SIM_OBJECT_POD;
    e.id = pod;
    e.v4 = v4;
    e.prefix = subnet != SIM_NONE
                   ? sim_subnet(t->w, subnet)->prefix
                   : sim_gateway(t->w, (size_t)pod / t->w->limits.pods_per_gateway)->own_prefix;
    sim_emit(t, &e);
}

static void wire(struct sim_turn *t, sim_id pod, sim_id subnet, sim_v4 v4)
{
    struct ipam_addrset set = sim_interface_mut(t->w, pod, subnet);
    bool changed = false;

    ipam_addrset_add(&set, ipam_addr_v4(v4), &changed);
    sim_set_drain(t->w);
    if (changed)
        tell_interface(t, SIM_EVENT_WIRED, pod, subnet, v4);
}

static void unwire(struct sim_turn *t, sim_id pod, sim_id subnet, sim_v4 v4)
{
    struct ipam_addrset set;
    bool changed = false;

    if (subnet == SIM_NONE) {
        sim_pod_mut(t->w, pod)->own_outside = 0;
        tell_interface(t, SIM_EVENT_UNWIRED, pod, subnet, v4);
        return;
    }
    set = sim_interface_mut(t->w, pod, subnet);
    ipam_addrset_remove(&set, ipam_addr_v4(v4), &changed);
    sim_set_drain(t->w);
    if (changed)
        tell_interface(t, SIM_EVENT_UNWIRED, pod, subnet, v4);
}

bool sim_pod_eip_add(struct sim_turn *t, sim_id pod, sim_id subnet, sim_v4 v4)
{
    if (!sim_pod(t->w, pod)->inited)
        return false;
    if (sim_v4_is_address(v4))
        wire(t, pod, subnet, v4);
    return true;
}

/* ---- eip-del ---- */

enum { LINE = 32 };

/* " a.b.c.d/p " as it stands in a line of `ip addr`, between blanks; v4 0: only "/p". */
static size_t print_address(sim_v4 v4, uint8_t prefix, char *out)
{
    size_t n = 0;

    for (int shift = 24; v4 != 0 && shift >= 0; shift -= 8) {
        unsigned octet = (v4 >> shift) & 255u;

        if (octet >= 100)
            out[n++] = (char)('0' + octet / 100);
        if (octet >= 10)
            out[n++] = (char)('0' + octet / 10 % 10);
        out[n++] = (char)('0' + octet % 10);
        if (shift > 0)
            out[n++] = '.';
    }
    out[n++] = '/';
    if (prefix >= 10)
        out[n++] = (char)('0' + prefix / 10);
    out[n++] = (char)('0' + prefix % 10);
    return n;
}

static bool word_char(char c)
{
    return c != ' ' && c != '.' && c != '/';
}

/* Is pattern, a regular expression whose dots match anything, found in line? */
static bool found(const char *line, size_t length, const char *pattern, size_t n, bool word)
{
    for (size_t at = 1; at + n < length; at++) {
        size_t i = 0;

        while (i < n && (pattern[i] == '.' || pattern[i] == line[at + i]))
            i++;
        if (i == n && (!word || (!word_char(line[at - 1]) && !word_char(line[at + n]))))
            return true;
    }
    return false;
}

struct search {
    const char *pattern;
    size_t length;
    sim_v4 wanted;
    uint8_t prefix;
    bool word;
    bool exact;
    unsigned hits;
    sim_id subnet;
    sim_v4 v4;
};

static void search_line(uint8_t prefix, sim_id subnet, sim_v4 v4, struct search *s)
{
    char line[LINE];
    size_t n;

    line[0] = ' ';
    n = print_address(v4, prefix, line + 1) + 1;
    line[n++] = ' ';
    if (s->exact ? v4 == s->wanted && prefix == s->prefix
                 : found(line, n, s->pattern, s->length, s->word)) {
        s->hits++;
        s->subnet = subnet;
        s->v4 = v4;
    }
}

/* Can the pattern match in the middle of a longer address of the subnet?  All of them begin with
 * the same two octets, and that text alone mostly says no for every shift. */
static bool may_match_shifted(const struct sim_world *w, sim_id subnet, const struct search *s)
{
    char first[LINE];
    size_t fixed, dots = 0;

    (void)print_address(sim_subnet(w, subnet)->cidr, sim_subnet(w, subnet)->prefix, first);
    for (fixed = 0; dots < 2; fixed++)
        dots += first[fixed] == '.';
    for (size_t shift = 1; shift <= 4; shift++) {
        size_t i = 0;

        while (shift + i < fixed && (s->pattern[i] == '.' || s->pattern[i] == first[shift + i]))
            i++;
        if (shift + i >= fixed)
            return true;
    }
    return false;
}

/* Looks at every line only where it has to. */
static void search_subnet(const struct sim_world *w, sim_id pod, sim_id subnet, struct search *s)
{
    struct ipam_addrset set = sim_interface(w, pod, subnet);
    struct ipam_addr a;

    if (s->prefix != sim_subnet(w, subnet)->prefix)
        return; /* all prefixes have two digits, so the ends of the texts differ */
    if (s->wanted != 0 && (s->exact || !may_match_shifted(w, subnet, s))) {
        if (ipam_addrset_contains(&set, ipam_addr_v4(s->wanted)))
            search_line(s->prefix, subnet, s->wanted, s);
        return;
    }
    for (bool more = ipam_addrset_first(&set, &a); more && s->hits < 2;
         more = ipam_addrset_next(&set, ipam_addr_add(a, 1), &a))
        search_line(s->prefix, subnet, (sim_v4)a.lo, s);
}

/* Does an address of this gateway belong to somebody else than owner? */
static sim_id rightful_owner(const struct sim_world *w, sim_id pod, sim_id subnet, sim_v4 v4,
                             sim_id owner)
{
    sim_id gateway = (sim_id)(pod / w->limits.pods_per_gateway);
    uint32_t held = ipam_owner_of(sim_ipam(w), sim_ipam_subnet(subnet), IPAM_V4, ipam_addr_v4(v4));
    sim_id holder = held == 0 ? SIM_NONE : sim_eip_named(w, (uint16_t)(held - 1));

    if (holder != SIM_NONE && holder != owner && sim_alive(w, sim_eip_owner(holder)) &&
        sim_ref_id(sim_eip(w, holder)->api.gw) == gateway)
        return holder;
    for (sim_id e = 0; holder == SIM_NONE && e < w->limits.eips; e++)
        if (e != owner && sim_eip(w, e)->api.status_ip == v4 &&
            sim_ref_id(sim_eip(w, e)->api.gw) == gateway &&
            sim_subnet_of(w, sim_eip(w, e)->api.net) == subnet &&
            !sim_eip_terminating(&sim_eip(w, e)->api))
            return e;
    return SIM_NONE;
}

static void judge_removal(struct sim_turn *t, sim_id pod, const struct search *s, sim_id owner)
{
    sim_id gateway = (sim_id)(pod / t->w->limits.pods_per_gateway);
    struct sim_violation v;
    bool own = sim_gateway(t->w, gateway)->own == s->v4;

    memset(&v, 0, sizeof v);
    v.invariant = SIM_INVARIANT_NO_FOREIGN_REMOVAL;
    v.eip = owner;
    v.other = s->subnet == SIM_NONE ? SIM_NONE : rightful_owner(t->w, pod, s->subnet, s->v4, owner);
    v.subnet = s->subnet;
    v.pod = pod;
    v.v4 = s->v4;
    if (own || v.other != SIM_NONE)
        sim_flag(t->w, &v);
}

bool sim_pod_eip_del(struct sim_turn *t, sim_id pod, sim_id subnet, sim_v4 v4, sim_id owner)
{
    struct search s;
    char pattern[LINE];

    if (!sim_pod(t->w, pod)->inited)
        return false;
    memset(&s, 0, sizeof s);
    s.pattern = pattern;
    s.wanted = v4;
    s.prefix = sim_subnet(t->w, subnet)->prefix;
    s.length = print_address(v4, sim_subnet(t->w, subnet)->prefix, pattern);
    s.word = sim_asks(t->w, SIM_eip_del_match) != SIM_eip_del_match_substring;
    s.exact = sim_asks(t->w, SIM_eip_del_match) == SIM_eip_del_match_exact;
    for (sim_id i = 0; i < t->w->limits.subnets; i++)
        search_subnet(t->w, pod, i, &s);
    if (sim_pod(t->w, pod)->own_outside) {
        const struct sim_gateway_slot *g =
            sim_gateway(t->w, (size_t)pod / t->w->limits.pods_per_gateway);

        search_line(g->own_prefix, SIM_NONE, g->own, &s);
    }
    if (s.hits > 1)
        return false;
    if (s.hits == 1) {
        judge_removal(t, pod, &s, owner);
        unwire(t, pod, s.subnet, s.v4);
    }
    return true;
}

/* ---- life of a pod ---- */

static void clear_interface(struct sim_turn *t, sim_id pod)
{
    for (sim_id s = 0; s < t->w->limits.subnets; s++) {
        struct ipam_addrset set = sim_interface_mut(t->w, pod, s);

        ipam_addrset_clear(&set);
        sim_set_drain(t->w);
    }
    sim_pod_rules_clear(t, pod);
    sim_pod_mut(t->w, pod)->inited = 0;
    sim_pod_mut(t->w, pod)->annotated = 0;
    sim_pod_mut(t->w, pod)->known = 0;
    sim_pod_mut(t->w, pod)->own_outside = 0;
}

/* A gateway's own address need not lie in a subnet the world knows. */
static void set_own_address(struct sim_turn *t, sim_id pod)
{
    sim_v4 own = sim_gateway(t->w, (size_t)pod / t->w->limits.pods_per_gateway)->own;

    for (sim_id s = 0; own != 0 && s < t->w->limits.subnets; s++) {
        const struct sim_subnet_slot *n = sim_subnet(t->w, s);
        struct ipam_addrset set;

        if ((own ^ n->cidr) >> (32 - n->prefix) != 0)
            continue;
        set = sim_interface_mut(t->w, pod, s);
        ipam_addrset_add(&set, ipam_addr_v4(own), NULL);
        sim_set_drain(t->w);
        return;
    }
    sim_pod_mut(t->w, pod)->own_outside = own != 0;
}

void sim_pod_action(struct sim_turn *t, const struct sim_action *action)
{
    struct sim_pod_slot *p = sim_pod_mut(t->w, action->id);

    if (action->kind == SIM_ACTION_POD_INITED) {
        p->inited = 1;
        p->annotated = 1;
        return;
    }
    if (action->kind == SIM_ACTION_POD_REPLACED || action->value == SIM_POD_ABSENT)
        clear_interface(t, action->id);
    p->state = action->kind == SIM_ACTION_POD_REPLACED ? SIM_POD_RUNNING : action->value;
    p->created = p->state == SIM_POD_ABSENT ? 0 : action->time != 0 ? action->time : p->created;
    if (p->state != SIM_POD_ABSENT && !p->known) {
        p->known = 1;
        set_own_address(t, action->id);
    }
}
