import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeIntermediates, makeRevocationLists, makeRoot } from "../../../../operations/authority";
import { ConfigurationError } from "../../../../topology";
import { certificatesIn, isRevoked, judgeRevocationLists, revocationListsIn, type NamedChain } from "../../../../trust";

describe("revocation lists of an offline authority", () => {
  let directory: string;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "isthmus-crl-"));
    await makeRoot({ directory: at("root"), meshId: "mesh1", keyAlgorithm: "ecdsa-p256", lifetimeDays: 1825 });
    for (const out of ["signed", "again"]) {
      await makeIntermediates({
        clusters: ["east", "west"],
        meshId: "mesh1",
        rootDirectory: at("root"),
        out: at(out),
        keyAlgorithm: "ecdsa-p256",
        lifetimeDays: 365,
      });
    }
  });

  after(() => {
    rmSync(directory, { recursive: true });
  });

  const at = (...names: string[]): string => join(directory, ...names);
  const chainOf = (...names: string[]): NamedChain => ({
    whose: names.at(-1) ?? "",
    chain: certificatesIn(readFileSync(at(...names, "cert-chain.pem"), "utf8")),
  });
  const judged = (pem: string, chains: readonly NamedChain[], now = new Date()): string[] =>
    judgeRevocationLists(pem, { now, path: "lists", chains }).problems.map(
      ({ expected, found }) => `${expected}: ${found}`,
    );
  const chains = (): NamedChain[] => [chainOf("signed", "east"), chainOf("signed", "west")];
  const make = async (
    out: string,
    options: Partial<Parameters<typeof makeRevocationLists>[0]> = {},
  ): Promise<string> => {
    const directories = [at("root"), at("signed", "east"), at("signed", "west")];
    await makeRevocationLists({ directories, revoke: [], out: at(out), ...options });
    return readFileSync(at(out), "utf8");
  };

  it("are one of each CA, count until the root ends, and are judged to be right", async () => {
    const pem = await make("all.pem");
    const [root] = certificatesIn(readFileSync(at("root", "root-cert.pem"), "utf8"));
    const lists = revocationListsIn(pem);
    assert.deepEqual(
      lists.map(({ nextUpdate }) => nextUpdate?.toISOString()),
      [root, root, root].map((one) => one?.validToDate.toISOString()),
    );
    assert.deepEqual(judged(pem, chains()), []);
  });

  it("revoke a certificate, and keep that when they are made anew from those that stand", async () => {
    const stolen = at("signed", "east", "ca-cert.pem");
    const pem = await make("revoked.pem", { revoke: [stolen] });
    const [east, root] = chainOf("signed", "east").chain;
    assert.ok(east && root && isRevoked(east, root, revocationListsIn(pem)));
    assert.deepEqual(judged(pem, [chainOf("signed", "west")]), []);
    assert.match(
      judged(pem, chains()).join(),
      /lists that revoke nothing that an istiod signs with: .*with which east signs/,
    );
    const anew = await make("anew.pem", { directories: [at("root"), at("again", "east")], from: at("revoked.pem") });
    assert.ok(isRevoked(east, root, revocationListsIn(anew)));
    assert.deepEqual(judged(anew, [chainOf("again", "east"), chainOf("signed", "west")]), []);
  });

  it("are judged by what they lack, whose they are, and when they count", async () => {
    const pem = await make("some.pem", { directories: [at("root"), at("signed", "east")] });
    assert.deepEqual(
      judged(pem, chains()).map((line) => line.replace(/^.*: (?=none)/, "")),
      ['none of "O=Istio, OU=mesh1, CN=Intermediate CA, L=west", which signs for west'],
    );
    const [root = ""] = pem.split(/(?<=-----END X509 CRL-----\n)/);
    assert.match(judged(root + root, []).join(), /one list for each CA: lists 1 and 2/);
    const later = new Date(Date.now() + 6 * 365 * 24 * 3600 * 1000);
    assert.match(judged(root, [], later).join(), /every certificate of its CA is refused: .*which ended/);
    assert.match(judged(root, [], new Date("2020-01-01")).join(), /which begins/);
    const foreign = await make("foreign.pem", { directories: [at("again", "west")] });
    assert.match(judged(foreign, chains()).join(), /none of "O=Istio, OU=mesh1, CN=Intermediate CA, L=west"/);
  });

  it("refuse what they cannot take back, and another key, with nothing made", async () => {
    const refused = async (options: object): Promise<string> => {
      const error = await make("refused.pem", options).catch((caught: unknown) => caught);
      assert.ok(error instanceof ConfigurationError);
      assert.throws(() => readFileSync(at("refused.pem")), /ENOENT/);
      return error.message;
    };
    assert.match(await refused({ revoke: [at("root", "root-cert.pem")] }), /found a root/);
    assert.match(
      await refused({ directories: [at("signed", "west")], revoke: [at("signed", "east", "ca-cert.pem")] }),
      /expected a certificate that one of the CAs signed/,
    );
    writeFileSync(at("none.pem"), "nothing of the kind");
    assert.match(await refused({ from: at("none.pem") }), /expected one or more revocation lists in PEM/);
    await assert.rejects(make("all.pem"), /expected no such file yet/);
  });
});
