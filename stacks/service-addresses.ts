import * as pulumi from "@pulumi/pulumi";
import { awaitAddresses, type ClusterAccess } from "../access";
import type { ServiceName } from "../topology";
import { inWords } from "./mendable";

/**
 * Waits in an update for the addresses of a Service's load balancer, and tells meanwhile what it waits for. A preview takes
 * what is there; where nobody can be asked they are not known yet.
 * @param path Where the configuration says how the cluster is reached.
 */
export async function serviceAddresses(
  access: ClusterAccess,
  path: string,
  service: ServiceName,
  timeoutSeconds: number,
): Promise<readonly string[] | undefined> {
  const { name } = access;
  if (!pulumi.runtime.isDryRun()) {
    const tell = (words: string): void => void pulumi.log.info(`${name}: ${words}`);
    return inWords({ name, path }, awaitAddresses(access, service, timeoutSeconds, process.env, tell));
  }
  try {
    return await awaitAddresses(access, service, 0);
  } catch (error) {
    await pulumi.log.debug(`The addresses of ${service.name} in cluster ${name} are not known: ${String(error)}`);
    return undefined;
  }
}
