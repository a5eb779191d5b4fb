import { intermediateOrigin } from "../../../topology";
import type { ClusterRule, ClusterView, Finding } from "../comparison";
import { differing } from "../differing";
import type { Step } from "../read-preview";
import { notUnderstood } from "./not-understood";
import { because } from "./verb";

/** What an intermediate CA consists of that the mesh makes itself. */
const madeParts = ["key", "certificate request", "certificate", "Secret cacerts"] as const;

/** The intermediate CA of an istiod that cert-manager issues: what it is asked for, and the roots beside. */
export const issuedIntermediate: ClusterRule = (view) => {
  const [certificate, roots] = [changing(view, "Certificate"), changing(view, "Secret with the roots")];
  const explains = [certificate, roots].filter((step) => step !== undefined);
  if (explains.length === 0) return [];
  const made = madeParts.map((part) => changing(view, part)).filter((step) => step !== undefined);
  if (certificate?.op === "create") return [begun(view, certificate, [...explains, ...made], made)];
  if (explains.some(({ op }) => op === "delete")) return [ended(view, explains, made)];
  if (explains.some(({ op }) => op === "replace")) return [replaced(explains)];
  if (explains.some(({ op }) => op !== "update")) {
    const words = "what its intermediate CA is issued by changes";
    return [
      {
        change: { id: "intermediate", words },
        risk: notUnderstood(words, certificate ?? explains[0] ?? noStep),
        explains,
      },
    ];
  }
  return certificate === undefined ? [rootsChange(explains)] : [askedAnew(certificate, explains)];
};

const noStep = { op: "update", replacePaths: [] } as const;

function changing(view: ClusterView, part: string): Step | undefined {
  const step = view.step("intermediate CA", part);
  return step?.op === "same" ? undefined : step;
}

function begun(view: ClusterView, step: Step, explains: readonly Step[], made: readonly Step[]): Finding {
  const words = "its intermediate CA is issued by cert-manager";
  const change = { id: "intermediate", words } as const;
  if (made.some(({ op }) => op === "delete")) return { change, risk: another(`${words} from now on`), explains };
  const isExpected = view.told.has("control-plane") || view.told.has("joins");
  return { change, ...(isExpected ? {} : { risk: notUnderstood(words, step) }), explains };
}

function ended(view: ClusterView, explains: readonly Step[], made: readonly Step[]): Finding {
  const { controlPlane, mesh, name, told } = view;
  if (controlPlane === undefined && told.has("control-plane"))
    return {
      change: { id: "intermediate", words: "cert-manager issues no intermediate CA for it any more" },
      explains,
    };
  if (controlPlane !== undefined && intermediateOrigin(mesh.plan, name) !== "issued") {
    const words = "its intermediate CA is no longer issued by cert-manager";
    return { change: { id: "intermediate", words }, risk: another(words), explains: [...explains, ...made] };
  }
  const words = "its intermediate CA loses what it is issued and renewed by";
  return {
    change: { id: "intermediate", words },
    risk: {
      id: "intermediate-removed",
      severity: "high",
      traffic: "not-known",
      words: `${words}: it is good until its end and renewed no more, and without its roots no istiod starts.`,
      advice: "Do not merge it; find out what makes it change.",
    },
    explains,
  };
}

function another(words: string): NonNullable<Finding["risk"]> {
  return {
    id: "intermediate-replaced",
    severity: "medium",
    traffic: "not-interrupted",
    words: `${words}: istiod is restarted with the new one, key and all, and what workloads present until then is trusted on.`,
    advice: "Run `isthmus trust status` after the update, and drop no root before every workload has followed.",
  };
}

function replaced(explains: readonly Step[]): Finding {
  const reason = explains.map((step) => because(step)).find((words) => words !== "") ?? "";
  const words = `what its intermediate CA is issued by is deleted and made anew${reason}`;
  return {
    change: { id: "intermediate", words },
    risk: {
      id: "intermediate-removed",
      severity: "high",
      traffic: "not-known",
      words: `${words}: an istiod that starts meanwhile waits for it.`,
      advice: "Do not merge it; find out what makes it change.",
    },
    explains,
  };
}

function rootsChange(explains: readonly Step[]): Finding {
  const words = "the roots that its workloads trust change";
  return {
    change: { id: "intermediate", words },
    risk: {
      id: "intermediate-replaced",
      severity: "medium",
      traffic: "not-interrupted",
      words: `${words}: istiod takes them by itself, and tells its proxies.`,
      advice:
        "Run `isthmus trust status` after the update, and go on with the next step only when every workload has followed.",
    },
    explains,
  };
}

function askedAnew(certificate: Step, explains: readonly Step[]): Finding {
  const isOtherIssuer = differing(certificate).some(({ path }) => path.includes("issuerRef"));
  if (isOtherIssuer) {
    const words = "its intermediate CA is issued by another issuer of cert-manager";
    return {
      change: { id: "intermediate", words },
      risk: {
        id: "issuer-changes",
        severity: "medium",
        traffic: "not-known",
        words: `${words}: calls fail to its workloads from those that do not trust the root yet that it leads to.`,
        advice: "Merge it once every workload of every cluster trusts that root: `isthmus trust status` says so.",
      },
      explains,
    };
  }
  const words = "its intermediate CA is issued anew, since cert-manager is asked for another";
  return {
    change: { id: "intermediate", words },
    risk: {
      id: "intermediate-replaced",
      severity: "medium",
      traffic: "not-interrupted",
      words: `${words}: istiod takes it by itself, and what workloads present until then is trusted on.`,
      advice: "Run `isthmus verify` after the update.",
    },
    explains,
  };
}
