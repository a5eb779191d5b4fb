import {
  configurationNamespace,
  keysOfPath,
  listed,
  looksSecret,
  nearest,
  type OutputAccess,
  type SecretAccess,
} from "../../topology";
import { asMapping, type Mapping } from "../mapping";
import { Merged, type Kubeconfig, type KubeconfigFailure } from "./kubeconfig";

/** Where kubeconfigs come from that stand in no file. Each of them is a **secret**. */
export interface KubeconfigSources {
  /**
   * What the stack's configuration has under `isthmus:<key>`, decrypted; undefined where it has nothing.
   * @throws ConfigurationError when it cannot be read.
   */
  readonly secret: (key: string) => Promise<ConfigurationText | undefined>;
  /**
   * All outputs of another stack, decrypted; undefined where there is no such stack.
   * @throws ConfigurationError when they cannot be read.
   */
  readonly outputs: (stack: string) => Promise<Mapping | undefined>;
}

/** A value of the stack's configuration. */
export interface ConfigurationText {
  /** JSON where the value has keys of its own. */
  readonly text: string;
  /** Whether all or a part of it is encrypted. */
  readonly isSecret: boolean;
}

/** What stands in the place of an output that is not known yet, in a state and in what the CLI prints (sdk/go, plugin). */
export const unknownOutput = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Why there is no kubeconfig, and, where that is not at the value itself, where the mistake is. */
export interface SourceFailure extends KubeconfigFailure {
  readonly path?: string;
}

/** Something that stands in no file, and what it is called in problems: `kubeconfig`, `intermediate CA`. */
export interface Sought {
  readonly noun: string;
  /** With its article. */
  readonly one: string;
  /** What is to be done when it stood where others read it, as half a sentence. */
  readonly whenRead: string;
}

const kubeconfig: Sought = {
  noun: "kubeconfig",
  one: "a kubeconfig",
  whenRead: "give the cluster's user another credential",
};

/** What was found, and what problems call it. */
export interface FoundValue {
  readonly value: unknown;
  readonly shown: string;
}

/** Reads the kubeconfig that is a secret in the stack's configuration. */
export async function kubeconfigInSecret(
  { key }: SecretAccess,
  sources: KubeconfigSources,
  projectDirectory: string,
): Promise<Kubeconfig | SourceFailure> {
  const found = await valueInSecret(key, sources, kubeconfig);
  return "fix" in found ? found : asKubeconfig(found.value, found.shown, projectDirectory);
}

/** Reads the kubeconfig that is an output of another stack. */
export async function kubeconfigInOutput(
  access: OutputAccess,
  sources: KubeconfigSources,
  projectDirectory: string,
): Promise<Kubeconfig | SourceFailure> {
  const found = await valueInOutput(access, sources, kubeconfig);
  return "fix" in found ? found : asKubeconfig(found.value, found.shown, projectDirectory);
}

/**
 * Reads a secret of the stack's configuration.
 * @param key Without the namespace `isthmus:`, and the keys below it.
 */
export async function valueInSecret(
  key: string,
  sources: Pick<KubeconfigSources, "secret">,
  { noun, whenRead }: Sought,
): Promise<FoundValue | SourceFailure> {
  const [name = "", ...keys] = keysOfPath(key);
  const full = `${configurationNamespace}:${name}`;
  const howToSet = `Set it: \`pulumi config set --secret ${keys.length === 0 ? "" : "--path "}${configurationNamespace}:${key}\`, with the ${noun} on standard input.`;
  const found = await sources.secret(String(name));
  if (found === undefined) {
    return { expected: `a secret ${full} in the stack's configuration`, found: "nothing", fix: howToSet };
  }
  if (!found.isSecret) {
    return {
      expected: `a secret ${full}, which is encrypted in the stack's file`,
      found: "it in plain text",
      fix: `${howToSet} What stood there in plain text is known to all who read the file: ${whenRead}.`,
    };
  }
  const value = below(keys.length === 0 ? found.text : asJson(found.text), keys);
  return "fix" in value
    ? { ...value, expected: "a secret of the stack's configuration", fix: `${value.fix} ${howToSet}` }
    : { value: value.value, shown: `the secret ${configurationNamespace}:${key}` };
}

/** Reads an output of another stack. */
export async function valueInOutput(
  { stack, stackPath, output }: Pick<OutputAccess, "output" | "stack" | "stackPath">,
  sources: Pick<KubeconfigSources, "outputs">,
  { one }: Sought,
): Promise<FoundValue | SourceFailure> {
  const outputs = await sources.outputs(stack);
  if (outputs === undefined) {
    return {
      path: stackPath,
      expected: "a stack of this backend",
      found: `none of the name ${stack}`,
      fix: "Mend the name, which for a stack of another project is organization/project/stack: `pulumi stack ls --all` shows them.",
    };
  }
  const value = below(outputs, keysOfPath(output));
  if ("fix" in value) return { ...value, expected: `an output of stack ${stack}` };
  const shown = `the output ${output} of stack ${stack}`;
  if (value.value === unknownOutput) {
    return {
      expected: one,
      found: `${shown}, which is not known yet`,
      fix: `Let an update of that stack end without an error, \`pulumi up --stack ${stack}\`, then run again.`,
    };
  }
  // Pulumi's engine leaves out what it cannot decrypt.
  if (isEmpty(value.value)) {
    return {
      expected: one,
      found: `${shown}, which is empty, or a secret that cannot be decrypted here`,
      fix: "Give this run what that stack is encrypted with as well: the same passphrase (PULUMI_CONFIG_PASSPHRASE), or a key that this user may use.",
    };
  }
  return { value: value.value, shown };
}

/** Reads a kubeconfig that is no file: text in YAML or JSON, or a mapping. */
export function asKubeconfig(value: unknown, shown: string, directory: string): Kubeconfig | KubeconfigFailure {
  const origin = {
    what: "a kubeconfig",
    shown,
    mend: "Mend it there, or name another.",
    replace: "Name another.",
    directory,
  };
  const merged = new Merged(shown);
  const failure = typeof value === "string" ? merged.addText(value, origin) : merged.add(value, origin);
  if (failure !== undefined) return failure;
  if (merged.contexts.size > 0) return merged;
  return { expected: "a kubeconfig", found: `${shown}, which has no contexts`, fix: origin.replace };
}

/** The value below several keys, or which of them is not there. Names of keys are told, values are not. */
function below(
  root: unknown,
  keys: readonly (string | number)[],
): { readonly value: unknown } | Omit<KubeconfigFailure, "expected"> {
  let value = root;
  for (const key of keys) {
    const mapping = Array.isArray(value) ? Object.fromEntries(value.entries()) : asMapping(value);
    if (mapping === undefined || !Object.hasOwn(mapping, key)) {
      const names = Object.keys(mapping ?? {}).filter((name) => !looksSecret(name));
      const meant = nearest(String(key), names);
      const there = names.length === 0 ? "There are none." : `There are ${listed(names.sort())}.`;
      return { found: `no \`${key}\``, fix: meant === undefined ? there : `Did you mean \`${meant}\`? ${there}` };
    }
    value = mapping[String(key)];
    // What is empty is told as such, not as lacking a key.
    if (isEmpty(value)) return { value };
  }
  return { value };
}

function isEmpty(value: unknown): boolean {
  const mapping = asMapping(value);
  return mapping !== undefined && Object.keys(mapping).length === 0;
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not a value with keys: then it has none of those that are looked for.
    return undefined;
  }
}
