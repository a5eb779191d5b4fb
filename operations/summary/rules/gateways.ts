import { z } from "zod";
import { listed, networkLabel } from "../../../topology";
import type { ClusterRule, ClusterView, Finding } from "../comparison";
import { differing } from "../differing";
import { at, textAt, type Properties } from "../properties";
import type { Step } from "../read-preview";
import { notUnderstood } from "./not-understood";
import { because } from "./verb";

/** The Service of a cluster's east-west gateway. */
export const gatewayService: ClusterRule = (view) => {
  const step = view.step("east-west gateway", "Service");
  if (step === undefined) return [];
  const ofRelease = view.step("east-west gateway");
  const release = ofRelease?.op === step.op ? ofRelease : undefined;
  if (step.op === "create") {
    const gateway = view.cluster?.eastWestGateway;
    const where =
      gateway?.addresses === undefined
        ? "its address is not known yet"
        : `reached at ${listed(gateway.addresses)}, port ${String(gateway.port)}`;
    return [{ change: { id: "gateway", words: `gets an east-west gateway: ${where}` }, explains: [step, release] }];
  }
  if (step.op === "delete") return [removed(step, release)];
  if (step.op === "replace") return [replaced(step, view)];
  return step.op === "update" ? updated(step, view) : [];
};

function removed(step: Step, release: Step | undefined): Finding {
  return {
    change: { id: "gateway", words: "loses its east-west gateway: no other network calls it any more" },
    risk: {
      id: "gateway-removed",
      severity: "medium",
      traffic: "interrupted",
      words: "loses its east-west gateway: what other networks call there now, they call no more.",
      advice: "Make sure that nothing in another network needs what runs in it.",
    },
    explains: [step, release],
  };
}

function replaced(step: Step, view: ClusterView): Finding {
  const classes = [textAt(step.before, "spec", "loadBalancerClass"), textAt(step.after, "spec", "loadBalancerClass")];
  const words = `the Service of its gateway is deleted and made anew${classes[0] === classes[1] ? because(step) : `, of load balancer class ${classes[1] ?? "none"} instead of ${classes[0] ?? "none"}`}`;
  return {
    change: { id: "gateway", words: `${words}; ${addressWords(view)}` },
    risk: {
      id: "gateway-replaced",
      severity: "high",
      traffic: "interrupted",
      words: `${words}: calls from other networks fail until its new load balancer has an address and every istiod has told its proxies.`,
      advice: "Change it when nobody calls from other networks.",
    },
    explains: [step],
  };
}

function addressWords({ cluster }: ClusterView): string {
  const addresses = cluster?.eastWestGateway?.addresses;
  return addresses === undefined ? "its address is not known yet" : `it is reached at ${listed(addresses)}`;
}

function updated(step: Step, view: ClusterView): Finding[] {
  const findings: Finding[] = [{ explains: [step] }];
  const types = [textAt(step.before, "spec", "type"), textAt(step.after, "spec", "type")];
  const ports = [portOf(step.before), portOf(step.after)];
  if (types[0] !== types[1]) {
    const words = `its gateway is a ${types[1] ?? ""} and no longer a ${types[0] ?? ""}`;
    findings.push({
      change: { id: "gateway", words: `${words}; ${addressWords(view)}, port ${ports[1] ?? ""}` },
      risk: {
        id: "gateway-type-changes",
        severity: "high",
        traffic: "interrupted",
        words: `${words}: its former address ends, and calls from other networks fail until every istiod has told its proxies of the new one.`,
        advice: "Change it when nobody calls from other networks.",
      },
      explains: [],
    });
  } else if (ports[0] !== ports[1]) {
    const words = `its gateway takes port ${ports[1] ?? ""} and no longer ${ports[0] ?? ""}`;
    findings.push({
      change: { id: "gateway", words },
      risk: {
        id: "gateway-port-changes",
        severity: "medium",
        traffic: "interrupted",
        words: `${words}: calls from other networks fail until every istiod has told its proxies, and where a firewall does not let the new port through.`,
        advice: "Open the new port first.",
      },
      explains: [],
    });
  }
  const annotations = differing(step).filter(({ path }) => path.startsWith("metadata.annotations"));
  if (annotations.length > 0) {
    const names = annotations.map(({ path }) =>
      path.replace(/^metadata\.annotations(\.|\[")?/, "").replace(/"\]$/, ""),
    );
    const words = `annotations of its gateway's Service: ${listed(names)}`;
    findings.push({ change: { id: "gateway", words }, risk: notUnderstood(words, step), explains: [] });
  }
  const others = differing(step).filter(({ path }) => {
    if (path.startsWith("metadata.annotations")) return false;
    // By this label istiods find it: it follows the network, of whose change another rule tells.
    if (path === `metadata.labels["${networkLabel}"]`) return findings.length === 1 && !view.told.has("network");
    // What goes with its type and its port is told with them.
    const isOfAddress = /^(spec\.(type|ports|externalIPs|loadBalancerClass)\b|metadata\.labels\[".*gatewayPort"\])/;
    return findings.length === 1 || !isOfAddress.test(path);
  });
  const paths = others.length === 0 && differing(step).length === 0 ? step.paths : others.map(({ path }) => path);
  if (paths.length > 0 || (findings.length === 1 && differing(step).length === 0)) {
    const words = `the Service of its gateway: ${paths.length === 0 ? "in ways that are not told" : listed(paths)}`;
    findings.push({ change: { id: "gateway", words }, risk: notUnderstood(words, step), explains: [] });
  }
  return findings;
}

/** The port at which other clusters reach a gateway: the node's, where it has one. */
function portOf(properties: Properties | undefined): string | undefined {
  const ports = portsSchema.safeParse(at(properties, "spec", "ports")).data ?? [];
  const tls = ports.find(({ name }) => name === "tls");
  return (tls?.nodePort ?? tls?.port)?.toString();
}

const portsSchema = z.array(
  z.object({ name: z.string(), port: z.number().optional(), nodePort: z.number().optional() }),
);
