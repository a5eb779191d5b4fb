import type { KubeconfigSources } from "../../access";

/** Where kubeconfigs come from that stand in no file, as a test has them: stacks by name, secrets by key. */
export function sourcesOf(
  secrets: Readonly<Record<string, string>>,
  stacks: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
): KubeconfigSources {
  return {
    secret: (key) =>
      Promise.resolve(
        secrets[key] === undefined ? undefined : { text: secrets[key], isSecret: !key.startsWith("plain") },
      ),
    outputs: (stack) => Promise.resolve(stacks[stack]),
  };
}

/** For meshes all of whose kubeconfigs stand in files. */
export const noSources: KubeconfigSources = {
  secret: (key) => Promise.reject(new Error(`nobody was to ask for ${key}`)),
  outputs: (stack) => Promise.reject(new Error(`nobody was to ask for ${stack}`)),
};
