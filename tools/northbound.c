/* The OVN northbound as text: its entries as a recording lists them, and the arguments of calls. */
#include "tools/northbound.h"

#include "tools/objects.h"
#include "tools/put.h"

struct row {
    const struct tool_render *r;
    const struct sim_world *w;
    const struct sim_ovn_row *row;
};

static void put_name(const struct row *n, struct tool_text *out)
{
    if (n->row->name != 0)
        tool_text_add(out, n->r->name[n->row->name - 1]);
}

static void put_net(const struct row *n, struct tool_text *out)
{
    if (n->row->net != 0)
        tool_text_add(out, n->r->config->names.net[n->row->net - 1]);
}

static void put_router(const struct row *n, struct tool_text *out)
{
    if (n->row->router != 0)
        tool_text_add(out, n->r->config->names.vpc[n->row->router - 1]);
}

static void put_port(const struct row *n, struct tool_text *out)
{
    if (n->row->name != 0)
        tool_nic_text(n->r, n->w, (uint16_t)(n->row->name - 1), (enum sim_nic)n->row->form,
                      sim_ref_id(n->row->net), out);
}

static void put_v4(const struct row *n, sim_v4 v4, struct tool_text *out)
{
    char buffer[16];

    tool_text_add(out, tool_v4_text(n->r->config, v4, buffer));
}

static void put_internal(const struct row *n, struct tool_text *out)
{
    char buffer[24];

    tool_text_add(out, tool_network_text(n->r->config, n->row->internal, n->row->mask, buffer));
}

static const char *nat_type(const struct row *n)
{
    return n->row->mark == SIM_OVN_SNAT ? "snat" : "dnat_and_snat";
}

static void put_vip(const struct row *n, struct tool_text *out)
{
    put_v4(n, n->row->v4, out);
    tool_text_printf(out, ":%u", n->row->port);
}

static void put_backend(const struct row *n, struct tool_text *out)
{
    put_v4(n, n->row->internal, out);
    tool_text_printf(out, ":%u", n->row->internal_port);
}

/* ---- entries ---- */

static void put_lsp(const struct row *n, struct tool_text *out)
{
    put_port(n, out);
    tool_put_char(out, ' ');
    put_net(n, out);
    tool_put_char(out, ' ');
    put_v4(n, n->row->v4, out);
    if (n->row->mark == SIM_OVN_ARP_PROXY)
        tool_text_add(out, " arp_proxy");
    else if (n->row->mark == SIM_OVN_VIRTUAL)
        tool_text_add(out, " virtual");
}

static void put_nat(const struct row *n, struct tool_text *out)
{
    put_router(n, out);
    tool_text_printf(out, " %s ", nat_type(n));
    put_v4(n, n->row->v4, out);
    tool_put_char(out, ' ');
    put_internal(n, out);
}

void tool_ovn_row_text(const struct tool_render *r, const struct sim_world *w,
                       const struct sim_ovn_row *row, struct tool_text *out)
{
    struct row n = {r, w, row};

    tool_text_printf(out, "%s ", sim_ovn_row_text((enum sim_ovn_row_kind)row->kind));
    switch (row->kind) {
    case SIM_OVN_LSP:
        put_lsp(&n, out);
        break;
    case SIM_OVN_LRP:
        put_name(&n, out);
        tool_put_char(out, ' ');
        tool_mac_shown(r, row->mac, out);
        break;
    case SIM_OVN_NAT:
        put_nat(&n, out);
        break;
    case SIM_OVN_LB_VIP:
        put_name(&n, out);
        tool_put_char(out, ' ');
        put_vip(&n, out);
        tool_put_char(out, ' ');
        put_backend(&n, out);
        break;
    case SIM_OVN_LR_LB:
        put_router(&n, out);
        tool_put_char(out, ' ');
        put_name(&n, out);
        break;
    default:
        put_name(&n, out);
        break;
    }
}

/* ---- arguments ---- */

typedef void put_fn(const struct row *n, struct tool_text *out);

static void put_nat_type(const struct row *n, struct tool_text *out)
{
    tool_text_add(out, nat_type(n));
}

static void put_external(const struct row *n, struct tool_text *out)
{
    put_v4(n, n->row->v4, out);
}

static void put_mac(const struct row *n, struct tool_text *out)
{
    tool_mac_shown(n->r, n->row->mac, out);
}

static void put_protocol(const struct row *n, struct tool_text *out)
{
    tool_text_add(out, tool_protocol_text(n->row->mark));
}

/* A router's port goes by its name, or by what its name is made from. */
static void put_router_port(const struct row *n, struct tool_text *out)
{
    if (n->row->name != 0) {
        put_name(n, out);
        return;
    }
    put_router(n, out);
    tool_put_char(out, '-');
    put_net(n, out);
}

enum { ARGUMENTS = 4 };

static const struct arguments {
    uint8_t op;
    put_fn *put[ARGUMENTS];
} all[] = {
    {SIM_VERB_LSP_CREATE_BARE, {put_net, put_port, put_external, put_mac}},
    {SIM_VERB_LSP_CREATE, {put_net, put_port, put_external, put_mac}},
    {SIM_VERB_LSP_CREATE_VIRTUAL, {put_net, put_port, put_external, put_mac}},
    {SIM_VERB_LSP_ARP_PROXY, {put_port}},
    {SIM_VERB_LSP_DELETE, {put_port}},
    {SIM_VERB_LRP_GET, {put_router_port}},
    {SIM_VERB_LRP_DELETE, {put_router_port}},
    {SIM_VERB_NAT_ADD, {put_router, put_nat_type, put_external, put_internal}},
    {SIM_VERB_NAT_DELETE, {put_router, put_nat_type, put_external, put_internal}},
    {SIM_VERB_LB_CREATE, {put_name, put_protocol}},
    {SIM_VERB_LB_VIP_ADD, {put_name, put_vip, put_backend}},
    {SIM_VERB_LB_VIP_DELETE, {put_name, put_vip}},
    {SIM_VERB_LB_CT_FLUSH, {put_name}},
    {SIM_VERB_LR_LB_INSERT, {put_router, put_name}},
    {SIM_VERB_LR_LB_DELETE, {put_router, put_name}},
};

void tool_ovn_arguments(const struct tool_render *r, const struct sim_world *w,
                        const struct sim_event *e, struct tool_text *out)
{
    struct row n = {r, w, &e->ovn};
    struct tool_text arg = {0};

    tool_put_key(out, "args");
    tool_put_char(out, '[');
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (unsigned k = 0; all[i].op == e->verb && k < ARGUMENTS && all[i].put[k] != NULL; k++) {
            tool_text_clear(&arg);
            all[i].put[k](&n, &arg);
            tool_put_item(out, tool_text_get(&arg));
        }
    tool_put_char(out, ']');
    tool_text_free(&arg);
}
