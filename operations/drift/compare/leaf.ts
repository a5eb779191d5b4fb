/** When two values of a field mean the same. Pure. */

import type { Kinds, KubernetesObject } from "./object-kind";
import { isOfKinds, core, workloads } from "./object-kind";
import { matches, type Path, type Pattern } from "./path";

/** Amounts, for which Kubernetes has several spellings. */
const quantities: readonly Pattern[] = [
  ["**", "limits", "*"],
  ["**", "requests", "*"],
  ["**", "sizeLimit"],
  ["**", "divisor"],
  ["**", "capacity", "*"],
  ["**", "averageValue"],
];

/** Fields whose `false` and 0 the API server leaves out, because they are no pointers (k8s.io/api, `omitempty`). */
const leftOutWhenZero: readonly { readonly of: Kinds; readonly field: RegExp }[] = [
  {
    of: workloads,
    field: /^(hostNetwork|hostPID|hostIPC|readOnly|stdin|tty|stdinOnce|paused|minReadySeconds|hostPort)$/,
  },
  { of: core("Service"), field: /^(publishNotReadyAddresses|nodePort|healthCheckNodePort)$/ },
  {
    of: { group: "apiextensions.k8s.io" },
    field:
      /^(deprecated|preserveUnknownFields|nullable|exclusiveMaximum|exclusiveMinimum|uniqueItems|priority|x-kubernetes-embedded-resource|x-kubernetes-int-or-string)$/,
  },
];

/** Maps whose every key counts, with an empty value too. */
const freeKeys: readonly Pattern[] = [
  ["**", "labels", "*"],
  ["**", "annotations", "*"],
  ["**", "matchLabels", "*"],
  ["**", "nodeSelector", "*"],
  ["**", "selector", "*"],
  ["data", "*"],
  ["binaryData", "*"],
];

/**
 * Whether a field that was applied with a value, and is not there, is as it should be: the API server leaves out what is
 * empty.
 */
export function mayBeLeftOut(object: KubernetesObject, path: Path, expected: unknown): boolean {
  if (expected === null || expected === undefined) return true;
  if (freeKeys.some((pattern) => endsLike(pattern, path))) return false;
  if (expected === "") return true;
  if (expected === false || expected === 0) {
    const last = path.at(-1);
    return leftOutWhenZero.some(
      ({ of, field }) => isOfKinds(object, of) && typeof last === "string" && field.test(last),
    );
  }
  if (typeof expected !== "object") return false;
  // An entry of a list is there, however empty it is; a mapping may be left out when all that is in it may.
  return Array.isArray(expected)
    ? expected.length === 0
    : Object.entries(expected).every(([key, value]) => mayBeLeftOut(object, [...path, key], value));
}

/** Whether two values that are no mappings and no lists mean the same at a place. */
export function meansTheSame(path: Path, expected: unknown, found: unknown): boolean {
  if (expected === found) return true;
  if (!isNumberOrString(expected) || !isNumberOrString(found)) return false;
  // What the API takes as a number or a string (ports, budgets) comes back in either spelling.
  if (typeof expected !== typeof found && String(expected) === String(found)) return true;
  if (!quantities.some((pattern) => endsLike(pattern, path))) return false;
  const amounts = [quantity(expected), quantity(found)];
  return amounts[0] !== undefined && amounts[0] === amounts[1];
}

/** A pattern that begins with `**` is one of ends. */
function endsLike(pattern: Pattern, path: Path): boolean {
  if (pattern[0] !== "**") return matches(pattern, path);
  const end = pattern.slice(1);
  return path.length >= end.length && matches(end, path.slice(path.length - end.length));
}

function isNumberOrString(value: unknown): value is number | string {
  return typeof value === "number" || typeof value === "string";
}

/** Suffixes of amounts, in powers of ten and of two (k8s.io/apimachinery, api/resource). */
const scales: Readonly<Record<string, readonly [base: bigint, power: number]>> = {
  n: [10n, -9],
  u: [10n, -6],
  m: [10n, -3],
  "": [10n, 0],
  k: [10n, 3],
  M: [10n, 6],
  G: [10n, 9],
  T: [10n, 12],
  P: [10n, 15],
  E: [10n, 18],
  Ki: [2n, 10],
  Mi: [2n, 20],
  Gi: [2n, 30],
  Ti: [2n, 40],
  Pi: [2n, 50],
  Ei: [2n, 60],
};

/** The smallest amount that Kubernetes knows is 10⁻⁹: in these units every amount is whole. */
const smallestPower = 9;

/** An amount in its smallest units, exactly; undefined for what is none. Finer ones are rounded up, as Kubernetes does. */
export function quantity(value: number | string): bigint | undefined {
  const [, sign = "", whole = "", fraction = "", suffix = "", exponent] =
    /^([+-]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$/.exec(String(value).trim()) ?? [];
  if (whole === "" && fraction === "") return undefined;
  const scale = exponent === undefined ? scales[suffix] : ([10n, Number(exponent)] as const);
  if (scale === undefined || Math.abs(scale[1]) > 64) return undefined;
  const [base, power] = scale;
  let amount = BigInt(whole + fraction) * 10n ** BigInt(smallestPower);
  let divisor = 10n ** BigInt(fraction.length);
  if (power < 0) divisor *= base ** BigInt(-power);
  else amount *= base ** BigInt(power);
  const rounded = (amount + divisor - 1n) / divisor;
  return sign === "-" ? -rounded : rounded;
}
