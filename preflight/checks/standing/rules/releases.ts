import { releaseNames, systemNamespace } from "../../../../topology";
import { helm } from "../kubectl";
import { systemOwner, type StandingRule } from "./rule";

/**
 * Helm releases in the system namespace that were left half-way. Of our own, in our namespace, an update clears away what one that was killed
 * left; another's are in the way of whoever works with them, and say that someone is, or was, at work there.
 */
export const releases: StandingRule = (facts) => {
  const owner = systemOwner(facts);
  const halfWay = (facts.releases ?? []).filter(
    ({ name, status }) => isHalfWay(status) && !(owner === "ours" && releaseNames.includes(name)),
  );
  const found = halfWay.map(({ name, status }) => ({
    path: facts.site.path,
    expected: `no Helm release in ${systemNamespace} that was left half-way`,
    found: `${name}, which is ${status}`,
    fix:
      `If nobody is at work on it, see how far it came (${of("history", name)}) and put it right: ` +
      (status === "pending-install"
        ? `${of("uninstall", name)}.`
        : `${of("rollback", name)}, or ${of("uninstall", name)}.`),
  }));
  return owner === "ours" || owner === "prepared" ? { warnings: found } : { problems: found };

  function of(verb: string, name: string): string {
    return helm(facts.site, "--namespace", systemNamespace, verb, name);
  }
};

function isHalfWay(status: string): boolean {
  return status === "failed" || status === "uninstalling" || status.startsWith("pending-");
}
