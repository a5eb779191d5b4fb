import { z } from "zod";
import { nearest } from "../suggest";
import { mendDnsLabel, worded } from "../wording";

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

/** One line of text with something in it. */
export function text(expected: string, example: string): z.ZodString {
  return worded(z.string().regex(/^\S(.*\S)?$/), { expected, example, mend: mendSpaces });
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
      ),
    {
      expected: "an IP address or a host name",
      example,
      mend: (value) => (/:\d+$/.test(value) ? "Take out the port: it has a key of its own." : mendSpaces(value)),
    },
  );
}

/** Labels or annotations: strings by key. */
export function stringsByKey(what: string, example: string): z.ZodRecord<z.ZodString, z.ZodString> {
  return worded(
    z.record(
      worded(z.string().min(1), { expected: `a key of ${what}`, example: "example.org/key" }),
      worded(z.string(), { expected: "a string", example: '"true"' }),
    ),
    { expected: `a mapping of ${what}`, example },
  );
}

function mendSpaces(value: string): string | undefined {
  if (value.includes("\n")) return "Write it on one line.";
  return value.trim() === value ? undefined : "Take out the spaces around it.";
}
