import * as pulumi from "@pulumi/pulumi";
import {
  ConnectionError,
  CredentialError,
  describeConnectionError,
  NoAddressError,
  NotIssuedError,
  ServiceAnswerError,
} from "../access";
import { ConfigurationError, formatProblem } from "../topology";

/** A cluster that is asked, for the words of what goes wrong. */
export interface AskedCluster {
  readonly name: string;
  /** Where the configuration says how it is reached. */
  readonly path: string;
}

/** What a user can mend is shown as it is; a stack trace would point at us. */
export async function inWords<T>(cluster: AskedCluster, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw mendable(cluster, error) ?? error;
  }
}

function mendable({ name, path }: AskedCluster, error: unknown): pulumi.RunError | undefined {
  const saysItself = [ConfigurationError, NoAddressError, NotIssuedError, ServiceAnswerError];
  if (error instanceof Error && saysItself.some((one) => error instanceof one)) {
    return new pulumi.RunError(error.message);
  }
  if (error instanceof ConnectionError) {
    const problem = describeConnectionError(error, `the API server of ${name}`);
    return new pulumi.RunError(formatProblem({ path, ...problem }));
  }
  if (error instanceof CredentialError) {
    const { found, fix } = error;
    return new pulumi.RunError(formatProblem({ path, expected: "credentials of the kubeconfig's user", found, fix }));
  }
  return undefined;
}
