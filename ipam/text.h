/*
 * From the texts of manifests to the values of ipam.h: CIDR lists, gateways, excludes, pool
 * entries. Rules: kube-ovn pkg/util/net.go, pkg/util/validator.go and pkg/ipam/ipam.go, master.
 *
 * A list in one text is separated by commas. Nothing here allocates: ranges go to the caller's
 * array.
 */
#ifndef IPAM_TEXT_H
#define IPAM_TEXT_H

#include "ipam/ipam.h"

/* A piece of somebody else's text, not terminated. */
struct ipam_text {
    const char *at;
    size_t length;
};

struct ipam_text ipam_text(const char *terminated);
/* Takes the next part up to `separator` off *rest. Returns false when there is none. An empty text
 * has one part, the empty one. Start with *more = true. */
bool ipam_text_part(struct ipam_text *rest, bool *more, char separator, struct ipam_text *part);

/*
 * Family of a CIDR or address text: MAC for the empty text, DUAL for one of each in either order,
 * NONE for what is neither. A list of three or more is what its first part is.
 */
enum ipam_protocol ipam_protocol_read(struct ipam_text text);

/* "IPv4", "ipv4", "IPv6", "ipv6", "" (any); everything else is OTHER. */
enum ipam_family_wish ipam_family_read(struct ipam_text text);

/*
 * A gateway as upstream compares it: an exact address is its own identity, any other text gets a
 * number made from its bytes.
 */
struct ipam_gateway ipam_gateway_read(struct ipam_text text);

/* ---- excludes ---- */

struct ipam_exclude {
    struct ipam_range range;
    uint8_t verbatim; /* a single address, which upstream passes on as it was written */
    uint8_t pad[7];
};

/*
 * One entry of excludeIps against the blocks of a CIDR text: a range is clipped to each block of
 * its family, a single address is kept if some block of its family holds it and it is not, as a
 * text, that block's network or broadcast address. What fits nothing, or is no address at all,
 * vanishes. Returns the number of results; at most one per block of the CIDR text.
 */
uint32_t ipam_exclude_expand(struct ipam_text entry, struct ipam_text cidr, bool ptp,
                             struct ipam_exclude *out, uint32_t capacity);

/*
 * One entry of a list of addresses ("a..b", a CIDR block, a single address). On BAD_ADDRESS and
 * BAD_RANGE *what is the piece of the entry that upstream's error names; INVALID_CIDR too.
 */
enum ipam_error ipam_range_read(struct ipam_text entry, struct ipam_range *out,
                                struct ipam_text *what);

/* The family upstream sorts an entry into: by the text before the first ".."; garbage is IPv6. */
enum ipam_family ipam_entry_family(struct ipam_text entry);

/* ---- requests ---- */

struct ipam_subnet_texts {
    struct ipam_text cidr;
    struct ipam_text gateway;
    const struct ipam_text *exclude;
    uint32_t n_excludes;
};

/*
 * Fills *out, whose ranges point into `space`. `capacity` must be at least n_excludes times the
 * number of blocks in the CIDR text, else BAD_REQUEST. INVALID_CIDR, BAD_GATEWAY and UPSTREAM_CRASH
 * are upstream's answers; the switches decide which.
 */
enum ipam_error ipam_subnet_read(const struct ipam_subnet_texts *texts, ipam_quirks quirks,
                                 struct ipam_range *space, uint32_t capacity,
                                 struct ipam_subnet_request *out);

#endif
