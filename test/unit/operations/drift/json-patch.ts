import type { PatchOperation } from "../../../../access";

/** Applies a JSON Patch (RFC 6902) to a copy, as an API server does. @throws Error where a place is not there. */
export function patched(object: unknown, operations: readonly PatchOperation[]): unknown {
  const copy = structuredClone(object);
  for (const operation of operations) apply(copy, operation);
  return copy;
}

function apply(object: unknown, operation: PatchOperation): void {
  const steps = operation.path
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = steps.at(-1) ?? "";
  const parent = steps.slice(0, -1).reduce((place: unknown, step) => (place as Record<string, unknown>)[step], object);
  if (typeof parent !== "object" || parent === null) throw new Error(`no place ${operation.path}`);
  if (operation.op === "test") {
    if ((parent as Record<string, unknown>)[last] !== operation.value) throw new Error(`${operation.path} is another`);
  } else if (Array.isArray(parent)) {
    const index = last === "-" ? parent.length : Number(last);
    if (operation.op !== "add" && index >= parent.length) throw new Error(`no entry ${operation.path}`);
    parent.splice(index, operation.op === "add" ? 0 : 1, ...(operation.op === "remove" ? [] : [operation.value]));
  } else if (operation.op === "remove") {
    if (!(last in parent)) throw new Error(`no field ${operation.path}`);
    Reflect.deleteProperty(parent, last);
  } else {
    if (operation.op === "replace" && !(last in parent)) throw new Error(`no field ${operation.path}`);
    (parent as Record<string, unknown>)[last] = operation.value;
  }
}
