import { isOwned, type Problem } from "../../../../topology";
import type { HostObject } from "../facts";
import { kubectl } from "../kubectl";
import type { StandingRule } from "./rule";

/**
 * What others have for the names of global services. Of two ServiceEntries of one name in one namespace Istio makes one, of
 * two rules or routes it takes the older: whoever wrote the other one meant something else by the name. One that is called
 * as ours is to be would be overwritten.
 */
export const globalServices: StandingRule = ({ hostObjects, site, wantedGlobalNames }) => {
  const problems = wantedGlobalNames.flatMap(({ host, namespace }): Problem[] => {
    const isCalledSo = ({ name }: HostObject): boolean => name === host || name.startsWith(`${host}.`);
    return hostObjects
      .filter((object) => !isOwned(object.labels))
      .filter((object) => object.hosts.includes(host) || (object.namespace === namespace && isCalledSo(object)))
      .map(({ kind, name, namespace: where }) => ({
        path: site.path,
        expected: `nothing for the name ${host} but the mesh's own global service`,
        found: `${kind}/${name} in ${where}, which Isthmus did not make`,
        fix: `Give the global service another name, or remove it: ${kubectl(site, "--namespace", where, "delete", kind, name)}.`,
      }));
  });
  return { problems };
};
