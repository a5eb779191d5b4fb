import type { KubernetesError } from "../../access";

/** Why a cluster is not reached, in the words of the checks before an update, and what to do. Pure. */
export function unreachedWords({ path, expected, found, fix }: NonNullable<KubernetesError["trouble"]>): {
  readonly message: string;
  readonly fix: string;
} {
  return { message: `${path === undefined ? "" : `${path}: `}expected ${expected}, found ${found}`, fix };
}
