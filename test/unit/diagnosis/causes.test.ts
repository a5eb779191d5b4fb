import assert from "node:assert/strict";
import { causesOf, formatCause, isCause, type CauseId, type Snapshot } from "../../../diagnosis";
import { container, event, snapshotOf, type Workload } from "./snapshots";

type Pods = NonNullable<Workload["pods"]>;

const waiting = (reason: string, message: string, more: object = {}): Pods => [
  container({ state: { waiting: { reason, message } }, ...more }),
];

const unschedulable = (message: string): Pods => [
  { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }] },
];

/** A workload as clusters show it, and the one cause that is told. */
const rows: readonly (readonly [title: string, workload: Workload, id: CauseId, words: string])[] = [
  [
    "an image that is not there",
    {
      pods: waiting(
        "ErrImagePull",
        'rpc error: code = NotFound desc = failed to pull and unpack image "example.com/pilot:1.31": not found',
      ),
    },
    "image",
    "istiod 0/1: cannot pull example.com/pilot:1.31 (not found). Mend `istio.hub` and `istio.tag`, or push the image there.",
  ],
  [
    "a registry that asks for credentials",
    {
      pods: waiting(
        "ImagePullBackOff",
        "pull access denied, repository does not exist or may require authorization: 401 Unauthorized",
      ),
    },
    "image",
    "istiod 0/1: cannot pull example.com/pilot:1.31 (not there, or not for these credentials). Mend `istio.hub` and `istio.tag`, or name a pull secret in `istio.imagePullSecrets`.",
  ],
  [
    "a registry that the node cannot reach",
    { pods: waiting("ErrImagePull", "dial tcp: lookup example.com: no such host") },
    "image",
    "istiod 0/1: cannot pull example.com/pilot:1.31 (the node does not reach the registry). Let it, or take a mirror that it reaches: `istio.hub` and `istio.tag`.",
  ],
  [
    "a pod that was not injected",
    { image: "auto", pods: waiting("ErrImagePull", "docker.io/library/auto: not found") },
    "not-injected",
    "istiod 0/1: pod istiod-2-a was made without the injection webhook, which names its image. See that the sidecar injector's webhook is there and answers, then delete the pod.",
  ],
  [
    "a Secret that a container wants",
    { pods: waiting("CreateContainerConfigError", 'secret "mirror" not found') },
    "container-refused",
    'istiod 0/1: container discovery cannot be started (CreateContainerConfigError): secret "mirror" not found. Create the secret mirror, or mend what names it.',
  ],
  [
    "a crash, by its last line",
    {
      pods: waiting("CrashLoopBackOff", "back-off 10s", {
        restartCount: 3,
        lastState: { terminated: { exitCode: 255 } },
      }),
      lastLines: { "istiod-2-a/discovery": "2026 info starting\nError: failed to create discovery service: no CA\n" },
    },
    "crash",
    "istiod 0/1: container discovery crashes (exit code 255, restarted 3 times): Error: failed to create discovery service: no CA. All that it said: `kubectl logs --previous --namespace istio-system istiod-2-a --container discovery`.",
  ],
  [
    "a crash for want of memory",
    {
      pods: waiting("CrashLoopBackOff", "", {
        restartCount: 1,
        lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
      }),
    },
    "crash",
    "istiod 0/1: container discovery crashes (out of memory, restarted once). Raise its memory limit in the Helm values.",
  ],
  [
    "a quota",
    {
      failure:
        'pods "istiod-2-" is forbidden: exceeded quota: team, requested: requests.cpu=500m, used: requests.cpu=0, limited: requests.cpu=100m',
    },
    "quota",
    "istiod 0/1: its pods exceed the quota team (requested: requests.cpu=500m, used: requests.cpu=0, limited: requests.cpu=100m). Raise the ResourceQuota team, or lower what the Helm values ask for.",
  ],
  [
    "a quota of what the pods do not say",
    { failure: 'pods "istiod-2-" is forbidden: failed quota: team: must specify limits.cpu for: discovery' },
    "quota",
    "istiod 0/1: the quota team refuses its pods (must specify limits.cpu for: discovery). Set these in the Helm values.",
  ],
  [
    "PodSecurity",
    {
      failure:
        'pods "istiod-2-" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "discovery")',
    },
    "pod-security",
    "istiod 0/1: its pods violate the namespace's PodSecurity level restricted:latest (allowPrivilegeEscalation != false (container \"discovery\")). Set what is missing in the Helm values, or lower the level by the namespace's label pod-security.kubernetes.io/enforce.",
  ],
  [
    "a LimitRange",
    { failure: 'pods "istiod-2-" is forbidden: maximum memory usage per Container is 64Mi, but limit is 1Gi' },
    "limit-range",
    "istiod 0/1: a LimitRange of the namespace refuses its pods (maximum memory usage per Container is 64Mi, but limit is 1Gi). Change the resources in the Helm values, or the LimitRange.",
  ],
  [
    "an admission webhook that denies",
    { failure: 'admission webhook "validation.gatekeeper.sh" denied the request: [must-have-owner] no label owner' },
    "webhook-denied",
    "istiod 0/1: the admission webhook validation.gatekeeper.sh denies its pods ([must-have-owner] no label owner). Do what it asks for by the Helm values, or let its policy pass over this namespace.",
  ],
  [
    "an admission webhook that does not answer",
    {
      failure:
        'Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook: Post "https://policy.policy.svc:443/?timeout=10s": no endpoints available for service "policy"',
    },
    "webhook-silent",
    'istiod 0/1: the API server cannot ask the admission webhook policy.example.com (failed to call webhook: Post "https://policy.policy.svc:443/?timeout=10s": no endpoints available for service "policy"). Bring up what serves it, or remove its configuration if that is gone for good.',
  ],
  [
    "what is refused in words that nobody has read yet, known by an event alone",
    { events: [event("ReplicaSet", "istiod-2", "FailedCreate", "pods are out of fashion")] },
    "creation-refused",
    "istiod 0/1: the API server refuses its pods (pods are out of fashion). Do what it asks for by the Helm values.",
  ],
  [
    "no room",
    {
      pods: unschedulable(
        "0/3 nodes are available: 3 Insufficient memory. no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
      ),
    },
    "no-room",
    "istiod 0/1: no node takes pod istiod-2-a (0/3 nodes are available: 3 Insufficient memory). Add a node or make room, or change requests, node selectors and tolerations in the Helm values.",
  ],
  [
    "a node that is cordoned",
    { pods: unschedulable("0/1 nodes are available: 1 node(s) were unschedulable.") },
    "no-room",
    "istiod 0/1: no node takes pod istiod-2-a (0/1 nodes are available: 1 node(s) were unschedulable). Where its nodes are cordoned for nothing any more, `kubectl uncordon` them (`kubectl get nodes`). Add a node or make room, or change requests, node selectors and tolerations in the Helm values.",
  ],
  [
    "a node that is tainted",
    { pods: unschedulable("0/1 nodes are available: 1 node(s) had untolerated taint(s).") },
    "no-room",
    "istiod 0/1: no node takes pod istiod-2-a (0/1 nodes are available: 1 node(s) had untolerated taint(s)). Where a taint of its nodes is not meant any more, take it off (`kubectl describe nodes` shows them). Add a node or make room, or change requests, node selectors and tolerations in the Helm values.",
  ],
  [
    "nodes that are just coming",
    {
      pods: unschedulable("0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }."),
    },
    "no-room",
    "istiod 0/1: no node takes pod istiod-2-a (0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: })",
  ],
  [
    "a volume that is not there",
    {
      pods: [{}],
      events: [event("Pod", "istiod-2-a", "FailedMount", 'MountVolume.SetUp failed: configmap "istio" not found')],
    },
    "mount",
    'istiod 0/1: pod istiod-2-a cannot mount a volume (MountVolume.SetUp failed: configmap "istio" not found). Create what it names, or mend what names it.',
  ],
  [
    "a probe that fails",
    {
      pods: [container({ state: { running: {} }, ready: false })],
      events: [event("Pod", "istiod-2-a", "Unhealthy", "Readiness probe failed: 503")],
    },
    "not-ready",
    "istiod 0/1: pod istiod-2-a runs and is not ready (Readiness probe failed: 503)",
  ],
  [
    "a pod that starts",
    { pods: [container({ state: { waiting: { reason: "ContainerCreating" } } })] },
    "starting",
    "istiod 0/1: pod istiod-2-a starts",
  ],
  ["a Deployment that has no pod yet", {}, "starting", "istiod 0/1: its pods are being made"],
];

const release = { kind: "release", name: "istiod" } as const;

describe("the cause why a release is not there", () => {
  for (const [title, workload, id, words] of rows) {
    it(`is told of ${title}`, () => {
      const causes = causesOf(snapshotOf(workload), release);
      assert.deepEqual(
        causes.map((cause) => [cause.id, formatCause(cause)]),
        [[id, words]],
      );
      assert.ok(isCause(words));
      const comesByItself =
        ["starting", "not-ready", "mount", "webhook-silent"].includes(id) || title.includes("coming");
      assert.equal(causes[0]?.endsBy, comesByItself ? "waiting" : "somebody");
    });
  }

  it("is none once the newest pods are ready", () => {
    assert.deepEqual(causesOf(snapshotOf({ ready: 1 }), release), []);
    assert.deepEqual(causesOf(snapshotOf({ wanted: 0 }), release), []);
  });

  it("is that of what somebody must mend, before what only starts", () => {
    const pods = [...waiting("ContainerCreating", ""), ...waiting("ErrImagePull", "not found")];
    assert.deepEqual(
      causesOf(snapshotOf({ wanted: 2, pods }), release).map(({ id }) => id),
      ["image", "starting"],
    );
  });

  it("is not looked for in other workloads of the namespace", () => {
    assert.deepEqual(causesOf(snapshotOf({}), { kind: "release", name: "shop" }), []);
  });

  it("holds no secret, whatever a container said last", () => {
    const pods = waiting("CrashLoopBackOff", "", { restartCount: 3, lastState: { terminated: { exitCode: 1 } } });
    const lastLines = { "istiod-2-a/discovery": "login with password=hunter2-of-the-team" };
    const [cause] = causesOf(snapshotOf({ lastLines, pods }), release);
    assert.ok(cause !== undefined);
    assert.doesNotMatch(formatCause(cause), /hunter2/);
  });

  it("is the load balancer's event for a Service without an address", () => {
    const service = { metadata: { name: "istio-eastwestgateway" }, spec: { type: "LoadBalancer" } };
    const snapshot = (...events: Snapshot["events"]): Snapshot => ({ ...snapshotOf({}), services: [service], events });
    const awaited = { kind: "Service", name: "istio-eastwestgateway" } as const;
    assert.deepEqual(causesOf(snapshot(), awaited).map(formatCause), [
      "Service istio-eastwestgateway: waits for its load balancer",
    ]);
    const failed = event(
      "Service",
      "istio-eastwestgateway",
      "AllocationFailed",
      "Failed to allocate IP: no available IPs",
    );
    assert.deepEqual(causesOf(snapshot(failed), awaited).map(formatCause), [
      "Service istio-eastwestgateway: its load balancer gives no address (AllocationFailed: Failed to allocate IP: no available IPs). Mend what it says, or give the gateway fixed addresses with `eastWestGateway.addresses`.",
    ]);
  });
});
