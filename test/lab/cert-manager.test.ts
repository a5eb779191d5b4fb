import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { TrustReport } from "../../operations/trust";
import type { MeshConfig } from "../../topology";
import { isthmus } from "../support/isthmus";
import { Calls } from "./calls";
import { shortLivedLeaves } from "./hastened-kubelets";
import { allPairs, kubectl, leftIn, WrittenStack } from "./lab-stack";
import { describeInTurn } from "./turns";
import { withoutPoolsAndRetries } from "./without-pools";

const stack = new WrittenStack("test-cert-manager");
const sites = ["east", "west"] as const;
const system = ["--namespace", "istio-system"];
const certificate = "isthmus-intermediate-ca";

/** cert-manager issues within seconds, kubelet is told to be quick, and proxies follow within half a minute. */
const followsWithinMs = 180_000;

/** A webhook of cert-manager that has just started is not known to the API server for a moment. */
const webhookWithinMs = 60_000;

interface Certificate {
  readonly status: { readonly conditions: readonly { readonly type: string }[]; readonly revision?: number };
}

async function certificateIn(cluster: string): Promise<Certificate> {
  return JSON.parse(await kubectl(cluster, ...system, "get", "certificate", certificate, "-o", "json")) as Certificate;
}

async function trustStatus(): Promise<TrustReport> {
  const run = await isthmus("trust", "status", "--stack", stack.name, "-o", "json");
  assert.notEqual(run.stdout, "", run.stderr);
  return JSON.parse(run.stdout) as TrustReport;
}

/**
 * Waits until every istiod and every proxy has what it was given last.
 * @param former Fingerprints of intermediates that are none any more. Default: none.
 * @param roots How many roots are trusted. Default: one.
 * @returns Fingerprints of the intermediates.
 */
async function untilFollowed(former: readonly (string | undefined)[] = [], roots = 1): Promise<(string | undefined)[]> {
  // kubelet brings an istiod its Secret at once when its pod changes, else within a minute.
  const now = String(Date.now());
  for (const site of sites) {
    await kubectl(site, ...system, "annotate", "pods", "--selector", "app=istiod", `touched=${now}`, "--overwrite");
  }
  const deadline = performance.now() + followsWithinMs;
  for (;;) {
    const report = await trustStatus();
    assert.equal(report.broken, undefined);
    const issuers = report.clusters.map(({ issuer }) => issuer?.fingerprint);
    const isNew = issuers.every((one) => one !== undefined && !former.includes(one));
    if (isNew && report.clusters.every(({ roots: all, status }) => status === "settled" && all.length === roots))
      return issuers;
    if (performance.now() > deadline) assert.fail(`not followed: ${JSON.stringify(report)}`);
    await delay(1000);
  }
}

/** Real cert-manager issues and renews; real istiods sign with that, and real calls are answered meanwhile. */
describeInTurn("cert-manager", "intermediates that cert-manager issues, on the lab", function () {
  this.timeout(15 * 60_000);
  let directory: string;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "isthmus-lab-cert-manager-"));
    const made = await isthmus("trust", "root", join(directory, "root"), "--mesh", "mesh1");
    assert.equal(made.code, 0, made.stderr);
    stack.write(mesh());
    await stack.labUp();
  });

  after(() => {
    stack.remove();
    rmSync(directory, { recursive: true });
  });

  function mesh(trust?: MeshConfig["trust"]): Partial<MeshConfig> {
    return {
      trust: trust ?? issued(join(directory, "root", "root-cert.pem")),
      clusters: Object.fromEntries(
        sites.map((name) => [name, { network: name, access: { context: `lab-${name}` }, values: shortLivedLeaves }]),
      ),
    };
  }

  function issued(roots: string): MeshConfig["trust"] {
    return { root: "cert-manager", roots, certManager: { issuerRef: { name: "mesh-ca" } } };
  }

  /** Applies objects as soon as cert-manager's webhook lets them through. */
  async function applied(cluster: string, object: object): Promise<void> {
    const file = join(directory, "object.json");
    writeFileSync(file, JSON.stringify(object));
    const deadline = performance.now() + webhookWithinMs;
    for (;;) {
      try {
        await kubectl(cluster, "apply", "-f", file);
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await delay(1000);
      }
    }
  }

  /** Asks cert-manager for another certificate, as `cmctl renew` does. */
  async function renew(cluster: string): Promise<void> {
    const object = await certificateIn(cluster);
    const others = object.status.conditions.filter(({ type }) => type !== "Issuing");
    const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, "");
    const issuing = { type: "Issuing", status: "True", reason: "ManuallyTriggered", message: "", lastTransitionTime };
    const file = join(directory, "renewal.json");
    const status = { ...object.status, conditions: [...others, issuing] };
    writeFileSync(file, JSON.stringify({ ...object, status }));
    await kubectl(cluster, "replace", "--subresource=status", "-f", file);
  }

  it("are refused before anything is changed where cert-manager or the issuer is missing", async () => {
    const without = await stack.tryUp();
    assert.equal(without.code, 2, without.stderr);
    assert.match(
      without.stderr,
      /expected cert-manager in east.*found a cluster that knows no kinds of cert-manager\.io/,
    );
    const installed = await isthmus("lab", "cert-manager");
    assert.equal(installed.code, 0, installed.stderr);
    const unissued = await stack.tryUp();
    assert.equal(unissued.code, 2, unissued.stderr);
    assert.match(unissued.stderr, /expected an issuer that is ready in east: clusterissuer.*found none/);
    for (const site of sites) {
      const root = (file: string): string => join(directory, "root", file);
      const files = [`--cert=${root("root-cert.pem")}`, `--key=${root("root-key.pem")}`];
      await kubectl(site, "--namespace", "cert-manager", "create", "secret", "tls", "mesh-ca", ...files);
      await applied(site, {
        apiVersion: "cert-manager.io/v1",
        kind: "ClusterIssuer",
        metadata: { name: "mesh-ca" },
        spec: { ca: { secretName: "mesh-ca" } },
      });
      await kubectl(site, "wait", "--for=condition=Ready", "clusterissuer/mesh-ca", "--timeout=60s");
    }
    assert.deepEqual(await leftIn("east"), []);
  });

  it("are what istiods sign with, in one update, and calls go both ways", async () => {
    await stack.up();
    await stack.settled();
    assert.deepEqual(await stack.verified(), allPairs(sites));
    const drift = await isthmus("drift", "--stack", stack.name);
    assert.equal(drift.code, 0, drift.stdout + drift.stderr);
  });

  it("are renewed, key and all, while no call is lost", async () => {
    const calls = new Calls(sites);
    await calls.begin();
    await withoutPoolsAndRetries(sites);
    const first = await untilFollowed();
    const began = performance.now();
    for (const site of sites) await renew(site);
    for (const site of sites) {
      await kubectl(
        site,
        ...system,
        "wait",
        "--for=jsonpath={.status.revision}=2",
        `certificate/${certificate}`,
        "--timeout=60s",
      );
    }
    const second = await untilFollowed(first);
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    const figures = await calls.end();
    const lines = [`followed after ${seconds} s`, ...figures.map((one) => JSON.stringify(one))];
    process.stdout.write(lines.map((line) => `      ${line}\n`).join(""));
    assert.ok(figures.every(({ calls: made, lost }) => made > 100 && lost === 0));
    assert.equal(new Set([...first, ...second]).size, 2 * sites.length);
    await stack.settled();
    assert.deepEqual(await stack.verified(), allPairs(sites));
  });

  it("go with the mesh, and cert-manager stays", async () => {
    // The pods of the calls would not be made anew for another mesh.
    for (const site of sites) await kubectl(site, "delete", "namespace", "calls");
    await stack.destroy();
    for (const site of sites) {
      assert.deepEqual(await leftIn(site), [], site);
      assert.match(await kubectl(site, "get", "clusterissuers", "-o", "name"), /mesh-ca/);
    }
  });

  it("take over from a root that the stack made, and hand over to ones that are given, while no call is lost", async () => {
    const company = join(directory, "root", "root-cert.pem");
    const both = join(directory, "both.pem");
    const given = join(directory, "given");
    const made = await isthmus(
      "trust",
      "intermediate",
      ...sites,
      "--mesh",
      "mesh1",
      "--root",
      join(directory, "root"),
      "--out",
      given,
    );
    assert.equal(made.code, 0, made.stderr);
    stack.write(mesh({ root: "generated" }));
    await stack.up();
    const calls = new Calls(sites);
    await calls.begin();
    await withoutPoolsAndRetries(sites);
    const path = "jsonpath={.data.root-cert\\.pem}";
    const own = await kubectl("east", ...system, "get", "configmap", "istio-ca-root-cert", "--output", path);
    writeFileSync(both, readFileSync(company, "utf8") + own);

    stack.write(mesh(issued(both)));
    const tooEarly = await stack.tryUp();
    assert.equal(tooEarly.code, 2, tooEarly.stderr);
    assert.match(
      tooEarly.stderr,
      /expected an issuer that leads to roots that every cluster is known to trust already/,
    );

    const intermediates = Object.fromEntries(sites.map((site) => [site, { directory: join(given, site) }]));
    const steps: readonly (readonly [MeshConfig["trust"], roots: number])[] = [
      [{ root: "generated", roots: company }, 2],
      [issued(both), 2],
      [issued(company), 1],
      [{ root: "given", roots: company, intermediates }, 1],
    ];
    for (const [trust, roots] of steps) {
      stack.write(mesh(trust));
      await stack.up();
      await untilFollowed([], roots);
      assert.deepEqual(calls.lost, [], JSON.stringify(trust));
    }
    const figures = await calls.end();
    process.stdout.write(figures.map((one) => `      ${JSON.stringify(one)}\n`).join(""));
    assert.ok(figures.every(({ calls: all, lost }) => all > 100 && lost === 0));
    await stack.settled();
    assert.deepEqual(await stack.verified(), allPairs(sites));
    // What is left of cert-manager's: the Secret, which nothing reads any more.
    assert.equal(await kubectl("east", ...system, "get", "certificates", "-o", "name"), "");
    await stack.destroy();
  });
});
