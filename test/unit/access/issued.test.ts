import assert from "node:assert/strict";
import { awaitIssued, ConnectionError, NotIssuedError, type ClusterAccess } from "../../../access";
import { issuingOf } from "../../../access/cert-manager/issuing";
import type { CertManagerObject } from "../../../access/cert-manager";
import { TestAuthority } from "./certificates";
import { accessTo, fakeApiServer, type Listening } from "./fake-api-server";

type Conditions = NonNullable<NonNullable<CertManagerObject["status"]>["conditions"]>;

/** A Certificate as cert-manager has it at its second generation. */
const certificate = (conditions?: Conditions, more: object = {}): CertManagerObject => ({
  metadata: { name: "isthmus-intermediate-ca", generation: 2 },
  status: { ...(conditions === undefined ? {} : { conditions }), ...more },
});

/** A request of it, so many seconds old. */
const request = (conditions: Conditions, of = "isthmus-intermediate-ca", second = 0): CertManagerObject => ({
  metadata: {
    name: `${of}-1`,
    creationTimestamp: `2026-11-29T20:00:${String(second).padStart(2, "0")}Z`,
    annotations: { "cert-manager.io/certificate-name": of },
  },
  status: { conditions },
});

const notReady = { type: "Ready", status: "False", reason: "DoesNotExist", message: "Secret does not exist" };

describe("How far cert-manager has come with a Certificate", () => {
  it("is the end where it is ready, in the generation that was asked for", () => {
    const ready = { type: "Ready", status: "True", observedGeneration: 2 };
    assert.deepEqual(issuingOf(certificate([ready], { notAfter: "2027-11-29T20:00:00Z" })), {
      kind: "issued",
      notAfter: "2027-11-29T20:00:00Z",
    });
    assert.equal(issuingOf(certificate([{ type: "Ready", status: "True" }])).kind, "issued");
    assert.equal(issuingOf(certificate([{ ...ready, observedGeneration: 1 }])).kind, "waits");
  });

  const cases: readonly [what: string, found: Parameters<typeof issuingOf>, kind: string, cause: string][] = [
    ["nobody has looked", [certificate()], "waits", "cert-manager has not looked at the Certificate"],
    ["it is gone", [undefined], "waits", "The Certificate is not there"],
    ["it was only looked at", [certificate([notReady])], "waits", "cert-manager says: Secret does not exist"],
    [
      "the issuer is missing",
      [
        certificate([notReady]),
        [
          request([
            { type: "Approved", status: "True" },
            { type: "Ready", status: "False", reason: "Pending", message: 'Referenced "ClusterIssuer" not found.' },
          ]),
        ],
      ],
      "waits",
      'Its issuer says: Referenced "ClusterIssuer" not found',
    ],
    ["nobody approves", [certificate([notReady]), [request([])]], "waits", "Nobody has approved its request"],
    [
      "nobody signs",
      [certificate([notReady]), [request([{ type: "Approved", status: "True" }])]],
      "waits",
      "No issuer has taken its request",
    ],
    [
      "the request was denied, whatever else is said",
      [
        certificate([notReady]),
        [
          request([
            { type: "Ready", status: "False", reason: "Denied", message: "The CertificateRequest was denied" },
            { type: "Denied", status: "True", message: "CAs are not issued here" },
          ]),
        ],
      ],
      "refused",
      "Its request was denied: CAs are not issued here",
    ],
    [
      "the request is invalid",
      [certificate([notReady]), [request([{ type: "InvalidRequest", status: "True", message: "no such usage" }])]],
      "refused",
      "Its request is invalid: no such usage",
    ],
    [
      "the issuer failed",
      [
        certificate([notReady]),
        [request([{ type: "Ready", status: "False", reason: "Failed", message: "permission denied" }])],
      ],
      "refused",
      "Its issuer failed: permission denied",
    ],
    [
      "it has failed, and the request is gone",
      [certificate([notReady, { type: "Issuing", status: "False", reason: "Failed", message: "will be retried" }])],
      "refused",
      "cert-manager says: will be retried",
    ],
    [
      "an earlier request failed, and one of another Certificate",
      [
        certificate([notReady]),
        [
          request([{ type: "Ready", status: "False", reason: "Failed", message: "earlier" }], undefined, 1),
          request([{ type: "Ready", status: "False", reason: "Pending", message: "asking" }], undefined, 2),
          request([{ type: "Ready", status: "False", reason: "Failed", message: "another's" }], "web", 3),
        ],
      ],
      "waits",
      "Its issuer says: asking",
    ],
  ];
  for (const [what, found, kind, cause] of cases) {
    it(`is the first cause: ${what}`, () => {
      const issuing = issuingOf(...found);
      assert.ok(issuing.kind !== "issued");
      assert.deepEqual([issuing.kind, issuing.cause], [kind, cause]);
      assert.match(issuing.fix, /\.$/);
    });
  }

  it("is not a failure of what was asked for before", () => {
    const failed = { type: "Issuing", status: "False", reason: "Failed", observedGeneration: 1 };
    assert.equal(issuingOf(certificate([notReady, failed])).kind, "waits");
  });
});

describe("awaitIssued", () => {
  const root = "/apis/cert-manager.io/v1/namespaces/istio-system";
  const path = `${root}/certificates/isthmus-intermediate-ca`;
  const secret = "/api/v1/namespaces/istio-system/secrets/isthmus-intermediate-ca";
  const objects: Record<string, unknown> = {};
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  let authority: TestAuthority;
  let server: Listening;

  before(async () => {
    authority = await TestAuthority.create("test");
    server = await fakeApiServer(await authority.issue(["127.0.0.1"]), { token: "good", objects });
  });
  afterEach(() => {
    for (const key of Object.keys(objects)) objects[key] = undefined;
  });
  after(() => server.close());

  const access = (): ClusterAccess => accessTo("east", server.url, authority.certificate, { token: "good" });

  function issue(): void {
    objects[secret] = {
      data: { "tls.crt": base64(authority.certificate), "tls.key": base64("KEY"), "ca.crt": base64("OTHER") },
    };
    objects[path] = certificate([{ type: "Ready", status: "True", observedGeneration: 2 }], {
      notAfter: "2027-11-29T20:00:00Z",
    });
  }

  it("gives the chain and its end, and nothing of the key", async () => {
    issue();
    const found = await awaitIssued(access(), 0, {});
    assert.deepEqual(found, {
      kind: "issued",
      chainPem: `${authority.certificate.trim()}\n`,
      notAfter: "2027-11-29T20:00:00Z",
    });
  });

  it("waits until it is there", async () => {
    objects[path] = certificate([notReady]);
    const asked = server.requests.length;
    const issued = awaitIssued(access(), 60, {});
    while (server.requests.length < asked + 3) await new Promise((resolve) => setTimeout(resolve, 20));
    issue();
    assert.equal((await issued).notAfter, "2027-11-29T20:00:00Z");
  });

  it("tells what it waits for when that takes time", async () => {
    objects[path] = certificate();
    const told: string[] = [];
    const issued = awaitIssued(access(), 60, {}, (words) => {
      told.push(words);
      issue();
    });
    await issued;
    assert.deepEqual(told, [
      "Certificate isthmus-intermediate-ca waits: cert-manager has not looked at the Certificate",
    ]);
  });

  it("ends when it does not come in time, and at once where it was refused, with the first cause", async () => {
    objects[path] = certificate();
    const late = await awaitIssued(access(), 0, {}).catch((error: unknown) => error);
    assert.ok(late instanceof NotIssuedError);
    assert.equal(
      late.message,
      "cluster east: cert-manager has not issued Certificate istio-system/isthmus-intermediate-ca. " +
        "cert-manager has not looked at the Certificate, after 0 s. " +
        "Look whether its controller runs (`kubectl --namespace cert-manager get pods`). " +
        "Then run the update again: it goes on from here.",
    );
    objects[path] = certificate([notReady]);
    objects[`${root}/certificaterequests`] = {
      items: [request([{ type: "Denied", status: "True", message: "not today" }])],
    };
    const began = performance.now();
    const refused = await awaitIssued(access(), 60, {}).catch((error: unknown) => error);
    assert.ok(refused instanceof NotIssuedError);
    assert.match(refused.message, /Its request was denied: not today\. Mend it, then delete the request/);
    assert.ok(performance.now() - began < 30_000);
  });

  it("says why nobody answers", async () => {
    const gone = accessTo("east", "https://127.0.0.1:1", authority.certificate, { token: "good" });
    await assert.rejects(awaitIssued(gone, 0, {}), ConnectionError);
  });
});
