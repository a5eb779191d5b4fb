import type { MeshDeploymentOptions } from "./options";

/** The process's variables, with what the options say of them. */
export function variablesOf(
  { backend, passphrase, variables = {} }: Pick<MeshDeploymentOptions, "backend" | "passphrase" | "variables">,
  inherited: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const given = {
    ...variables,
    ...(backend === undefined ? {} : { PULUMI_BACKEND_URL: backend }),
    ...(passphrase === undefined
      ? {}
      : { PULUMI_CONFIG_PASSPHRASE: passphrase, PULUMI_CONFIG_PASSPHRASE_FILE: undefined }),
  };
  return Object.fromEntries(Object.entries({ ...inherited, ...given }).filter(([, value]) => value !== undefined));
}
