import type { ValueReference } from "../../topology";

/**
 * The values that a chart's template names, found by the forms in which Helm's charts write them: `.Values.a.b`,
 * `((.Values.a).b).c`, and `hasKey`, `index`, `pick` and `dig` with keys in quotes.
 *
 * A map that is used as a whole goes on as it is, so that anything may stand below; save in a condition, which only
 * looks whether it is there.
 */
export function valueReferences(template: string): ValueReference[] {
  if (!template.includes(".Values")) return [];
  const actions = template
    .replace(/\{\{-?\s*\/\*[\s\S]*?\*\/\s*-?\}\}/g, "")
    .replace(/\{\{-?\s*if false\s*-?\}\}[\s\S]*?\{\{-?\s*end\s*-?\}\}/g, "")
    .matchAll(/\{\{-?([\s\S]*?)-?\}\}/g);
  return [...actions].flatMap(([, action = ""]) => (action.includes(".Values") ? referencesIn(action) : []));
}

function referencesIn(action: string): ValueReference[] {
  const references: ValueReference[] = [];
  const read = (keys: readonly string[]): string => {
    if (keys.length > 0) references.push({ keys, use: "read" });
    return " ";
  };
  const whole = wholeUse(action);
  const rest = plain(action)
    // dig "a" "b" default .Values.x
    .replace(
      /\bdig((?:\s+"[^"]*")+)(\s+[^\s"$.()]+)?\s+\$?\.Values((?:\.\w+)*)/g,
      (_, keys: string, fallback: string | undefined, path: string) => {
        const words = quoted(keys);
        return read([...keysOf(path), ...(fallback === undefined ? words.slice(0, -1) : words)]);
      },
    )
    // hasKey .Values.x "a", pick .Values.x "a" "b"
    .replace(/\b(?:hasKey|pick)\s+\$?\.Values((?:\.\w+)*)((?:\s+"[^"]*")+)/g, (_, path: string, keys: string) => {
      for (const key of quoted(keys)) read([...keysOf(path), key]);
      return " ";
    });
  for (const [, path = ""] of rest.matchAll(/\.Values((?:\.\w+)+)/g)) {
    references.push({ keys: keysOf(path), use: whole });
  }
  return references;
}

function wholeUse(action: string): ValueReference["use"] {
  // Istio's charts take values from below `pilot` and `global` to the top (zzz_profile.yaml, zzy_descope_legacy.yaml).
  if (/\bmustMergeOverwrite\s+\$(defaults|\.Values)\s/.test(action)) return "laid-over-top";
  return /^\s*(else\s+)?if\b/.test(action) ? "read" : "passed-on";
}

/** Every value by its plain path: `(index $.Values "a")` and `((.Values.a).b)` too. */
function plain(action: string): string {
  let text = action.replace(/\bindex\s+(\$?\.Values(?:\.\w+)*)((?:\s+"\w+")+)/g, (_, start: string, keys: string) =>
    [start, ...quoted(keys)].join("."),
  );
  for (let last = ""; last !== text;) {
    last = text;
    text = text.replace(/\(\s*(\$?\.Values(?:\.\w+)*)\s*\)(?=\.)/g, "$1");
  }
  return text;
}

function keysOf(path: string): string[] {
  return path.split(".").slice(1);
}

function quoted(words: string): string[] {
  return [...words.matchAll(/"([^"]*)"/g)].map(([, word = ""]) => word);
}
