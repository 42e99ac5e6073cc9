/* An action is one choice of what happens next.  Whoever makes the choice is an engine; what
 * follows from it is the model's.  Actions are values: a log stores them, a fuzzer's bytes decode
 * into them, a recording of the real controller is a list of them.
 */
#ifndef EIPSIM_MODEL_ACTION_H
#define EIPSIM_MODEL_ACTION_H

#include "model/object.h"

/* name, text, what it means */
#define SIM_ACTIONS(X)                                                                             \
    X(CREATE, "create", "a user creates EIP id with the spec, labels and finalizers of body")      \
    X(DELETE, "delete", "a user deletes EIP id")                                                   \
    X(DELETE_BEGIN, "delete-begin",                                                                \
      "the API server has begun a user's delete of EIP id: it saw no finalizer")                   \
    X(DELETE_END, "delete-end", "the begun delete removes EIP id, whatever it carries by now")     \
    X(SET_FINALIZERS, "set-finalizers", "a user replaces the finalizers of EIP id by body's")      \
    X(SET_QOS, "set-qos", "a user sets spec.qosPolicy of EIP id to body's")                        \
    X(SET_V4IP, "set-v4ip", "a user sets spec.v4ip of EIP id to body's")                           \
    X(SET_SPEC, "set-spec", "a user sets the fields of the spec that value's bits stand for")      \
    X(DELIVER, "deliver", "the next watch event of a kind reaches cache and event function")       \
    X(START, "start", "the idle worker of queue takes the next key")                               \
    X(STEP, "step", "the worker of queue makes its next call, with fault")                         \
    X(DUE, "due", "the delayed key id of queue becomes ready")                                     \
    X(ENQUEUE, "enqueue", "something outside the model adds key id to queue")                      \
    X(POD, "pod", "pod id is now in state value, created at time")                                 \
    X(POD_REPLACED, "pod-replaced", "pod id goes and comes back running and empty")                \
    X(POD_INITED, "pod-inited", "the script of pod id accepts commands from now on")               \
    X(REDO_TIME, "redo-time", "the newest gateway pod's creation time is now time")                \
    X(GATEWAY, "gateway", "VpcNatGateway id exists from now on (value 1) or not (0)")              \
    X(GATEWAY_DELETED, "gateway-deleted",                                                          \
      "VpcNatGateway id vanishes and its delete event function runs")                              \
    X(RULE, "rule", "NAT rule id, labelled with v4, is in the cache (value 1) or not (0)")         \
    X(SUBNET, "subnet", "Subnet id exists from now on (value 1) or not (0)")                       \
    X(OVN_REMOVE, "ovn-remove", "somebody removes all entries of kind value from the northbound")  \
    X(NAT_ENABLED, "nat-enabled", "the feature switch is value")                                   \
    X(CRASH, "crash", "the controller ends where it stands")                                       \
    X(BOOT, "boot", "a new controller fills its caches and its IPAM")                              \
    X(RESTART, "restart", "crash and boot at once")

enum sim_action_kind {
#define X(name, text, meaning) SIM_ACTION_##name,
    SIM_ACTIONS(X)
#undef X
        SIM_ACTION_COUNT
};

struct sim_action {
    uint8_t kind;
    uint8_t queue; /* START, STEP, DUE, ENQUEUE: enum sim_queue_id */
    uint8_t fault; /* STEP: enum sim_fault */
    uint8_t value;
    sim_id id;      /* object, key, pod (gateway * pods_per_gateway + n), gateway, rule, subnet */
    uint8_t object; /* users' writes, DELIVER: enum sim_kind_id */
    uint8_t pad;
    uint32_t time; /* seconds since 1970; POD with 0: the creation time stays */
    sim_v4 v4;     /* RULE */
    SIM_BODY       /* CREATE, SET_*: of the kind `object` */
};

_Static_assert(sizeof(struct sim_action) == 80, "an action has no hidden padding");

const char *sim_action_text(enum sim_action_kind kind);

#endif
