import assert from "node:assert/strict";
import { BlockList, isIP } from "node:net";
import fc from "fast-check";
import {
  contains,
  isOwnMachine,
  overlap,
  parseAddress,
  parseRange,
  unmapped,
  writeAddress,
  type Address,
  type AddressRange,
} from "../../../topology";

const bits = { 4: 32, 6: 128 } as const;

/** An address as IPv4 or IPv6, in one of the ways to write it, and its number. */
const address = fc.oneof(
  fc.ipV4().map((text) => ({ text, family: 4 as const })),
  fc.ipV6().map((text) => ({ text, family: 6 as const })),
);

const range = address.chain(({ text, family }) =>
  fc.nat(bits[family]).map((length) => ({ text: `${text}/${length}`, base: text, family, length })),
);

/** Two ranges of one family that are near each other, so that some overlap and some touch. */
const neighbours = fc
  .tuple(fc.constantFrom<4 | 6>(4, 6), fc.nat(2 ** 12 - 1), fc.nat(2 ** 12 - 1), fc.nat(12), fc.nat(12))
  .map(([family, left, right, leftBits, rightBits]): [AddressRange, AddressRange] => [
    read(family, left, leftBits),
    read(family, right, rightBits),
  ]);

/** The range that begins with this block of the last twelve bits. */
function read(family: 4 | 6, value: number, hostBits: number): AddressRange {
  const text = family === 4 ? `10.0.${value >> 8}.${value & 255}` : `fd00::${value.toString(16)}`;
  const parsed = parseRange(`${text}/${bits[family] - hostBits}`);
  assert.ok(parsed !== undefined, text);
  return parsed;
}

describe("parseAddress", () => {
  for (const [text, value] of [
    ["0.0.0.0", 0n],
    ["10.1.2.3", 0x0a010203n],
    ["255.255.255.255", 2n ** 32n - 1n],
    ["::", 0n],
    ["::1", 1n],
    ["fd00::", 0xfd00n << 112n],
    ["1:2:3:4:5:6:7:8", 0x00010002000300040005000600070008n],
    ["1::8", (1n << 112n) + 8n],
    ["::ffff:10.1.2.3", (0xffffn << 32n) + 0x0a010203n],
    ["FD00::ABCD", (0xfd00n << 112n) + 0xabcdn],
  ] as const) {
    it(`reads ${text}`, () => {
      assert.equal(parseAddress(text)?.value, value);
    });
  }

  for (const text of [
    ["", ".", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.4 ", "1.2.3.-4", "1,2,3,4", "0x1.2.3.4"],
    [":", ":::", "1:2", "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "fe80::1%eth0"],
    ["::1.2.3", "1.2.3.4::", "::1.2.3.4:5", "[::1]"],
  ].flat()) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(parseAddress(text), undefined);
    });
  }

  it("takes what Node takes, but for zones", () => {
    const digits = fc.stringMatching(/^[0-9a-f:.]{0,24}$/);
    fc.assert(
      fc.property(
        fc.oneof(
          address.map(({ text }) => text),
          digits,
        ),
        (text) => {
          assert.equal(parseAddress(text)?.family ?? 0, isIP(text), text);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("writeAddress", () => {
  for (const [text, written] of [
    ["10.1.2.3", "10.1.2.3"],
    ["0.0.0.0", "0.0.0.0"],
    ["FD00:0:0:0:0:0:0:A", "fd00::a"],
    ["::", "::"],
    ["1::", "1::"],
    ["::ffff:10.1.2.3", "::ffff:a01:203"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    // RFC 5952, 4.2.2 and 4.2.3: not one group alone, the longest run, the first of two.
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ] as const) {
    it(`writes ${text} as ${written}`, () => {
      assert.equal(writeAddress(parseAddress(text) as Address), written);
    });
  }

  it("is read as the same address, and as URLs write it", () => {
    fc.assert(
      fc.property(address, ({ text, family }) => {
        const read = parseAddress(text) as Address;
        const written = writeAddress(read);
        assert.deepEqual(parseAddress(written), read);
        if (family === 6) assert.equal(`[${written}]`, new URL(`https://[${text}]`).hostname);
      }),
    );
  });
});

describe("unmapped", () => {
  it("is the IPv4 address that IPv6 writes, and any other as it is", () => {
    for (const [text, meant] of [
      ["::ffff:10.1.2.3", "10.1.2.3"],
      ["::ffff:a01:203", "10.1.2.3"],
      ["10.1.2.3", "10.1.2.3"],
      ["64:ff9b::10.1.2.3", "64:ff9b::a01:203"],
      ["::10.1.2.3", "::a01:203"],
    ] as const) {
      assert.equal(writeAddress(unmapped(parseAddress(text) as Address)), meant, text);
    }
  });
});

describe("parseRange", () => {
  it("refuses what is no range, masks that do not fit the family among them", () => {
    for (const text of [
      ...["", "10.0.0.0", "10.0.0.0/", "/8", "10.0.0.0/33", "::/129", "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/8/8"],
      ...["10.0.0.0/255.0.0.0", " 10.0.0.0/8", "10.0.0/8", "localhost/8", "10.0.0.0/1e1"],
    ]) {
      assert.equal(parseRange(text), undefined, text);
    }
  });

  it("has as many addresses as the mask says, and the written one among them", () => {
    fc.assert(
      fc.property(range, ({ text, base, family, length }) => {
        const parsed = parseRange(text);
        const written = parseAddress(base);
        assert.ok(parsed !== undefined && written !== undefined);
        assert.equal(parsed.family, family);
        assert.equal(parsed.last - parsed.first + 1n, 2n ** BigInt(bits[family] - length));
        assert.equal(parsed.first % 2n ** BigInt(bits[family] - length), 0n);
        assert.ok(contains(parsed, written));
      }),
    );
  });

  it("contains what Node says that it contains", () => {
    fc.assert(
      fc.property(range, address, ({ text, base, family, length }, other) => {
        const list = new BlockList();
        list.addSubnet(base, length, family === 4 ? "ipv4" : "ipv6");
        const parsed = parseRange(text);
        const read = parseAddress(other.text);
        assert.ok(parsed !== undefined && read !== undefined);
        // Node takes ::ffff:a.b.c.d for a.b.c.d; here they are addresses of two families.
        if (other.family === family) {
          assert.equal(contains(parsed, read), list.check(other.text, family === 4 ? "ipv4" : "ipv6"));
        } else assert.equal(contains(parsed, read), false);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("overlap", () => {
  it("is the same both ways, and every range overlaps itself", () => {
    fc.assert(
      fc.property(neighbours, ([left, right]) => {
        assert.equal(overlap(left, right), overlap(right, left));
        assert.ok(overlap(left, left));
      }),
    );
  });

  it("is having an address in common", () => {
    fc.assert(
      fc.property(neighbours, ([left, right]) => {
        const addresses = Array.from({ length: Number(left.last - left.first) + 1 }, (_, index) => ({
          family: left.family,
          value: left.first + BigInt(index),
        }));
        assert.equal(
          overlap(left, right),
          addresses.some((one) => contains(right, one)),
        );
      }),
    );
  });

  it("is one range inside the other, since masks are whole bits", () => {
    fc.assert(
      fc.property(neighbours, ([left, right]) => {
        const inside = (inner: AddressRange, outer: AddressRange): boolean =>
          outer.first <= inner.first && inner.last <= outer.last;
        assert.equal(overlap(left, right), inside(left, right) || inside(right, left));
      }),
    );
  });

  it("is never between IPv4 and IPv6", () => {
    const [all4, all6] = [parseRange("0.0.0.0/0"), parseRange("::/0")];
    assert.ok(all4 !== undefined && all6 !== undefined);
    assert.equal(overlap(all4, all6), false);
  });
});

describe("isOwnMachine", () => {
  for (const host of [
    ...["localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1", "127.255.0.9", "0.0.0.0"],
    ...["::1", "[::1]", "::", "[::ffff:7f00:1]", "::ffff:127.0.0.1", new URL("https://127.1:6443").hostname],
  ]) {
    it(`is ${host}`, () => {
      assert.equal(isOwnMachine(host), true);
    });
  }

  for (const host of ["localhost.example.org", "mylocalhost", "128.0.0.1", "10.127.0.1", "::2", "fd00::1", ""]) {
    it(`is not ${JSON.stringify(host)}`, () => {
      assert.equal(isOwnMachine(host), false);
    });
  }
});
