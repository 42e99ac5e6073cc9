/* The texts of tests/data/handlers/world.yaml and tests/data/issue-4922/world.yaml, byte for byte,
 * so that the recordings can be repeated wherever they lie.  tests/recorded_test.c compares them.
 */
#include <stddef.h>

#include "tools/recorded.h"

/* clang-format off */
static const char handlers[] =
    "# The world of every stream here (README.md).\n"
    "world:\n"
    "  objects:\n"
    "  - kind: Subnet\n"
    "    metadata: {name: ovn-vpc-external-network}\n"
    "    spec:\n"
    "      cidrBlock: 10.0.1.0/28\n"
    "      gateway: 10.0.1.1\n"
    "      excludeIps: [10.0.1.1, 10.0.1.13..10.0.1.14]\n"
    "      provider: ovn-vpc-external-network.kube-system\n"
    "      vlan: vlan1\n"
    "  - kind: Subnet\n"
    "    metadata: {name: ext2}\n"
    "    spec:\n"
    "      cidrBlock: 10.0.2.0/29\n"
    "      gateway: 10.0.2.1\n"
    "      excludeIps: [10.0.2.1, 10.0.2.5..10.0.2.6]\n"
    "      provider: ext2.kube-system\n"
    "  - kind: Subnet\n"
    "    metadata: {name: blue-subnet}\n"
    "    spec:\n"
    "      cidrBlock: 10.0.3.0/29\n"
    "      gateway: 10.0.3.1\n"
    "      excludeIps: [10.0.3.1]\n"
    "      provider: blue.kube-system\n"
    "      vlan: vlan1\n"
    "  - kind: NetworkAttachmentDefinition\n"
    "    metadata: {name: ovn-vpc-external-network, namespace: kube-system}\n"
    "  - kind: NetworkAttachmentDefinition\n"
    "    metadata: {name: ext2, namespace: kube-system}\n"
    "  - kind: NetworkAttachmentDefinition\n"
    "    metadata: {name: blue, namespace: kube-system}\n"
    "  - kind: Node\n"
    "    metadata: {name: node1}\n"
    "    status:\n"
    "      addresses: [{type: InternalIP, address: 10.0.2.3}]\n"
    "  - kind: QoSPolicy\n"
    "    metadata: {name: shared}\n"
    "    spec:\n"
    "      shared: true\n"
    "      bandwidthLimitRules:\n"
    "      - {name: in, direction: ingress, priority: 1, rateMax: \"10\", burstMax: \"10\"}\n"
    "  - kind: QoSPolicy\n"
    "    metadata: {name: single}\n"
    "    spec:\n"
    "      shared: false\n"
    "      bandwidthLimitRules:\n"
    "      - {name: in, direction: ingress, priority: 1, rateMax: \"10\", burstMax: \"10\"}\n"
    "      - {name: out, direction: egress, priority: 1, rateMax: \"10\", burstMax: \"10\"}\n"
    "  gatewayAddresses: {gw1: 10.0.1.14/28, gw2: 10.0.1.13/28}\n";

static const char issue_4922[] =
    "# The world of recorded-*.jsonl.gz: that of ../handlers, but for the first subnet.\n"
    "# The pods' own addresses are in no subnet.\n"
    "world:\n"
    "  objects:\n"
    "  - kind: Subnet\n"
    "    metadata: {name: ovn-vpc-external-network}\n"
    "    spec:\n"
    "      cidrBlock: 10.146.46.0/24\n"
    "      gateway: 10.146.46.1\n"
    "      excludeIps: [10.146.46.1..10.146.46.203]\n"
    "      provider: ovn-vpc-external-network.kube-system\n"
    "      vlan: vlan1\n"
    "  - kind: Subnet\n"
    "    metadata: {name: ext2}\n"
    "    spec:\n"
    "      cidrBlock: 10.0.2.0/29\n"
    "      gateway: 10.0.2.1\n"
    "      excludeIps: [10.0.2.1, 10.0.2.5..10.0.2.6]\n"
    "      provider: ext2.kube-system\n"
    "  - kind: Subnet\n"
    "    metadata: {name: blue-subnet}\n"
    "    spec:\n"
    "      cidrBlock: 10.0.3.0/29\n"
    "      gateway: 10.0.3.1\n"
    "      excludeIps: [10.0.3.1]\n"
    "      provider: blue.kube-system\n"
    "      vlan: vlan1\n"
    "  - kind: NetworkAttachmentDefinition\n"
    "    metadata: {name: ovn-vpc-external-network, namespace: kube-system}\n"
    "  - kind: NetworkAttachmentDefinition\n"
    "    metadata: {name: ext2, namespace: kube-system}\n"
    "  - kind: NetworkAttachmentDefinition\n"
    "    metadata: {name: blue, namespace: kube-system}\n"
    "  - kind: Node\n"
    "    metadata: {name: node1}\n"
    "    status:\n"
    "      addresses: [{type: InternalIP, address: 10.0.2.3}]\n"
    "  - kind: QoSPolicy\n"
    "    metadata: {name: shared}\n"
    "    spec:\n"
    "      shared: true\n"
    "      bandwidthLimitRules:\n"
    "      - {name: in, direction: ingress, priority: 1, rateMax: \"10\", burstMax: \"10\"}\n"
    "  - kind: QoSPolicy\n"
    "    metadata: {name: single}\n"
    "    spec:\n"
    "      shared: false\n"
    "      bandwidthLimitRules:\n"
    "      - {name: in, direction: ingress, priority: 1, rateMax: \"10\", burstMax: \"10\"}\n"
    "      - {name: out, direction: egress, priority: 1, rateMax: \"10\", burstMax: \"10\"}\n"
    "  gatewayAddresses: {gw1: 10.0.1.14/28, gw2: 10.0.1.13/28}\n";
/* clang-format on */

const char *tool_recorded_built_in(size_t i, size_t *size)
{
    static const struct {
        const char *text;
        size_t size;
    } worlds[] = {{handlers, sizeof handlers - 1}, {issue_4922, sizeof issue_4922 - 1}};

    if (i >= sizeof worlds / sizeof *worlds)
        return NULL;
    *size = worlds[i].size;
    return worlds[i].text;
}
