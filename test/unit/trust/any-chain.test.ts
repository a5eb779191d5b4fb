import "reflect-metadata";
import assert from "node:assert/strict";
import { type webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import fc from "fast-check";
import { formatProblem } from "../../../topology";
import { judgeIntermediate, pemOf, type GivenIntermediate } from "../../../trust";
import { makeCa, makeKeys, privateKeyPem, type CaOptions, type KeyKind, type TestCa } from "../../support/authorities";

const kinds = ["P-256", "P-384", "RSA 2048"] as const;
const hashes = ["SHA-256", "SHA-384", "SHA-512"] as const;
const context = {
  now: new Date(),
  site: "east",
  sites: ["east", "west"],
  trustDomain: "mesh1.internal",
  paths: { chain: "chain", privateKey: "key", roots: "roots" },
};

/** A chain that is right, as plain choices; its root stands last. */
interface Choice {
  readonly links: readonly { kind: KeyKind; hash: (typeof hashes)[number]; spare: number | undefined; bare: boolean }[];
  readonly form: "pkcs8" | "older";
  readonly ends: "\n" | "\r\n";
  readonly withRoot: boolean;
  readonly beside: "none" | "before" | "after";
}

const choices: fc.Arbitrary<Choice> = fc.record({
  links: fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      hash: fc.constantFrom(...hashes),
      spare: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
      bare: fc.boolean(),
    }),
    { minLength: 2, maxLength: 5 },
  ),
  form: fc.constantFrom("pkcs8" as const, "older" as const),
  ends: fc.constantFrom("\n" as const, "\r\n" as const),
  withRoot: fc.boolean(),
  beside: fc.constantFrom("none" as const, "before" as const, "after" as const),
});

/** What makes a link of any chain wrong. */
const spoilings: Readonly<Record<string, (casBelow: number) => CaOptions | undefined>> = {
  "no CA": () => ({ isCa: false }),
  "no signing": () => ({ usages: x509.KeyUsageFlags.digitalSignature }),
  "short path": (casBelow) => (casBelow === 0 ? undefined : { pathLength: casBelow - 1 }),
  expired: () => ({ from: -5, until: -1 }),
  "not yet": () => ({ from: 1 }),
  "one use": () => ({ extendedUsages: ["1.3.6.1.5.5.7.3.1"] }),
  critical: () => ({ extensions: [new x509.Extension("1.2.3.4", true, new Uint8Array([5, 0]))] }),
};

describe("any chain", function () {
  this.timeout(120_000);
  /** Keys of each kind, for as many links as there may be: RSA keys take too long to make them each time. */
  const pool = new Map<KeyKind, webcrypto.CryptoKeyPair[]>();

  before(async () => {
    for (const kind of kinds) pool.set(kind, await Promise.all([0, 1, 2, 3, 4].map(() => makeKeys(kind))));
  });

  /** @param spoiled Which link is made otherwise; 0 is the intermediate. */
  const made = async (choice: Choice, spoiled?: number, otherwise?: CaOptions): Promise<TestCa[]> => {
    const chain: TestCa[] = [];
    const last = choice.links.length - 1;
    for (let index = last; index >= 0; index -= 1) {
      const { kind, hash, spare, bare } = choice.links[index] as Choice["links"][number];
      const [issuer] = chain;
      chain.unshift(
        await makeCa({
          subject: index === last ? "O=Istio, CN=Root CA" : `O=Istio, CN=CA ${index}`,
          kind,
          hash,
          keys: pool.get(kind)?.[index] as webcrypto.CryptoKeyPair,
          until: 50 + index,
          ...(issuer === undefined ? {} : { issuer }),
          ...(spare === undefined ? {} : { pathLength: index + spare }),
          ...(bare ? { usages: "none" as const } : {}),
          ...(index === spoiled ? otherwise : {}),
        }),
      );
    }
    return chain;
  };

  const given = async (
    chain: readonly TestCa[],
    choice: Choice,
    key = chain[0] as TestCa,
  ): Promise<GivenIntermediate> => {
    const root = chain.at(-1) as TestCa;
    const other = await makeCa({ subject: "CN=Other root" });
    const roots = { none: [root], before: [other, root], after: [root, other] }[choice.beside];
    const pem = (cas: readonly TestCa[]): string =>
      pemOf(...cas.map(({ certificate }) => certificate)).replaceAll("\n", choice.ends);
    return {
      chainPem: pem(choice.withRoot ? chain : chain.slice(0, -1)),
      rootsPem: pem(roots),
      privateKeyPem: privateKeyPem(key, choice.form).replaceAll("\n", choice.ends),
    };
  };

  const judged = (parts: GivenIntermediate): string[] => judgeIntermediate(parts, context).map(formatProblem);

  it("that is right is taken", async () => {
    await fc.assert(
      fc.asyncProperty(choices, async (choice) => {
        assert.deepEqual(judged(await given(await made(choice), choice)), []);
      }),
      { numRuns: 60 },
    );
  });

  it("with one link that is wrong is refused, whichever it is", async () => {
    await fc.assert(
      fc.asyncProperty(choices, fc.nat(), fc.constantFrom(...Object.keys(spoilings)), async (choice, nth, what) => {
        const index = nth % choice.links.length;
        const otherwise = spoilings[what]?.(index);
        fc.pre(otherwise !== undefined);
        assert.notDeepEqual(judged(await given(await made(choice, index, otherwise), choice)), []);
      }),
      { numRuns: 60 },
    );
  });

  it("with a link of another key, another order or a link less is refused", async () => {
    await fc.assert(
      fc.asyncProperty(choices, fc.nat(), async (choice, nth) => {
        const chain = await made(choice);
        const middle = (nth % (chain.length - 1)) + 1;
        const namesake = await makeCa({ subject: chain[middle]?.certificate.subject.replaceAll("\n", ", ") ?? "" });
        const parts = await given(chain, choice);
        assert.notDeepEqual(judged(await given(chain.with(middle, namesake), { ...choice, beside: "none" })), []);
        assert.notDeepEqual(judged(await given(chain, choice, chain[middle])), []);
        if (chain.length > 2) {
          const inner = ((nth >> 3) % (chain.length - 2)) + 1;
          const { chainPem } = await given(chain.toSpliced(inner, 1), choice);
          assert.notDeepEqual(judged({ ...parts, chainPem }), []);
          const swapped = chain.with(inner, chain[inner - 1] as TestCa).with(inner - 1, chain[inner] as TestCa);
          assert.notDeepEqual(judged({ ...parts, chainPem: (await given(swapped, choice)).chainPem }), []);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("with a bit that was turned anywhere is refused, in words", async () => {
    const plain = { form: "pkcs8", ends: "\n", withRoot: false, beside: "none" } as const;
    const link = { kind: "P-256", hash: "SHA-256", spare: 1, bare: false } as const;
    const choice: Choice = { ...plain, links: [link, link, link] };
    const chain = await made(choice);
    const parts = await given(chain, choice);
    fc.assert(
      fc.property(fc.constantFrom(0, 1, 2), fc.nat(), fc.nat({ max: 7 }), (index, nth, bit) => {
        const ders = chain.map(({ certificate }) => Buffer.from(certificate.raw));
        const der = ders[index] as Buffer;
        const at = nth % der.length;
        der[at] = (der[at] as number) ^ (1 << bit);
        const pem = (...raw: Buffer[]): string =>
          raw.map((one) => x509.PemConverter.encode(one, "CERTIFICATE")).join("\n");
        const lines = judged({ ...parts, chainPem: pem(...ders.slice(0, 2)), rootsPem: pem(...ders.slice(2)) });
        assert.notDeepEqual(lines, []);
        for (const line of lines) assert.doesNotMatch(line, /error:|undefined|Invalid/);
      }),
      { numRuns: 600 },
    );
  });
});
