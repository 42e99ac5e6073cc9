#include <stdlib.h>
#include <string.h>

#include "tools/ipam_internal.h"

/* What a new session can hold. It doubles what turns out to be too small. */
enum { FIRST_NAMES = 4, FIRST_RANGES = 16, FIRST_BITS = 8 };

/* Nobody's stream needs more; an operation that still does not fit then is refused. */
static const size_t LARGEST = (size_t)2 * 1024 * 1024 * 1024;

/* ---- making and enlarging ---- */

static struct ipam *make(const struct tool_ipam *s)
{
    struct ipam_limits limits = s->limits;
    size_t size;

    limits.subnet = s->each;
    size = ipam_size(&limits);
    return size > 0 && size <= LARGEST ? ipam_init(tool_alloc(size), &limits, s->quirks) : NULL;
}

/* Room for more subnets, each as small as can be. */
static void add_subnets(struct tool_ipam *s, uint32_t from)
{
    s->each = tool_resize(s->each, s->limits.n_subnets * sizeof *s->each);
    s->cidr = tool_resize(s->cidr, s->limits.n_subnets * sizeof *s->cidr);
    for (uint32_t i = from; i < s->limits.n_subnets; i++) {
        s->cidr[i] = NULL;
        for (int f = 0; f < IPAM_FAMILIES; f++) {
            s->each[i].family[f].bits = s->layout == TOOL_IPAM_BITMAPS ? FIRST_BITS : 0;
            s->each[i].family[f].n_ranges = FIRST_RANGES;
            s->each[i].family[f].n_extra = FIRST_RANGES;
        }
    }
}

struct tool_ipam *tool_ipam_new(ipam_quirks quirks, enum tool_ipam_layout layout)
{
    struct tool_ipam *s = tool_alloc(sizeof *s);

    s->quirks = quirks;
    s->layout = layout;
    s->limits.n_subnets = 2;
    s->limits.n_pools = 2;
    s->limits.n_owners = FIRST_NAMES;
    s->limits.n_nics = FIRST_NAMES;
    s->limits.n_macs = 4 * FIRST_NAMES;
    s->limits.n_owner_nics = FIRST_NAMES;
    add_subnets(s, 0);
    s->ipam = make(s);
    return s;
}

static void forget_cidrs(struct tool_ipam *s)
{
    for (uint32_t i = 0; i < s->limits.n_subnets; i++) {
        free(s->cidr[i]);
        s->cidr[i] = NULL;
    }
}

static void forget_history(struct tool_ipam *s)
{
    for (size_t i = 0; i < s->n_done; i++)
        free(s->done[i]);
    s->n_done = 0;
}

static void free_names(struct tool_ipam *s)
{
    tool_names_free(&s->subnet);
    tool_names_free(&s->owner);
    tool_names_free(&s->nic);
    tool_names_free(&s->pool);
    tool_names_free(&s->mac);
    tool_names_free(&s->gateway);
}

void tool_ipam_free(struct tool_ipam *s)
{
    free_names(s);
    forget_cidrs(s);
    forget_history(s);
    free(s->cidr);
    free(s->each);
    free(s->done);
    free(s->ipam);
    free(s);
}

void tool_ipam_reset(struct tool_ipam *s, ipam_quirks quirks)
{
    s->quirks = quirks;
    free(s->ipam);
    s->ipam = make(s);
    forget_cidrs(s);
    s->drawn = 0;
    free_names(s);
    forget_history(s);
}

const struct ipam *tool_ipam_block(const struct tool_ipam *s)
{
    return s->ipam;
}

static void enlarge_to(uint32_t *limit, size_t count)
{
    while (*limit < count)
        *limit *= 2;
}

static void enlarge_family(struct ipam_family_limits *f, enum ipam_error error)
{
    if (error == IPAM_ERROR_CAPACITY_RANGES)
        f->n_ranges *= 2;
    else if (error == IPAM_ERROR_CAPACITY_OWNERS)
        f->n_extra *= 2;
    else if (error == IPAM_ERROR_CAPACITY_WINDOW)
        f->bits = f->bits == 0 || f->bits >= 16 ? 0 : f->bits + 4;
}

/* The subnet an operation works on; 0 for all. */
static uint32_t subnet_of(const struct tool_ipam *s, const struct tool_ipam_op *op)
{
    const char *name = op->subnet != NULL ? op->subnet : op->name;

    return name == NULL || *name == '\0' ? 0 : tool_names_find(&s->subnet, name);
}

/* Makes an IPAM in which what just failed, or what names there are now, may fit. */
static bool enlarge(struct tool_ipam *s, enum ipam_error error, uint32_t subnet)
{
    uint32_t subnets = s->limits.n_subnets;
    struct ipam *larger;

    enlarge_to(&s->limits.n_subnets, s->subnet.count);
    enlarge_to(&s->limits.n_pools, s->pool.count);
    enlarge_to(&s->limits.n_owners, s->owner.count);
    enlarge_to(&s->limits.n_nics, s->nic.count);
    enlarge_to(&s->limits.n_macs, s->mac.count);
    if (error == IPAM_ERROR_CAPACITY_OWNER_NICS)
        s->limits.n_owner_nics *= 2;
    add_subnets(s, subnets);
    for (uint32_t i = 0; i < s->limits.n_subnets; i++)
        for (int f = 0; f < IPAM_FAMILIES; f++)
            if (subnet == 0 || i == subnet - 1)
                enlarge_family(&s->each[i].family[f], error);
    larger = make(s);
    if (larger == NULL)
        return false;
    free(s->ipam);
    s->ipam = larger;
    return true;
}

static bool names_fit(const struct tool_ipam *s)
{
    return s->subnet.count <= s->limits.n_subnets && s->pool.count <= s->limits.n_pools &&
           s->owner.count <= s->limits.n_owners && s->nic.count <= s->limits.n_nics &&
           s->mac.count <= s->limits.n_macs;
}

/* ---- running ---- */

static void intern(struct tool_names *names, const char *text)
{
    if (text != NULL)
        tool_names_intern(names, text);
}

static void intern_all(struct tool_ipam *s, const struct tool_ipam_op *op)
{
    bool subnet = strcmp(op->verb->name, "subnet") == 0;
    bool pool = strcmp(op->verb->name, "pool") == 0;

    intern(&s->owner, op->pod);
    intern(&s->nic, op->nic);
    if (op->mac != NULL && *op->mac != '\0') /* "" is no MAC */
        intern(&s->mac, op->mac);
    if (subnet)
        intern(&s->subnet, op->name);
    if (pool && *op->name != '\0') /* "" is the default pool */
        intern(&s->pool, op->name);
}

/* Repeats the operations so far. They have worked before, in a smaller IPAM. */
static bool repeat(struct tool_ipam *s)
{
    struct tool_text ignored = {NULL, 0, 0};
    struct tool_parsed j;
    bool ok = true;

    memset(&j, 0, sizeof j);
    forget_cidrs(s);
    s->drawn = 0;
    for (size_t i = 0; ok && i < s->n_done; i++) {
        struct tool_arena arena = {NULL};
        struct tool_ipam_fault fault = {{NULL, 0, 0}, 0};
        struct tool_ipam_op op;

        ok = tool_parse_json(&j, s->done[i], strlen(s->done[i])) &&
             tool_ipam_decode(&j, 0, &arena, &op, &fault) &&
             !ipam_error_is_ours(op.verb->run(s, &op, &arena, &ignored));
        tool_text_clear(&ignored);
        tool_text_free(&fault.sentence);
        tool_arena_free(&arena);
    }
    tool_parsed_free(&j);
    tool_text_free(&ignored);
    return ok;
}

static void remember(struct tool_ipam *s, const struct tool_parsed *j, uint32_t op)
{
    const struct tool_parsed_node *node = &j->node[op];

    s->done = tool_room(s->done, s->n_done, &s->done_capacity, sizeof *s->done);
    s->done[s->n_done++] = tool_copy(j->text + node->begin, node->end - node->begin);
}

static enum ipam_error run_enlarging(struct tool_ipam *s, const struct tool_ipam_op *op,
                                     struct tool_arena *arena, struct tool_text *result)
{
    enum ipam_error error = IPAM_ERROR_NONE;
    bool larger = !names_fit(s);

    for (;;) {
        if (larger && (!enlarge(s, error, subnet_of(s, op)) || !repeat(s)))
            return error != IPAM_ERROR_NONE ? error : IPAM_ERROR_BAD_REQUEST;
        error = op->verb->run(s, op, arena, result);
        if (!ipam_error_is_ours(error) || (error == IPAM_ERROR_BAD_REQUEST && names_fit(s)))
            return error;
        larger = true;
    }
}

bool tool_ipam_run(struct tool_ipam *s, const struct tool_parsed *j, uint32_t node,
                   struct tool_text *result, bool *crashed, struct tool_ipam_fault *fault)
{
    struct tool_arena arena = {NULL};
    struct tool_ipam_op op;
    enum ipam_error error;
    bool ok = tool_ipam_decode(j, node, &arena, &op, fault);

    *crashed = false;
    if (ok) {
        intern_all(s, &op);
        error = run_enlarging(s, &op, &arena, result);
        *crashed = error == IPAM_ERROR_UPSTREAM_CRASH;
        ok = !ipam_error_is_ours(error);
        if (!ok) {
            tool_text_clear(&fault->sentence);
            tool_text_printf(&fault->sentence, "the operation is too large: %s",
                             ipam_error_text(error));
            fault->node = node;
        }
    }
    if (*crashed) {
        tool_json_open(result, '{');
        tool_json_pair_bool(result, "panic", 1);
        tool_json_close(result, '}');
    } else if (ok) {
        remember(s, j, node);
    }
    tool_arena_free(&arena);
    return ok;
}
