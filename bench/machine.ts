import { cpus, release, totalmem } from "node:os";

/** The machine that the numbers were taken on, in a line. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const memoryGiB = Math.round(totalmem() / 1024 ** 3);
  return `${String(cpus().length)} cores (${model}), ${String(memoryGiB)} GiB, Linux ${release()}`;
}
