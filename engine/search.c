#include "engine/search.h"

#include <string.h>

enum {
    ROUND = 512,     /* states of each shelf in one round */
    PIECE = 1 << 12, /* bytes; more where a packed state needs it */
    FIRST = 64,      /* states a shelf begins with */
    INDEX_BITS = 24, /* of a slot; the rest is a tag */
    FULL = 4,        /* a table is full at FULL / 5 */
    HEAD = 8         /* bytes before a packed state that waits: its number and size */
};

/* An offer as it lies in the buffer of the shelf it comes from, the packed state behind it. */
struct offered {
    struct sim_identity identity;
    uint32_t parent;
    uint16_t choice, depth;
    uint32_t next; /* in its chain: where, in units of 8 bytes, + 1 */
    uint32_t size; /* LAST: it is not to be gone on from */
};

#define LAST UINT32_MAX

_Static_assert(sizeof(struct offered) == 32, "an offer has no hidden padding");

struct engine_brood {
    struct engine_search *search;
    struct engine_shelf *from;
    uint32_t parent;
    uint32_t depth;
    struct offered *open; /* the offer that waits to be packed */
};

const char *engine_searched_text(enum engine_searched how)
{
    static const char *const text[] = {
#define X(name, text) text,
        ENGINE_ENDS(X)
#undef X
    };
    return text[how];
}

/* ---- shelves ---- */

/* The shelf, the slot and the tag come from different bits. */
static unsigned shelf_of(struct sim_identity id)
{
    return (unsigned)(id.high >> 58);
}

static uint32_t tag_of(struct sim_identity id)
{
    return (uint32_t)(id.high & 255) << INDEX_BITS;
}

static uint32_t first_slot(const struct engine_shelf *s, struct sim_identity id)
{
    return (uint32_t)(((id.low >> 32) * s->slots) >> 32);
}

static const uint32_t index_mask = (UINT32_C(1) << INDEX_BITS) - 1;

/* The slot of an identity, or the free one where it would stand. */
static uint32_t *find(const struct engine_shelf *s, struct sim_identity id)
{
    uint32_t i = first_slot(s, id), tag = tag_of(id);

    for (;; i = i + 1 == s->slots ? 0 : i + 1) {
        uint32_t at = s->slot[i] & index_mask;

        if (at == 0)
            return &s->slot[i];
        if ((s->slot[i] & ~index_mask) == tag && s->known[at - 1].identity.low == id.low &&
            s->known[at - 1].identity.high == id.high)
            return &s->slot[i];
    }
}

static bool grow(struct engine_search *s, void **array, size_t *capacity, size_t want,
                 size_t element)
{
    size_t more = want + want / 4;
    void *bigger = s->resize(s->context, *array, *capacity * element, more * element);

    if (bigger == NULL)
        return false;
    *array = bigger;
    *capacity = more;
    return true;
}

/* The table is made anew from the identities. */
static bool make_table(struct engine_search *s, struct engine_shelf *h, uint32_t slots)
{
    s->resize(s->context, h->slot, (size_t)h->slots * sizeof *h->slot, 0);
    h->slots = 0;
    h->slot = s->resize(s->context, NULL, 0, (size_t)slots * sizeof *h->slot);
    if (h->slot == NULL)
        return false;
    h->slots = slots;
    memset(h->slot, 0, (size_t)slots * sizeof *h->slot);
    for (uint32_t i = 0; i < h->n; i++)
        *find(h, h->known[i].identity) = tag_of(h->known[i].identity) | (i + 1);
    return true;
}

/* Room for one more state. */
static bool make_room(struct engine_search *s, struct engine_shelf *h)
{
    size_t capacity = h->capacity, want = h->n < FIRST ? FIRST : h->n + 1;

    if (h->n == h->capacity) {
        if (h->n >= index_mask - 1 ||
            !grow(s, (void **)&h->known, &capacity, want, sizeof *h->known))
            return false;
        h->capacity = (uint32_t)capacity;
    }
    if ((uint64_t)(h->n + 1) * (FULL + 1) <= (uint64_t)h->slots * FULL)
        return true;
    return make_table(s, h, h->slots < 2 * FIRST ? 2 * FIRST : h->slots + h->slots / 4);
}

/* ---- packed states that wait ---- */

static struct engine_piece *new_piece(struct engine_search *s, struct engine_shelf *h,
                                      size_t record)
{
    struct engine_piece *p = h->spare;
    size_t size = record + sizeof *p > PIECE ? record + sizeof *p : PIECE;

    if (p != NULL && p->size >= size) {
        h->spare = p->next;
    } else {
        p = s->resize(s->context, NULL, 0, size);
        if (p == NULL)
            return NULL;
        h->pieces += size;
        p->size = (uint32_t)size;
    }
    p->next = NULL;
    p->used = sizeof *p;
    return p;
}

static bool wait(struct engine_search *s, struct engine_shelf *h, uint32_t number, unsigned depth,
                 const uint8_t *packed, size_t size)
{
    struct engine_bucket *b = &h->waiting[depth % ENGINE_STRIDE];
    size_t whole = (HEAD + size + 7) / 8 * 8;
    uint32_t head[2] = {number, (uint32_t)size};

    if (b->end == NULL || b->end->used + whole > b->end->size) {
        struct engine_piece *p = new_piece(s, h, whole);

        if (p == NULL)
            return false;
        *(b->end == NULL ? &b->first : &b->end->next) = p;
        b->end = p;
    }
    memcpy((uint8_t *)b->end + b->end->used, head, HEAD);
    memcpy((uint8_t *)b->end + b->end->used + HEAD, packed, size);
    b->end->used += (uint32_t)whole;
    b->records++;
    return true;
}

/* The next packed state of this depth; NULL: there is none.  It stays where it is until the next
 * call. */
static const uint8_t *next_waiting(struct engine_search *s, struct engine_shelf *h,
                                   uint32_t *number, size_t *size)
{
    struct engine_bucket *b = &h->waiting[s->depth % ENGINE_STRIDE];
    const uint8_t *record;
    uint32_t head[2];

    if (b->records == 0)
        return NULL;
    if (h->at == b->first->used) {
        struct engine_piece *empty = b->first;

        b->first = empty->next;
        empty->next = h->spare;
        h->spare = empty;
        h->at = sizeof *empty;
    }
    record = (const uint8_t *)b->first + h->at;
    memcpy(head, record, HEAD);
    *number = head[0];
    *size = head[1];
    h->at += (uint32_t)((HEAD + *size + 7) / 8 * 8);
    b->records--;
    return record + HEAD;
}

static void empty_bucket(struct engine_shelf *h, unsigned depth)
{
    struct engine_bucket *b = &h->waiting[depth % ENGINE_STRIDE];

    while (b->first != NULL) {
        struct engine_piece *next = b->first->next;

        b->first->next = h->spare;
        h->spare = b->first;
        b->first = next;
    }
    b->end = NULL;
    h->at = sizeof(struct engine_piece);
}

/* ---- offers ---- */

static bool known(const struct engine_search *s, struct sim_identity id, uint32_t depth)
{
    const struct engine_shelf *h = &s->shelf[shelf_of(id)];
    uint32_t at = h->slots == 0 ? 0 : *find(h, id) & index_mask;

    return at != 0 && h->known[at - 1].depth <= depth;
}

void engine_brood_expect(const struct engine_brood *b, struct sim_identity identity)
{
    const struct engine_shelf *h = &b->search->shelf[shelf_of(identity)];

    if (h->slots > 0)
        __builtin_prefetch(&h->slot[first_slot(h, identity)]);
}

uint8_t *engine_brood_offer(struct engine_brood *b, const struct engine_offer *offer)
{
    struct engine_shelf *h = b->from;
    uint32_t depth = b->depth + offer->length;
    size_t most = sizeof *b->open + b->search->subject.packed + 8;

    h->transitions++;
    if (h->failed || known(b->search, offer->identity, depth))
        return NULL;
    if (h->offers + most > h->offer_capacity &&
        !grow(b->search, (void **)&h->offer, &h->offer_capacity, h->offers + most + PIECE, 1)) {
        h->failed = ENGINE_OUT_OF_MEMORY;
        return NULL;
    }
    b->open = (struct offered *)(void *)(h->offer + h->offers);
    b->open->identity = offer->identity;
    b->open->parent = b->parent;
    b->open->choice = offer->choice;
    b->open->depth = (uint16_t)depth;
    b->open->next = 0;
    b->open->size = offer->last ? LAST : 0;
    return (uint8_t *)(b->open + 1);
}

void engine_brood_give_up(struct engine_brood *b)
{
    b->from->failed = ENGINE_TOO_WIDE;
}

void engine_brood_keep(struct engine_brood *b, size_t size)
{
    struct engine_shelf *h = b->from;
    unsigned to = shelf_of(b->open->identity);
    uint32_t here = (uint32_t)(h->offers / 8) + 1;

    if (b->open->size != LAST)
        b->open->size = (uint32_t)size;
    if (h->chain[to] == 0)
        h->chain[to] = here;
    else
        ((struct offered *)(void *)(h->offer + (size_t)(h->chain_end[to] - 1) * 8))->next = here;
    h->chain_end[to] = here;
    h->offers += (sizeof *b->open + size + 7) / 8 * 8;
}

/* ---- kinds of what is told ---- */

static void add_kind(struct engine_kinds *k, const struct engine_kind *found)
{
    size_t i = 0;

    while (i < k->n && (k->kind[i].told.what != found->told.what ||
                        strcmp(k->kind[i].told.where, found->told.where) != 0))
        i++;
    if (i == ENGINE_KINDS)
        return;
    if (i == k->n) {
        k->kind[k->n++] = *found;
        return;
    }
    if (found->depth < k->kind[i].depth) {
        uint64_t times = k->kind[i].times;

        k->kind[i] = *found;
        k->kind[i].times += times;
    } else {
        k->kind[i].times += found->times;
    }
}

void engine_brood_tell(struct engine_brood *b, const struct engine_told *told)
{
    struct engine_kind k;

    memset(&k, 0, sizeof k);
    k.told = *told;
    k.times = 1;
    k.parent = b->parent;
    k.depth = b->depth + told->length;
    add_kind(&b->from->kinds, &k);
}

uint32_t engine_brood_state(const struct engine_brood *b)
{
    return b->parent;
}

/* ---- rounds ---- */

void engine_search_expand(struct engine_search *s, unsigned shelf, void *scratch)
{
    struct engine_shelf *h = &s->shelf[shelf];
    struct engine_brood brood;
    const uint8_t *packed;
    uint32_t number;
    size_t size;

    memset(&brood, 0, sizeof brood);
    brood.search = s;
    brood.from = h;
    brood.depth = s->depth;
    for (unsigned i = 0; i < ROUND && !h->failed; i++) {
        packed = next_waiting(s, h, &number, &size);
        if (packed == NULL)
            return;
        if (h->known[number].depth != s->depth)
            continue; /* it moved to a lesser depth */
        brood.parent = number * ENGINE_SHELVES + shelf;
        s->subject.expand(s->subject.context, scratch, packed, size, &brood);
    }
}

/* One offer to its shelf. */
static bool take(struct engine_search *s, struct engine_shelf *h, const struct offered *o)
{
    uint32_t *slot, number;

    if (!make_room(s, h))
        return false;
    slot = find(h, o->identity);
    if (*slot == 0) {
        h->known[h->n].identity = o->identity;
        *slot = tag_of(o->identity) | ++h->n;
    } else if (h->known[(*slot & index_mask) - 1].depth <= o->depth) {
        return true;
    }
    number = (*slot & index_mask) - 1;
    h->known[number].parent = o->parent;
    h->known[number].choice = o->choice;
    h->known[number].depth = o->depth;
    return o->size == LAST || wait(s, h, number, o->depth, (const uint8_t *)(o + 1), o->size);
}

static const struct offered *offer_at(const struct engine_shelf *from, uint32_t at)
{
    return (const struct offered *)(const void *)(from->offer + (size_t)(at - 1) * 8);
}

/* The next offer's slot is wanted soon. */
static void look_ahead(const struct engine_shelf *h, const struct engine_shelf *from, uint32_t at)
{
    if (at != 0 && h->slots > 0)
        __builtin_prefetch(&h->slot[first_slot(h, offer_at(from, at)->identity)]);
}

void engine_search_settle(struct engine_search *s, unsigned shelf)
{
    struct engine_shelf *h = &s->shelf[shelf];

    for (unsigned from = 0; from < ENGINE_SHELVES && !h->failed; from++) {
        const struct engine_shelf *f = &s->shelf[from];

        for (uint32_t at = f->chain[shelf]; at != 0 && !h->failed;) {
            const struct offered *o = offer_at(f, at);

            at = o->next;
            look_ahead(h, f, at);
            if (!take(s, h, o))
                h->failed = ENGINE_OUT_OF_MEMORY;
        }
    }
}

/* What the shelves did in the last round, gathered; why one of them cannot go on, 0: all can. */
static uint8_t gather(struct engine_search *s)
{
    uint8_t failed = 0;
    uint64_t pieces = 0;

    s->states = s->waiting = s->transitions = 0;
    for (unsigned i = 0; i < ENGINE_SHELVES; i++) {
        struct engine_shelf *h = &s->shelf[i];

        for (size_t k = 0; k < h->kinds.n; k++)
            add_kind(&s->kinds, &h->kinds.kind[k]);
        h->kinds.n = 0;
        h->offers = 0;
        memset(h->chain, 0, sizeof h->chain);
        s->states += h->n;
        s->transitions += h->transitions;
        pieces += h->pieces;
        for (unsigned d = 0; d < ENGINE_STRIDE; d++)
            s->waiting += h->waiting[d].records;
        failed = failed != 0 ? failed : h->failed;
    }
    s->pieces = pieces > s->pieces ? pieces : s->pieces;
    return failed;
}

static bool any_at(const struct engine_search *s, uint32_t depth)
{
    for (unsigned i = 0; i < ENGINE_SHELVES; i++)
        if (s->shelf[i].waiting[depth % ENGINE_STRIDE].records > 0)
            return true;
    return false;
}

static bool over(struct engine_search *s, enum engine_searched why)
{
    s->ended = (uint8_t)why;
    return false;
}

bool engine_search_more(struct engine_search *s, bool stop)
{
    uint8_t failed = gather(s);

    if (failed != 0)
        return over(s, (enum engine_searched)failed);
    if (s->waiting == 0)
        return over(s, ENGINE_COMPLETE);
    if (s->states >= s->max_states)
        return over(s, ENGINE_OUT_OF_STATES);
    if (stop || s->depth + ENGINE_STRIDE > ENGINE_DEEPEST)
        return over(s, ENGINE_TOLD);
    while (!any_at(s, s->depth)) {
        for (unsigned i = 0; i < ENGINE_SHELVES; i++)
            empty_bucket(&s->shelf[i], s->depth);
        s->depth++;
    }
    return true;
}

bool engine_search_begin(struct engine_search *s, struct sim_identity identity,
                         const uint8_t *packed, size_t size)
{
    struct engine_shelf *h = &s->shelf[shelf_of(identity)];

    for (unsigned i = 0; i < ENGINE_SHELVES; i++)
        s->shelf[i].at = sizeof(struct engine_piece);
    if (!make_room(s, h))
        return over(s, ENGINE_OUT_OF_MEMORY);
    memset(&h->known[0], 0, sizeof h->known[0]);
    h->known[0].identity = identity;
    h->known[0].parent = UINT32_MAX;
    *find(h, identity) = tag_of(identity) | ++h->n;
    return wait(s, h, 0, 0, packed, size) || over(s, ENGINE_OUT_OF_MEMORY);
}

static void free_pieces(struct engine_search *s, struct engine_piece *p)
{
    while (p != NULL) {
        struct engine_piece *next = p->next;

        s->resize(s->context, p, p->size, 0);
        p = next;
    }
}

void engine_search_end(struct engine_search *s)
{
    for (unsigned i = 0; i < ENGINE_SHELVES; i++) {
        struct engine_shelf *h = &s->shelf[i];

        for (unsigned d = 0; d < ENGINE_STRIDE; d++)
            free_pieces(s, h->waiting[d].first);
        free_pieces(s, h->spare);
        s->resize(s->context, h->known, h->capacity * sizeof *h->known, 0);
        s->resize(s->context, h->slot, h->slots * sizeof *h->slot, 0);
        s->resize(s->context, h->offer, h->offer_capacity, 0);
        memset(h, 0, sizeof *h);
    }
}

/* ---- looking back ---- */

static const struct engine_known *way_of(const struct engine_search *s, uint32_t state)
{
    return &s->shelf[state % ENGINE_SHELVES].known[state / ENGINE_SHELVES];
}

size_t engine_search_way(const struct engine_search *s, uint32_t state, uint16_t *choice,
                         size_t capacity)
{
    size_t n = 0, at;

    for (uint32_t i = state; way_of(s, i)->parent != UINT32_MAX; i = way_of(s, i)->parent)
        n++;
    at = n;
    for (uint32_t i = state; at > 0; i = way_of(s, i)->parent)
        if (--at < capacity)
            choice[at] = way_of(s, i)->choice;
    return n;
}

uint32_t engine_search_number(const struct engine_search *s, struct sim_identity identity)
{
    unsigned shelf = shelf_of(identity);
    const struct engine_shelf *h = &s->shelf[shelf];
    uint32_t at = h->slots == 0 ? 0 : *find(h, identity) & index_mask;

    return at == 0 ? UINT32_MAX : (at - 1) * ENGINE_SHELVES + shelf;
}

size_t engine_search_numbers(const struct engine_search *s)
{
    uint32_t most = 0;

    for (unsigned i = 0; i < ENGINE_SHELVES; i++)
        most = s->shelf[i].n > most ? s->shelf[i].n : most;
    return (size_t)most * ENGINE_SHELVES;
}

uint64_t engine_search_bytes(const struct engine_search *s)
{
    uint64_t n = s->pieces;

    for (unsigned i = 0; i < ENGINE_SHELVES; i++) {
        const struct engine_shelf *h = &s->shelf[i];

        n += (uint64_t)h->n * sizeof *h->known + (uint64_t)h->slots * sizeof *h->slot;
    }
    return n;
}
