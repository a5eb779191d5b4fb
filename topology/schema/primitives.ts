import { z } from "zod";
import { parseAddress, parseRange, unmapped, writeAddress } from "../ranges";
import { nearest } from "../suggest";
import { mendDnsLabel, worded, type Wording } from "../wording";

/** RFC 1123 label: what Kubernetes accepts as a name, and Istio as a cluster's name (`istioctl create-remote-secret`). */
const dnsLabel = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);

/** A DNS label. */
export function label(example: string): typeof dnsLabel {
  return worded(dnsLabel.clone(), {
    expected:
      "a DNS label (lower-case letters, digits and '-', beginning and ending with a letter or digit, at most 63 characters)",
    example,
    mend: mendDnsLabel,
  });
}

/** Name of an object of Kubernetes: a DNS subdomain (RFC 1123). */
export function objectName(expected: string, example: string, mend?: Wording["mend"]): z.ZodString {
  return worded(z.string().regex(/^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/), {
    expected,
    example,
    mend: (value) => mend?.(value) ?? (/[A-Z]/.test(value) ? "Write it in lower-case letters." : undefined),
  });
}

/** One line of text with something in it. */
export function text(
  expected: string,
  example: string,
  mend?: Wording["mend"],
  mendEncrypted?: Wording["mendEncrypted"],
): z.ZodString {
  return worded(z.string().regex(/^\S(.*\S)?$/), {
    expected,
    example,
    mend: (value) => mend?.(value) ?? mendSpaces(value),
    ...(mendEncrypted === undefined ? {} : { mendEncrypted }),
  });
}

/** A duration in whole days. */
export function days(least: number, most: number, example: string): z.ZodInt {
  return worded(z.int().min(least).max(most), { expected: `a whole number of days from ${least} to ${most}`, example });
}

/** A duration in whole seconds. */
export function seconds(least: number, most: number, example: string): z.ZodInt {
  return worded(z.int().min(least).max(most), {
    expected: `a whole number of seconds from ${least} to ${most}`,
    example,
  });
}

/** A whole number. */
export function wholeNumber(least: number, most: number, example: string): z.ZodInt {
  return worded(z.int().min(least).max(most), { expected: `a whole number from ${least} to ${most}`, example });
}

/** A TCP port. */
export function port(example: string): z.ZodInt {
  return worded(z.int().min(1).max(65535), { expected: "a port from 1 to 65535", example });
}

/** One of a few words. */
export function oneOf<const Value extends string>(
  values: readonly [Value, ...Value[]],
): z.ZodEnum<z.core.util.ToEnum<Value>> {
  return worded(z.enum(values), {
    expected: values.map((value) => `\`${value}\``).join(" or "),
    example: values[0],
    mend: (value) => {
      const meant = nearest(value, values);
      return meant === undefined ? undefined : `Did you mean \`${meant}\`?`;
    },
  });
}

/** A list with at least one item. */
export function listOf<Item extends z.ZodType>(item: Item, expected: string, example: string): z.ZodArray<Item> {
  return worded(z.array(item).min(1), { expected, example });
}

/** An IPv4 or IPv6 address, or a host's name. */
export function address(example: string): z.ZodString {
  return worded(
    z
      .string()
      .regex(
        /^(?=.{1,253}$)([a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)*|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)$/,
      )
      // What has the look of an address must be one: no name ends in a number.
      .refine((value) => !/:|(^|\.)\d+$/.test(value) || parseAddress(value) !== undefined)
      // Kubernetes and Istio take it for one family here and for the other there.
      .refine((value) => ipv4Within(value) === undefined),
    { expected: "an IP address or a host name", example, mend: mendAddress },
  );
}

/** An IPv4 or IPv6 address. */
export function ipAddress(example: string): z.ZodString {
  return worded(
    z
      .string()
      .regex(/^[0-9a-fA-F.:]+$/)
      .refine((value) => parseAddress(value) !== undefined && ipv4Within(value) === undefined),
    { expected: "an IP address", example, mend: mendAddress },
  );
}

/** The IPv4 address that is written as one of IPv6. */
function ipv4Within(value: string): string | undefined {
  const address = parseAddress(value);
  if (address === undefined || unmapped(address) === address) return undefined;
  return writeAddress(unmapped(address));
}

function mendAddress(value: string): string | undefined {
  const ipv4 = ipv4Within(value);
  if (ipv4 !== undefined) return `Write \`${ipv4}\`, the IPv4 address that it is.`;
  const bracketed = /^\[([^\]]*)\](:\d+)?$/.exec(value);
  if (bracketed !== null) return `Take out the brackets${bracketed[2] === undefined ? "" : " and the port"}.`;
  if (/^[0-9a-fA-F:.]+%/.test(value)) return "Take an address without a zone, which other machines do not know.";
  if (value.includes("://")) return "Take out the scheme.";
  if (value.includes("/")) return "Take out the slash and what follows it.";
  return /^[^:]+:\d+$/.test(value) ? "Take out the port." : mendSpaces(value);
}

/** A range of addresses. */
export function range(example: string): z.ZodString {
  return worded(
    z
      .string()
      .regex(/^[0-9a-fA-F.:]+\/\d{1,3}$/)
      .refine((value) => parseRange(value) !== undefined && !hasHostBits(value)),
    { expected: "an address range in CIDR notation, from its first address on", example, mend: mendRange },
  );
}

/** Whether the address is another than the range's first: one of the two was mistaken. */
function hasHostBits(value: string): boolean {
  const [written = ""] = value.split("/");
  return parseRange(value)?.first !== parseAddress(written)?.value;
}

function mendRange(value: string): string | undefined {
  const [written = "", length] = value.split("/");
  const meant = parseRange(value);
  if (meant !== undefined) {
    const first = writeAddress({ family: meant.family, value: meant.first });
    return `Write \`${first}/${length ?? ""}\`, or the range that you mean: this address lies within it.`;
  }
  const family = parseAddress(written)?.family;
  if (family === undefined) return undefined;
  if (length === undefined) return `Add the prefix length, for example \`${written}/${family === 4 ? 16 : 64}\`.`;
  return `Write a prefix length from 0 to ${family === 4 ? 32 : 128} after the slash.`;
}

const namePart = "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";

/** A DNS name before the slash, where there is one (Kubernetes, "Labels and Selectors"). */
function withPrefix(letters: string): RegExp {
  const part = `[${letters}0-9]([-${letters}0-9]*[${letters}0-9])?`;
  return new RegExp(`^(?=[^/]{1,253}/|[^/]+$)(${part}(\\.${part})*/)?${namePart}$`);
}

/** A name with an optional prefix, as keys of labels are. */
export function qualifiedName(expected: string, example: string): z.ZodString {
  return worded(z.string().regex(withPrefix("a-z")), { expected, example, mend: mendSpaces });
}

/** Labels of a Kubernetes object. */
export function labelsByKey(example: string): z.ZodRecord<z.ZodString, z.ZodString> {
  return worded(
    z.record(
      qualifiedName("the key of a label, such as example.org/team", "example.org/team"),
      worded(z.string().regex(new RegExp(`^(${namePart})?$`)), {
        expected:
          "a label's value (letters, digits, '-', '_' and '.', beginning and ending with a letter or digit, at most 63 characters)",
        example: "shop",
        mend: mendSpaces,
      }),
    ),
    { expected: "a mapping of labels", example },
  );
}

/** Annotations of a Kubernetes object. Their keys may have upper-case letters before the slash, unlike labels'. */
export function annotationsByKey(example: string): z.ZodRecord<z.ZodString, z.ZodString> {
  return worded(
    z.record(
      worded(z.string().regex(withPrefix("A-Za-z")), {
        expected: "the key of an annotation, such as example.org/key",
        example: "example.org/key",
        mend: mendSpaces,
      }),
      worded(z.string(), { expected: "a string", example: '"true"' }),
    ),
    { expected: "a mapping of annotations", example },
  );
}

function mendSpaces(value: string): string | undefined {
  if (value.includes("\n")) return "Write it on one line.";
  return value.trim() === value ? undefined : "Take out the spaces around it.";
}
