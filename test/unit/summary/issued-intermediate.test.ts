import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { MeshPlan } from "../../../topology";
import { planAfter, changeCalled, recordedEvents, recordedSummary } from "../../support/previews";

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];
type Op = Metadata["op"];

/** What cert-manager is asked for, by the issuer and the key. */
const asked = (issuer: string, size = 256): object => ({
  kind: "Certificate",
  spec: { issuerRef: { name: issuer }, privateKey: { size } },
});

/** What happens to the parts of west's intermediate CA; those that are not named stay as they are. */
interface Steps {
  readonly certificate?: readonly [op: Op, before?: object | undefined, after?: object];
  readonly roots?: readonly [op: Op];
  /** The intermediate that the stack makes itself. Default: there is none. */
  readonly made?: Op;
}

const trustBy = (root: "cert-manager" | "generated"): MeshPlan["trust"] => {
  const { trust } = planAfter(changeCalled("nothing"));
  return { ...trust, root };
};

const opsOf = (events: readonly EngineEvent[]): string[] =>
  events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata.op ?? []);
const countOf = (op: string, events: readonly EngineEvent[]): number =>
  opsOf(events).filter((one) => one === op).length;

/** The words and the risks of a preview without other changes. */
function told(steps: Steps, root: "cert-manager" | "generated" = "cert-manager"): { words: string[]; risks: string[] } {
  const events = recordedEvents("nothing").flatMap((event): EngineEvent[] => {
    const metadata = event.resourcePreEvent?.metadata;
    const name = metadata?.urn.split("::").at(-1) ?? "";
    if (metadata === undefined || !/^mesh-west-(intermediate-|system-cacerts)/.test(name)) return [event];
    const as = (urn: string, type: string, op: Op, before?: object, after?: object): EngineEvent => {
      const side = (inputs: object): Metadata["old"] => ({
        type,
        urn,
        id: "",
        parent: "",
        provider: "",
        inputs,
        outputs: {},
      });
      return {
        ...event,
        resourcePreEvent: {
          metadata: {
            ...metadata,
            urn,
            type,
            op,
            ...(before === undefined ? {} : { old: side(before) as NonNullable<Metadata["old"]> }),
            ...(after === undefined ? {} : { new: side(after) as NonNullable<Metadata["new"]> }),
          },
        },
      };
    };
    const own = steps.made === undefined ? [] : [as(metadata.urn, metadata.type, steps.made)];
    if (!name.endsWith("cacerts")) return own;
    const urnOf = (type: string, child: string): string =>
      `urn:pulumi:prod::isthmus::isthmus:index:Mesh$isthmus:index:IssuedIntermediate$${type}::mesh-west-issued-ca-${child}`;
    const [certificateType, secretType] = ["kubernetes:cert-manager.io/v1:Certificate", "kubernetes:core/v1:Secret"];
    const [op, before, after] = steps.certificate ?? ["same"];
    return [
      ...own,
      as(urnOf(certificateType, "certificate"), certificateType, op, before, after),
      as(urnOf(secretType, "roots"), secretType, steps.roots?.[0] ?? "same"),
    ];
  });
  const counted = events.map((event): EngineEvent => {
    if (event.summaryEvent === undefined) return event;
    const { resourceChanges } = event.summaryEvent;
    const ops = [...new Set([...opsOf(events), "same"])];
    const counts = ops.map((op) => [
      op,
      (resourceChanges[op as Op] ?? 0) + countOf(op, events) - countOf(op, recordedEvents("nothing")),
    ]);
    return { ...event, summaryEvent: { ...event.summaryEvent, resourceChanges: Object.fromEntries(counts) as never } };
  });
  const { clusters, risks } = recordedSummary("nothing", counted, trustBy(root));
  return {
    words: clusters.flatMap(({ name, changes }) => changes.map(({ words }) => `${name}: ${words}`)),
    risks: risks.map(({ id, severity, traffic }) => `${id} ${severity} ${traffic}`),
  };
}

describe("A summary of what cert-manager is to issue", () => {
  it("tells of a mesh that goes over to it, and of one that leaves it, whose istiods have one all the while", () => {
    const over = { certificate: ["create", undefined, asked("mesh-ca")], roots: ["create"], made: "delete" } as const;
    assert.deepEqual(told(over), {
      words: ["west: its intermediate CA is issued by cert-manager"],
      risks: ["intermediate-replaced medium not-interrupted"],
    });
    const back = { certificate: ["delete", asked("mesh-ca")], roots: ["delete"], made: "create" } as const;
    assert.deepEqual(told(back, "generated"), {
      words: ["west: its intermediate CA is no longer issued by cert-manager"],
      risks: ["intermediate-replaced medium not-interrupted"],
    });
  });

  it("takes it for a risk where the Certificate or the roots go, or are made anew, while cert-manager is to issue", () => {
    for (const steps of [{ certificate: ["delete", asked("mesh-ca")] }, { roots: ["delete"] }] as const) {
      assert.deepEqual(told(steps), {
        words: ["west: its intermediate CA loses what it is issued and renewed by"],
        risks: ["intermediate-removed high not-known"],
      });
    }
    const anew = told({ certificate: ["replace", asked("mesh-ca"), asked("mesh-ca")] });
    assert.deepEqual(anew, {
      words: ["west: what its intermediate CA is issued by is deleted and made anew"],
      risks: ["intermediate-removed high not-known"],
    });
  });

  it("tells another issuer from another key, and both from other roots", () => {
    assert.deepEqual(told({ certificate: ["update", asked("mesh-ca"), asked("next")] }), {
      words: ["west: its intermediate CA is issued by another issuer of cert-manager"],
      risks: ["issuer-changes medium not-known"],
    });
    assert.deepEqual(told({ certificate: ["update", asked("mesh-ca"), asked("mesh-ca", 384)] }), {
      words: ["west: its intermediate CA is issued anew, since cert-manager is asked for another"],
      risks: ["intermediate-replaced medium not-interrupted"],
    });
    assert.deepEqual(told({ roots: ["update"] }), {
      words: ["west: the roots that its workloads trust change"],
      risks: ["intermediate-replaced medium not-interrupted"],
    });
  });
});
