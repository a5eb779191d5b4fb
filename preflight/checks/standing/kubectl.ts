import type { SitePlan } from "../../../topology";

/** A kubectl command for a site, as it can be pasted into a shell. Pure. */
export function kubectl(site: SitePlan, ...args: readonly string[]): string {
  return command("kubectl", site, "--context", args);
}

/** A helm command for a site, as it can be pasted into a shell. Pure. */
export function helm(site: SitePlan, ...args: readonly string[]): string {
  return command("helm", site, "--kube-context", args);
}

/** A kubeconfig that is no file has no name that these tools know: there it is the user's to choose the cluster. */
function command(tool: string, { access }: SitePlan, contextFlag: string, args: readonly string[]): string {
  const file = access.source === "file" && access.kubeconfig !== undefined ? ["--kubeconfig", access.kubeconfig] : [];
  const context = access.source === "file" ? [contextFlag, access.context] : [];
  return `\`${[tool, ...file, ...context, ...args].map(shellWord).join(" ")}\``;
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
