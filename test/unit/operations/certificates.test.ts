import assert from "node:assert/strict";
import { chainTrouble } from "../../../operations/verify/certificates";
import { identityFinding } from "../../../operations/verify/trust";
import { certificatesIn, fingerprintsOf, spiffeIdentity, trustDomainOf } from "../../../trust";
import { issue, type Authority } from "../../support/authority";

const identity = "spiffe://mesh1.internal/ns/sample/sa/client";
const hour = 60 * 60 * 1000;

describe("a workload's certificates", () => {
  let root: Authority, intermediate: Authority, leaf: Authority, stranger: Authority;

  before(async () => {
    root = await issue({ subject: "CN=Root CA" });
    intermediate = await issue({ subject: "CN=Intermediate CA", issuer: root });
    leaf = await issue({ subject: "CN=leaf", issuer: intermediate, spiffeId: identity });
    stranger = await issue({ subject: "CN=Root CA" });
  });

  const chain = (...links: Authority[]): Authority["certificate"][] => links.map(({ certificate }) => certificate);

  it("lead to the root, with or without the root itself", () => {
    assert.equal(chainTrouble(chain(leaf, intermediate, root), chain(root)), undefined);
    assert.equal(chainTrouble(chain(leaf, intermediate), chain(root)), undefined);
    assert.equal(chainTrouble(chain(leaf, intermediate), chain(stranger, root)), undefined);
  });

  it("do not lead to a root of the same name with another key", () => {
    assert.equal(
      chainTrouble(chain(leaf, intermediate), chain(stranger)),
      'certificate "CN=Intermediate CA" is signed by none of the mesh\'s roots',
    );
    assert.match(chainTrouble(chain(leaf, intermediate, root), chain(stranger)) ?? "", /signed by none/);
  });

  it("do not lead anywhere when a link is missing", () => {
    assert.equal(chainTrouble(chain(leaf), chain(root)), `${identity} is signed by none of the mesh's roots`);
    assert.equal(chainTrouble(chain(leaf, root), chain(root)), `${identity} is not signed by certificate "CN=Root CA"`);
    assert.equal(chainTrouble([], chain(root)), "the proxy presents no certificate");
  });

  it("are refused before and after their time", async () => {
    const expired = await issue({
      subject: "CN=old",
      issuer: intermediate,
      spiffeId: identity,
      notBefore: new Date(Date.now() - 2 * hour),
      notAfter: new Date(Date.now() - hour),
    });
    assert.match(chainTrouble(chain(expired, intermediate), chain(root)) ?? "", /expired on/);
    const early = new Date(Date.now() - 48 * hour);
    assert.match(chainTrouble(chain(leaf, intermediate), chain(root), early) ?? "", /is not valid before/);
  });

  it("carry an identity of the mesh's trust domain", () => {
    assert.equal(spiffeIdentity(leaf.certificate), identity);
    assert.equal(spiffeIdentity(root.certificate), undefined);
    assert.equal(trustDomainOf(identity), "mesh1.internal");
    const good = identityFinding(chain(leaf, intermediate), chain(root), "mesh1.internal");
    assert.deepEqual(good, { ok: true, message: `${identity} chains to the root` });
    assert.deepEqual(identityFinding(chain(leaf, intermediate), chain(root), "mesh2.internal"), {
      ok: false,
      message: `${identity} is not of trust domain mesh2.internal`,
    });
  });

  it("are found in a bundle, and compared whatever their order", () => {
    const bundle = [root, stranger].map(({ certificate }) => certificate.toString()).join("");
    assert.equal(certificatesIn(bundle).length, 2);
    assert.deepEqual(fingerprintsOf(chain(root, stranger)), fingerprintsOf(chain(stranger, root, root)));
  });
});
