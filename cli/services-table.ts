import { createColors } from "picocolors";
import { isAnswered, type GlobalNameStatus, type HomeStatus, type ServicesReport } from "../operations/deployment";
import type { Style } from "./verify-table";

/** Some lines for each global name: where it runs, and who is called from where. Pure. */
export function servicesTable({ mesh, names }: ServicesReport, style: Style): string {
  if (names.length === 0) return "The mesh has no global services.\n";
  const paint = createColors(style.colour);
  const good = paint.green(style.symbols ? "✓" : "ok  ");
  const bad = paint.red(style.symbols ? "✗" : "FAIL");
  const lines = names.flatMap((name) => [
    `${isAnswered({ mesh, names: [name] }) ? good : bad} ${name.name} (${orderWords(name)})`,
    ...name.homes.map((home) => `      in    ${home.cluster}, namespace ${home.namespace}: ${podWords(home)}`),
    ...name.callers.map(({ calls, cluster }) => {
      if (calls === "not-known") return `      from  ${cluster}: not known`;
      return `      from  ${cluster}: ${calls.length === 0 ? "nobody would answer" : calls.join(", ")}`;
    }),
  ]);
  return [...lines, ""].join("\n");
}

function orderWords({ cluster = "", order, shares = [] }: GlobalNameStatus): string {
  switch (order) {
    case "pinned":
      return `${cluster} alone`;
    case "cluster-first":
      return `${cluster} first`;
    case "weighted":
      return shares.map((share) => `${share.cluster} ${share.percent} %`).join(", ");
    case "even":
      return "all alike";
    case "nearest":
      return "the nearest first";
    case "local-first":
      return "the caller's cluster first";
  }
}

function podWords({ pods = 0, ready = 0, trouble, withoutSidecar = 0 }: HomeStatus): string {
  if (trouble !== undefined) return trouble;
  const bare = withoutSidecar === 0 ? "" : `, ${withoutSidecar} of them without a sidecar`;
  return `${ready} of ${pods} ${pods === 1 ? "pod" : "pods"} ready${bare}`;
}
